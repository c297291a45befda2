// SPDX-License-Identifier: MIT
#include "ui/inspector/token_facts.h"

#include <cmath>

#include <QEvent>
#include <QFormLayout>
#include <QLabel>
#include <QLocale>
#include <QVBoxLayout>

#include "ui/inspector/token_words.h"
#include "ui/theme.h"

namespace phidelity {

TokenFacts::TokenFacts(QWidget* parent)
    : QWidget(parent), m_text(new QLabel), m_sentence(new QLabel), m_rows(new QFormLayout) {
    setObjectName(QStringLiteral("tokenFacts"));
    m_text->setObjectName(QStringLiteral("tokenText"));
    m_sentence->setObjectName(QStringLiteral("tokenSentence"));
    for (QLabel* label : {m_text, m_sentence}) {
        label->setTextFormat(Qt::PlainText);
        label->setWordWrap(true);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    }
    m_rows->setContentsMargins(0, 0, 0, 0);
    m_rows->setRowWrapPolicy(QFormLayout::WrapLongRows);
    m_id = addRow("tokenId", tr("Id"));
    m_bytes = addRow("tokenBytes", tr("Bytes"));
    m_logprob = addRow("tokenLogprob", tr("Log-probability"));
    m_uncertainty = addRow("tokenUncertainty", tr("Uncertainty"));
    m_chain = addRow("tokenChain", tr("After your settings"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_text);
    layout->addWidget(m_sentence);
    layout->addLayout(m_rows);
    applyLook();
    clear();
}

QLabel* TokenFacts::addRow(const char* name, const QString& title) {
    auto* value = new QLabel;
    value->setObjectName(QLatin1String(name));
    value->setTextFormat(Qt::PlainText);
    value->setWordWrap(true);
    value->setTextInteractionFlags(Qt::TextSelectableByMouse);
    value->setAccessibleName(title);
    m_rows->addRow(title, value);
    return value;
}

void TokenFacts::setRow(QLabel* row, const QString& text) {
    row->setText(text);
    row->setVisible(!text.isEmpty());
    m_rows->labelForField(row)->setVisible(!text.isEmpty());
}

void TokenFacts::showToken(const TokenDetail& token, int index, int count) {
    const QLocale locale;
    m_text->setText(
        tr("“%1”   token %2 of %3")
            .arg(tokenLabel(token.bytes), locale.toString(index + 1), locale.toString(count)));
    m_sentence->setText(tokenSentence(token));
    setRow(m_id, QString::number(token.id));
    setRow(m_bytes, bytesInHex(token.bytes));
    const auto logprob = static_cast<double>(token.logprob);
    setRow(m_logprob, std::isnan(logprob) ? QString()
                                          : tr("%1 (natural); perplexity %2")
                                                .arg(locale.toString(logprob, 'f', 3),
                                                     locale.toString(std::exp(-logprob), 'g', 3)));
    setRow(m_uncertainty,
           std::isnan(token.entropy)
               ? QString()
               : tr("%1 (entropy %2 nats)")
                     .arg(uncertaintyWords(token.entropy),
                          locale.toString(static_cast<double>(token.entropy), 'f', 2)));
    setRow(m_chain, std::isnan(token.chainProbability)
                        ? QString()
                        : probabilityWords(static_cast<double>(token.chainProbability)));
    show();
}

void TokenFacts::clear() {
    hide();
}

void TokenFacts::applyLook() {
    const int unit = gridUnit(this);
    layout()->setSpacing(unit);
    m_rows->setHorizontalSpacing(3 * unit);
    m_rows->setVerticalSpacing(unit / 2);
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    m_text->setFont(bold);
    const Shades shades = shadesOf(palette());
    for (QLabel* row : {m_id, m_bytes, m_logprob, m_uncertainty, m_chain}) {
        setTextColor(m_rows->labelForField(row), palette(), shades.dimText);
    }
}

void TokenFacts::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        applyLook();
    }
}

} // namespace phidelity
