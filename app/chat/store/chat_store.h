// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "store/schema.h"
#include "store/store_messages.h"

namespace phidelity {

/// How a store is opened.
struct StoreOptions {
    enum class Use {
        Write, ///< by one process at a time
        Read,  ///< beside another process that writes; nothing is changed or repaired
    };
    enum class Repair {
        WhenFound, ///< salvages what the check at opening finds damaged
        Always,    ///< salvages in any case: damage was met
    };
    Use use = Use::Write;
    Repair repair = Repair::WhenFound;
    SchemaHistory history = schemaHistory();
    /// How long the look for damage at opening may take, in ms. A longer one is broken off and
    /// finds nothing; damage is then told when it is met.
    int checkMs = 400;
};

/// All conversations, in `conversations.db` of a folder. Synchronous, for one thread; StoreWorker
/// is the same for the window. Everything that a call changes is committed and on the disk when it
/// returns, or not changed at all.
class ChatStore {
public:
    /// Makes folder (0700) and database (0600) if they are not there.
    ///
    /// - A database of an older schema is copied ("conversations.db.before-v2-<time>"; the last
    ///   three are kept), then taken to this one. A newer one, and one that cannot be written, is
    ///   opened to be read: opened().access and .notice say so.
    /// - A damaged one is moved aside under a dated name, and what can be read of it is put into a
    ///   new one: opened().salvage has the counts. It is never deleted.
    /// - Replies that were cut off by the end of the last run become Interrupted.
    ///
    /// Errors: Locked while another process writes; NotADatabase, NotOurs, LinkRefused where
    /// something else stands in its place, which stays as it is; what the disk says. Cost: 10 ms,
    /// and up to checkMs for a large database.
    static StoreResult<std::unique_ptr<ChatStore>> open(const QString& folder,
                                                        const StoreOptions& options = {});
    ~ChatStore();
    ChatStore(const ChatStore&) = delete;
    ChatStore& operator=(const ChatStore&) = delete;

    [[nodiscard]] const StoreOpened& opened() const;

    /// All the changes in their order, or none. Errors: Newer, ReadOnly where opened().access says
    /// so; NotFound for a message of a conversation that was never put or has been erased; what the
    /// disk says. Cost: one synchronisation of the disk.
    [[nodiscard]] StoreResult<void> save(const QList<StoreChange>& changes);

    [[nodiscard]] StoreResult<Listed> list();
    /// Errors: NotFound.
    [[nodiscard]] StoreResult<Loaded> load(const QString& conversation);
    /// Errors: NotFound for the conversation.
    [[nodiscard]] StoreResult<RecordsLoaded> records(const QString& conversation, NodeId node = 0);
    [[nodiscard]] StoreResult<Found> search(const SearchRequest& request);

    /// The full check of SQLite; empty = in order. Cost: reads everything.
    [[nodiscard]] StoreResult<QString> checkIntegrity();

private:
    struct State;
    explicit ChatStore(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

} // namespace phidelity
