// SPDX-License-Identifier: MIT
#include "ui/format_editor.h"

#include <algorithm>

#include <QComboBox>
#include <QDialogButtonBox>
#include <QEvent>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMessageBox>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include "chat/escaped_text.h"
#include "chat/format_limits.h"
#include "ui/calm_wheel.h"
#include "ui/focus_in_sight.h"
#include "ui/format_preview.h"
#include "ui/theme.h"

namespace phidelity {

namespace {

/// What is no escape stands for itself; it is shown with a doubled backslash the next time.
QString plainText(const QString& line) {
    return unescapedText(line).value_or(line);
}

QPushButton* button(const QString& text, const char* name) {
    auto* made = new QPushButton(text);
    made->setObjectName(QLatin1String(name));
    made->setAutoDefault(false);
    return made;
}

/// Of so many lines; Tab leaves it.
QPlainTextEdit* textField(const char* name, const QString& title) {
    auto* field = new QPlainTextEdit;
    field->setObjectName(QLatin1String(name));
    field->setAccessibleName(title);
    field->setTabChangesFocus(true);
    field->setLineWrapMode(QPlainTextEdit::WidgetWidth);
    return field;
}

QLabel* labelFor(const QString& text, QWidget* buddy) {
    auto* label = new QLabel(text);
    label->setBuddy(buddy);
    return label;
}

/// Begins with what is most often wanted: lines, and a stop where the next turn is invented.
FormatRules freshRules() {
    FormatRules rules;
    rules.userPrefix = QStringLiteral("User: ");
    rules.userSuffix = rules.replySuffix = QStringLiteral("\n");
    rules.replyPrefix = QStringLiteral("Assistant:");
    rules.stops = {QStringLiteral("\nUser:"), QStringLiteral("\nAssistant:")};
    return rules;
}

} // namespace

FormatEditor::FormatEditor(QWidget* window, const QList<PromptFormat>& own,
                           const PromptFormat& current)
    : QDialog(window), m_ownBefore(own.size()), m_list(new QListWidget), m_note(new QLabel),
      m_name(new QLineEdit), m_opening(textField("formatOpening", tr("Beginning of the prompt"))),
      m_userPrefix(addMark("formatUserPrefix", tr("Before your text"))),
      m_userSuffix(addMark("formatUserSuffix", tr("Behind your text"))),
      m_replyPrefix(addMark("formatReplyPrefix", tr("Before the reply"))),
      m_replySuffix(addMark("formatReplySuffix", tr("Behind the reply"))),
      m_stops(textField("formatStops", tr("What ends a reply, one a line"))),
      m_userText(new QComboBox), m_replies(new QComboBox), m_preview(new FormatPreview),
      m_legend(new QLabel), m_remarks(new QLabel) {
    setObjectName(QStringLiteral("formatEditor"));
    setWindowTitle(tr("Prompt Formats"));
    setAttribute(Qt::WA_DeleteOnClose);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Save | QDialogButtonBox::Cancel);
    m_save = buttons->button(QDialogButtonBox::Save);
    m_save->setObjectName(QStringLiteral("formatSave"));
    m_remarks->setObjectName(QStringLiteral("formatRemarks"));
    m_remarks->setWordWrap(true);
    m_remarks->setTextFormat(Qt::PlainText);
    m_remarks->setTextInteractionFlags(Qt::TextSelectableByMouse);

    auto* right = new QVBoxLayout;
    right->addWidget(buildForm(), 3);
    m_legend->setText(tr("The exact prompt of a short talk: · is a space, ↵ a line end."));
    m_legend->setWordWrap(true);
    right->addWidget(m_legend);
    right->addWidget(m_preview, 2);
    auto* across = new QHBoxLayout;
    across->addWidget(buildList());
    across->addLayout(right, 1);
    auto* down = new QVBoxLayout(this);
    down->addLayout(across, 1);
    down->addWidget(m_remarks);
    down->addWidget(buttons);

    for (const FormatId id : kFormats) {
        m_entries.append({PromptFormat(id), PromptFormat(id).rules(), id});
    }
    for (const PromptFormat& format : own) {
        m_entries.append({format, format.rules(), {}});
    }
    for (const Entry& entry : std::as_const(m_entries)) {
        m_list->addItem(titleOf(entry));
    }
    connect(buttons, &QDialogButtonBox::rejected, this, &FormatEditor::reject);
    connect(buttons, &QDialogButtonBox::accepted, this, &FormatEditor::save);
    connect(m_list, &QListWidget::currentRowChanged, this, &FormatEditor::showEntry);
    for (QLineEdit* field : {m_name, m_userPrefix, m_userSuffix, m_replyPrefix, m_replySuffix}) {
        connect(field, &QLineEdit::textChanged, this, &FormatEditor::take);
    }
    for (QPlainTextEdit* field : {m_opening, m_stops}) {
        connect(field, &QPlainTextEdit::textChanged, this, &FormatEditor::take);
    }
    for (QComboBox* field : {m_userText, m_replies}) {
        connect(field, &QComboBox::currentIndexChanged, this, &FormatEditor::take);
    }
    const auto shown = std::find_if(m_entries.begin(), m_entries.end(),
                                    [&](const Entry& entry) { return entry.before == current; });
    m_list->setCurrentRow(shown == m_entries.end() ? 0
                                                   : static_cast<int>(shown - m_entries.begin()));
    applyLook();
    const int unit = gridUnit(window);
    resize(QSize(200 * unit, 150 * unit).boundedTo(window->size() - QSize(4, 4) * unit));
    m_list->setFocus();
}

QLineEdit* FormatEditor::addMark(const char* name, const QString& title) {
    auto* field = new QLineEdit;
    field->setObjectName(QLatin1String(name));
    field->setAccessibleName(title);
    field->setToolTip(tr("%1; \\n is a line end, \\t a tabulator, \\\\ a backslash").arg(title));
    return field;
}

QWidget* FormatEditor::buildList() {
    m_list->setObjectName(QStringLiteral("formatList"));
    m_list->setAccessibleName(tr("Prompt formats"));
    m_list->setTextElideMode(Qt::ElideRight);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    QPushButton* fresh = button(tr("&New"), "formatNew");
    QPushButton* copied = button(tr("Co&py"), "formatCopy");
    QPushButton* imported = button(tr("&Import…"), "formatImport");
    m_delete = button(tr("&Delete"), "formatDelete");
    m_export = button(tr("&Export…"), "formatExport");
    connect(fresh, &QPushButton::clicked, this, &FormatEditor::makeNew);
    connect(copied, &QPushButton::clicked, this, &FormatEditor::copy);
    connect(m_delete, &QPushButton::clicked, this, &FormatEditor::remove);
    connect(imported, &QPushButton::clicked, this, &FormatEditor::importRequested);
    connect(m_export, &QPushButton::clicked, this, &FormatEditor::exportShown);
    auto* left = new QWidget;
    auto* grid = new QGridLayout(left);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->addWidget(m_list, 0, 0, 1, 2);
    grid->addWidget(fresh, 1, 0);
    grid->addWidget(copied, 1, 1);
    grid->addWidget(m_delete, 2, 0, 1, 2);
    grid->addWidget(imported, 3, 0);
    grid->addWidget(m_export, 3, 1);
    return left;
}

QWidget* FormatEditor::buildForm() {
    m_name->setObjectName(QStringLiteral("formatName"));
    m_name->setAccessibleName(tr("Name"));
    m_name->setMaxLength(kLongestFormatName);
    m_userText->setObjectName(QStringLiteral("formatUserText"));
    m_userText->addItem(tr("without white space around it"), static_cast<int>(UserText::Trimmed));
    m_userText->addItem(tr("without spaces at its end"), static_cast<int>(UserText::LineEnd));
    m_userText->addItem(tr("exactly as typed"), static_cast<int>(UserText::AsTyped));
    m_replies->setObjectName(QStringLiteral("formatReplies"));
    m_replies->addItem(tr("text with light markup"), static_cast<int>(ReplyText::Markdown));
    m_replies->addItem(tr("Python"), static_cast<int>(ReplyText::Code));
    m_replies->addItem(tr("plain text"), static_cast<int>(ReplyText::Plain));
    ignoreWheelWithoutFocus(m_userText);
    ignoreWheelWithoutFocus(m_replies);
    for (QComboBox* box : {m_userText, m_replies}) {
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->setMinimumContentsLength(8);
    }
    m_note->setObjectName(QStringLiteral("formatNote"));
    m_note->setWordWrap(true);

    auto* content = new QWidget;
    auto* grid = new QGridLayout(content);
    int row = 0;
    grid->addWidget(m_note, row++, 0, 1, 4);
    grid->addWidget(labelFor(tr("N&ame"), m_name), row, 0);
    grid->addWidget(m_name, row++, 1, 1, 3);
    grid->addWidget(labelFor(tr("&Beginning"), m_opening), row, 0, Qt::AlignTop);
    grid->addWidget(m_opening, row++, 1, 1, 3);
    grid->addWidget(labelFor(tr("&Your turn"), m_userPrefix), row, 0);
    grid->addWidget(m_userPrefix, row, 1);
    grid->addWidget(new QLabel(tr("your text")), row, 2);
    grid->addWidget(m_userSuffix, row++, 3);
    grid->addWidget(labelFor(tr("&Reply"), m_replyPrefix), row, 0);
    grid->addWidget(m_replyPrefix, row, 1);
    grid->addWidget(new QLabel(tr("its text")), row, 2);
    grid->addWidget(m_replySuffix, row++, 3);
    grid->addWidget(labelFor(tr("Ends a&t"), m_stops), row, 0, Qt::AlignTop);
    grid->addWidget(m_stops, row++, 1, 1, 3);
    m_stops->setToolTip(tr("A reply ends where one of these comes up; one a line, \\n is a line "
                           "end, \\t a tabulator, \\\\ a backslash"));
    grid->addWidget(labelFor(tr("Your te&xt is put"), m_userText), row, 0);
    grid->addWidget(m_userText, row++, 1, 1, 3);
    grid->addWidget(labelFor(tr("Replies are"), m_replies), row, 0);
    grid->addWidget(m_replies, row++, 1, 1, 3);
    grid->setColumnStretch(1, 1);
    grid->setColumnStretch(3, 1);
    grid->setRowStretch(row, 1);

    auto* scroll = new QScrollArea;
    scroll->setObjectName(QStringLiteral("formatForm"));
    scroll->setWidget(content);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFocusPolicy(Qt::NoFocus);
    keepFocusInSight(scroll);
    return scroll;
}

QString FormatEditor::titleOf(const Entry& entry) const {
    const QString title =
        entry.builtIn ? formatTitle(*entry.builtIn) : entry.rules.name.simplified();
    return title.isEmpty() ? tr("(no name)") : title;
}

PromptFormat FormatEditor::formatOf(const Entry& entry) const {
    return entry.builtIn ? PromptFormat(*entry.builtIn) : PromptFormat::own(entry.rules);
}

QStringList FormatEditor::namesBut(int row) const {
    QStringList names;
    for (int at = 0; at < m_entries.size(); ++at) {
        if (at != row && !m_entries.at(at).builtIn) {
            names.append(m_entries.at(at).rules.name.trimmed());
        }
    }
    return names;
}

int FormatEditor::row() const {
    return std::clamp(m_list->currentRow(), 0, static_cast<int>(m_entries.size()) - 1);
}

// ---- What the user does

void FormatEditor::add(const FormatRules& rules) {
    m_entries.append({std::nullopt, rules, {}});
    m_list->addItem(titleOf(m_entries.last()));
    m_list->setCurrentRow(static_cast<int>(m_entries.size()) - 1);
}

void FormatEditor::makeNew() {
    FormatRules rules = freshRules();
    rules.name = freeFormatName(tr("My format"), namesBut(-1));
    add(rules);
    m_name->setFocus();
    m_name->selectAll();
}

void FormatEditor::copy() {
    const Entry& from = m_entries.at(row());
    FormatRules rules = from.rules;
    rules.name = freeFormatName(tr("%1, copy").arg(titleOf(from)), namesBut(-1));
    add(rules);
    m_name->setFocus();
    m_name->selectAll();
}

void FormatEditor::remove() {
    const int gone = row();
    if (m_entries.at(gone).builtIn) {
        return;
    }
    m_entries.removeAt(gone);
    delete m_list->takeItem(gone);
    showEntry();
}

void FormatEditor::exportShown() {
    const Entry& entry = m_entries.at(row());
    if (!entry.builtIn) {
        emit exportRequested({formatOf(entry)});
    }
}

void FormatEditor::addFormats(const QList<PromptFormat>& formats) {
    const auto first = static_cast<int>(m_entries.size());
    for (const PromptFormat& format : formats) {
        const bool known = std::any_of(m_entries.begin(), m_entries.end(), [&](const Entry& entry) {
            return !entry.builtIn && formatOf(entry) == format;
        });
        if (!known) {
            FormatRules rules = format.rules();
            rules.name = freeFormatName(rules.name, namesBut(-1));
            add(rules);
        }
    }
    if (first < m_entries.size()) {
        m_list->setCurrentRow(first);
    } else {
        showProblem(tr("Nothing was added: these formats are here already."));
    }
}

bool FormatEditor::isChanged() const {
    qsizetype same = 0;
    for (const Entry& entry : m_entries) {
        same += !entry.builtIn && entry.before == formatOf(entry) ? 1 : 0;
    }
    const auto own = static_cast<qsizetype>(m_entries.size() - std::size(kFormats));
    return same != own || own != m_ownBefore;
}

void FormatEditor::reject() {
    if (!isChanged()) {
        QDialog::reject();
        return;
    }
    auto* box = new QMessageBox(
        QMessageBox::Question, tr("Prompt Formats"), tr("Save what you have changed?"),
        QMessageBox::Save | QMessageBox::Discard | QMessageBox::Cancel, this);
    box->setObjectName(QStringLiteral("formatQuestion"));
    box->setAttribute(Qt::WA_DeleteOnClose);
    if (!m_save->isEnabled()) {
        box->setInformativeText(tr("Something must be put right before it can be saved."));
        box->button(QMessageBox::Save)->setEnabled(false);
    }
    box->setDefaultButton(m_save->isEnabled() ? QMessageBox::Save : QMessageBox::Cancel);
    connect(box, &QMessageBox::finished, this, [this](int answer) {
        if (answer == QMessageBox::Save) {
            save();
        } else if (answer == QMessageBox::Discard) {
            QDialog::reject();
        }
    });
    box->open();
}

void FormatEditor::save() {
    QList<FormatEdit> edits;
    for (const Entry& entry : std::as_const(m_entries)) {
        if (!entry.builtIn) {
            edits.append({entry.before, formatOf(entry)});
        }
    }
    emit saveRequested(edits, formatOf(m_entries.at(row())));
}

// ---- What is shown

void FormatEditor::showEntry() {
    const Entry& entry = m_entries.at(row());
    const FormatRules& rules = entry.rules;
    const bool own = !entry.builtIn;
    m_showing = true;
    m_name->setText(own ? rules.name : titleOf(entry));
    m_opening->setPlainText(rules.opening);
    m_userPrefix->setText(escapedText(rules.userPrefix));
    m_userSuffix->setText(escapedText(rules.userSuffix));
    m_replyPrefix->setText(escapedText(rules.replyPrefix));
    m_replySuffix->setText(escapedText(rules.replySuffix));
    QStringList stops;
    for (const QString& stop : rules.stops) {
        stops.append(escapedText(stop));
    }
    m_stops->setPlainText(stops.join(u'\n'));
    m_userText->setCurrentIndex(m_userText->findData(static_cast<int>(rules.userText)));
    m_replies->setCurrentIndex(m_replies->findData(static_cast<int>(rules.replies)));
    m_showing = false;
    for (QLineEdit* field : {m_name, m_userPrefix, m_userSuffix, m_replyPrefix, m_replySuffix}) {
        field->setReadOnly(!own);
        field->setCursorPosition(0);
    }
    m_opening->setReadOnly(!own);
    m_stops->setReadOnly(!own);
    m_userText->setEnabled(own);
    m_replies->setEnabled(own);
    m_delete->setEnabled(own);
    m_export->setEnabled(own);
    m_note->setText(own ? tr("In the fields of one line \\n is a line end.")
                        : tr("This format is built in: copy it to change it."));
    showRemarks();
}

/// From the fields into the entry.
void FormatEditor::take() {
    Entry& entry = m_entries[row()];
    if (m_showing || entry.builtIn) {
        return;
    }
    FormatRules& rules = entry.rules;
    rules.name = m_name->text();
    rules.opening = m_opening->toPlainText();
    rules.userPrefix = plainText(m_userPrefix->text());
    rules.userSuffix = plainText(m_userSuffix->text());
    rules.replyPrefix = plainText(m_replyPrefix->text());
    rules.replySuffix = plainText(m_replySuffix->text());
    rules.stops.clear();
    const QStringList lines = m_stops->toPlainText().split(u'\n', Qt::SkipEmptyParts);
    for (const QString& line : lines) {
        rules.stops.append(plainText(line));
    }
    rules.userText = static_cast<UserText>(m_userText->currentData().toInt());
    rules.replies = static_cast<ReplyText>(m_replies->currentData().toInt());
    m_list->currentItem()->setText(titleOf(entry));
    showRemarks();
}

void FormatEditor::showRemarks() {
    QStringList sentences;
    bool canSave = true;
    for (int at = 0; at < m_entries.size(); ++at) {
        const Entry& entry = m_entries.at(at);
        const QList<FormatRemark> remarks =
            entry.builtIn ? QList<FormatRemark>() : checkFormat(entry.rules, namesBut(at));
        canSave = canSave && !hasError(remarks);
        if (at == row()) {
            for (const FormatRemark& remark : remarks) {
                sentences.append(remark.sentence);
            }
        } else if (hasError(remarks)) {
            sentences.append(
                tr("“%1” cannot be kept: %2").arg(titleOf(entry), remarks.first().sentence));
        }
    }
    m_save->setEnabled(canSave);
    constexpr qsizetype kMostShown = 3; // the fields matter more in a small window
    if (const auto more = static_cast<int>(sentences.size() - kMostShown); more > 0) {
        sentences = sentences.first(kMostShown);
        sentences.append(tr("And %n more.", nullptr, more));
    }
    m_remarks->setText(sentences.join(u'\n'));
    m_remarks->setVisible(!sentences.isEmpty());
    const FormatRules& rules = m_entries.at(row()).rules;
    m_preview->showPrompt(promptPieces(formatOf(m_entries.at(row())), sampleTurns(rules)));
}

void FormatEditor::showProblem(const QString& sentence) {
    m_remarks->setText(sentence);
    m_remarks->show();
}

void FormatEditor::applyLook() {
    const int unit = gridUnit(this);
    layout()->setContentsMargins(4 * unit, 4 * unit, 4 * unit, 3 * unit);
    layout()->setSpacing(2 * unit);
    m_list->parentWidget()->setFixedWidth(48 * unit);
    const QFont code = codeFont(font());
    for (QWidget* field : QList<QWidget*>{m_opening, m_stops, m_userPrefix, m_userSuffix,
                                          m_replyPrefix, m_replySuffix}) {
        field->setFont(code);
    }
    const int line = QFontMetrics(code).lineSpacing();
    m_opening->setFixedHeight(2 * line + 4 * unit);
    m_stops->setFixedHeight(4 * line + 4 * unit);
    m_preview->setMinimumHeight(3 * line);
    for (QLabel* label : {m_note, m_legend}) {
        label->setFont(scaledFont(font(), 0.92));
        setTextColor(label, palette(), shadesOf(palette()).dimText);
    }
}

void FormatEditor::changeEvent(QEvent* event) {
    QDialog::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) {
        applyLook();
    }
}

} // namespace phidelity
