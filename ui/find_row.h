// SPDX-License-Identifier: MIT
#pragma once

#include <QWidget>

class QBoxLayout;
class QCheckBox;
class QLineEdit;

namespace phidelity {

class ElidedLabel;

/// The row of a bar that finds something: the text, what was found, on and back, choices. Enter
/// goes on, Shift+Enter back, Escape closes. What is found is for others to say.
class FindRow : public QWidget {
    Q_OBJECT

public:
    /// `name`: the beginning of the object names of what stands in it, as in "codeFindNext".
    explicit FindRow(const QString& name, QWidget* parent = nullptr);

    [[nodiscard]] QString text() const;
    void setText(const QString& text);
    [[nodiscard]] Qt::CaseSensitivity sensitivity() const;
    /// A further choice, which counts as a change of what is looked for; the row takes it.
    void addChoice(QCheckBox* choice);
    enum class Tone { Plain, Problem };
    /// What was found. Screen readers hear it as the description of the field.
    void say(const QString& text, Tone tone = Tone::Plain);
    /// Puts the cursor in the field, with all of its text selected.
    void focusField();

signals:
    /// The text or a choice.
    void changed();
    void nextRequested();
    void previousRequested();
    void closeRequested();

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void applyLook();

    QLineEdit* m_field;
    ElidedLabel* m_said;
    QCheckBox* m_case;
    QBoxLayout* m_layout;
    Tone m_tone = Tone::Plain;
};

} // namespace phidelity
