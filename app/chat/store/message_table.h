// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <utility>

#include "store/database.h"
#include "store/format_table.h"
#include "store/store_messages.h"
#include "store/text_index.h"

namespace phidelity {

/// Messages with their texts: `message`, `body`, `tail` and the index. Inside the caller's
/// transaction. Conversations are given by their row.
class MessageTable {
public:
    MessageTable(Database& database, FormatTable& formats)
        : m_database(database), m_formats(formats), m_index(database) {}

    /// Cost for a reply that grows: what is new of its text, whatever its length.
    [[nodiscard]] StoreResult<void> put(qint64 conversation, const MessageNode& node);
    [[nodiscard]] StoreResult<void> putShown(qint64 conversation, NodeId parent, NodeId follower);
    /// The row of a message; NotFound.
    [[nodiscard]] StoreResult<qint64> rowOf(qint64 conversation, NodeId node);
    /// By id.
    [[nodiscard]] StoreResult<QList<MessageNode>> load(qint64 conversation);
    /// Takes the texts of a conversation out of the index, before its rows are deleted.
    [[nodiscard]] StoreResult<void> forget(qint64 conversation);
    /// Ends the replies that the last run left unfinished, as Interrupted. Returns how many.
    [[nodiscard]] StoreResult<int> endCutOff();
    /// After a transaction that was not kept.
    void forgetGrowing() { m_growing.clear(); }

    /// What `problem` says of such a reply.
    [[nodiscard]] static QString cutOffSentence();

private:
    [[nodiscard]] StoreResult<QString> keptText(qint64 message);
    [[nodiscard]] StoreResult<void> grow(qint64 message, const QString& text);
    [[nodiscard]] StoreResult<void> finish(qint64 message, const QString& text);
    [[nodiscard]] StoreResult<void> dropText(qint64 message);

    Database& m_database;
    FormatTable& m_formats;
    TextIndex m_index;
    /// What is kept of replies that grow, by row, so that the difference is known without reading.
    /// Shares its memory with the caller's text.
    std::map<qint64, QString> m_growing;
};

} // namespace phidelity
