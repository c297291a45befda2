// SPDX-License-Identifier: MIT
#pragma once

#include <QBasicTimer>
#include <QWidget>

#include "chat/prompt_format.h"

class QComboBox;
class QLabel;
class QToolButton;

namespace phidelity {

class ComposerEdit;

/// Where the user writes: the text field, the choice of the prompt format with its hint, and the
/// button that sends or stops.
class Composer : public QWidget {
    Q_OBJECT

public:
    explicit Composer(QWidget* parent = nullptr);

    /// Busy: a reply is being written; the button stops it and Enter keeps the text where it is.
    enum class State { Ready, Busy };
    void setState(State state);
    [[nodiscard]] State state() const { return m_state; }
    void setFormat(const PromptFormat& format);
    /// Those that the user made, to be chosen beside the built-in ones.
    void setOwnFormats(const QList<PromptFormat>& formats);
    [[nodiscard]] const QList<PromptFormat>& ownFormats() const { return m_ownFormats; }
    [[nodiscard]] const PromptFormat& format() const { return m_format; }

    [[nodiscard]] QString text() const;
    void setText(const QString& text);
    /// Puts a message that is there into the field, to be sent as another one in its place; what
    /// stood in the field comes back afterwards.
    void beginEditing(int row, const QString& text, Speaker speaker);
    [[nodiscard]] bool isEditing() const { return m_editedRow >= 0; }

    /// What Up recalls in the empty field.
    void setRecall(const QString& text) { m_recall = text; }
    /// What was written and not sent when the conversation was left.
    void setDraft(const QString& text);
    /// Says at once what it would say in a moment.
    void tellDraft();
    void focusInput();
    /// As if `text` had been typed in the field, which takes the focus.
    void typeText(const QString& text);

public slots:
    /// Leaves the message as it was.
    void endEditing();

signals:
    void submitted(const QString& text);
    /// What is to stand in place of the message of this row.
    void edited(int row, const QString& text);
    void stopRequested();
    /// A moment after the last key, and when the field loses the focus.
    void draftChanged(const QString& text);
    /// At every change; `row`: of the message that is edited, or -1.
    void textChanged(const QString& text, int row);
    void formatChosen(const phidelity::PromptFormat& format);
    void formatsRequested();

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void timerEvent(QTimerEvent* event) override;

private:
    void submit();
    void showState();
    void fillFormats();
    void chooseFormat(int index);
    void showFormat();
    void fitHint();
    void applySpacing();

    QWidget* m_editing; ///< says what is edited; hidden where nothing is
    QLabel* m_editingText;
    QToolButton* m_endEditing;
    ComposerEdit* m_edit;
    QComboBox* m_formats;
    QLabel* m_hint;
    QToolButton* m_button;
    State m_state = State::Ready;
    PromptFormat m_format;
    QList<PromptFormat> m_ownFormats;
    QList<PromptFormat> m_choices; ///< by their place in m_formats
    QString m_recall;
    QBasicTimer m_draftTimer; ///< runs while something has not been told
    int m_editedRow = -1;
    QString m_draft; ///< what stood in the field before a message was edited
};

} // namespace phidelity
