// SPDX-License-Identifier: MIT
#include "ui/composer.h"

#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QMouseEvent>
#include <QPainter>
#include <QTimerEvent>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/calm_wheel.h"
#include "ui/composer_edit.h"
#include "ui/icon.h"
#include "ui/round_button.h"
#include "ui/theme.h"

namespace phidelity {

namespace {

constexpr int kDraftMs = 250;

QString placeholderOf(const PromptFormat& format) {
    switch (format.like()) {
    case FormatId::Qa:
        return Composer::tr("Ask a question or give an instruction");
    case FormatId::Code:
        return Composer::tr("Write a Python signature and docstring");
    case FormatId::Raw:
        return Composer::tr("Begin a text, the model goes on with it");
    case FormatId::Chat:
        break;
    }
    return Composer::tr("Write a message");
}

} // namespace

Composer::Composer(QWidget* parent)
    : QWidget(parent), m_editing(new QWidget), m_editingText(new QLabel),
      m_endEditing(new QToolButton), m_edit(new ComposerEdit), m_formats(new QComboBox),
      m_hint(new QLabel), m_button(new RoundButton) {
    setObjectName(QStringLiteral("composer"));
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    m_edit->setObjectName(QStringLiteral("composerEdit"));
    m_edit->setAccessibleName(tr("Message"));
    m_edit->setAccessibleDescription(tr("Enter sends, Shift+Enter begins a new line"));
    m_formats->setObjectName(QStringLiteral("formatChooser"));
    m_formats->setAccessibleName(tr("Prompt format"));
    m_formats->setToolTip(tr("How your text is put to the model"));
    ignoreWheelWithoutFocus(m_formats);
    m_formats->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_formats->setMaximumWidth(72 * gridUnit(this));
    fillFormats();
    m_hint->setObjectName(QStringLiteral("formatHint"));
    m_hint->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_button->setObjectName(QStringLiteral("sendButton"));

    auto* tools = new QHBoxLayout;
    tools->addWidget(m_formats);
    tools->addWidget(m_hint, 1);
    tools->addWidget(m_button);
    m_editing->setObjectName(QStringLiteral("editingStrip"));
    m_editing->hide();
    m_endEditing->setObjectName(QStringLiteral("endEditing"));
    m_endEditing->setIcon(icon(QStringLiteral("close")));
    m_endEditing->setAutoRaise(true);
    m_endEditing->setToolTip(tr("Leave the message as it is (Esc)"));
    m_endEditing->setAccessibleName(tr("Leave the message as it is"));
    auto* strip = new QHBoxLayout(m_editing);
    strip->setContentsMargins(0, 0, 0, 0);
    m_editingText->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    strip->addWidget(m_editingText, 1);
    strip->addWidget(m_endEditing);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_editing);
    layout->addWidget(m_edit);
    layout->addLayout(tools);
    applySpacing();
    setTabOrder(m_edit, m_formats);
    setTabOrder(m_formats, m_button);

    connect(m_endEditing, &QToolButton::clicked, this, &Composer::endEditing);
    connect(m_edit, &ComposerEdit::submitted, this, &Composer::submit);
    connect(m_edit, &ComposerEdit::focusChanged, this, [this] {
        update();
        tellDraft();
    });
    connect(m_edit, &QPlainTextEdit::textChanged, this, [this] {
        if (!isEditing()) {
            m_draftTimer.start(kDraftMs, this);
        }
    });
    connect(m_edit, &ComposerEdit::recallRequested, this,
            [this] { m_edit->replaceText(m_recall); });
    connect(m_edit, &QPlainTextEdit::textChanged, this, &Composer::showState);
    connect(m_edit, &QPlainTextEdit::textChanged, this,
            [this] { emit textChanged(m_edit->text(), m_editedRow); });
    connect(m_button, &QToolButton::clicked, this, [this] {
        if (m_state == State::Busy) {
            emit stopRequested();
        } else {
            submit();
        }
    });
    connect(m_formats, &QComboBox::activated, this, &Composer::chooseFormat);
    showFormat();
    showState();
}

void Composer::applySpacing() {
    const int unit = gridUnit(this);
    layout()->setContentsMargins(4 * unit, 3 * unit, 2 * unit + unit / 2, 2 * unit + unit / 2);
    layout()->setSpacing(2 * unit);
    m_edit->setFont(scaledFont(font(), 1.08));
    QPalette edit = palette();
    edit.setColor(QPalette::Base, Qt::transparent);
    m_edit->setPalette(edit);
    m_hint->setFont(scaledFont(font(), 0.92));
    m_editingText->setFont(m_hint->font());
    for (QLabel* label : {m_hint, m_editingText}) {
        setTextColor(label, palette(), shadesOf(palette()).dimText);
    }
}

void Composer::setState(State state) {
    m_state = state;
    showState();
}

void Composer::showState() {
    const bool busy = m_state == State::Busy;
    m_button->setIcon(icon(busy ? QStringLiteral("stop") : QStringLiteral("send")));
    const QString text = busy ? tr("Stop (Esc)") : tr("Send (Enter)");
    m_button->setToolTip(text);
    m_button->setAccessibleName(busy ? tr("Stop") : tr("Send"));
    m_button->setEnabled(busy || !m_edit->document()->isEmpty());
}

void Composer::setFormat(const PromptFormat& format) {
    m_format = format;
    fillFormats();
    showFormat();
}

void Composer::setOwnFormats(const QList<PromptFormat>& formats) {
    m_ownFormats = formats;
    fillFormats();
}

void Composer::fillFormats() {
    m_formats->clear();
    m_choices.clear();
    const auto add = [this](const PromptFormat& format, const QString& title) {
        m_choices.append(format);
        m_formats->addItem(title, format.key());
        m_formats->setItemData(m_formats->count() - 1, formatHint(format), Qt::ToolTipRole);
    };
    for (const FormatId format : kFormats) {
        add(format, formatTitle(format));
    }
    for (const PromptFormat& format : std::as_const(m_ownFormats)) {
        add(format, formatTitle(format));
    }
    if (!m_choices.contains(m_format)) {
        // Changed or deleted since, or made elsewhere; what was written with it goes on with it.
        add(m_format, m_format.isOwn() ? tr("%1 (of this conversation)").arg(formatTitle(m_format))
                                       : formatTitle(m_format));
    }
    m_formats->insertSeparator(m_formats->count());
    m_formats->addItem(tr("Own formats…"));
    m_formats->setCurrentIndex(static_cast<int>(m_choices.indexOf(m_format)));
}

void Composer::chooseFormat(int index) {
    if (index < m_choices.size()) {
        m_format = m_choices.at(index);
        showFormat();
        emit formatChosen(m_format);
        return;
    }
    m_formats->setCurrentIndex(static_cast<int>(m_choices.indexOf(m_format)));
    emit formatsRequested();
}

void Composer::showFormat() {
    m_edit->setPlaceholderText(placeholderOf(m_format));
    fitHint();
}

void Composer::fitHint() {
    const QString hint = formatHint(m_format);
    const int width = m_hint->width() - 2;
    const QFontMetrics metrics(m_hint->font());
    // Half a sentence tells nothing: shown whole or only as a tip.
    m_hint->setText(metrics.horizontalAdvance(hint) <= width ? hint : QString());
    m_hint->setToolTip(hint);
    m_formats->setToolTip(hint);
}

QString Composer::text() const {
    return m_edit->text();
}

void Composer::setText(const QString& text) {
    m_edit->replaceText(text);
}

void Composer::setDraft(const QString& text) {
    endEditing();
    m_edit->replaceText(text);
    m_draftTimer.stop();
}

void Composer::tellDraft() {
    if (m_draftTimer.isActive()) {
        m_draftTimer.stop();
        emit draftChanged(m_edit->text());
    }
}

void Composer::timerEvent(QTimerEvent* event) {
    if (event->timerId() == m_draftTimer.timerId()) {
        tellDraft();
    }
}

void Composer::focusInput() {
    m_edit->setFocus(Qt::ShortcutFocusReason);
}

void Composer::typeText(const QString& text) {
    focusInput();
    m_edit->insertPlainText(text);
}

void Composer::submit() {
    const QString text = m_edit->text();
    if (m_state == State::Busy || text.trimmed().isEmpty()) {
        return;
    }
    if (isEditing()) {
        const int row = m_editedRow;
        endEditing();
        emit edited(row, text);
        return;
    }
    m_recall = text;
    m_edit->replaceText({});
    tellDraft();
    emit submitted(text);
}

void Composer::beginEditing(int row, const QString& text, Speaker speaker) {
    if (!isEditing()) {
        tellDraft();
        m_draft = m_edit->text();
    }
    m_editedRow = row;
    m_editingText->setText(speaker == Speaker::User
                               ? tr("Editing your message: the old one stays beside it")
                               : tr("Editing the reply: the old one stays beside it"));
    m_editing->show();
    m_edit->replaceText(text);
    m_edit->moveCursor(QTextCursor::End);
    focusInput();
}

void Composer::endEditing() {
    if (isEditing()) {
        m_editedRow = -1;
        m_editing->hide();
        m_edit->replaceText(std::exchange(m_draft, {}));
    }
}

void Composer::paintEvent(QPaintEvent*) {
    const Shades shades = shadesOf(palette());
    const int unit = gridUnit(this);
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(shades.dark ? mixed(shades.page, shades.text, 0.04) : shades.page);
    const bool focused = m_edit->hasFocus();
    const double line = focused ? 2 : 1;
    painter.setPen(QPen(focused ? shades.accent : shades.edge, line));
    painter.drawRoundedRect(insideEdge(rect(), line), 3 * unit, 3 * unit);
}

void Composer::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        applySpacing();
        fitHint();
        update();
    }
}

void Composer::mousePressEvent(QMouseEvent*) {
    m_edit->setFocus(Qt::MouseFocusReason);
}

void Composer::resizeEvent(QResizeEvent*) {
    // The hint is as wide as the layout leaves it, which is known after this event.
    layout()->activate();
    fitHint();
}

} // namespace phidelity
