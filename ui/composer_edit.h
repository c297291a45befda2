// SPDX-License-Identifier: MIT
#pragma once

#include <QPlainTextEdit>

namespace phidelity {

/// The text field of the composer: Enter submits, Shift+Enter breaks the line, Up in the empty
/// field recalls. It grows with its text up to a third of the window.
class ComposerEdit : public QPlainTextEdit {
    Q_OBJECT

public:
    explicit ComposerEdit(QWidget* parent = nullptr);

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;
    /// The text as it was typed or pasted. Very long lines are kept as several blocks, since a text
    /// field lays a block out as a whole at every key; here they are one line again.
    [[nodiscard]] QString text() const;
    /// Replaces the text so that undo brings the old one back.
    void replaceText(const QString& text);

signals:
    void submitted();
    void recallRequested();
    void focusChanged();

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    bool canInsertFromMimeData(const QMimeData* source) const override;
    void insertFromMimeData(const QMimeData* source) override;

private:
    void fitHeight();
    static void insertPieces(QTextCursor cursor, const QString& text);
};

} // namespace phidelity
