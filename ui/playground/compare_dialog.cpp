// SPDX-License-Identifier: MIT
#include "ui/playground/compare_dialog.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QLocale>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include "chat/presets.h"
#include "chat/token_text.h"
#include "ui/playground/play_edit.h"
#include "ui/playground/play_text.h"
#include "ui/theme.h"

namespace phidelity {

namespace {

constexpr int kCandidates = 10;
enum ModelRow { OpenModel, DemoModel, FileModel };

QString presetName(Preset preset) {
    switch (preset) {
    case Preset::Deterministic:
        return CompareDialog::tr("Exact");
    case Preset::Balanced:
        return CompareDialog::tr("Balanced");
    case Preset::Creative:
        return CompareDialog::tr("Creative");
    case Preset::Code:
        return CompareDialog::tr("Code");
    case Preset::Maths:
        return CompareDialog::tr("Maths");
    }
    return {};
}

} // namespace

CompareDialog::CompareDialog(QWidget* parent)
    : QDialog(parent), m_prompt(new QPlainTextEdit), m_result(new QLabel),
      m_run(new QPushButton(tr("Compare"))), m_formats{FormatId::Raw, FormatId::Chat, FormatId::Qa,
                                                       FormatId::Code} {
    setObjectName(QStringLiteral("compareDialog"));
    setWindowTitle(tr("Compare"));
    setAttribute(Qt::WA_DeleteOnClose);
    m_prompt->setObjectName(QStringLiteral("comparePrompt"));
    m_prompt->setAccessibleName(tr("Text that both go on from"));
    m_prompt->setPlaceholderText(tr("Text that both go on from"));
    m_prompt->setTabChangesFocus(true);
    m_result->setObjectName(QStringLiteral("compareResult"));
    m_result->setWordWrap(true);
    m_run->setObjectName(QStringLiteral("compareRun"));
    auto* across = new QHBoxLayout;
    across->addWidget(buildSide(0), 1);
    across->addWidget(buildSide(1), 1);
    auto* buttons = new QDialogButtonBox;
    buttons->addButton(m_run, QDialogButtonBox::ActionRole);
    buttons->addButton(QDialogButtonBox::Close); // in the order of Tab
    auto* down = new QVBoxLayout(this);
    down->addWidget(m_prompt);
    down->addLayout(across, 1);
    down->addWidget(m_result);
    down->addWidget(buttons);
    // What most people compare first.
    m_sides[0].preset->setCurrentIndex(
        m_sides[0].preset->findData(static_cast<int>(Preset::Deterministic)));
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(this, &QDialog::rejected, this, &CompareDialog::stopRequested);
    connect(m_run, &QPushButton::clicked, this, [this] {
        if (m_running) {
            emit stopRequested();
        } else {
            run();
        }
    });
    applyLook();
}

QWidget* CompareDialog::buildSide(int index) {
    Side& side = m_sides[index];
    const QString which = index == 0 ? tr("left") : tr("right");
    auto* widget = new QWidget;
    side = {new QComboBox, new QComboBox, new QComboBox,   new PlayEdit(PlayEdit::Room::Column),
            nullptr,       new QLabel,    new QListWidget, {}};
    side.text = new PlayText(widget);
    side.format->setObjectName(QStringLiteral("compareFormat%1").arg(index));
    side.format->setAccessibleName(tr("Format, %1").arg(which));
    for (const PromptFormat& format : std::as_const(m_formats)) {
        side.format->addItem(formatTitle(format), format.key());
    }
    side.preset->setObjectName(QStringLiteral("comparePreset%1").arg(index));
    side.preset->setAccessibleName(tr("Settings, %1").arg(which));
    side.preset->addItem(tr("As in the panel"), -1);
    for (const Preset preset : kAllPresets) {
        side.preset->addItem(presetName(preset), static_cast<int>(preset));
    }
    side.model->setObjectName(QStringLiteral("compareModel%1").arg(index));
    side.model->setAccessibleName(tr("Model, %1").arg(which));
    side.model->addItems({tr("The open model"), tr("The demo model"), tr("Another file…")});
    connect(side.model, &QComboBox::activated, this,
            [this, index](int row) { chooseModel(index, row); });
    for (QComboBox* box : {side.format, side.preset, side.model}) {
        box->setMinimumContentsLength(6);
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    }
    side.edit->setObjectName(QStringLiteral("compareText%1").arg(index));
    side.edit->setAccessibleName(tr("What came out, %1").arg(which));
    side.edit->setPlaceholderText({});
    side.edit->setReadOnly(true);
    side.edit->setTabChangesFocus(true);
    side.edit->setFrameShape(QFrame::StyledPanel);
    side.edit->setText(side.text);
    side.note->setObjectName(QStringLiteral("compareNote%1").arg(index));
    side.candidates->setObjectName(QStringLiteral("compareCandidates%1").arg(index));
    side.candidates->setAccessibleName(tr("What could have come there, %1").arg(which));
    side.candidates->setMinimumHeight(1);
    auto* top = new QHBoxLayout;
    top->addWidget(side.format, 1);
    top->addWidget(side.preset, 1);
    auto* down = new QVBoxLayout(widget);
    down->setContentsMargins(0, 0, 0, 0);
    down->addLayout(top);
    down->addWidget(side.model);
    down->addWidget(side.edit, 3);
    down->addWidget(side.note);
    down->addWidget(side.candidates, 2);
    return widget;
}

void CompareDialog::setPrompt(const QString& prompt) {
    m_prompt->setPlainText(prompt);
}

void CompareDialog::setOwnFormats(const QList<PromptFormat>& formats) {
    m_formats += formats;
    for (const Side& side : m_sides) {
        for (const PromptFormat& format : formats) {
            side.format->addItem(formatTitle(format), format.key());
        }
    }
}

void CompareDialog::chooseModel(int index, int row) {
    if (row != FileModel) {
        return;
    }
    auto* dialog = new QFileDialog(this, tr("Model to Compare With"));
    dialog->setObjectName(QStringLiteral("compareFileDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    dialog->setNameFilters({tr("Models (*.gguf *.safetensors)"), tr("All files (*)")});
    connect(dialog, &QFileDialog::fileSelected, this, [this, index](const QString& file) {
        m_sides[index].file = file;
        m_sides[index].model->setItemText(FileModel, QFileInfo(file).fileName());
    });
    connect(dialog, &QFileDialog::rejected, this, [this, index] {
        if (m_sides[index].file.isEmpty()) {
            m_sides[index].model->setCurrentIndex(OpenModel);
        }
    });
    dialog->open();
}

CompareSide CompareDialog::chosen(const Side& side) const {
    CompareSide wish;
    wish.format = m_formats.at(side.format->currentIndex());
    const int preset = side.preset->currentData().toInt();
    wish.settings = preset < 0 ? m_settings : withPreset(static_cast<Preset>(preset), m_settings);
    if (side.model->currentIndex() == DemoModel) {
        wish.model = QString();
    } else if (side.model->currentIndex() == FileModel && !side.file.isEmpty()) {
        wish.model = side.file;
    }
    return wish;
}

void CompareDialog::run() {
    for (const Side& side : m_sides) {
        side.text->setPieces({});
        side.note->clear();
        side.candidates->clear();
        side.edit->setExtraSelections({});
    }
    m_result->clear();
    emit compareRequested({m_prompt->toPlainText(), {chosen(m_sides[0]), chosen(m_sides[1])}});
}

// ---- Values in

void CompareDialog::beginSide(int side) {
    m_running = true;
    m_run->setText(tr("Stop"));
    m_sides[side].note->setText(tr("Writing…"));
}

void CompareDialog::addToSide(int side, const QList<TextPiece>& pieces) {
    QTextCursor cursor(m_sides[side].text);
    cursor.movePosition(QTextCursor::End);
    m_sides[side].text->insert(cursor, pieces);
}

void CompareDialog::endSide(int side, const QString& note) {
    m_sides[side].note->setText(note);
}

void CompareDialog::end() {
    m_running = false;
    m_run->setText(tr("Compare"));
    markDifference();
}

void CompareDialog::markDifference() {
    const QList<TextPiece> pieces[2] = {m_sides[0].text->pieces(), m_sides[1].text->pieces()};
    const QList<TokenDetail> tokens[2] = {tokensOf(pieces[0]), tokensOf(pieces[1])};
    if (tokens[0].isEmpty() && tokens[1].isEmpty()) {
        m_result->setText(tr("Nothing was written."));
        return;
    }
    const std::optional<qsizetype> at = firstDifference(tokens[0], tokens[1]);
    if (!at) {
        m_result->setText(
            tr("Both are the same, %n tokens.", nullptr, static_cast<int>(tokens[0].size())));
        return;
    }
    m_result->setText(tr("They differ from token %1 on; the lists show what could have come there.")
                          .arg(QLocale().toString(*at + 1)));
    for (int index = 0; index < 2; ++index) {
        const Side& side = m_sides[index];
        if (*at < tokens[index].size()) {
            const auto place = static_cast<int>(placeOfToken(pieces[index], *at));
            const auto next = static_cast<int>(placeOfToken(pieces[index], *at + 1));
            QTextEdit::ExtraSelection mark;
            mark.cursor = QTextCursor(side.text);
            mark.cursor.setPosition(place);
            mark.cursor.setPosition(std::max(next, place + 1), QTextCursor::KeepAnchor);
            mark.format.setBackground(palette().highlight());
            mark.format.setForeground(palette().highlightedText());
            side.edit->setExtraSelections({mark});
            side.edit->setCursorPosition(place);
            side.edit->ensureCursorVisible();
        }
        showCandidates(side, tokens[index], *at);
    }
}

void CompareDialog::showCandidates(const Side& side, const QList<TokenDetail>& tokens,
                                   qsizetype at) {
    side.candidates->clear();
    if (at >= tokens.size()) {
        side.candidates->addItem(tr("It had ended there"));
        return;
    }
    const TokenDetail& token = tokens.at(at);
    const QLocale locale;
    const auto add = [&](quint32 id, const QString& text, float logprob) {
        auto* item = new QListWidgetItem(
            tr("%1 %   %2")
                .arg(locale.toString(100 * std::exp(static_cast<double>(logprob)), 'f', 1), text));
        if (id == token.id) {
            QFont bold = side.candidates->font();
            bold.setWeight(QFont::Bold);
            item->setFont(bold);
            item->setText(tr("%1   (taken)").arg(item->text()));
        }
        side.candidates->addItem(item);
    };
    bool listed = false;
    for (const TokenAlternative& other :
         token.top.first(std::min<qsizetype>(token.top.size(), kCandidates))) {
        listed = listed || other.id == token.id;
        add(other.id, other.bytes.isEmpty() ? other.text : visibleText(other.bytes), other.logprob);
    }
    if (!listed && !std::isnan(token.logprob)) {
        add(token.id, visibleText(token.bytes), token.logprob);
    }
}

void CompareDialog::applyLook() {
    const int unit = gridUnit(this);
    m_prompt->setFixedHeight(18 * unit);
    layout()->setSpacing(2 * unit);
}

void CompareDialog::changeEvent(QEvent* event) {
    QDialog::changeEvent(event);
    if (event->type() == QEvent::FontChange) {
        applyLook();
    }
}

} // namespace phidelity
