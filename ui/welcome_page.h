// SPDX-License-Identifier: MIT
#pragma once

#include <QScrollArea>

#include "chat/prompt_format.h"

class QGridLayout;
class QLabel;
class QPushButton;

namespace phidelity {

/// The page of an empty conversation: what this is, which model answers, how to get Phi-2, and a
/// few prompts to try that suit the chosen format.
class WelcomePage : public QScrollArea {
    Q_OBJECT

public:
    explicit WelcomePage(QWidget* parent = nullptr);

    void setFormat(const PromptFormat& format);
    /// The demo model asks to be replaced by the real one; another model does not.
    enum class Model { None, Demo, Own };
    void setModel(Model model, const QString& name);

signals:
    void exampleChosen(const QString& prompt);
    void openModelRequested();

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void applyLook();
    void arrangeExamples();
    void showTexts();

    QWidget* m_column;
    QLabel* m_symbol;
    QLabel* m_title;
    QLabel* m_text;
    QWidget* m_examples;
    QGridLayout* m_exampleGrid;
    QList<QPushButton*> m_exampleButtons;
    QPushButton* m_open;
    QLabel* m_howTo;
    PromptFormat m_format;
    Model m_model = Model::None;
    QString m_name;
};

} // namespace phidelity
