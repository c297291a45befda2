// SPDX-License-Identifier: MIT
#include "playground/play_page.h"

#include <algorithm>
#include <cmath>

#include <QCborArray>
#include <QCborMap>
#include <QCborValue>
#include <QUuid>

namespace phidelity {

namespace {

constexpr int kVersion = 1;
constexpr qsizetype kTitleLength = 40;

// Keys of the file; numbers never change their meaning.
enum Key {
    KeyVersion = 0,
    KeyId = 1,
    KeyPlace = 2,
    KeyOpen = 3,
    KeyCurrent = 4,
    KeyCursor = 5,
    KeyBranches = 6,
    KeyParent = 7,
    KeyFork = 8,
    KeySeed = 9,
    KeyPieces = 10,
    KeyReadText = 11,
    KeyReadTokens = 12,
    KeyRemoved = 13
};

QCborValue numberOrNull(float number) {
    return std::isnan(number) ? QCborValue(QCborValue::Null)
                              : QCborValue(static_cast<double>(number));
}

float numberOf(const QCborValue& value) {
    return value.isNull() || !(value.isDouble() || value.isInteger())
               ? TokenDetail::kNotComputed
               : static_cast<float>(value.toDouble());
}

QCborArray tokenToCbor(const TokenDetail& token) {
    QCborArray top;
    for (const TokenAlternative& other :
         token.top.first(std::min<qsizetype>(token.top.size(), kKeptAlternatives))) {
        top.append(QCborArray{static_cast<qint64>(other.id), other.text,
                              static_cast<double>(other.logprob), other.bytes});
    }
    return {static_cast<qint64>(token.id),
            token.bytes,
            numberOrNull(token.logprob),
            token.rank,
            numberOrNull(token.entropy),
            numberOrNull(token.chainProbability),
            top};
}

TokenDetail tokenFromCbor(const QCborArray& array) {
    TokenDetail token;
    token.id = static_cast<quint32>(array.at(0).toInteger());
    token.bytes = array.at(1).toByteArray();
    token.logprob = numberOf(array.at(2));
    token.rank = static_cast<int>(array.at(3).toInteger(-1));
    token.entropy = numberOf(array.at(4));
    token.chainProbability = numberOf(array.at(5));
    for (const QCborValue& entry : array.at(6).toArray()) {
        const QCborArray other = entry.toArray();
        token.top.append({static_cast<quint32>(other.at(0).toInteger()), other.at(1).toString(),
                          static_cast<float>(other.at(2).toDouble()), other.at(3).toByteArray()});
    }
    return token;
}

QCborArray tokensToCbor(const QList<TokenDetail>& tokens) {
    QCborArray array;
    for (const TokenDetail& token : tokens) {
        array.append(tokenToCbor(token));
    }
    return array;
}

QList<TokenDetail> tokensFromCbor(const QCborArray& array) {
    QList<TokenDetail> tokens;
    for (const QCborValue& token : array) {
        tokens.append(tokenFromCbor(token.toArray()));
    }
    return tokens;
}

QCborArray piecesToCbor(const QList<TextPiece>& pieces) {
    QCborArray array;
    for (const TextPiece& piece : pieces) {
        array.append(
            QCborArray{piece.text, piece.origin == Origin::Generated, tokensToCbor(piece.tokens)});
    }
    return array;
}

QList<TextPiece> piecesFromCbor(const QCborArray& array) {
    QList<TextPiece> pieces;
    for (const QCborValue& entry : array) {
        const QCborArray fields = entry.toArray();
        TextPiece piece;
        piece.text = fields.at(0).toString();
        piece.origin = fields.at(1).toBool() ? Origin::Generated : Origin::Typed;
        piece.tokens = tokensFromCbor(fields.at(2).toArray());
        if (!piece.text.isEmpty()) {
            pieces.append(piece);
        }
    }
    return pieces;
}

/// Ends of the text that `length` characters leave on one side.
enum class Side { First, Rest };

QList<TextPiece> sideOf(const QList<TextPiece>& pieces, qsizetype length, Side side) {
    QList<TextPiece> kept;
    qsizetype at = 0;
    for (const TextPiece& piece : pieces) {
        const qsizetype cut = std::clamp<qsizetype>(length - at, 0, piece.text.size());
        at += piece.text.size();
        TextPiece part = piece;
        part.text = side == Side::First ? piece.text.left(cut) : piece.text.mid(cut);
        if (part.text.size() != piece.text.size()) {
            part.tokens.clear();
        }
        if (!part.text.isEmpty()) {
            kept.append(part);
        }
    }
    return kept;
}

} // namespace

QString textOf(const QList<TextPiece>& pieces) {
    QString text;
    for (const TextPiece& piece : pieces) {
        text += piece.text;
    }
    return text;
}

QList<TextPiece> firstOf(const QList<TextPiece>& pieces, qsizetype length) {
    return sideOf(pieces, length, Side::First);
}

QList<TextPiece> restOf(const QList<TextPiece>& pieces, qsizetype length) {
    return sideOf(pieces, length, Side::Rest);
}

QList<TextPiece> withInserted(const QList<TextPiece>& pieces, qsizetype at,
                              const QList<TextPiece>& added) {
    return firstOf(pieces, at) + added + restOf(pieces, at);
}

PlayBranch* PlayPage::find(int branch) {
    const auto found = std::find_if(branches.begin(), branches.end(),
                                    [branch](const PlayBranch& each) { return each.id == branch; });
    return found == branches.end() ? nullptr : &*found;
}

const PlayBranch* PlayPage::find(int branch) const {
    return const_cast<PlayPage*>(this)->find(branch);
}

const PlayBranch& PlayPage::shown() const {
    const PlayBranch* branch = find(current);
    return branch ? *branch : branches.first();
}

int PlayPage::add(int parent, qsizetype fork, const QList<TextPiece>& pieces, quint64 seed) {
    int last = 0;
    for (const PlayBranch& branch : std::as_const(branches)) {
        last = std::max(last, branch.id);
    }
    branches.append({last + 1, parent, fork, pieces, seed});
    return last + 1;
}

bool PlayPage::remove(int branch) {
    PlayBranch* gone = find(branch);
    const QList<const PlayBranch*> there = present();
    if (!gone || gone->removed != 0 || there.size() < 2) {
        return false;
    }
    const PlayBranch* before = find(lastRemoved());
    gone->removed = before ? before->removed + 1 : 1;
    if (current == branch) {
        const int parent = parentOf(*gone);
        current = parent != 0 ? parent : present().first()->id;
        cursor = textOf(find(current)->pieces).size();
    }
    return true;
}

int PlayPage::lastRemoved() const {
    const auto last = std::max_element(
        branches.begin(), branches.end(),
        [](const PlayBranch& a, const PlayBranch& b) { return a.removed < b.removed; });
    return last != branches.end() && last->removed != 0 ? last->id : 0;
}

QList<const PlayBranch*> PlayPage::present() const {
    QList<const PlayBranch*> there;
    for (const PlayBranch& branch : branches) {
        if (branch.removed == 0) {
            there.append(&branch);
        }
    }
    return there;
}

int PlayPage::parentOf(const PlayBranch& branch) const {
    const PlayBranch* parent = find(branch.parent);
    // A file may say anything: ids grow from a branch to those that leave it.
    for (int last = branch.id; parent && parent->id < last; parent = find(parent->parent)) {
        if (parent->removed == 0) {
            return parent->id;
        }
        last = parent->id;
    }
    return 0;
}

QString PlayPage::title() const {
    const QString text = textOf(shown().pieces).left(4 * kTitleLength).simplified();
    return text.size() <= kTitleLength ? text
                                       : text.left(kTitleLength - 1).trimmed() + QChar(0x2026);
}

PlayPage newPage(int place) {
    PlayPage page;
    page.id = QUuid::createUuid().toString(QUuid::Id128);
    page.place = place;
    page.add(0, 0, {}, 0);
    return page;
}

QByteArray toBytes(const PlayPage& page) {
    QCborArray branches;
    for (const PlayBranch& branch : page.branches) {
        branches.append(QCborMap{{KeyId, branch.id},
                                 {KeyParent, branch.parent},
                                 {KeyFork, static_cast<qint64>(branch.fork)},
                                 {KeySeed, QString::number(branch.seed)},
                                 {KeyPieces, piecesToCbor(branch.pieces)},
                                 {KeyReadText, branch.reading.text},
                                 {KeyReadTokens, tokensToCbor(branch.reading.tokens)},
                                 {KeyRemoved, branch.removed}});
    }
    return QCborValue(QCborMap{{KeyVersion, kVersion},
                               {KeyId, page.id},
                               {KeyPlace, page.place},
                               {KeyOpen, page.open},
                               {KeyCurrent, page.current},
                               {KeyCursor, static_cast<qint64>(page.cursor)},
                               {KeyBranches, branches}})
        .toCbor();
}

std::optional<PlayPage> pageFromBytes(const QByteArray& bytes) {
    QCborParserError error;
    const QCborMap map = QCborValue::fromCbor(bytes, &error).toMap();
    if (error.error != QCborError::NoError || map.value(KeyVersion).toInteger() != kVersion) {
        return std::nullopt;
    }
    PlayPage page;
    page.id = map.value(KeyId).toString();
    page.place = static_cast<int>(map.value(KeyPlace).toInteger());
    page.open = map.value(KeyOpen).toBool(true);
    page.current = static_cast<int>(map.value(KeyCurrent).toInteger());
    page.cursor = static_cast<qsizetype>(map.value(KeyCursor).toInteger());
    for (const QCborValue& entry : map.value(KeyBranches).toArray()) {
        const QCborMap fields = entry.toMap();
        PlayBranch branch;
        branch.id = static_cast<int>(fields.value(KeyId).toInteger());
        branch.parent = static_cast<int>(fields.value(KeyParent).toInteger());
        branch.fork = static_cast<qsizetype>(fields.value(KeyFork).toInteger());
        branch.seed = fields.value(KeySeed).toString().toULongLong();
        branch.pieces = piecesFromCbor(fields.value(KeyPieces).toArray());
        branch.reading.text = fields.value(KeyReadText).toString();
        branch.reading.tokens = tokensFromCbor(fields.value(KeyReadTokens).toArray());
        branch.removed = static_cast<int>(fields.value(KeyRemoved).toInteger(0));
        if (branch.id > 0 && !page.find(branch.id)) {
            page.branches.append(branch);
        }
    }
    if (page.id.isEmpty() || page.branches.isEmpty()) {
        return std::nullopt;
    }
    if (page.present().isEmpty()) {
        page.branches.first().removed = 0;
    }
    if (const PlayBranch* shown = page.find(page.current); !shown || shown->removed != 0) {
        page.current = page.present().first()->id;
    }
    return page;
}

} // namespace phidelity
