// SPDX-License-Identifier: MIT
#pragma once

#include <QBasicTimer>
#include <QPlainTextEdit>
#include <QRegularExpression>
#include <QTextCursor>

#include "ui/theme.h"

namespace phidelity {

class LineColors;

/// An editor for code: line numbers, the current line, matching brackets, indentation, comments,
/// and a completion shown as ghost text behind the cursor. GUI thread.
class CodeEdit : public QPlainTextEdit {
    Q_OBJECT

public:
    explicit CodeEdit(QWidget* parent = nullptr);
    ~CodeEdit() override;

    [[nodiscard]] LineColors* colors() const { return m_colors; }
    /// Lines and columns, both from 1.
    [[nodiscard]] QPoint place() const;
    void goToLine(int line);
    /// Cost: its length, not that of the whole text.
    [[nodiscard]] QString textBetween(int from, int to) const;
    /// Whether anything but space stands behind the cursor.
    [[nodiscard]] bool hasTextBehind() const;

    /// What is offered at the cursor; it goes when the cursor or the text does, and text that is
    /// typed as it says shortens it.
    void setGhost(const QString& ghost);
    [[nodiscard]] QString ghost() const { return m_ghost; }
    /// Whether a completion is asked for a moment after the last key.
    void setCompletesByItself(bool completes);

    /// A token is marked by the ground behind these characters; none where both are the same.
    void markToken(int from, int to);
    /// Scrolls so that it is seen; the cursor stays.
    void showPlace(int position);

    /// Hits of a search are marked, those that are seen.
    void setMarked(const QRegularExpression& pattern);

    int numbersWidth() const;
    void paintNumbers(QPaintEvent* event);

public slots:
    void toggleComment();
    void indentMore();
    void indentLess();
    void requestCompletion();
    void acceptGhost();
    void acceptGhostWord();
    void dropGhost();

signals:
    /// At the cursor as it is now.
    void completionWanted();
    /// The ghost text has gone, or the cursor has: what was asked for is not wanted any more.
    void completionDropped();
    /// Another alternative: 1 the next, -1 the one before.
    void alternativeWanted(int step);
    void textEdited();
    /// It has come, gone, or become shorter.
    void ghostChanged();

protected:
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void timerEvent(QTimerEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    void applyLook();
    void cursorMoved();
    void contentsChanged(int position, int removed, int added);
    void markPlace();
    void newLine();
    void closeBracket(QChar bracket);
    void shiftLines(int direction);
    [[nodiscard]] QString indentUnit() const;
    [[nodiscard]] int matchOf(int position) const;
    void paintGhost(QPainter& painter);
    void placeNumbers();

    LineColors* m_colors;
    QWidget* m_numbers;
    Shades m_shades;
    QString m_ghost;
    int m_ghostAt = -1;
    bool m_completesByItself = false;
    bool m_typed = false; ///< the last change came by a key
    QBasicTimer m_pause;
    QRegularExpression m_marked;
    QTextCursor m_token; ///< that is marked; without a selection: none
};

} // namespace phidelity
