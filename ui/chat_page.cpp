// SPDX-License-Identifier: MIT
#include "ui/chat_page.h"

#include <QApplication>
#include <QEvent>
#include <QHBoxLayout>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "ui/chat_find.h"
#include "ui/composer.h"
#include "ui/context_bar.h"
#include "ui/message_model.h"
#include "ui/message_view.h"
#include "ui/prompt_strip.h"
#include "ui/theme.h"
#include "ui/welcome_page.h"

namespace phidelity {

namespace {

/// As wide as the column of messages and its own frame.
constexpr int kComposerUnits = 172;

} // namespace

ChatPage::ChatPage(QWidget* parent)
    : WorkbenchPage(parent), m_messages(new MessageModel(this)), m_pages(new QStackedWidget),
      m_welcome(new WelcomePage), m_view(new MessageView), m_find(nullptr),
      m_composerRow(new QWidget), m_writing(new QVBoxLayout), m_contextBar(new ContextBar),
      m_promptStrip(new PromptStrip), m_composer(new Composer) {
    setObjectName(QStringLiteral("chatPage"));
    setBackgroundRole(QPalette::Base);
    setAutoFillBackground(true);
    m_view->setModel(m_messages);
    m_find = new ChatFind(m_view, m_messages);
    m_pages->addWidget(m_welcome);
    m_pages->addWidget(m_view);
    auto* composerRow = new QHBoxLayout(m_composerRow);
    composerRow->addStretch(1);
    m_writing->addWidget(m_find);
    m_writing->addWidget(m_contextBar);
    m_writing->addWidget(m_promptStrip);
    m_writing->addWidget(m_composer);
    composerRow->addLayout(m_writing, 1000);
    composerRow->addStretch(1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_pages, 1);
    layout->addWidget(m_composerRow);
    for (const auto signal :
         {&QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved}) {
        connect(m_messages, signal, this, &ChatPage::choosePage);
    }
    connect(m_messages, &QAbstractItemModel::modelReset, this, &ChatPage::choosePage);
    applyLook();
    choosePage();
}

void ChatPage::choosePage() {
    m_pages->setCurrentWidget(m_messages->rowCount() == 0 ? static_cast<QWidget*>(m_welcome)
                                                          : m_view);
}

void ChatPage::setHeading(const QString& heading) {
    m_heading = heading;
    emit headingChanged();
}

void ChatPage::activated() {
    m_composer->focusInput();
}

bool ChatPage::escape() {
    const bool finding = m_find->isVisible();
    // A reply that is being written is stopped before the marks of a search go.
    const bool busy = m_composer->state() == Composer::State::Busy;
    if (finding && m_find->isAncestorOf(QApplication::focusWidget())) {
        m_find->close();
    } else if (m_composer->isEditing()) {
        m_composer->endEditing();
    } else if (finding && !busy) {
        m_find->close();
    } else {
        return false;
    }
    return true;
}

void ChatPage::applyLook() {
    const int unit = gridUnit(this);
    m_composerRow->layout()->setContentsMargins(4 * unit, 0, 4 * unit, 3 * unit);
    m_composerRow->layout()->setSpacing(0);
    m_writing->setSpacing(unit);
    m_composer->setMaximumWidth(kComposerUnits * unit);
    m_find->setMaximumWidth(kComposerUnits * unit);
    m_contextBar->setMaximumWidth(kComposerUnits * unit);
    m_promptStrip->setMaximumWidth(kComposerUnits * unit);
}

void ChatPage::changeEvent(QEvent* event) {
    WorkbenchPage::changeEvent(event);
    if (event->type() == QEvent::FontChange) {
        applyLook();
    }
}

} // namespace phidelity
