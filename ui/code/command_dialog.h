// SPDX-License-Identifier: MIT
#pragma once

#include <QDialog>
#include <QList>

#include "code/code_command.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QListWidget;
class QPlainTextEdit;
class QPushButton;
class QSpinBox;

namespace phidelity {

/// Makes, changes and deletes the user's own commands on code. Nothing is changed until it is
/// saved. Values in, intent out. GUI thread.
class CommandDialog : public QDialog {
    Q_OBJECT

public:
    CommandDialog(QWidget* window, const QList<CodeCommand>& commands);

signals:
    void saved(const QList<phidelity::CodeCommand>& commands);

private:
    void buildForm();
    void addCommand();
    void copyCommand();
    void removeCommand();
    void showCommand(int row);
    void take();
    void tell();
    void save();
    void append(CodeCommand command);

    QList<CodeCommand> m_commands;
    bool m_showing = false; ///< fields are filled, not typed in
    QListWidget* m_list;
    QPushButton* m_copy;
    QPushButton* m_delete;
    QPushButton* m_save;
    QWidget* m_form;
    QLineEdit* m_name;
    QComboBox* m_prompt;
    QComboBox* m_place;
    QSpinBox* m_tokens;
    QPlainTextEdit* m_text;
    QLabel* m_remarks;
};

} // namespace phidelity
