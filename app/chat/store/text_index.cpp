// SPDX-License-Identifier: MIT
#include "store/text_index.h"

#include <algorithm>

#include "store/folding.h"

namespace phidelity {

namespace {

constexpr qsizetype kMarks = 100;     ///< of a hit
constexpr qsizetype kGrams = 24;      ///< of a query; what they let through is compared anyway
constexpr qsizetype kExcerpt = 200;   ///< QChars
constexpr qsizetype kBeforeMark = 48; ///< of them before the first mark
const QString kFoldingKey = QStringLiteral(".folding");

/// Any three letters on end, as FTS5 counts them: by code point.
QStringList trigrams(const QString& term) {
    QStringList grams;
    QList<qsizetype> starts;
    for (qsizetype at = 0; at < term.size();) {
        starts.append(at);
        static_cast<void>(takeCharacter(term, &at));
    }
    starts.append(term.size());
    for (qsizetype at = 0; at + 3 < starts.size(); ++at) {
        grams.append(term.mid(starts.at(at), starts.at(at + 3) - starts.at(at)));
    }
    return grams;
}

/// The query of FTS5 that all the terms' trigrams occur; empty where the terms are too short.
QString matchExpression(const QList<QString>& terms) {
    QStringList grams;
    for (const QString& term : terms) {
        grams += trigrams(term);
    }
    grams.removeDuplicates();
    const qsizetype step = grams.size() / kGrams + 1;
    QStringList quoted;
    for (qsizetype at = 0; at < grams.size(); at += step) {
        QString gram = grams.at(at);
        quoted.append(u'"' + gram.replace(u'"', QStringLiteral("\"\"")) + u'"');
    }
    return quoted.join(QStringLiteral(" AND "));
}

/// One line of the text around its first mark.
void setExcerpt(const QString& text, SearchHit* hit) {
    qsizetype from = std::max<qsizetype>(0, hit->marks.first().start - kBeforeMark);
    qsizetype to = std::min(text.size(), from + kExcerpt);
    if (from > 0 && text.at(from).isLowSurrogate()) {
        ++from;
    }
    if (to < text.size() && text.at(to).isLowSurrogate()) {
        ++to;
    }
    const QString lead = from > 0 ? QStringLiteral("…") : QString();
    hit->excerpt = lead + text.mid(from, to - from);
    for (QChar& one : hit->excerpt) {
        if (one.isSpace() || one.category() == QChar::Other_Control) {
            one = u' ';
        }
    }
    if (to < text.size()) {
        hit->excerpt += QStringLiteral("…");
    }
    for (const TextMark& mark : hit->marks) {
        const qsizetype end = std::min(mark.start + mark.length, to);
        if (mark.start >= to) {
            break;
        }
        hit->excerptMarks.append({mark.start - from + lead.size(), end - mark.start});
    }
}

} // namespace

StoreResult<void> TextIndex::add(qint64 message, const QString& text) {
    return m_database.run("INSERT INTO word(rowid, text) VALUES(?, ?)", message, folded(text));
}

StoreResult<void> TextIndex::remove(qint64 message, const QString& text) {
    return m_database.run("INSERT INTO word(word, rowid, text) VALUES('delete', ?, ?)", message,
                          folded(text));
}

StoreResult<void> TextIndex::refresh() {
    Query asked = m_database.query("SELECT value FROM state WHERE key = ?", kFoldingKey);
    STORE_TRY(const bool known, asked.next());
    if (known && asked.text(0) == foldingVersion()) {
        return {};
    }
    STORE_CHECK(m_database.run("INSERT INTO word(word) VALUES('delete-all')"));
    Query bodies = m_database.query("SELECT id, text FROM body");
    for (;;) {
        STORE_TRY(const bool more, bodies.next());
        if (!more) {
            break;
        }
        STORE_CHECK(add(bodies.integer(0), bodies.text(1)));
    }
    return m_database.run("INSERT OR REPLACE INTO state(key, value) VALUES(?, ?)", kFoldingKey,
                          foldingVersion());
}

StoreResult<Found> TextIndex::find(const SearchRequest& request) {
    Found found;
    found.id = request.id;
    found.text = request.text;
    const QList<QString> terms = searchTerms(request.text);
    if (terms.isEmpty()) {
        return found;
    }
    m_database.limitTime(kSearchMs);
    StoreResult<void> searched = findTitles(terms, request, &found);
    if (searched) {
        searched = findMessages(terms, request, &found);
    }
    if (!searched && m_database.ranOutOfTime()) {
        found.complete = false;
        searched = {};
    }
    m_database.limitTime(0);
    STORE_CHECK(searched);
    return found;
}

StoreResult<void> TextIndex::findTitles(const QList<QString>& terms, const SearchRequest& request,
                                        Found* found) {
    Query row = m_database.query("SELECT uuid, title, created_ms FROM conversation "
                                 "WHERE (trashed_ms <> 0) = ? ORDER BY changed_ms DESC",
                                 qint64{request.scope == SearchScope::Trash});
    for (;;) {
        STORE_TRY(const bool more, row.next());
        if (!more) {
            return {};
        }
        SearchHit hit;
        hit.title = row.text(1);
        hit.marks = findTerms(hit.title, terms, kMarks);
        if (hit.marks.isEmpty()) {
            continue;
        }
        if (found->hits.size() >= request.limit) {
            found->complete = false;
            return {};
        }
        hit.conversation = row.text(0);
        hit.createdMs = row.integer(2);
        setExcerpt(hit.title, &hit);
        found->hits.append(hit);
    }
}

StoreResult<void> TextIndex::findMessages(const QList<QString>& terms, const SearchRequest& request,
                                          Found* found) {
    const qint64 trashed = request.scope == SearchScope::Trash;
    const QString match = matchExpression(terms);
    // The join goes the way it is written: from the index, newest first, so that it can end early.
    Query row =
        match.isEmpty()
            ? m_database.query("SELECT m.node, m.speaker, m.created_ms, c.uuid, c.title, b.text "
                               "FROM body b CROSS JOIN message m ON m.id = b.id "
                               "CROSS JOIN conversation c ON c.id = m.conversation "
                               "WHERE (c.trashed_ms <> 0) = ? ORDER BY b.id DESC",
                               trashed)
            : m_database.query(
                  "SELECT m.node, m.speaker, m.created_ms, c.uuid, c.title, b.text "
                  "FROM word w CROSS JOIN message m ON m.id = w.rowid "
                  "CROSS JOIN conversation c ON c.id = m.conversation "
                  "CROSS JOIN body b ON b.id = w.rowid "
                  "WHERE w.word MATCH ? AND (c.trashed_ms <> 0) = ? ORDER BY w.rowid DESC",
                  match, trashed);
    for (;;) {
        STORE_TRY(const bool more, row.next());
        if (!more) {
            return {};
        }
        const QString text = row.text(5);
        SearchHit hit;
        hit.marks = findTerms(text, terms, kMarks);
        if (hit.marks.isEmpty()) {
            continue;
        }
        if (found->hits.size() >= request.limit) {
            found->complete = false;
            return {};
        }
        hit.node = static_cast<NodeId>(row.integer(0));
        hit.speaker = row.text(1) == QStringLiteral("user") ? Speaker::User : Speaker::Model;
        hit.createdMs = row.integer(2);
        hit.conversation = row.text(3);
        hit.title = row.text(4);
        setExcerpt(text, &hit);
        found->hits.append(hit);
    }
}

} // namespace phidelity
