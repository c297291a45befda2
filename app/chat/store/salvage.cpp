// SPDX-License-Identifier: MIT
#include "store/salvage.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string_view>

#include <QUuid>

#include "store/format_table.h"
#include "store/page_image.h"
#include "store/text_index.h"

namespace phidelity {

namespace {

using Type = CellValue::Type;

/// One letter a column: n null (the row's number), i integer, r real or integer, t text, b blob.
bool hasShape(const CellValues& values, std::string_view shape) {
    if (values.size() != shape.size()) {
        return false;
    }
    for (std::size_t at = 0; at < shape.size(); ++at) {
        const Type type = values[at].type;
        const bool fits = shape[at] == 'n'   ? type == Type::Null
                          : shape[at] == 'i' ? type == Type::Integer
                          : shape[at] == 'r' ? type == Type::Real || type == Type::Integer
                          : shape[at] == 't' ? type == Type::Text
                                             : type == Type::Blob;
        if (!fits) {
            return false;
        }
    }
    return true;
}

// The columns as in schema.cpp.
constexpr std::string_view kConversationShape = "ntttiiiittriit";
constexpr std::string_view kMessageShape = "niiiiitttttt";
constexpr std::string_view kBodyShape = "nt";
constexpr std::string_view kTailShape = "nit";
constexpr std::string_view kRecordShape = "iib";
constexpr std::string_view kPlaceShape = "iii"; ///< index message_place: conversation, node, row
constexpr std::string_view kFolderShape = "t";
constexpr std::string_view kStateShape = "tt";
constexpr std::string_view kFormatShape = "ntb"; ///< from version 2 on

struct FoundMessage {
    qint64 conversation = 0;
    qint64 node = 0;
    qint64 parent = 0;
    qint64 shown = 0;
    qint64 createdMs = 0;
    QString speaker;
    QString format;
    QString state;
    QString cut;
    QString author;
    QString problem;
};

struct FoundRows {
    std::map<qint64, CellValues> conversations;
    std::map<qint64, FoundMessage> messages;
    std::map<qint64, QString> bodies;
    std::map<qint64, std::map<qint64, QString>> tails; ///< by message, then by row
    std::map<std::pair<qint64, qint64>, QByteArray> records;
    std::map<qint64, std::pair<qint64, qint64>> places; ///< row of a message -> conversation, node
    std::set<QString> folders;
    std::map<QString, QString> state;
    std::map<QString, QByteArray> formats;
};

bool isSpeaker(const QString& key) {
    return key == QStringLiteral("user") || key == QStringLiteral("model");
}

void sortIn(FoundRows* rows, qint64 rowid, const CellValues& values) {
    if (hasShape(values, kConversationShape) && !values[1].bytes.isEmpty()) {
        rows->conversations.insert_or_assign(rowid, values);
    } else if (hasShape(values, kMessageShape) && isSpeaker(values[6].text())) {
        rows->messages.insert_or_assign(
            rowid,
            FoundMessage{values[1].integer, values[2].integer, values[3].integer, values[4].integer,
                         values[5].integer, values[6].text(), values[7].text(), values[8].text(),
                         values[9].text(), values[10].text(), values[11].text()});
    } else if (hasShape(values, kBodyShape)) {
        rows->bodies.insert_or_assign(rowid, values[1].text());
    } else if (hasShape(values, kTailShape)) {
        rows->tails[values[1].integer].insert_or_assign(rowid, values[2].text());
    } else if (hasShape(values, kFormatShape) &&
               FormatTable::read(values[1].text(), values[2].bytes)) {
        rows->formats.insert_or_assign(values[1].text(), values[2].bytes);
    }
}

void sortInKey(FoundRows* rows, const CellValues& values) {
    if (hasShape(values, kRecordShape)) {
        rows->records.insert_or_assign({values[0].integer, values[1].integer}, values[2].bytes);
    } else if (hasShape(values, kPlaceShape)) {
        rows->places.insert_or_assign(values[2].integer,
                                      std::pair(values[0].integer, values[1].integer));
    } else if (hasShape(values, kFolderShape)) {
        rows->folders.insert(values[0].text());
    } else if (hasShape(values, kStateShape)) {
        rows->state.insert_or_assign(values[0].text(), values[1].text());
    }
}

StoreResult<FoundRows> collect(const QString& database, const QString& log) {
    STORE_TRY(const PageImage image, PageImage::open(database, log));
    FoundRows rows;
    image.forEachCell([&](CellPlace place, qint64 rowid, const CellValues& values) {
        if (place == CellPlace::Table) {
            sortIn(&rows, rowid, values);
        } else {
            sortInKey(&rows, values);
        }
    });
    return rows;
}

/// Messages of which only the text and the place are left.
void restoreFromPlaces(FoundRows* rows) {
    for (const auto& [row, place] : rows->places) {
        if (rows->messages.contains(row) || !rows->bodies.contains(row)) {
            continue;
        }
        FoundMessage message;
        message.conversation = place.first;
        message.node = place.second;
        // Who spoke is not known; question and answer mostly take turns.
        message.parent = place.second - 1;
        message.speaker = place.second % 2 ? QStringLiteral("user") : QStringLiteral("model");
        message.format = QStringLiteral("raw");
        message.state = QStringLiteral("complete");
        rows->messages.emplace(row, message);
    }
}

/// By conversation and node: what is left of each tree, with every parent in place.
using Trees = std::map<qint64, std::map<qint64, std::pair<qint64, FoundMessage>>>;

Trees buildTrees(const FoundRows& rows) {
    constexpr qint64 kMostNodes = std::numeric_limits<NodeId>::max();
    Trees trees;
    for (const auto& [row, message] : rows.messages) {
        if (message.node >= 1 && message.node <= kMostNodes) {
            trees[message.conversation].emplace(message.node, std::pair(row, message));
        }
    }
    for (auto& [conversation, tree] : trees) {
        for (auto& [node, entry] : tree) {
            qint64& parent = entry.second.parent;
            const qint64 wanted = std::min(parent, node - 1);
            // The last that is left at or before the lost one.
            auto before = tree.upper_bound(wanted);
            parent = wanted <= 0 || before == tree.begin() ? 0 : std::prev(before)->first;
        }
    }
    return trees;
}

StoreResult<void> putConversation(Database& fresh, qint64 row, const CellValues& values) {
    const auto number = [&](std::size_t at) { return values[at].integer; };
    const double scroll =
        values[10].type == Type::Real ? values[10].real : static_cast<double>(number(10));
    return fresh.run(
        "INSERT OR IGNORE INTO conversation(id, uuid, title, folder, pinned, created_ms, "
        "changed_ms, trashed_ms, format, draft, scroll, first_shown, context_used, settings) "
        "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        row, values[1].text(), values[2].text(), values[3].text(), number(4), number(5), number(6),
        number(7), values[8].text(), values[9].text(), scroll, number(11), number(12),
        values[13].text());
}

StoreResult<void> putLostConversation(Database& fresh, qint64 row, qint64 createdMs) {
    return fresh.run(
        "INSERT INTO conversation(id, uuid, title, folder, pinned, created_ms, changed_ms, "
        "trashed_ms, format, draft, scroll, first_shown, context_used, settings) "
        "VALUES(?, ?, ?, '', 0, ?, ?, 0, 'chat', '', -1, 0, 0, '')",
        row, QUuid::createUuid().toString(QUuid::WithoutBraces),
        QStringLiteral("Saved from the damaged file"), createdMs, createdMs);
}

/// Text of a message; nothing where it is lost.
std::optional<QString> textOf(const FoundRows& rows, qint64 row) {
    const auto body = rows.bodies.find(row);
    const auto tails = rows.tails.find(row);
    if (body == rows.bodies.end() && tails == rows.tails.end()) {
        return {};
    }
    QString text = body == rows.bodies.end() ? QString() : body->second;
    if (tails != rows.tails.end()) {
        for (const auto& [number, piece] : tails->second) {
            text += piece;
        }
    }
    return text;
}

StoreResult<void> putMessage(Database& fresh, qint64 row, const FoundMessage& message,
                             const QString& text, const QString& problem) {
    // A reply that was being written ends here; a text of which a piece is missing is kept as it
    // is.
    const bool isUnfinished =
        message.state == QStringLiteral("writing") || message.state == QStringLiteral("waiting");
    STORE_CHECK(fresh.run(
        "INSERT INTO message(id, conversation, node, parent, shown, created_ms, speaker, format, "
        "state, cut, author, problem) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        row, message.conversation, message.node, message.parent, message.shown, message.createdMs,
        message.speaker, message.format,
        isUnfinished ? QStringLiteral("interrupted") : message.state, message.cut, message.author,
        problem));
    STORE_CHECK(fresh.run("INSERT INTO body(id, text) VALUES(?, ?)", row, text));
    return TextIndex(fresh).add(row, text);
}

StoreResult<void> putRest(Database& fresh, const FoundRows& rows) {
    for (const auto& [key, json] : rows.records) {
        STORE_CHECK(fresh.run("INSERT INTO record(message, number, json) SELECT ?, ?, ? "
                              "WHERE EXISTS(SELECT 1 FROM message WHERE id = ?)",
                              key.first, key.second, json, key.first));
    }
    for (const auto& [key, json] : rows.formats) {
        STORE_CHECK(fresh.run("INSERT OR IGNORE INTO format(key, json) VALUES(?, ?)", key, json));
    }
    for (const QString& name : rows.folders) {
        STORE_CHECK(fresh.run("INSERT OR IGNORE INTO folder(name) VALUES(?)", name));
    }
    constexpr QLatin1String kPlan("context:");
    for (const auto& [key, value] : rows.state) {
        // As the step to version 2 does it.
        if (key.startsWith(kPlan)) {
            QString plan = value;
            plan.replace(QLatin1String("\"firstSent\""), QLatin1String("\"first_sent\""));
            STORE_CHECK(fresh.run("UPDATE conversation SET settings = '{\"context_plan\":' || ? || "
                                  "'}' WHERE uuid = ? AND settings = ''",
                                  plan, key.mid(kPlan.size())));
            continue;
        }
        // The index of the new database says itself how it was built.
        if (!key.startsWith(u'.')) {
            STORE_CHECK(
                fresh.run("INSERT OR IGNORE INTO state(key, value) VALUES(?, ?)", key, value));
        }
    }
    return {};
}

} // namespace

bool hasSomethingToSalvage(const QString& database, const QString& log) {
    const auto rows = collect(database, log);
    return rows && !(rows->conversations.empty() && rows->messages.empty());
}

StoreResult<SalvageCounts> salvage(const QString& database, const QString& log, Database& fresh) {
    STORE_TRY(FoundRows rows, collect(database, log));
    SalvageCounts counts;
    std::set<qint64> known;
    for (const auto& [row, message] : rows.messages) {
        known.insert(row);
    }
    for (const auto& [row, place] : rows.places) {
        known.insert(row);
    }
    counts.messagesFound = static_cast<qsizetype>(known.size());
    restoreFromPlaces(&rows);
    const Trees trees = buildTrees(rows);

    STORE_TRY(Transaction transaction, Transaction::begin(fresh));
    for (const auto& [row, values] : rows.conversations) {
        STORE_CHECK(putConversation(fresh, row, values));
    }
    for (const auto& [conversation, tree] : trees) {
        STORE_TRY(const qint64 isThere,
                  fresh.number("SELECT count(*) FROM conversation WHERE id = ?", conversation));
        if (isThere == 0) {
            STORE_CHECK(
                putLostConversation(fresh, conversation, tree.begin()->second.second.createdMs));
        }
        for (const auto& [node, entry] : tree) {
            const auto& [row, message] = entry;
            const std::optional<QString> text = textOf(rows, row);
            const QString problem =
                text ? message.problem
                     : QStringLiteral("The text of this message was lost when the file with the "
                                      "conversations was damaged.");
            STORE_CHECK(putMessage(fresh, row, message, text.value_or(QString()), problem));
            counts.messagesSaved += text ? 1 : 0;
        }
    }
    STORE_CHECK(putRest(fresh, rows));
    STORE_TRY(counts.conversations, fresh.number("SELECT count(*) FROM conversation"));
    STORE_CHECK(TextIndex(fresh).refresh());
    STORE_CHECK(transaction.commit());
    return counts;
}

} // namespace phidelity
