// SPDX-License-Identifier: MIT
#pragma once

#include "chat/branch_tree.h"
#include "playground/play_page.h"

namespace phidelity {

/// A token and the characters that it says. Tokens that share a character have the same ones.
struct PlacedToken {
    qsizetype begin = 0;
    qsizetype end = 0;
    Origin origin = Origin::Typed;
    TokenDetail token{};
};

/// What is known of the tokens of a branch, in the order of its text: those of its reading as far
/// as that holds, and behind it those of what was generated. Linear.
[[nodiscard]] QList<PlacedToken> placedTokens(const PlayBranch& branch);

/// The tokens of the first `length` characters as the model has read or written them; empty where
/// some of them are not known. Making tokens of the text might give others. Linear.
[[nodiscard]] QList<TokenDetail> tokensBefore(const PlayBranch& branch, qsizetype length);

/// A reading with what an earlier one knew of the same tokens, and with those that followed them
/// there if the fresh one ends before. Linear.
[[nodiscard]] Reading mergedReading(const Reading& earlier, const Reading& fresh);

/// What a reading says of the first characters of its text, as far as whole tokens go. Linear.
[[nodiscard]] Reading firstOfReading(const Reading& reading, qsizetype characters);

/// The branches of a page merged token by token, to be drawn: what was typed counts as given, so
/// the probability of a path is that of what the model has written on it. Words that no model has
/// read stand for tokens. Linear in all texts.
[[nodiscard]] BranchTree treeOf(const PlayPage& page);

} // namespace phidelity
