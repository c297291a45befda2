// SPDX-License-Identifier: MIT
#include "ui/conversation_list.h"

#include <QEvent>
#include <QListWidget>
#include <QPushButton>
#include <QSignalBlocker>
#include <QVBoxLayout>

#include "ui/conversation_delegate.h"
#include "ui/icon.h"
#include "ui/plain_tip.h"
#include "ui/theme.h"

namespace phidelity {

ConversationList::ConversationList(QWidget* parent)
    : QWidget(parent), m_new(new QPushButton(tr("New conversation"))), m_list(new QListWidget) {
    setObjectName(QStringLiteral("conversationList"));
    setAccessibleName(tr("Conversations"));
    m_new->setObjectName(QStringLiteral("newConversation"));
    m_new->setIcon(icon(QStringLiteral("new")));
    m_new->setAutoDefault(false);
    m_new->setToolTip(tr("Begin a new conversation; this one stays in the list (Ctrl+N)"));
    m_list->setObjectName(QStringLiteral("conversations"));
    m_list->setAccessibleName(tr("Conversations of this session"));
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setTextElideMode(Qt::ElideRight);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->viewport()->setAutoFillBackground(false);
    m_list->setUniformItemSizes(true);
    m_list->setItemDelegate(new ConversationDelegate(m_list));
    m_list->setMouseTracking(true);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_new);
    layout->addWidget(m_list, 1);
    connect(m_new, &QPushButton::clicked, this, &ConversationList::newRequested);
    connect(m_list, &QListWidget::currentItemChanged, this, [this](const QListWidgetItem* item) {
        if (item) {
            emit selected(item->data(Qt::UserRole).toString());
        }
    });
    applyLook();
}

void ConversationList::setConversations(const QList<ConversationInfo>& conversations,
                                        const QStringList&, const QString& current) {
    const QSignalBlocker quiet(m_list);
    int row = 0;
    int currentRow = -1;
    for (const ConversationInfo& info : conversations) {
        if (info.trashedMs != 0) {
            continue;
        }
        if (row >= m_list->count()) {
            m_list->addItem(new QListWidgetItem);
        }
        QListWidgetItem* item = m_list->item(row);
        item->setText(info.title);
        item->setToolTip(plainTip(info.title));
        item->setData(Qt::UserRole, info.id);
        item->setSizeHint(QSize(0, 8 * gridUnit(this)));
        if (info.id == current) {
            currentRow = row;
        }
        ++row;
    }
    while (m_list->count() > row) {
        delete m_list->takeItem(m_list->count() - 1);
    }
    m_list->setCurrentRow(currentRow);
}

void ConversationList::applyLook() {
    const int unit = gridUnit(this);
    layout()->setContentsMargins(3 * unit, 3 * unit, 3 * unit, 3 * unit);
    layout()->setSpacing(3 * unit);
    m_new->setMinimumHeight(8 * unit);
    for (int row = 0; row < m_list->count(); ++row) {
        m_list->item(row)->setSizeHint(QSize(0, 8 * unit));
    }
    QPalette palette = this->palette();
    palette.setColor(QPalette::Base, Qt::transparent);
    m_list->setPalette(palette);
    setFixedWidth(54 * unit);
}

void ConversationList::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::PaletteChange) {
        applyLook();
    }
}

} // namespace phidelity
