// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include <QBasicTimer>
#include <QObject>

class QPlainTextEdit;

namespace phidelity {

/// Colours the lines of an editor by KDE Syntax Highlighting, in the colours of its palette. What
/// is seen is coloured at once, the rest in slices of a few milliseconds; after a change only the
/// lines whose state it changes are coloured again. GUI thread.
class LineColors : public QObject {
    Q_OBJECT

public:
    /// `edit` outlives it.
    explicit LineColors(QPlainTextEdit* edit);
    ~LineColors() override;

    /// By the name of the file, "x.py"; one that is not known has no colours.
    void setFileName(const QString& name);
    /// "Python"; empty for none.
    [[nodiscard]] QString language() const;
    /// What begins a comment in it: "#", "//"; empty for none.
    [[nodiscard]] QString commentMark() const;
    /// All colours are made anew.
    void refresh();
    /// Colours all lines up to this one, if there are not too many before it.
    void ensure(int line);
    /// True while colours are set, which is no change of the text.
    [[nodiscard]] bool isColouring() const { return m_colouring; }

protected:
    void timerEvent(QTimerEvent* event) override;

private:
    void changed(int position, int removed, int added);
    bool colour(int upTo, int milliseconds);

    struct Tools;
    QPlainTextEdit* m_edit;
    std::unique_ptr<Tools> m_tools;
    int m_valid = 0;   ///< leading lines whose colours hold
    int m_dirtyTo = 0; ///< lines before this one must be coloured whatever their state says
    bool m_colouring = false;
    QBasicTimer m_timer;
};

} // namespace phidelity
