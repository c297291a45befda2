// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <map>

#include <QHash>
#include <QObject>
#include <QSet>
#include <QStringList>

#include "app/keeper.h"
#include "chat/conversation.h"
#include "store/store_messages.h"

namespace phidelity {

/// The conversations: which there are, and those that are loaded. Turns what happens to them into
/// changes for the Keeper and follows the answers of the store. Without a store (none connected, or
/// it could not be opened) everything works and ends with the program. QtCore only; window's
/// thread.
class Library : public QObject {
    Q_OBJECT

public:
    explicit Library(QObject* parent = nullptr);

    [[nodiscard]] Keeper& keeper() { return m_keeper; }

    /// Pinned first, then those that changed last; the trash at the end.
    [[nodiscard]] const QList<ConversationInfo>& conversations() const { return m_infos; }
    /// By name; empty ones too.
    [[nodiscard]] const QStringList& folders() const { return m_folders; }
    /// Null where no such conversation is listed.
    [[nodiscard]] const ConversationInfo* info(const QString& id) const;
    /// The conversation if it is loaded; valid until it is erased or dropped.
    [[nodiscard]] Conversation* find(const QString& id);
    [[nodiscard]] const Conversation* find(const QString& id) const;
    /// A word about the window that was kept, from `listed` on.
    [[nodiscard]] QString state(const QString& key) const { return m_state.value(key); }

    // ---- Conversations

    /// An empty one. It is listed and kept when it has a message.
    Conversation& create(const PromptFormat& format);
    /// Takes one over as it is, such as a branch or an import, under a new id.
    Conversation& adopt(Conversation conversation);
    /// `loaded` or `loadFailed` follows; at once if it is there.
    void load(const QString& id);
    /// Forgets what is loaded, but for the last few and the `needed`.
    void dropUnused(const QStringList& needed);

    // ---- Changes of a conversation that is loaded

    /// Keeps these messages, and the conversation with them, at once. Returns what Keeper::settled
    /// will say; 0 = nothing to wait for.
    StoreRequestId commit(const QString& id, const QList<NodeId>& nodes);
    /// Another follower of `parent` is looked at.
    void shownChanged(const QString& id, NodeId parent);
    /// `info` or `setup` was changed: kept within a second.
    void changed(const QString& id);

    // ---- What the user does with conversations, loaded or not

    void rename(const QString& id, const QString& title);
    void setPinned(const QString& id, bool pinned);
    void move(const QString& id, const QString& folder);
    void trash(const QString& id);
    void restore(const QString& id);
    /// For good.
    void erase(const QString& id);
    void addFolder(const QString& name);
    /// Its conversations go along.
    void renameFolder(const QString& from, const QString& to);
    /// Its conversations stay, in no folder.
    void eraseFolder(const QString& name);
    void setState(const QString& key, const QString& value);
    /// The conversation to open at the next start. One that was never kept is named so in the
    /// commit of its first message: a start after a crash looks for nothing that is not there.
    void markOpen(const QString& id);
    [[nodiscard]] QString lastOpen() const;
    /// What generations left of a message (0 = of all): recordsLoaded follows with the id that is
    /// returned, or recordsFailed.
    StoreRequestId loadRecords(const QString& id, NodeId node);
    /// What generations left of these messages goes along to those that were made of them, in a
    /// conversation that is new to the store.
    void copyRecords(const QString& from, const QString& to, const QHash<NodeId, NodeId>& nodes);
    /// `found` follows, unless another search is asked for before.
    void search(const QString& text);

public slots:
    // What the store answers.
    void onOpened(const phidelity::StoreOpened& opened);
    void onOpenFailed(const phidelity::StoreOpenFailed& failure);
    void onListed(const phidelity::Listed& listed);
    void onLoaded(const phidelity::Loaded& loaded);
    void onRecordsLoaded(const phidelity::RecordsLoaded& records);
    void onFound(const phidelity::Found& found);
    void onReadFailed(const phidelity::ReadFailed& failure);

signals:
    // To the store.
    void listRequested(const phidelity::ListRequest& request);
    void loadRequested(const phidelity::LoadRequest& request);
    void recordsRequested(const phidelity::RecordsRequest& request);
    void searchRequested(const phidelity::SearchRequest& request);

    /// What was kept is listed now; sent once.
    void listed();
    /// Conversations or folders came, went, moved or changed their names.
    void listChanged();
    void loaded(const QString& id);
    void recordsLoaded(const phidelity::RecordsLoaded& records);
    /// noticeRaised tells why.
    void recordsFailed(phidelity::StoreRequestId request);
    void found(const phidelity::Found& found);
    /// It stays unloaded; noticeRaised tells why.
    void loadFailed(const QString& id);
    void noticeRaised(const QString& sentence, const QString& detail);

private:
    void edit(const QString& id, const std::function<void(ConversationInfo&)>& change);
    void noteInfo(const ConversationInfo& info);
    void setFolders(QStringList folders);
    void tellUnknownFormats(const Conversation& conversation);
    void copyLoaded(const RecordsLoaded& records);

    /// Records that are read to be copied: where to, and which message becomes which.
    struct Copy {
        QString to;
        QHash<NodeId, NodeId> nodes;
    };
    QList<ConversationInfo> m_infos;
    QStringList m_folders;
    QHash<QString, QString> m_state;
    QString m_openOnceKept;                   ///< is written as the open one with its first message
    std::map<QString, Conversation> m_loaded; ///< addresses stay
    QStringList m_order;                      ///< of what is loaded, the last used last
    bool m_readable = false;                  ///< the store can be asked
    StoreRequestId m_listing = 0;
    StoreRequestId m_searching = 0;
    QSet<StoreRequestId> m_recordRequests;
    QHash<StoreRequestId, Copy> m_copies;
    QHash<StoreRequestId, QString> m_loads;
    Keeper m_keeper;
};

} // namespace phidelity
