// SPDX-License-Identifier: MIT
#include "ui/prompt_strip.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>

#include "ui/icon.h"
#include "ui/link_label.h"
#include "ui/plain_tip.h"
#include "ui/theme.h"

namespace phidelity {

PromptStrip::PromptStrip(QWidget* parent)
    : QWidget(parent), m_symbol(new QLabel), m_text(new LinkLabel) {
    setObjectName(QStringLiteral("promptStrip"));
    m_text->setObjectName(QStringLiteral("promptWarning"));
    m_text->setTextFormat(Qt::PlainText);
    m_text->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_text->setAccessibleDescription(tr("Press Enter to see the prompt"));
    auto* layout = new QHBoxLayout(this);
    layout->addWidget(m_symbol);
    layout->addWidget(m_text, 1);
    connect(m_text, &LinkLabel::activated, this, &PromptStrip::activated);
    applyLook();
    hide();
}

void PromptStrip::setWarnings(const QList<PromptWarning>& warnings) {
    QStringList sentences;
    for (const PromptWarning& warning : warnings) {
        if (!warning.earlier) {
            sentences.append(warning.sentence);
        }
    }
    setVisible(!sentences.isEmpty());
    m_sentence = sentences.size() > 1
                     ? tr("%1 And %n more.", nullptr, static_cast<int>(sentences.size()) - 1)
                           .arg(sentences.front())
                     : sentences.value(0);
    m_text->setAccessibleName(m_sentence);
    m_text->setToolTip(plainTip(sentences.join(u'\n')));
    fit();
}

void PromptStrip::fit() {
    m_text->setText(
        QFontMetrics(m_text->font()).elidedText(m_sentence, Qt::ElideRight, m_text->width() - 2));
}

void PromptStrip::applyLook() {
    const int unit = gridUnit(this);
    layout()->setContentsMargins(4 * unit, unit, 2 * unit, unit);
    layout()->setSpacing(2 * unit);
    m_text->setFont(scaledFont(font(), 0.92));
    setTextColor(m_text, palette(), shadesOf(palette()).warning);
    const int side = QFontMetrics(m_text->font()).height();
    m_symbol->setPixmap(icon(QStringLiteral("warning")).pixmap(side, side));
    fit();
}

void PromptStrip::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        applyLook();
    }
}

void PromptStrip::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    layout()->activate();
    fit();
}

} // namespace phidelity
