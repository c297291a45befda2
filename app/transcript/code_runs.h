// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include <QColor>
#include <QList>
#include <QString>

namespace phidelity {

/// A stretch of code of one kind. The kinds are those of KDE Syntax Highlighting's themes, counted
/// from 1 to kCodeKinds; plain text is not listed.
struct CodeRun {
    qsizetype start = 0;
    qsizetype length = 0;
    int kind = 0;
};
inline constexpr int kCodeKinds = 30;

/// How a kind looks on paper or on a page.
struct CodeLook {
    QColor light; ///< on a light ground; WCAG AA (4.5:1) on kCodeGround
    QColor dark;  ///< on a dark one; 4.5:1 on kDarkCodeGround
    bool bold = false;
    bool italic = false;
};
inline constexpr QRgb kCodeGround = 0xFFF4F4F4;
inline constexpr QRgb kDarkCodeGround = 0xFF26282B;

/// Finds the kinds in code by KDE Syntax Highlighting where the program was built with it, else
/// nothing. One serves for many texts; making it reads the syntax files' index (some 20 ms). Needs
/// no QGuiApplication. One thread at a time.
class CodeKinds {
public:
    CodeKinds();
    ~CodeKinds();

    /// Begins a piece of code in a language as written behind a fence ("python", "c++").
    void begin(const QString& language);
    /// The runs of the next lines of it (parted by '\n'). Linear; of lines longer than 2000
    /// characters only the beginning has kinds.
    [[nodiscard]] QList<CodeRun> runs(const QString& text);
    [[nodiscard]] CodeLook look(int kind) const;
    /// "py" -> "Python"; as written where the language is not known.
    [[nodiscard]] QString title(const QString& language) const;

private:
    struct Tools;
    std::unique_ptr<Tools> m_tools;
};

} // namespace phidelity
