// SPDX-License-Identifier: MIT
#include "playground/reading.h"

#include <algorithm>
#include <cmath>

#include <QHash>
#include <QSet>

#include "chat/reply_tokens.h"

namespace phidelity {

namespace {

/// Of the characters that two texts have in common from the beginning on.
qsizetype commonCharacters(QStringView a, QStringView b) {
    const auto parting = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
    auto count = static_cast<qsizetype>(std::distance(a.begin(), parting.first));
    if (count > 0 && a.at(count - 1).isHighSurrogate()) {
        --count;
    }
    return count;
}

/// Tokens of a reading that lie in the first `length` characters of its text.
struct Held {
    QList<PlacedToken> tokens;
    qsizetype characters = 0; ///< that they say
    bool whole = true;        ///< they end with a character
};

Held heldOf(const Reading& reading, qsizetype length) {
    Held held;
    QList<QByteArray> bytes;
    bytes.reserve(reading.tokens.size());
    for (const TokenDetail& token : reading.tokens) {
        bytes.append(token.bytes);
    }
    const TokenSpans spans = spansOf(bytes, reading.text);
    if (spans.count() != reading.tokens.size()) {
        return held;
    }
    const qsizetype limit = QStringView(reading.text).first(length).toUtf8().size();
    qsizetype read = 0;
    for (qsizetype at = 0; at < spans.count(); ++at) {
        read += bytes.at(at).size();
        if (read > limit) {
            read -= bytes.at(at).size();
            break;
        }
        qsizetype end = spans.begins.at(at + 1);
        // One that ends in a character says something of it.
        for (qsizetype later = at + 2; end == spans.begins.at(at) && later <= spans.count();
             ++later) {
            end = spans.begins.at(later);
        }
        held.tokens.append({spans.begins.at(at), end, Origin::Typed, reading.tokens.at(at)});
        held.characters = spans.begins.at(at + 1);
    }
    held.whole = read == QStringView(reading.text).first(held.characters).toUtf8().size();
    return held;
}

bool sameIds(const QList<TokenDetail>& tokens, const QList<PlacedToken>& placed, qsizetype at) {
    if (at + tokens.size() > placed.size()) {
        return false;
    }
    return std::equal(
        tokens.begin(), tokens.end(), placed.begin() + at,
        [](const TokenDetail& a, const PlacedToken& b) { return a.id == b.token.id; });
}

/// What was typed, in words with the blanks before them: texts that say the same are the same in
/// all branches, whether a model has read them or not. Each stands for a token with an id above
/// those of any vocabulary.
class Words {
public:
    /// `cuts`: places of a text where a word ends in any case.
    explicit Words(const QSet<qsizetype>& cuts) : m_cuts(cuts) {}

    void append(QStringView text, qsizetype begin, qsizetype end, TriedPath& path) {
        for (qsizetype at = begin + 1; at <= end; ++at) {
            const bool ends = at == end || m_cuts.contains(at) ||
                              (text.at(at).isSpace() && !text.at(at - 1).isSpace());
            if (ends) {
                path.tokens.append(idOf(text.mid(begin, at - begin).toString()));
                path.logprobs.append(0);
                begin = at;
            }
        }
    }
    [[nodiscard]] QByteArray bytesOf(quint32 id) const {
        return m_texts.value(static_cast<qsizetype>(id - kFirst)).toUtf8();
    }
    [[nodiscard]] static bool has(quint32 id) { return id >= kFirst; }

private:
    static constexpr quint32 kFirst = 0x8000'0000;

    quint32 idOf(const QString& word) {
        const auto found = m_ids.constFind(word);
        if (found != m_ids.constEnd()) {
            return *found;
        }
        const quint32 id = kFirst + static_cast<quint32>(m_texts.size());
        m_ids.insert(word, id);
        m_texts.append(word);
        return id;
    }

    QSet<qsizetype> m_cuts;
    QHash<QString, quint32> m_ids;
    QStringList m_texts;
};

} // namespace

QList<PlacedToken> placedTokens(const PlayBranch& branch) {
    const QString text = textOf(branch.pieces);
    Held held = heldOf(branch.reading, commonCharacters(branch.reading.text, text));
    qsizetype at = 0;
    qsizetype place = 0;
    for (const TextPiece& piece : branch.pieces) {
        const qsizetype begin = place;
        place += piece.text.size();
        if (piece.origin != Origin::Generated) {
            continue;
        }
        if (begin >= held.characters) {
            for (const TokenDetail& token : piece.tokens) {
                held.tokens.append({begin, place, Origin::Generated, token});
            }
            continue;
        }
        while (at < held.tokens.size() && held.tokens.at(at).begin < begin) {
            ++at;
        }
        if (piece.tokens.isEmpty() || !sameIds(piece.tokens, held.tokens, at) ||
            held.tokens.at(at).begin != begin) {
            continue;
        }
        for (const TokenDetail& own : piece.tokens) {
            PlacedToken& there = held.tokens[at++];
            there.origin = Origin::Generated;
            if (std::isnan(there.token.logprob)) {
                there.token = own;
            }
            there.token.chainProbability = own.chainProbability;
        }
    }
    return held.tokens;
}

QList<TokenDetail> tokensBefore(const PlayBranch& branch, qsizetype length) {
    const QString text = textOf(branch.pieces);
    const qsizetype common = std::min(length, commonCharacters(branch.reading.text, text));
    const Held held = heldOf(branch.reading, common);
    if (!held.whole || length <= 0) {
        return {};
    }
    QList<TokenDetail> tokens;
    for (const PlacedToken& placed : held.tokens) {
        tokens.append(placed.token);
    }
    qsizetype known = held.characters;
    qsizetype place = 0;
    for (const TextPiece& piece : branch.pieces) {
        if (known == length) {
            break;
        }
        const qsizetype begin = place;
        place += piece.text.size();
        if (place <= known) {
            continue;
        }
        if (begin != known || place > length || piece.tokens.isEmpty()) {
            return {};
        }
        tokens += piece.tokens;
        known = place;
    }
    return known == length ? tokens : QList<TokenDetail>();
}

Reading mergedReading(const Reading& earlier, const Reading& fresh) {
    Reading merged = fresh;
    const qsizetype both = std::min(earlier.tokens.size(), fresh.tokens.size());
    qsizetype same = 0;
    for (; same < both && earlier.tokens.at(same).id == fresh.tokens.at(same).id; ++same) {
        if (merged.tokens.at(same).rank < 0) {
            merged.tokens[same] = earlier.tokens.at(same);
        }
    }
    return same == fresh.tokens.size() && earlier.text.startsWith(fresh.text)
               ? Reading{earlier.text, merged.tokens + earlier.tokens.mid(same)}
               : merged;
}

Reading firstOfReading(const Reading& reading, qsizetype characters) {
    const Held held = heldOf(reading, std::min(characters, reading.text.size()));
    Reading first;
    for (const PlacedToken& placed : held.tokens) {
        first.tokens.append(placed.token);
    }
    while (!held.whole && !first.tokens.isEmpty() &&
           held.tokens.at(first.tokens.size() - 1).end > held.characters) {
        first.tokens.removeLast();
    }
    first.text = reading.text.first(held.characters);
    return first;
}

BranchTree treeOf(const PlayPage& page) {
    BranchTree tree;
    tree.kind = BranchTree::Kind::Branches;
    tree.shown = static_cast<NodeId>(page.current);
    const QList<const PlayBranch*> branches = page.present();
    tree.removable = branches.size() > 1;
    QSet<qsizetype> cuts;
    for (const PlayBranch* branch : branches) {
        cuts.insert(branch->fork);
    }
    Words words(cuts);
    QHash<quint32, QByteArray> bytes;
    QList<TriedPath> paths;
    for (const PlayBranch* branch : branches) {
        const QString text = textOf(branch->pieces);
        TriedPath path;
        path.node = static_cast<NodeId>(branch->id);
        tree.versions.append(path.node);
        qsizetype place = 0;
        qsizetype typed = 0; // where that begins which was not generated
        for (const TextPiece& piece : branch->pieces) {
            place += piece.text.size();
            if (piece.origin != Origin::Generated || piece.tokens.isEmpty()) {
                continue;
            }
            words.append(text, typed, place - piece.text.size(), path);
            for (const TokenDetail& token : piece.tokens) {
                path.tokens.append(token.id);
                path.logprobs.append(token.logprob);
                bytes.insert(token.id, token.bytes);
            }
            typed = place;
        }
        words.append(text, typed, text.size(), path);
        paths.append(path);
    }
    tree.segments = mergeBranches(paths);
    for (const BranchSegment& segment : std::as_const(tree.segments)) {
        QByteArray said;
        for (const quint32 id : segment.tokens) {
            said += Words::has(id) ? words.bytesOf(id) : bytes.value(id);
        }
        tree.texts.append(said);
        tree.typed.append(Words::has(segment.tokens.first()));
    }
    return tree;
}

} // namespace phidelity
