// SPDX-License-Identifier: MIT
#include "store/chat_store.h"

#include <QElapsedTimer>
#include <QJsonDocument>

#include "store/format_table.h"
#include "store/message_table.h"
#include "store/opening.h"
#include "store/text_index.h"

namespace phidelity {

namespace {

/// Keys of `state` that the store uses itself.
bool isOwnKey(const QString& key) {
    return key.startsWith(u'.');
}

QString jsonText(const QJsonObject& object) {
    return QString::fromUtf8(QJsonDocument(object).toJson(QJsonDocument::Compact));
}

StoreResult<ConversationInfo> readInfo(Query& row, FormatTable& formats) {
    ConversationInfo info;
    info.id = row.text(0);
    info.title = row.text(1);
    info.folder = row.text(2);
    info.pinned = row.integer(3) != 0;
    info.createdMs = row.integer(4);
    info.changedMs = row.integer(5);
    info.trashedMs = row.integer(6);
    STORE_TRY(info.format, formats.find(row.text(7)));
    info.draft = row.text(8);
    info.scroll = row.real(9);
    info.firstShown = static_cast<NodeId>(row.integer(10));
    info.contextUsed = static_cast<int>(row.integer(11));
    return info;
}

} // namespace

struct ChatStore::State {
    explicit State(OpenedDatabase made)
        : opened(std::move(made)), database(*opened.database), formats(database),
          messages(database, formats), index(database) {}
    ~State() {
        opened.database.reset();
        opened.lock.markClosed();
    }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    StoreResult<qint64> rowOf(const QString& uuid);
    StoreResult<void> apply(const PutConversation& change);
    StoreResult<void> apply(const PutMessage& change);
    StoreResult<void> apply(const PutShown& change);
    StoreResult<void> apply(const PutRecord& change);
    StoreResult<void> apply(const PutSettings& change);
    StoreResult<void> apply(const EraseConversation& change);
    StoreResult<void> apply(const PutFolder& change);
    StoreResult<void> apply(const RenameFolder& change);
    StoreResult<void> apply(const EraseFolder& change);
    StoreResult<void> apply(const PutState& change);
    StoreResult<void> applyAll(const QList<StoreChange>& changes);

    OpenedDatabase opened;
    Database& database;
    FormatTable formats;
    MessageTable messages;
    TextIndex index;
    bool hasErased = false; ///< in this transaction
};

StoreResult<qint64> ChatStore::State::rowOf(const QString& uuid) {
    Query row = database.query("SELECT id FROM conversation WHERE uuid = ?", uuid);
    STORE_TRY(const bool found, row.next());
    if (!found) {
        return storeFail(StoreErrorCode::NotFound, QStringLiteral("conversation ") + uuid);
    }
    return row.integer(0);
}

StoreResult<void> ChatStore::State::apply(const PutConversation& change) {
    const ConversationInfo& info = change.info;
    if (info.id.isEmpty()) {
        return storeFail(StoreErrorCode::Refused, QStringLiteral("conversation without an id"));
    }
    STORE_CHECK(formats.keep(info.format));
    return database.run(
        "INSERT INTO conversation(uuid, title, folder, pinned, created_ms, changed_ms, trashed_ms, "
        "format, draft, scroll, first_shown, context_used, settings) "
        "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '') "
        "ON CONFLICT(uuid) DO UPDATE SET title = excluded.title, folder = excluded.folder, "
        "pinned = excluded.pinned, created_ms = excluded.created_ms, "
        "changed_ms = excluded.changed_ms, trashed_ms = excluded.trashed_ms, "
        "format = excluded.format, draft = excluded.draft, scroll = excluded.scroll, "
        "first_shown = excluded.first_shown, context_used = excluded.context_used",
        info.id, info.title, info.folder, qint64{info.pinned}, info.createdMs, info.changedMs,
        info.trashedMs, info.format.key(), info.draft, info.scroll, qint64{info.firstShown},
        qint64{info.contextUsed});
}

StoreResult<void> ChatStore::State::apply(const PutMessage& change) {
    STORE_TRY(const qint64 row, rowOf(change.conversation));
    return messages.put(row, change.node);
}

StoreResult<void> ChatStore::State::apply(const PutShown& change) {
    STORE_TRY(const qint64 row, rowOf(change.conversation));
    return messages.putShown(row, change.parent, change.follower);
}

StoreResult<void> ChatStore::State::apply(const PutRecord& change) {
    STORE_TRY(const qint64 conversation, rowOf(change.conversation));
    STORE_TRY(const qint64 message, messages.rowOf(conversation, change.node));
    const QByteArray json = QJsonDocument(toJson(change.record)).toJson(QJsonDocument::Compact);
    // Mostly numbers in digits: a quarter of the size at the fastest level.
    return database.run("INSERT OR REPLACE INTO record(message, number, json) VALUES(?, ?, ?)",
                        message, qint64{change.index}, qCompress(json, 1));
}

StoreResult<void> ChatStore::State::apply(const PutSettings& change) {
    STORE_TRY(const qint64 row, rowOf(change.conversation));
    return database.run("UPDATE conversation SET settings = ? WHERE id = ?",
                        jsonText(change.settings), row);
}

StoreResult<void> ChatStore::State::apply(const EraseConversation& change) {
    const StoreResult<qint64> row = rowOf(change.conversation);
    if (!row) {
        return row.error().code == StoreErrorCode::NotFound
                   ? StoreResult<void>()
                   : tl::unexpected<StoreError>(row.error());
    }
    STORE_CHECK(messages.forget(*row));
    hasErased = true;
    STORE_CHECK(database.run("DELETE FROM conversation WHERE id = ?", *row));
    return formats.dropUnused();
}

StoreResult<void> ChatStore::State::apply(const PutFolder& change) {
    return database.run("INSERT OR IGNORE INTO folder(name) VALUES(?)", change.name);
}

StoreResult<void> ChatStore::State::apply(const RenameFolder& change) {
    STORE_CHECK(apply(PutFolder{change.to}));
    STORE_CHECK(
        database.run("DELETE FROM folder WHERE name = ?1 AND name <> ?2", change.from, change.to));
    return database.run("UPDATE conversation SET folder = ?2 WHERE folder = ?1", change.from,
                        change.to);
}

StoreResult<void> ChatStore::State::apply(const EraseFolder& change) {
    STORE_CHECK(database.run("DELETE FROM folder WHERE name = ?", change.name));
    return database.run("UPDATE conversation SET folder = '' WHERE folder = ?", change.name);
}

StoreResult<void> ChatStore::State::apply(const PutState& change) {
    if (isOwnKey(change.key)) {
        return storeFail(StoreErrorCode::Refused, QStringLiteral("key ") + change.key);
    }
    return database.run("INSERT OR REPLACE INTO state(key, value) VALUES(?, ?)", change.key,
                        change.value);
}

StoreResult<void> ChatStore::State::applyAll(const QList<StoreChange>& changes) {
    hasErased = false;
    STORE_TRY(Transaction transaction, Transaction::begin(database));
    for (const StoreChange& change : changes) {
        STORE_CHECK(std::visit([this](const auto& one) { return apply(one); }, change));
    }
    if (hasErased) {
        // Otherwise the trigrams of what was erased stay in the index until it is next merged.
        STORE_CHECK(database.run("INSERT INTO word(word) VALUES('optimize')"));
    }
    return transaction.commit();
}

// ---- ChatStore ----

ChatStore::ChatStore(std::unique_ptr<State> state) : m_state(std::move(state)) {}
ChatStore::~ChatStore() = default;

StoreResult<std::unique_ptr<ChatStore>> ChatStore::open(const QString& folder,
                                                        const StoreOptions& options) {
    QElapsedTimer clock;
    clock.start();
    STORE_TRY(OpenedDatabase opened, openDatabase(folder, options));
    opened.report.openMs = static_cast<double>(clock.nsecsElapsed()) * 1e-6;
    return std::unique_ptr<ChatStore>(new ChatStore(std::make_unique<State>(std::move(opened))));
}

const StoreOpened& ChatStore::opened() const {
    return m_state->opened.report;
}

StoreResult<void> ChatStore::save(const QList<StoreChange>& changes) {
    if (m_state->opened.refusal) {
        return tl::unexpected<StoreError>(*m_state->opened.refusal);
    }
    StoreResult<void> kept = m_state->applyAll(changes);
    if (!kept) {
        m_state->messages.forgetGrowing();
        m_state->formats.forget();
    } else if (m_state->hasErased) {
        // What was erased is in the log too. If it is in use now, the next checkpoint gets it.
        const auto emptied = m_state->database.run("PRAGMA wal_checkpoint(TRUNCATE)");
        static_cast<void>(emptied);
    }
    return kept;
}

StoreResult<Listed> ChatStore::list() {
    Database& database = m_state->database;
    Listed listed;
    Query row = database.query(
        "SELECT uuid, title, folder, pinned, created_ms, changed_ms, trashed_ms, format, draft, "
        "scroll, first_shown, context_used FROM conversation "
        "ORDER BY trashed_ms <> 0, pinned DESC, changed_ms DESC, id DESC");
    for (;;) {
        STORE_TRY(const bool more, row.next());
        if (!more) {
            break;
        }
        STORE_TRY(const ConversationInfo info, readInfo(row, m_state->formats));
        listed.conversations.append(info);
    }
    Query folder = database.query("SELECT name FROM folder UNION SELECT folder FROM conversation "
                                  "WHERE folder <> '' ORDER BY 1");
    for (;;) {
        STORE_TRY(const bool more, folder.next());
        if (!more) {
            break;
        }
        listed.folders.append(folder.text(0));
    }
    Query state = database.query("SELECT key, value FROM state");
    for (;;) {
        STORE_TRY(const bool more, state.next());
        if (!more) {
            return listed;
        }
        if (!isOwnKey(state.text(0))) {
            listed.state.insert(state.text(0), state.text(1));
        }
    }
}

StoreResult<Loaded> ChatStore::load(const QString& conversation) {
    Database& database = m_state->database;
    Query row = database.query(
        "SELECT uuid, title, folder, pinned, created_ms, changed_ms, trashed_ms, format, draft, "
        "scroll, first_shown, context_used, id, settings FROM conversation WHERE uuid = ?",
        conversation);
    STORE_TRY(const bool found, row.next());
    if (!found) {
        return storeFail(StoreErrorCode::NotFound, QStringLiteral("conversation ") + conversation);
    }
    Loaded loaded;
    STORE_TRY(loaded.info, readInfo(row, m_state->formats));
    loaded.settings = QJsonDocument::fromJson(row.text(13).toUtf8()).object();
    STORE_TRY(loaded.nodes, m_state->messages.load(row.integer(12)));
    return loaded;
}

StoreResult<RecordsLoaded> ChatStore::records(const QString& conversation, NodeId node) {
    STORE_TRY(const qint64 row, m_state->rowOf(conversation));
    RecordsLoaded loaded;
    loaded.conversation = conversation;
    Query record = m_state->database.query(
        "SELECT m.node, r.number, r.json FROM message m CROSS JOIN record r ON r.message = m.id "
        "WHERE m.conversation = ?1 AND (?2 = 0 OR m.node = ?2) ORDER BY m.node, r.number",
        row, qint64{node});
    for (;;) {
        STORE_TRY(const bool more, record.next());
        if (!more) {
            return loaded;
        }
        const QByteArray json = qUncompress(record.bytes(2));
        loaded.records.append({static_cast<NodeId>(record.integer(0)),
                               static_cast<int>(record.integer(1)),
                               recordFromJson(QJsonDocument::fromJson(json).object())});
    }
}

StoreResult<Found> ChatStore::search(const SearchRequest& request) {
    return m_state->index.find(request);
}

StoreResult<QString> ChatStore::checkIntegrity() {
    Query row = m_state->database.query("PRAGMA integrity_check(1)");
    STORE_TRY(const bool any, row.next());
    const QString said = any ? row.text(0) : QString();
    return said == QStringLiteral("ok") ? QString() : said;
}

} // namespace phidelity
