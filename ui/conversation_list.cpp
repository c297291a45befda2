// SPDX-License-Identifier: MIT
#include "ui/conversation_list.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QInputDialog>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QPushButton>
#include <QTimerEvent>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/conversation_delegate.h"
#include "ui/conversation_model.h"
#include "ui/icon.h"
#include "ui/theme.h"

namespace phidelity {

namespace {
constexpr int kSearchDelayMs = 120;
constexpr int kUndoMs = 12'000;
} // namespace

ConversationList::ConversationList(QWidget* parent)
    : QWidget(parent), m_new(new QPushButton(tr("New conversation"))), m_search(new QLineEdit),
      m_list(new QListView), m_model(new ConversationModel(this)), m_undoStrip(new QWidget),
      m_undoText(new QLabel), m_undo(new QToolButton), m_trash(new QToolButton) {
    setObjectName(QStringLiteral("conversationList"));
    setAccessibleName(tr("Conversations"));
    auto* layout = new QVBoxLayout(this);
    buildTop();
    m_list->setObjectName(QStringLiteral("conversations"));
    m_list->setAccessibleName(tr("Conversations"));
    m_list->setModel(m_model);
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_list->viewport()->setAutoFillBackground(false);
    m_list->setItemDelegate(new ConversationDelegate(m_list));
    m_list->setMouseTracking(true);
    m_list->setEditTriggers(QAbstractItemView::EditKeyPressed);
    m_list->setContextMenuPolicy(Qt::CustomContextMenu);
    m_list->installEventFilter(this);
    layout->addWidget(m_list, 1);
    buildBottom();

    connect(m_list, &QListView::clicked, this, &ConversationList::activate);
    connect(m_list, &QListView::activated, this, &ConversationList::activate);
    connect(m_list, &QWidget::customContextMenuRequested, this, &ConversationList::openMenu);
    connect(m_model, &ConversationModel::renamed, this, &ConversationList::renamed);
    connect(m_model, &ConversationModel::folderRenamed, this, &ConversationList::folderRenamed);
    applyLook();
}

void ConversationList::buildTop() {
    m_new->setObjectName(QStringLiteral("newConversation"));
    m_new->setIcon(icon(QStringLiteral("new")));
    m_new->setAutoDefault(false);
    m_new->setToolTip(tr("Begin a new conversation; this one stays in the list (Ctrl+N)"));
    m_search->setObjectName(QStringLiteral("conversationSearch"));
    m_search->setAccessibleName(tr("Search all conversations"));
    m_search->setPlaceholderText(tr("Search"));
    m_search->setToolTip(tr("Search all conversations (Ctrl+Shift+F)"));
    m_search->setClearButtonEnabled(true);
    m_search->addAction(icon(QStringLiteral("search")), QLineEdit::LeadingPosition);
    m_search->installEventFilter(this);
    layout()->addWidget(m_new);
    layout()->addWidget(m_search);
    connect(m_new, &QPushButton::clicked, this, &ConversationList::newRequested);
    connect(m_search, &QLineEdit::textChanged, this, &ConversationList::searchChanged);
}

void ConversationList::buildBottom() {
    m_undoStrip->setObjectName(QStringLiteral("undoStrip"));
    m_undoStrip->hide();
    m_undoText->setTextFormat(Qt::PlainText);
    m_undoText->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_undo->setObjectName(QStringLiteral("undoTrash"));
    m_undo->setText(tr("Undo"));
    m_undo->setFocusPolicy(Qt::TabFocus);
    auto* strip = new QHBoxLayout(m_undoStrip);
    strip->setContentsMargins(0, 0, 0, 0);
    strip->addWidget(m_undoText, 1);
    strip->addWidget(m_undo);
    m_trash->setObjectName(QStringLiteral("showTrash"));
    m_trash->setIcon(icon(QStringLiteral("trash")));
    m_trash->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_trash->setAutoRaise(true);
    m_trash->setCheckable(true);
    m_trash->setFocusPolicy(Qt::TabFocus);
    m_trash->hide();
    layout()->addWidget(m_undoStrip);
    layout()->addWidget(m_trash);
    connect(m_undo, &QToolButton::clicked, this, [this] {
        m_undoStrip->hide();
        emit restored(m_undoId);
    });
    connect(m_trash, &QToolButton::toggled, this, &ConversationList::showTrash);
}

// ---- Values in

void ConversationList::setConversations(const QList<ConversationInfo>& conversations,
                                        const QStringList& folders, const QString& current) {
    m_model->setConversations(conversations, folders);
    m_current = current;
    const qsizetype inTrash = m_model->trashCount();
    m_trash->setText(tr("Trash (%1)").arg(inTrash));
    m_trash->setVisible(inTrash > 0 || m_trash->isChecked());
    showCurrent();
}

void ConversationList::showCurrent() {
    if (m_model->mode() == ConversationModel::Mode::Search) {
        return;
    }
    const int row = m_model->rowOfConversation(m_current);
    m_list->setCurrentIndex(row < 0 ? QModelIndex() : m_model->index(row, 0));
}

void ConversationList::showFound(const Found& found) {
    if (found.text == m_search->text()) {
        m_model->setFound(found);
        m_list->scrollToTop();
    }
}

// ---- Search

void ConversationList::focusSearch() {
    m_search->setFocus(Qt::ShortcutFocusReason);
    m_search->selectAll();
}

void ConversationList::searchChanged(const QString& text) {
    if (text.trimmed().isEmpty()) {
        m_searchDelay.stop();
        m_model->setMode(m_trash->isChecked() ? ConversationModel::Mode::Trash
                                              : ConversationModel::Mode::All);
        showCurrent();
        emit searchEnded();
    } else {
        m_searchDelay.start(kSearchDelayMs, this);
    }
}

void ConversationList::timerEvent(QTimerEvent* event) {
    if (event->timerId() == m_searchDelay.timerId()) {
        m_searchDelay.stop();
        m_model->setFound({});
        m_model->setMode(ConversationModel::Mode::Search);
        emit searchRequested(m_search->text());
    } else if (event->timerId() == m_undoTime.timerId()) {
        m_undoTime.stop();
        m_undoStrip->hide();
    }
}

bool ConversationList::eventFilter(QObject* watched, QEvent* event) {
    const bool isPress = event->type() == QEvent::KeyPress;
    if (!isPress && event->type() != QEvent::ShortcutOverride) {
        return QWidget::eventFilter(watched, event);
    }
    const auto* key = static_cast<QKeyEvent*>(event);
    if (!isPress) {
        // Escape leaves the search before it stops a reply.
        if (watched == m_search && key->key() == Qt::Key_Escape && !m_search->text().isEmpty()) {
            event->accept();
        }
        return QWidget::eventFilter(watched, event);
    }
    if (watched == m_search && key->key() == Qt::Key_Escape && !m_search->text().isEmpty()) {
        m_search->clear();
        return true;
    }
    if (watched == m_search && (key->key() == Qt::Key_Down || key->key() == Qt::Key_Return)) {
        m_list->setFocus(Qt::TabFocusReason);
        m_list->setCurrentIndex(m_model->index(0, 0));
        if (key->key() == Qt::Key_Return) {
            activate(m_list->currentIndex());
        }
        return true;
    }
    const QModelIndex index = m_list->currentIndex();
    if (watched == m_list && key->key() == Qt::Key_Delete && index.isValid()) {
        if (index.data(ConversationModel::KindRole).toInt() ==
            static_cast<int>(ConversationModel::Kind::Conversation)) {
            const QString id = index.data(ConversationModel::IdRole).toString();
            const QString title = index.data().toString();
            if (m_model->mode() == ConversationModel::Mode::Trash) {
                askToErase({id}, tr("Delete “%1” for good?").arg(title));
            } else {
                trash(id, title);
            }
        }
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

// ---- What the user does

void ConversationList::activate(const QModelIndex& index) {
    const QString id = index.data(ConversationModel::IdRole).toString();
    switch (static_cast<ConversationModel::Kind>(index.data(ConversationModel::KindRole).toInt())) {
    case ConversationModel::Kind::Folder:
        m_model->toggleFolder(id);
        break;
    case ConversationModel::Kind::Hit:
        emit hitChosen(id, index.data(ConversationModel::NodeRole).toUInt(), m_search->text());
        break;
    case ConversationModel::Kind::Conversation:
        if (m_model->mode() != ConversationModel::Mode::Trash) {
            emit selected(id);
        }
        break;
    case ConversationModel::Kind::Heading:
    case ConversationModel::Kind::Remark:
        break;
    }
}

void ConversationList::trash(const QString& id, const QString& title) {
    m_undoId = id;
    m_undoText->setText(m_undoText->fontMetrics().elidedText(
        tr("“%1” is in the trash").arg(title), Qt::ElideMiddle, width() - 24 * gridUnit(this)));
    m_undoStrip->show();
    m_undoTime.start(kUndoMs, this);
    emit trashed(id);
}

void ConversationList::showTrash(bool shown) {
    m_search->clear();
    m_model->setMode(shown ? ConversationModel::Mode::Trash : ConversationModel::Mode::All);
    m_trash->setVisible(shown || m_model->trashCount() > 0);
    showCurrent();
}

void ConversationList::applyLook() {
    const int unit = gridUnit(this);
    layout()->setContentsMargins(3 * unit, 3 * unit, 3 * unit, 2 * unit);
    layout()->setSpacing(2 * unit);
    m_new->setMinimumHeight(8 * unit);
    m_search->setMinimumHeight(7 * unit + unit / 2);
    QPalette palette = this->palette();
    palette.setColor(QPalette::Base, Qt::transparent);
    m_list->setPalette(palette);
    m_undoText->setFont(scaledFont(font(), 0.92));
    m_trash->setFont(scaledFont(font(), 0.92));
    setMinimumWidth(60 * unit);
}

void ConversationList::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::PaletteChange) {
        applyLook();
    }
}

} // namespace phidelity
