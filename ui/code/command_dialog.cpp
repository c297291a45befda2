// SPDX-License-Identifier: MIT
#include "ui/code/command_dialog.h"

#include <algorithm>

#include <QComboBox>
#include <QDialogButtonBox>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QUuid>

#include "ui/calm_wheel.h"
#include "ui/theme.h"

namespace phidelity {

namespace {

constexpr int kLongestName = 60;
constexpr int kMostTokens = 4096;

QPushButton* button(const QString& text, const char* name) {
    auto* made = new QPushButton(text);
    made->setObjectName(QLatin1String(name));
    made->setAutoDefault(false);
    return made;
}

QLabel* labelFor(const QString& text, QWidget* buddy) {
    auto* label = new QLabel(text);
    label->setBuddy(buddy);
    return label;
}

} // namespace

CommandDialog::CommandDialog(QWidget* window, const QList<CodeCommand>& commands)
    : QDialog(window), m_list(new QListWidget), m_copy(button(tr("Co&py"), "commandCopy")),
      m_delete(button(tr("&Delete"), "commandDelete")), m_form(new QWidget), m_name(new QLineEdit),
      m_prompt(new QComboBox), m_place(new QComboBox), m_tokens(new QSpinBox),
      m_text(new QPlainTextEdit), m_remarks(new QLabel) {
    setObjectName(QStringLiteral("commandDialog"));
    setWindowTitle(tr("Own Commands"));
    setAttribute(Qt::WA_DeleteOnClose);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Save | QDialogButtonBox::Cancel);
    m_save = buttons->button(QDialogButtonBox::Save);
    m_save->setObjectName(QStringLiteral("commandSave"));
    m_list->setObjectName(QStringLiteral("commandList"));
    m_list->setAccessibleName(tr("Own commands"));
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setTextElideMode(Qt::ElideRight);
    m_remarks->setObjectName(QStringLiteral("commandRemarks"));
    m_remarks->setWordWrap(true);
    m_remarks->setTextFormat(Qt::PlainText);
    QPushButton* fresh = button(tr("&New"), "commandNew");
    buildForm();

    auto* grid = new QGridLayout(this);
    grid->addWidget(m_list, 0, 0, 1, 2);
    grid->addWidget(fresh, 1, 0);
    grid->addWidget(m_copy, 1, 1);
    grid->addWidget(m_delete, 2, 0, 1, 2);
    grid->addWidget(m_form, 0, 2, 3, 1);
    grid->addWidget(m_remarks, 3, 0, 1, 3);
    grid->addWidget(buttons, 4, 0, 1, 3);
    grid->setColumnStretch(2, 1);
    grid->setRowStretch(0, 1);
    const int unit = gridUnit(window);
    m_list->setMinimumWidth(36 * unit);
    m_list->setMaximumWidth(60 * unit);
    connect(fresh, &QPushButton::clicked, this, &CommandDialog::addCommand);
    connect(m_copy, &QPushButton::clicked, this, &CommandDialog::copyCommand);
    connect(m_delete, &QPushButton::clicked, this, &CommandDialog::removeCommand);
    connect(buttons, &QDialogButtonBox::accepted, this, &CommandDialog::save);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_list, &QListWidget::currentRowChanged, this, &CommandDialog::showCommand);
    for (const CodeCommand& command : commands) {
        m_commands.append(command);
        m_list->addItem(command.name);
    }
    if (!m_commands.isEmpty()) {
        m_list->setCurrentRow(0);
        m_list->setFocus();
    } else {
        fresh->setFocus();
    }
    showCommand(m_list->currentRow());
    resize(QSize(170 * unit, 110 * unit).boundedTo(window->size() - QSize(4, 4) * unit));
}

void CommandDialog::buildForm() {
    m_name->setObjectName(QStringLiteral("commandName"));
    m_name->setMaxLength(kLongestName);
    m_prompt->setObjectName(QStringLiteral("commandPrompt"));
    m_prompt->addItem(tr("is an instruction"), static_cast<int>(CommandPrompt::Instruction));
    m_prompt->addItem(tr("is continued as it stands"), static_cast<int>(CommandPrompt::Exact));
    m_place->setObjectName(QStringLiteral("commandPlace"));
    m_place->addItem(tr("is read beside the code"), static_cast<int>(AnswerPlace::Text));
    m_place->addItem(tr("replaces the selection"), static_cast<int>(AnswerPlace::Replace));
    m_place->addItem(tr("comes below the selection"), static_cast<int>(AnswerPlace::Below));
    m_place->addItem(tr("goes on from the selection"), static_cast<int>(AnswerPlace::Continue));
    m_tokens->setObjectName(QStringLiteral("commandTokens"));
    m_tokens->setRange(1, kMostTokens);
    m_tokens->setSuffix(tr(" tokens"));
    for (QWidget* field : {static_cast<QWidget*>(m_prompt), static_cast<QWidget*>(m_place),
                           static_cast<QWidget*>(m_tokens)}) {
        ignoreWheelWithoutFocus(field);
    }
    for (QComboBox* box : {m_prompt, m_place}) {
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->setMinimumContentsLength(12);
    }
    m_text->setObjectName(QStringLiteral("commandText"));
    m_text->setTabChangesFocus(true);
    m_text->setFont(codeFont(font()));
    m_text->setPlaceholderText(tr("What the model is asked, with {selection}"));

    auto* grid = new QGridLayout(m_form);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->addWidget(labelFor(tr("N&ame"), m_name), 0, 0);
    grid->addWidget(m_name, 0, 1);
    grid->addWidget(labelFor(tr("The te&xt"), m_prompt), 1, 0);
    grid->addWidget(m_prompt, 1, 1);
    grid->addWidget(labelFor(tr("The ans&wer"), m_place), 2, 0);
    grid->addWidget(m_place, 2, 1);
    grid->addWidget(labelFor(tr("At &most"), m_tokens), 3, 0);
    grid->addWidget(m_tokens, 3, 1);
    grid->addWidget(labelFor(tr("&Text for the model"), m_text), 4, 0, 1, 2);
    grid->addWidget(m_text, 5, 0, 1, 2);
    grid->setRowStretch(5, 1);
    grid->setColumnStretch(1, 1);
    auto* words = new QHBoxLayout;
    const QString tips[] = {tr("The code that is selected"), tr("Its language, such as Python"),
                            tr("The name of its file"), tr("The text before it, as much as fits"),
                            tr("The text behind it, as much as fits")};
    const QStringList names = placeholders();
    for (qsizetype index = 0; index < names.size(); ++index) {
        auto* insert = button(names.at(index), "commandPlaceholder");
        insert->setToolTip(tips[index]);
        insert->setAccessibleName(tr("Insert %1").arg(names.at(index)));
        insert->setAccessibleDescription(tips[index]);
        insert->setFlat(true);
        insert->setMinimumWidth(1);
        connect(insert, &QPushButton::clicked, this, [this, word = names.at(index)] {
            m_text->insertPlainText(word);
            m_text->setFocus();
        });
        words->addWidget(insert);
    }
    words->setSpacing(0);
    words->addStretch(1);
    grid->addLayout(words, 6, 0, 1, 2);
    connect(m_name, &QLineEdit::textEdited, this, &CommandDialog::take);
    connect(m_text, &QPlainTextEdit::textChanged, this, &CommandDialog::take);
    connect(m_prompt, &QComboBox::currentIndexChanged, this, &CommandDialog::take);
    connect(m_place, &QComboBox::currentIndexChanged, this, &CommandDialog::take);
    connect(m_tokens, &QSpinBox::valueChanged, this, &CommandDialog::take);
}

void CommandDialog::append(CodeCommand command) {
    command.id = QUuid::createUuid().toString(QUuid::Id128);
    m_commands.append(command);
    m_list->addItem(command.name);
    m_list->setCurrentRow(static_cast<int>(m_commands.size()) - 1);
    m_name->setFocus();
    m_name->selectAll();
}

void CommandDialog::addCommand() {
    append({{},
            tr("New command"),
            QStringLiteral("Rewrite this {language} code so that it is easier to read.\n\n"
                           "{selection}"),
            CommandPrompt::Instruction,
            AnswerPlace::Replace,
            256});
}

void CommandDialog::copyCommand() {
    if (m_list->currentRow() >= 0) {
        CodeCommand command = m_commands.at(m_list->currentRow());
        command.name = tr("%1 (copy)").arg(command.name).left(kLongestName);
        append(command);
    }
}

void CommandDialog::removeCommand() {
    const int row = m_list->currentRow();
    if (row >= 0) {
        m_commands.removeAt(row);
        delete m_list->takeItem(row);
        showCommand(m_list->currentRow());
    }
}

void CommandDialog::showCommand(int row) {
    m_showing = true;
    const bool any = row >= 0 && row < m_commands.size();
    const CodeCommand command = any ? m_commands.at(row) : CodeCommand();
    m_name->setText(command.name);
    m_text->setPlainText(command.text);
    m_prompt->setCurrentIndex(m_prompt->findData(static_cast<int>(command.prompt)));
    m_place->setCurrentIndex(std::max(0, m_place->findData(static_cast<int>(command.place))));
    m_tokens->setValue(command.maxTokens);
    m_form->setEnabled(any);
    m_copy->setEnabled(any);
    m_delete->setEnabled(any);
    m_showing = false;
    tell();
}

void CommandDialog::take() {
    const int row = m_list->currentRow();
    if (m_showing || row < 0 || row >= m_commands.size()) {
        return;
    }
    CodeCommand& command = m_commands[row];
    command.name = m_name->text();
    command.text = m_text->toPlainText();
    command.prompt = static_cast<CommandPrompt>(m_prompt->currentData().toInt());
    command.place = static_cast<AnswerPlace>(m_place->currentData().toInt());
    command.maxTokens = m_tokens->value();
    m_list->item(row)->setText(command.name);
    tell();
}

void CommandDialog::tell() {
    const int row = m_list->currentRow();
    QStringList said;
    if (m_commands.isEmpty()) {
        said.append(tr("A command is a text with placeholders that goes to the model. It stands in "
                       "the menu Code and in the menu of the selection."));
    } else if (row >= 0 && row < m_commands.size()) {
        said = problemsOf(m_commands.at(row));
    }
    m_remarks->setText(said.join(u' '));
    const auto unusable = [](const CodeCommand& each) {
        return each.name.trimmed().isEmpty() || each.text.trimmed().isEmpty();
    };
    m_save->setEnabled(std::none_of(m_commands.begin(), m_commands.end(), unusable));
}

void CommandDialog::save() {
    emit saved(m_commands);
    accept();
}

} // namespace phidelity
