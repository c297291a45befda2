// SPDX-License-Identifier: MIT
// The context menus of the list of conversations.
#include <QInputDialog>
#include <QListView>
#include <QMenu>
#include <QMessageBox>
#include <QPushButton>

#include "ui/conversation_list.h"
#include "ui/conversation_model.h"

namespace phidelity {

void ConversationList::openMenu(const QPoint& point) {
    // By the menu key it is about the row that has the focus.
    QModelIndex index = m_list->indexAt(point);
    if (!index.isValid()) {
        index = m_list->currentIndex();
    }
    QMenu menu(this);
    menu.setObjectName(QStringLiteral("conversationMenu"));
    fillMenu(menu, index);
    if (!menu.isEmpty()) {
        menu.exec(m_list->viewport()->mapToGlobal(point));
    }
}

void ConversationList::fillMenu(QMenu& menu, const QModelIndex& index) {
    using Kind = ConversationModel::Kind;
    const auto kind = static_cast<Kind>(index.data(ConversationModel::KindRole).toInt());
    const QString id = index.data(ConversationModel::IdRole).toString();
    if (!index.isValid() || kind == Kind::Remark || kind == Kind::Hit) {
        return;
    }
    if (m_model->mode() == ConversationModel::Mode::Trash) {
        fillTrashMenu(menu, kind == Kind::Conversation ? id : QString(), index.data().toString());
        return;
    }
    if (kind == Kind::Heading) {
        return;
    }
    QAction* rename = menu.addAction(tr("Rename"), this, [this, index] { m_list->edit(index); });
    rename->setShortcut(QKeySequence(Qt::Key_F2));
    if (kind == Kind::Folder) {
        menu.addAction(tr("Remove Folder (Keep Conversations)"), this,
                       [this, id] { emit folderErased(id); });
        return;
    }
    const bool isPinned = index.data(ConversationModel::PinnedRole).toBool();
    menu.addAction(isPinned ? tr("Unpin") : tr("Pin"), this,
                   [this, id, isPinned] { emit pinned(id, !isPinned); });
    addMoveMenu(menu, id, index.data(ConversationModel::FolderRole).toString());
    menu.addSeparator();
    QAction* remove =
        menu.addAction(tr("Move to Trash"), this,
                       [this, id, title = index.data().toString()] { trash(id, title); });
    remove->setShortcut(QKeySequence::Delete);
}

void ConversationList::addMoveMenu(QMenu& menu, const QString& id, const QString& folder) {
    QMenu* into = menu.addMenu(tr("Move to Folder"));
    QAction* none = into->addAction(tr("No Folder"), this, [this, id] { emit moved(id, {}); });
    none->setCheckable(true);
    none->setChecked(folder.isEmpty());
    for (const QString& name : m_model->folders()) {
        QAction* action = into->addAction(QString(name).replace(u'&', QLatin1String("&&")), this,
                                          [this, id, name] { emit moved(id, name); });
        action->setCheckable(true);
        action->setChecked(name == folder);
    }
    into->addSeparator();
    into->addAction(tr("New Folder…"), this, [this, id] {
        auto* dialog = new QInputDialog(this);
        dialog->setObjectName(QStringLiteral("newFolderDialog"));
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->setWindowTitle(tr("New Folder"));
        dialog->setLabelText(tr("Name of the folder:"));
        connect(dialog, &QInputDialog::textValueSelected, this,
                [this, id](const QString& name) { emit moved(id, name); });
        dialog->open();
    });
}

void ConversationList::fillTrashMenu(QMenu& menu, const QString& id, const QString& title) {
    if (!id.isEmpty()) {
        menu.addAction(tr("Put Back"), this, [this, id] { emit restored(id); });
        menu.addAction(tr("Delete for Good…"), this, [this, id, title] {
            askToErase({id}, tr("Delete “%1” for good?").arg(title));
        });
        menu.addSeparator();
    }
    menu.addAction(tr("Empty Trash…"), this, [this] {
        const QStringList ids = trashedIds();
        askToErase(
            ids, tr("Delete %n conversation(s) for good?", nullptr, static_cast<int>(ids.size())));
    });
}

QStringList ConversationList::trashedIds() const {
    QStringList ids;
    for (int row = 0; row < m_model->rowCount(); ++row) {
        const QString id = m_model->index(row, 0).data(ConversationModel::IdRole).toString();
        if (!id.isEmpty()) {
            ids.append(id);
        }
    }
    return ids;
}

void ConversationList::askToErase(const QStringList& ids, const QString& question) {
    if (ids.isEmpty()) {
        return;
    }
    auto* box = new QMessageBox(QMessageBox::Question, tr("Delete for Good"), question,
                                QMessageBox::Cancel, this);
    box->setObjectName(QStringLiteral("eraseDialog"));
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setInformativeText(tr("Messages and records go with it. This cannot be undone."));
    QPushButton* erase = box->addButton(tr("Delete"), QMessageBox::DestructiveRole);
    box->setDefaultButton(QMessageBox::Cancel);
    connect(erase, &QPushButton::clicked, this, [this, ids] {
        for (const QString& id : ids) {
            emit erased(id);
        }
    });
    box->open();
}

} // namespace phidelity
