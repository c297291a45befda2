// SPDX-License-Identifier: MIT
#include "ui/notice_bar.h"

#include <QEvent>
#include <QGridLayout>
#include <QLabel>
#include <QPainter>
#include <QToolButton>

#include "ui/icon.h"
#include "ui/theme.h"

namespace phidelity {

NoticeBar::NoticeBar(QWidget* parent)
    : QFrame(parent), m_symbol(new QLabel), m_sentence(new QLabel), m_detail(new QLabel),
      m_offers(new QVBoxLayout), m_more(new QToolButton), m_close(new QToolButton) {
    setObjectName(QStringLiteral("noticeBar"));
    setAccessibleName(tr("Notice"));
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
    m_sentence->setObjectName(QStringLiteral("noticeSentence"));
    m_detail->setObjectName(QStringLiteral("noticeDetail"));
    m_more->setObjectName(QStringLiteral("noticeDetails"));
    m_close->setObjectName(QStringLiteral("noticeClose"));
    for (QLabel* label : {m_sentence, m_detail}) {
        label->setWordWrap(true);
        label->setTextFormat(Qt::PlainText);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
        // Long paths have no spaces; they must not widen the window.
        label->setMinimumWidth(1);
        label->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Minimum);
    }
    m_more->setText(tr("Details"));
    m_more->setCheckable(true);
    m_more->setAutoRaise(true);
    m_more->setFocusPolicy(Qt::StrongFocus);
    m_close->setIcon(icon(QStringLiteral("close")));
    m_close->setAutoRaise(true);
    m_close->setToolTip(tr("Dismiss"));
    m_close->setAccessibleName(tr("Dismiss"));
    m_close->setFocusPolicy(Qt::StrongFocus);

    auto* layout = new QGridLayout(this);
    layout->addWidget(m_symbol, 0, 0, Qt::AlignTop);
    layout->addWidget(m_sentence, 0, 1);
    layout->addWidget(m_more, 0, 2, Qt::AlignTop);
    layout->addWidget(m_close, 0, 3, Qt::AlignTop);
    layout->addLayout(m_offers, 1, 1, 1, 3);
    layout->addWidget(m_detail, 2, 1, 1, 3);
    layout->setColumnStretch(1, 1);
    connect(m_close, &QToolButton::clicked, this, &NoticeBar::dismiss);
    connect(m_more, &QToolButton::toggled, m_detail, &QWidget::setVisible);
    applyLook();
    hide();
}

void NoticeBar::showNotice(const QString& sentence, const QString& detail) {
    m_sentence->setText(sentence);
    m_detail->setText(detail);
    m_more->setChecked(false);
    m_more->setVisible(!detail.isEmpty());
    m_detail->hide();
    clearOffers();
    setAccessibleDescription(sentence);
    show();
}

QAbstractButton* NoticeBar::offer(const QString& action) {
    auto* button = new QToolButton;
    button->setText(action);
    button->setFocusPolicy(Qt::StrongFocus);
    m_offers->addWidget(button, 0, Qt::AlignLeft);
    return button;
}

void NoticeBar::clearOffers() {
    while (QLayoutItem* item = m_offers->takeAt(0)) {
        item->widget()->hide();
        item->widget()->deleteLater(); // it may be the one that was clicked
        delete item;
    }
}

QString NoticeBar::sentence() const {
    return m_sentence->text();
}

void NoticeBar::dismiss() {
    hide();
}

void NoticeBar::applyLook() {
    const int unit = gridUnit(this);
    const Shades shades = shadesOf(palette());
    layout()->setContentsMargins(3 * unit, 2 * unit, 2 * unit, 2 * unit);
    static_cast<QGridLayout*>(layout())->setHorizontalSpacing(2 * unit);
    static_cast<QGridLayout*>(layout())->setVerticalSpacing(unit);
    m_offers->setSpacing(unit);
    const int side = fontMetrics().height();
    m_symbol->setPixmap(icon(QStringLiteral("warning")).pixmap(side, side));
    m_symbol->setContentsMargins(0, unit, 0, 0);
    m_sentence->setContentsMargins(0, unit, 0, unit);
    setTextColor(m_detail, palette(),
                 readableOn(mixed(shades.page, shades.danger, 0.12), shades.dimText));
    m_detail->setFont(codeFont(font()));
}

void NoticeBar::changeEvent(QEvent* event) {
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        applyLook();
    }
}

void NoticeBar::paintEvent(QPaintEvent*) {
    const Shades shades = shadesOf(palette());
    const int unit = gridUnit(this);
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(mixed(shades.page, shades.danger, 0.12));
    painter.setPen(QPen(mixed(shades.page, shades.danger, 0.4), 1));
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 2 * unit, 2 * unit);
}

} // namespace phidelity
