// SPDX-License-Identifier: MIT
#include "store/schema.h"

namespace phidelity {

namespace {

// A message's text stands in `body` once the message has ended, and in `tail`, piece by piece, what
// has come since: so a long reply that grows is not written again each second. What is in `body` is
// in the search index too, and nothing else.
//
// Rows of each table differ from those of the others in the number and the types of their columns:
// salvage.cpp knows them by that when nothing else is left.
//
// The index holds folded text (folding.h) in trigrams, that is, any three letters on end: code and
// names are searched by their parts, and languages without spaces too. It keeps which messages have
// a trigram but not where (detail=none): a fifth of the space, and the places are looked up in the
// few messages that are shown.
constexpr auto kVersion1 = R"sql(
CREATE TABLE conversation(
    id INTEGER PRIMARY KEY,
    uuid TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    folder TEXT NOT NULL,
    pinned INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL,
    trashed_ms INTEGER NOT NULL,
    format TEXT NOT NULL,
    draft TEXT NOT NULL,
    scroll REAL NOT NULL,
    first_shown INTEGER NOT NULL,
    context_used INTEGER NOT NULL,
    settings TEXT NOT NULL);
CREATE TABLE message(
    id INTEGER PRIMARY KEY,
    conversation INTEGER NOT NULL REFERENCES conversation(id) ON DELETE CASCADE,
    node INTEGER NOT NULL,
    parent INTEGER NOT NULL,
    shown INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    speaker TEXT NOT NULL,
    format TEXT NOT NULL,
    state TEXT NOT NULL,
    cut TEXT NOT NULL,
    author TEXT NOT NULL,
    problem TEXT NOT NULL);
CREATE UNIQUE INDEX message_place ON message(conversation, node);
CREATE INDEX message_unfinished ON message(state) WHERE state IN ('waiting', 'writing');
CREATE TABLE body(
    id INTEGER PRIMARY KEY REFERENCES message(id) ON DELETE CASCADE,
    text TEXT NOT NULL);
CREATE TABLE tail(
    id INTEGER PRIMARY KEY,
    message INTEGER NOT NULL REFERENCES message(id) ON DELETE CASCADE,
    text TEXT NOT NULL);
CREATE INDEX tail_message ON tail(message);
CREATE TABLE record(
    message INTEGER NOT NULL REFERENCES message(id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    json BLOB NOT NULL,
    PRIMARY KEY(message, number)) WITHOUT ROWID;
CREATE TABLE folder(
    name TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE state(
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL) WITHOUT ROWID;
CREATE VIRTUAL TABLE word USING fts5(text, content='', columnsize=0, detail=none,
    tokenize='trigram case_sensitive 1');
)sql";

// Prompt formats that users made, by their keys, which conversation.format and message.format name.
// What a plan for a full context says has stood in `state`; it belongs to the conversation.
constexpr auto kVersion2 = R"sql(
CREATE TABLE format(
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    json BLOB NOT NULL);
UPDATE conversation SET settings = (
        SELECT '{"context_plan":' || replace(value, '"firstSent"', '"first_sent"') || '}'
        FROM state WHERE key = 'context:' || uuid)
    WHERE settings = '' AND EXISTS(SELECT 1 FROM state WHERE key = 'context:' || uuid);
DELETE FROM state WHERE key LIKE 'context:%';
)sql";

} // namespace

const SchemaHistory& schemaHistory() {
    static const SchemaHistory history = {{QString::fromLatin1(kVersion1)},
                                          {QString::fromLatin1(kVersion2)}};
    return history;
}

StoreResult<void> migrate(Database& database, const SchemaHistory& history) {
    STORE_TRY(Transaction transaction, Transaction::begin(database));
    STORE_TRY(const qint64 version, database.number("PRAGMA user_version"));
    for (qsizetype step = version; step < history.size(); ++step) {
        STORE_CHECK(database.runScript(history.at(step).script));
    }
    STORE_CHECK(database.runScript(QStringLiteral("PRAGMA application_id = %1; "
                                                  "PRAGMA user_version = %2")
                                       .arg(kApplicationId)
                                       .arg(history.size())));
    return transaction.commit();
}

} // namespace phidelity
