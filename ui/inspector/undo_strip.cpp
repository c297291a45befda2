// SPDX-License-Identifier: MIT
#include "ui/inspector/undo_strip.h"

#include <utility>

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QTimerEvent>

#include "ui/theme.h"

namespace phidelity {

namespace {

constexpr int kOfferedMs = 12'000;

} // namespace

UndoStrip::UndoStrip(QWidget* parent)
    : QWidget(parent), m_text(new QLabel), m_undo(new QPushButton(tr("&Undo"))) {
    setObjectName(QStringLiteral("branchUndoStrip"));
    m_text->setTextFormat(Qt::PlainText);
    m_undo->setObjectName(QStringLiteral("branchUndo"));
    m_undo->setAutoDefault(false);
    auto* across = new QHBoxLayout(this);
    const int unit = gridUnit(this);
    across->setContentsMargins(unit, unit, 0, 0);
    across->addWidget(m_text, 1);
    across->addWidget(m_undo);
    connect(m_undo, &QPushButton::clicked, this, [this] {
        const NodeId node = m_node;
        dismiss();
        emit undone(node);
    });
    hide();
}

void UndoStrip::offer(NodeId node, const QString& sentence) {
    m_node = node;
    m_text->setText(sentence);
    m_time.start(kOfferedMs, this);
    show();
}

void UndoStrip::dismiss() {
    m_node = 0;
    m_time.stop();
    hide();
}

void UndoStrip::timerEvent(QTimerEvent* event) {
    if (event->timerId() == m_time.timerId()) {
        dismiss();
    } else {
        QWidget::timerEvent(event);
    }
}

} // namespace phidelity
