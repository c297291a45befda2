// SPDX-License-Identifier: MIT
#include "ui/export_dialog.h"

#include <QButtonGroup>
#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QFontDatabase>
#include <QFormLayout>
#include <QLabel>
#include <QLocale>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QVBoxLayout>

#include "ui/theme.h"

namespace phidelity {

namespace {

template <class Widget>
Widget* named(Widget* widget, const char* name, const QString& accessible = {}) {
    widget->setObjectName(QLatin1String(name));
    if (!accessible.isEmpty()) {
        widget->setAccessibleName(accessible);
    }
    return widget;
}

} // namespace

ExportDialog::ExportDialog(QWidget* window, const ExportSubject& subject)
    : QDialog(window), m_fileName(subject.fileName),
      m_formats(named(new QComboBox, "exportFormat", tr("Format"))),
      m_hint(named(new QLabel, "exportHint")), m_form(new QFormLayout),
      m_papers(named(new QComboBox, "exportPaper", tr("Paper"))),
      m_shown(named(new QRadioButton, "exportShown")),
      m_tree(named(new QRadioButton, "exportTree")),
      m_settings(named(new QCheckBox(tr("S&ettings")), "exportSettings")),
      m_timings(named(new QCheckBox(tr("&Timings")), "exportTimings")),
      m_probabilities(named(new QCheckBox(tr("Pro&babilities")), "exportProbabilities")),
      m_preview(named(new QPlainTextEdit, "exportPreview", tr("Beginning of what is written"))),
      m_size(named(new QLabel, "exportSize")), m_problem(named(new QLabel, "exportProblem")) {
    setObjectName(QStringLiteral("exportDialog"));
    setWindowTitle(tr("Export \u201C%1\u201D").arg(subject.title));
    setAttribute(Qt::WA_DeleteOnClose);
    const int unit = gridUnit(window);
    QLayout* form = buildForm(subject);

    m_preview->setReadOnly(true);
    m_preview->setTabChangesFocus(true);
    m_preview->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_preview->setFont(codeFont(font()));
    m_preview->setMinimumHeight(18 * unit);
    setTextColor(m_size, palette(), shadesOf(palette()).dimText);
    m_problem->setWordWrap(true);
    m_problem->setTextFormat(Qt::PlainText);
    m_problem->hide();
    setTextColor(m_problem, palette(), shadesOf(palette()).danger);

    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(5 * unit, 4 * unit, 5 * unit, 4 * unit);
    column->setSpacing(3 * unit);
    column->addLayout(form);
    column->addWidget(m_preview, 1);
    column->addWidget(m_size);
    column->addWidget(m_problem);
    column->addWidget(buildButtons());
    resize(130 * unit, 120 * unit);
}

QLayout* ExportDialog::buildForm(const ExportSubject& subject) {
    buildFormats();
    buildPapers();
    buildExtent(subject);
    buildParts(subject);
    const int unit = gridUnit(this);
    m_hint->setWordWrap(true);
    setTextColor(m_hint, palette(), shadesOf(palette()).dimText);
    auto* format = new QVBoxLayout;
    format->setSpacing(unit);
    format->addWidget(m_formats);
    format->addWidget(m_hint);
    auto* extent = new QVBoxLayout;
    extent->setSpacing(unit);
    extent->addWidget(m_shown);
    extent->addWidget(m_tree);
    auto* parts = new QHBoxLayout;
    parts->setSpacing(3 * unit);
    parts->addWidget(m_settings);
    parts->addWidget(m_timings);
    parts->addWidget(m_probabilities);
    parts->addStretch(1);
    m_form->setVerticalSpacing(3 * unit);
    m_form->setHorizontalSpacing(4 * unit);
    auto* formatLabel = new QLabel(tr("&Format:"));
    formatLabel->setBuddy(m_formats);
    m_form->addRow(formatLabel, format);
    m_form->addRow(tr("P&aper:"), m_papers);
    m_form->addRow(tr("What:"), extent);
    m_form->addRow(tr("With:"), parts);
    return m_form;
}

void ExportDialog::buildFormats() {
    for (const TranscriptFormat format : kTranscriptFormats) {
        m_formats->addItem(QStringLiteral("%1 (.%2)").arg(titleOf(format), suffixOf(format)),
                           static_cast<int>(format));
    }
    connect(m_formats, &QComboBox::currentIndexChanged, this, &ExportDialog::choiceChanged);
}

void ExportDialog::buildPapers() {
    for (const Paper paper : kPapers) {
        m_papers->addItem(titleOf(paper), static_cast<int>(paper));
    }
    connect(m_papers, &QComboBox::currentIndexChanged, this, &ExportDialog::choiceChanged);
}

void ExportDialog::buildExtent(const ExportSubject& subject) {
    m_shown->setText(tr("The &conversation as it is shown (%n messages)", nullptr,
                        static_cast<int>(subject.shownMessages)));
    m_tree->setText(tr("The &whole tree (%1 messages in %2 branches)")
                        .arg(subject.allMessages)
                        .arg(subject.branches));
    m_shown->setChecked(true);
    m_tree->setEnabled(subject.branches > 1);
    auto* group = new QButtonGroup(this);
    group->addButton(m_shown);
    group->addButton(m_tree);
    connect(m_tree, &QRadioButton::toggled, this, &ExportDialog::choiceChanged);
}

void ExportDialog::buildParts(const ExportSubject& subject) {
    for (QCheckBox* box : {m_settings, m_timings, m_probabilities}) {
        box->setEnabled(subject.hasRecords);
        box->setAccessibleDescription(tr("Written below each reply"));
        connect(box, &QCheckBox::toggled, this, &ExportDialog::choiceChanged);
    }
}

QWidget* ExportDialog::buildButtons() {
    auto* box = new QDialogButtonBox;
    m_save = box->addButton(tr("&Save As\u2026"), QDialogButtonBox::AcceptRole);
    m_copy = box->addButton(tr("C&opy"), QDialogButtonBox::ActionRole);
    m_print = box->addButton(tr("&Print\u2026"), QDialogButtonBox::ActionRole);
    box->addButton(QDialogButtonBox::Close);
    named(m_save, "exportSave");
    named(m_copy, "exportCopy");
    named(m_print, "exportPrint");
    m_save->setDefault(true);
    connect(m_save, &QPushButton::clicked, this, &ExportDialog::askForFile);
    connect(m_copy, &QPushButton::clicked, this, [this] { emit copyWanted(choice()); });
    connect(m_print, &QPushButton::clicked, this, [this] { emit printWanted(choice()); });
    connect(box, &QDialogButtonBox::rejected, this, &QDialog::reject);
    return box;
}

void ExportDialog::setLast(const QString& folder, const ExportChoice& choice) {
    m_folder = folder;
    m_formats->setCurrentIndex(std::max(0, m_formats->findData(static_cast<int>(choice.format))));
    m_papers->setCurrentIndex(m_papers->findData(static_cast<int>(choice.options.paper)));
    m_tree->setChecked(m_tree->isEnabled() && choice.options.extent == TranscriptExtent::Tree);
    const auto check = [&choice](QCheckBox* box, TranscriptPart part) {
        box->setChecked(box->isEnabled() && choice.options.parts.testFlag(part));
    };
    check(m_settings, TranscriptPart::Settings);
    check(m_timings, TranscriptPart::Timings);
    check(m_probabilities, TranscriptPart::Probabilities);
}

ExportChoice ExportDialog::choice() const {
    ExportChoice choice;
    choice.format = static_cast<TranscriptFormat>(m_formats->currentData().toInt());
    choice.options.paper = static_cast<Paper>(m_papers->currentData().toInt());
    choice.options.extent = m_tree->isChecked() ? TranscriptExtent::Tree : TranscriptExtent::Branch;
    choice.options.parts.setFlag(TranscriptPart::Settings, m_settings->isChecked());
    choice.options.parts.setFlag(TranscriptPart::Timings, m_timings->isChecked());
    choice.options.parts.setFlag(TranscriptPart::Probabilities, m_probabilities->isChecked());
    return choice;
}

void ExportDialog::choiceChanged() {
    const ExportChoice now = choice();
    m_hint->setText(hintOf(now.format));
    m_formats->setAccessibleDescription(hintOf(now.format));
    m_form->setRowVisible(m_papers, hasPages(now.format));
    m_copy->setEnabled(isText(now.format));
    m_problem->hide();
    if (isVisible()) {
        emit previewWanted(now);
    }
}

void ExportDialog::showEvent(QShowEvent* event) {
    QDialog::showEvent(event);
    choiceChanged();
}

void ExportDialog::showPreview(const QString& beginning, qint64 bytes) {
    m_preview->setPlaceholderText(tr("Pages have no preview here."));
    m_preview->setPlainText(beginning);
    m_size->setText(QLocale().formattedDataSize(bytes, 1, QLocale::DataSizeSIFormat));
}

void ExportDialog::showNoPreview(const QString& sentence) {
    m_preview->setPlaceholderText(sentence);
    m_preview->clear();
    m_size->clear();
}

void ExportDialog::setBusy() {
    m_problem->hide();
    m_size->setText(tr("Writing\u2026"));
    for (QPushButton* button : {m_save, m_copy, m_print}) {
        button->setEnabled(false);
    }
}

void ExportDialog::showProblem(const QString& sentence) {
    m_problem->setText(sentence);
    m_problem->setAccessibleName(sentence);
    m_problem->show();
    setIdle({});
}

void ExportDialog::setIdle(const QString& sentence) {
    m_size->setText(sentence);
    m_save->setEnabled(true);
    m_print->setEnabled(true);
    m_copy->setEnabled(isText(choice().format));
}

void ExportDialog::askForFile() {
    const ExportChoice chosen = choice();
    const QString suffix = suffixOf(chosen.format);
    auto* dialog = named(new QFileDialog(this, tr("Save As")), "exportFile");
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setFileMode(QFileDialog::AnyFile);
    dialog->setDefaultSuffix(suffix);
    dialog->setNameFilter(QStringLiteral("%1 (*.%2)").arg(titleOf(chosen.format), suffix));
    if (!m_folder.isEmpty()) {
        dialog->setDirectory(m_folder);
    }
    dialog->selectFile(m_fileName + u'.' + suffix);
    connect(dialog, &QFileDialog::fileSelected, this,
            [this, chosen](const QString& path) { emit saveWanted(chosen, path); });
    dialog->open();
}

} // namespace phidelity
