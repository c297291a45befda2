// SPDX-License-Identifier: MIT
#include "playground/comparison.h"

#include <algorithm>

namespace phidelity {

std::optional<qsizetype> firstDifference(const QList<TokenDetail>& a, const QList<TokenDetail>& b) {
    const qsizetype common = std::min(a.size(), b.size());
    for (qsizetype index = 0; index < common; ++index) {
        if (a.at(index).id != b.at(index).id) {
            return index;
        }
    }
    return a.size() == b.size() ? std::nullopt : std::optional(common);
}

QList<TokenDetail> tokensOf(const QList<TextPiece>& pieces) {
    QList<TokenDetail> tokens;
    for (const TextPiece& piece : pieces) {
        tokens += piece.tokens;
    }
    return tokens;
}

qsizetype placeOfToken(const QList<TextPiece>& pieces, qsizetype index) {
    qsizetype place = 0;
    qsizetype tokens = 0;
    for (const TextPiece& piece : pieces) {
        tokens += piece.tokens.size();
        if (tokens > index) {
            break;
        }
        place += piece.text.size();
    }
    return place;
}

} // namespace phidelity
