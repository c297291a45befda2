// SPDX-License-Identifier: MIT
#pragma once

#include <QList>
#include <QPlainTextEdit>

#include "code/code_change.h"

namespace phidelity {

/// A change, and where it stands in the text now.
struct ShownChange {
    CodeChange change;
    ChangePlace place;
};

/// Changes of lines one below the other: each with a title, the line before it, what goes ("-") and
/// what comes ("+"), and the line behind it. Colours follow the palette, signs say the same. One
/// change is the current one: where the cursor is put or a click lands. GUI thread.
class DiffView : public QPlainTextEdit {
    Q_OBJECT

public:
    explicit DiffView(QWidget* parent = nullptr);

    /// What is read stays where it is.
    void setChanges(const QList<ShownChange>& changes);
    [[nodiscard]] const QList<ShownChange>& changes() const { return m_changes; }
    /// -1 where there is none.
    [[nodiscard]] int current() const { return m_current; }
    /// Brings it into sight.
    void setCurrent(int index);

signals:
    void currentChanged(int index);
    /// Return was pressed.
    void takeRequested(int index);
    void undoRequested();

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void rebuild();
    void applyLook();
    [[nodiscard]] int changeAt(int line) const;
    [[nodiscard]] QString titleOf(int index) const;

    QList<ShownChange> m_changes;
    QList<int> m_titles; ///< lines of the view at which they begin
    int m_current = -1;
};

} // namespace phidelity
