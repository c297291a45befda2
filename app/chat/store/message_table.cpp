// SPDX-License-Identifier: MIT
#include "store/message_table.h"

namespace phidelity {

namespace {

constexpr std::pair<MessageState, const char*> kStates[] = {
    {MessageState::Complete, "complete"},
    {MessageState::Waiting, "waiting"},
    {MessageState::Writing, "writing"},
    {MessageState::Stopped, "stopped"},
    {MessageState::LengthReached, "length_reached"},
    {MessageState::ContextFull, "context_full"},
    {MessageState::TurnCut, "turn_cut"},
    {MessageState::Edited, "edited"},
    {MessageState::Failed, "failed"},
    {MessageState::Interrupted, "interrupted"},
};

QString stateKey(MessageState state) {
    for (const auto& [value, key] : kStates) {
        if (value == state) {
            return QString::fromLatin1(key);
        }
    }
    return QStringLiteral("interrupted");
}

/// A word of a newer program is taken as an end that keeps what was written.
MessageState stateFromKey(const QString& key) {
    for (const auto& [value, name] : kStates) {
        if (key == QLatin1String(name)) {
            return value;
        }
    }
    return MessageState::Interrupted;
}

QString speakerKey(Speaker speaker) {
    return speaker == Speaker::User ? QStringLiteral("user") : QStringLiteral("model");
}

/// Without half a character at its end, which has no UTF-8; the next piece brings it whole.
QString wholeCharacters(const QString& text) {
    return !text.isEmpty() && text.back().isHighSurrogate() ? text.chopped(1) : text;
}

} // namespace

QString MessageTable::cutOffSentence() {
    return QStringLiteral("The program ended while this reply was being written. What had been "
                          "kept is shown; Continue goes on from there.");
}

StoreResult<qint64> MessageTable::rowOf(qint64 conversation, NodeId node) {
    Query row = m_database.query("SELECT id FROM message WHERE conversation = ? AND node = ?",
                                 conversation, qint64{node});
    STORE_TRY(const bool found, row.next());
    if (!found) {
        return storeFail(StoreErrorCode::NotFound, QStringLiteral("message %1").arg(node));
    }
    return row.integer(0);
}

StoreResult<void> MessageTable::put(qint64 conversation, const MessageNode& node) {
    const Message& message = node.message;
    STORE_CHECK(m_formats.keep(message.format));
    STORE_CHECK(m_database.run(
        "INSERT INTO message(conversation, node, parent, shown, created_ms, speaker, format, "
        "state, cut, author, problem) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT(conversation, node) DO UPDATE SET parent = excluded.parent, "
        "shown = excluded.shown, created_ms = excluded.created_ms, speaker = excluded.speaker, "
        "format = excluded.format, state = excluded.state, cut = excluded.cut, "
        "author = excluded.author, problem = excluded.problem",
        conversation, qint64{node.id}, qint64{node.parent}, qint64{node.shown}, node.createdMs,
        speakerKey(message.speaker), message.format.key(), stateKey(message.state), message.cut,
        message.author, message.problem));
    STORE_TRY(const qint64 row, rowOf(conversation, node.id));
    return isUnfinished(message) ? grow(row, message.text) : finish(row, message.text);
}

StoreResult<void> MessageTable::putShown(qint64 conversation, NodeId parent, NodeId follower) {
    if (parent == 0) {
        return m_database.run("UPDATE conversation SET first_shown = ? WHERE id = ?",
                              qint64{follower}, conversation);
    }
    STORE_TRY(const qint64 row, rowOf(conversation, parent));
    return m_database.run("UPDATE message SET shown = ? WHERE id = ?", qint64{follower}, row);
}

StoreResult<QString> MessageTable::keptText(qint64 message) {
    const auto known = m_growing.find(message);
    if (known != m_growing.end()) {
        return known->second;
    }
    QString text;
    Query body = m_database.query("SELECT text FROM body WHERE id = ?", message);
    STORE_TRY(const bool any, body.next());
    if (any) {
        text = body.text(0);
    }
    Query tail = m_database.query("SELECT text FROM tail WHERE message = ? ORDER BY id", message);
    for (;;) {
        STORE_TRY(const bool more, tail.next());
        if (!more) {
            return text;
        }
        text += tail.text(0);
    }
}

StoreResult<void> MessageTable::grow(qint64 message, const QString& text) {
    STORE_TRY(QString kept, keptText(message));
    const QString whole = wholeCharacters(text);
    if (!whole.startsWith(kept)) {
        STORE_CHECK(dropText(message));
        kept.clear();
    }
    if (whole.size() > kept.size()) {
        STORE_CHECK(m_database.run("INSERT INTO tail(message, text) VALUES(?, ?)", message,
                                   whole.mid(kept.size())));
    }
    m_growing[message] = whole;
    return {};
}

StoreResult<void> MessageTable::finish(qint64 message, const QString& text) {
    m_growing.erase(message);
    STORE_TRY(const qint64 tails,
              m_database.number("SELECT count(*) FROM tail WHERE message = ?", message));
    {
        Query body = m_database.query("SELECT text FROM body WHERE id = ?", message);
        STORE_TRY(const bool any, body.next());
        if (any && tails == 0 && body.text(0) == text) {
            return {};
        }
    }
    STORE_CHECK(dropText(message));
    STORE_CHECK(m_database.run("INSERT INTO body(id, text) VALUES(?, ?)", message, text));
    return m_index.add(message, text);
}

StoreResult<void> MessageTable::dropText(qint64 message) {
    {
        Query body = m_database.query("SELECT text FROM body WHERE id = ?", message);
        STORE_TRY(const bool any, body.next());
        if (any) {
            STORE_CHECK(m_index.remove(message, body.text(0)));
        }
    }
    STORE_CHECK(m_database.run("DELETE FROM body WHERE id = ?", message));
    return m_database.run("DELETE FROM tail WHERE message = ?", message);
}

StoreResult<QList<MessageNode>> MessageTable::load(qint64 conversation) {
    QList<MessageNode> nodes;
    QHash<qint64, qsizetype> places;
    const bool anyTail = [&] {
        const auto count = m_database.number("SELECT EXISTS(SELECT 1 FROM tail)");
        return !count || *count != 0;
    }();
    Query row = m_database.query(
        "SELECT m.id, m.node, m.parent, m.shown, m.created_ms, m.speaker, m.format, m.state, "
        "m.cut, m.author, m.problem, b.text FROM message m LEFT JOIN body b ON b.id = m.id "
        "WHERE m.conversation = ? ORDER BY m.node",
        conversation);
    for (;;) {
        STORE_TRY(const bool more, row.next());
        if (!more) {
            break;
        }
        if (anyTail) {
            places.insert(row.integer(0), nodes.size());
        }
        MessageNode node;
        node.id = static_cast<NodeId>(row.integer(1));
        node.parent = static_cast<NodeId>(row.integer(2));
        node.shown = static_cast<NodeId>(row.integer(3));
        node.createdMs = row.integer(4);
        Message& message = node.message;
        message.speaker = row.text(5) == QStringLiteral("user") ? Speaker::User : Speaker::Model;
        STORE_TRY(message.format, m_formats.find(row.text(6)));
        message.state = stateFromKey(row.text(7));
        message.cut = row.text(8);
        message.author = row.text(9);
        message.problem = row.text(10);
        message.text = row.text(11);
        nodes.append(node);
    }
    if (anyTail) {
        Query tail = m_database.query("SELECT t.message, t.text FROM tail t JOIN message m "
                                      "ON m.id = t.message WHERE m.conversation = ? ORDER BY t.id",
                                      conversation);
        for (;;) {
            STORE_TRY(const bool more, tail.next());
            if (!more) {
                break;
            }
            nodes[places.value(tail.integer(0))].message.text += tail.text(1);
        }
    }
    return nodes;
}

StoreResult<void> MessageTable::forget(qint64 conversation) {
    m_growing.clear();
    Query row = m_database.query("SELECT b.id, b.text FROM message m JOIN body b ON b.id = m.id "
                                 "WHERE m.conversation = ?",
                                 conversation);
    for (;;) {
        STORE_TRY(const bool more, row.next());
        if (!more) {
            return {};
        }
        STORE_CHECK(m_index.remove(row.integer(0), row.text(1)));
    }
}

StoreResult<int> MessageTable::endCutOff() {
    QList<qint64> rows;
    {
        Query row =
            m_database.query("SELECT id FROM message WHERE state IN ('waiting', 'writing')");
        for (;;) {
            STORE_TRY(const bool more, row.next());
            if (!more) {
                break;
            }
            rows.append(row.integer(0));
        }
    }
    for (const qint64 message : rows) {
        STORE_TRY(const QString text, keptText(message));
        STORE_CHECK(finish(message, text));
        STORE_CHECK(m_database.run("UPDATE message SET state = ?, problem = ? WHERE id = ?",
                                   stateKey(MessageState::Interrupted), cutOffSentence(), message));
    }
    return static_cast<int>(rows.size());
}

} // namespace phidelity
