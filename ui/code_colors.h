// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include <QColor>
#include <QList>
#include <QPalette>
#include <QString>
#include <QTextLayout>

namespace phidelity {

/// Colours code by KDE Syntax Highlighting where the program was built with it, else not at all.
/// GUI thread only.
class CodeColors {
public:
    /// What one piece of code hands to the next: whether a string or comment is still open.
    /// Opaque; a default one is the beginning of a text.
    class State {
    public:
        State();
        ~State();
        State(const State& other);
        State& operator=(const State& other);

    private:
        friend class CodeColors;
        struct Data;
        std::unique_ptr<Data> m_data;
    };

    /// The program's one instance; the syntax files are read at the first use (some 20 ms).
    static CodeColors& instance();

    /// Formats for `text` (lines parted by '\n'), in the language that was written after a fence
    /// ("python", "c++"); `state` goes in as the piece before left it and out for the piece after.
    /// Linear in the length of `text`. Colours read on `back` (WCAG AA).
    QList<QTextLayout::FormatRange> highlight(const QString& language, const QString& text,
                                              const QPalette& palette, const QColor& back,
                                              State* state);
    /// The name of a language as people write it: "py" -> "Python". Empty for none.
    QString title(const QString& language);

private:
    CodeColors();
    ~CodeColors();
    struct Tools;
    std::unique_ptr<Tools> m_tools;
};

} // namespace phidelity
