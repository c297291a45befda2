// SPDX-License-Identifier: MIT
#pragma once

#include <QBasicTimer>
#include <QStringList>
#include <QWidget>

#include "chat/conversation.h"
#include "store/store_messages.h"

class QLabel;
class QLineEdit;
class QListView;
class QMenu;
class QPushButton;
class QToolButton;

namespace phidelity {

class ConversationModel;

/// The conversations: a search through all of them, those that are pinned, in folders and loose,
/// and the trash. Says what the user wants; decides nothing.
class ConversationList : public QWidget {
    Q_OBJECT

public:
    explicit ConversationList(QWidget* parent = nullptr);

    /// Where the search is typed, for a shortcut.
    void focusSearch();

public slots:
    /// `current`: the one that is shown; may be in no list yet.
    void setConversations(const QList<phidelity::ConversationInfo>& conversations,
                          const QStringList& folders, const QString& current);
    void showFound(const phidelity::Found& found);

signals:
    void newRequested();
    void selected(const QString& id);
    void searchRequested(const QString& text);
    /// A message that a search for `text` found; node 0 = only the conversation.
    void hitChosen(const QString& id, phidelity::NodeId node, const QString& text);
    /// The search was left: nothing is to be marked any more.
    void searchEnded();
    void renamed(const QString& id, const QString& title);
    void pinned(const QString& id, bool pinned);
    /// An empty folder = none; one that does not exist is to be made.
    void moved(const QString& id, const QString& folder);
    void trashed(const QString& id);
    void restored(const QString& id);
    /// For good; the user has been asked.
    void erased(const QString& id);
    void folderRenamed(const QString& from, const QString& to);
    void folderErased(const QString& name);

protected:
    void changeEvent(QEvent* event) override;
    void timerEvent(QTimerEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void buildTop();
    void buildBottom();
    void activate(const QModelIndex& index);
    void searchChanged(const QString& text);
    void showTrash(bool shown);
    void showCurrent();
    void fillMenu(QMenu& menu, const QModelIndex& index);
    void fillTrashMenu(QMenu& menu, const QString& id, const QString& title);
    void addMoveMenu(QMenu& menu, const QString& id, const QString& folder);
    void trash(const QString& id, const QString& title);
    void askToErase(const QStringList& ids, const QString& question);
    [[nodiscard]] QStringList trashedIds() const;
    void openMenu(const QPoint& point);
    void applyLook();

    QPushButton* m_new;
    QLineEdit* m_search;
    QListView* m_list;
    ConversationModel* m_model;
    QWidget* m_undoStrip; ///< after something went to the trash, for a while
    QLabel* m_undoText;
    QToolButton* m_undo;
    QToolButton* m_trash;
    QString m_current;
    QString m_undoId;
    QBasicTimer m_searchDelay;
    QBasicTimer m_undoTime;
};

} // namespace phidelity
