// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include <QByteArray>
#include <QList>
#include <QMetaType>
#include <QString>

#include "engine/token_detail.h"

namespace phidelity {

/// Who wrote a piece of text.
enum class Origin { Typed, Generated };

/// A stretch of text of one origin. A generated one is what one token said, or a few that share a
/// character; its tokens may be unknown.
struct TextPiece {
    QString text;
    Origin origin = Origin::Typed;
    QList<TokenDetail> tokens{};
};

[[nodiscard]] QString textOf(const QList<TextPiece>& pieces);
/// The first `length` characters. A generated piece that is cut keeps its origin and loses its
/// tokens.
[[nodiscard]] QList<TextPiece> firstOf(const QList<TextPiece>& pieces, qsizetype length);
/// What follows the first `length` characters; likewise.
[[nodiscard]] QList<TextPiece> restOf(const QList<TextPiece>& pieces, qsizetype length);
/// Puts `added` at a place of the text.
[[nodiscard]] QList<TextPiece> withInserted(const QList<TextPiece>& pieces, qsizetype at,
                                            const QList<TextPiece>& added);

/// How the model has read a text: what it was made of, and what the model thought of each token
/// where that was asked for. What it says of a token holds as long as nothing before it and in it
/// has changed.
struct Reading {
    QString text;
    QList<TokenDetail> tokens; ///< their bytes are the text's
};

/// One way that the text of a page took. Ids begin at 1.
struct PlayBranch {
    int id = 0;
    int parent = 0;     ///< id of the branch that it left; 0 = the first
    qsizetype fork = 0; ///< characters that it had in common with that one then
    QList<TextPiece> pieces;
    quint64 seed = 0;  ///< it was written with; 0 = typed
    Reading reading{}; ///< of its beginning, as it was when it was last read
    int removed = 0;   ///< not 0: it is not shown and can come back; the last removed is highest
};

/// A page of the playground: raw text that takes several ways. Plain value.
struct PlayPage {
    QString id;       ///< letters and digits
    int place = 0;    ///< among the tabs
    bool open = true; ///< else closed, and can be opened again
    QList<PlayBranch> branches;
    int current = 1; ///< id of the branch that is shown
    qsizetype cursor = 0;

    [[nodiscard]] PlayBranch* find(int branch);
    [[nodiscard]] const PlayBranch* find(int branch) const;
    /// The one that is shown; there always is one.
    [[nodiscard]] const PlayBranch& shown() const;
    /// Leaves `parent` at `fork`; returns the new one's id.
    int add(int parent, qsizetype fork, const QList<TextPiece>& pieces, quint64 seed);
    /// Takes a branch out of sight; one that is shown gives way to the one that it left, or to the
    /// first there is. False for the last one.
    bool remove(int branch);
    /// The one that was removed last; 0 = none.
    [[nodiscard]] int lastRemoved() const;
    /// Those that are not removed, in the order they were made.
    [[nodiscard]] QList<const PlayBranch*> present() const;
    /// The one that a branch left, or that one left where it is removed; 0 = none is left.
    [[nodiscard]] int parentOf(const PlayBranch& branch) const;
    /// The beginning of its text, or empty.
    [[nodiscard]] QString title() const;
};

[[nodiscard]] PlayPage newPage(int place);

/// Lossless but for alternatives beyond the first `kKeptAlternatives` of a token.
inline constexpr int kKeptAlternatives = 10;
[[nodiscard]] QByteArray toBytes(const PlayPage& page);
/// Nothing if it is not a page; what is damaged in one is left out.
[[nodiscard]] std::optional<PlayPage> pageFromBytes(const QByteArray& bytes);

} // namespace phidelity

Q_DECLARE_METATYPE(phidelity::TextPiece)
Q_DECLARE_METATYPE(phidelity::PlayPage)
