// SPDX-License-Identifier: MIT
#include "ui/fuzzy_match.h"

#include <algorithm>
#include <limits>
#include <vector>

namespace phidelity {

namespace {

constexpr int kNone = std::numeric_limits<int>::min() / 2;
constexpr int kWordStart = 8;
constexpr int kAdjacent = 5;
constexpr int kFirst = 4;
constexpr int kLetter = 1;

bool startsWord(const QString& text, qsizetype at) {
    return at == 0 || (!text.at(at - 1).isLetterOrNumber() && text.at(at).isLetterOrNumber());
}

} // namespace

std::optional<FuzzyMatch> fuzzyMatch(const QString& pattern, const QString& text) {
    QString wanted;
    for (const QChar letter : pattern) {
        if (!letter.isSpace()) {
            wanted.append(letter.toCaseFolded());
        }
    }
    FuzzyMatch match;
    if (wanted.isEmpty()) {
        return match;
    }
    const auto rows = static_cast<std::size_t>(wanted.size());
    const auto columns = static_cast<std::size_t>(text.size());
    if (rows > columns) {
        return std::nullopt;
    }
    // best[i][j]: the score of the first i + 1 letters with the last of them at j.
    std::vector<std::vector<int>> best(rows, std::vector<int>(columns, kNone));
    std::vector<std::vector<std::size_t>> from(rows, std::vector<std::size_t>(columns, 0));
    for (std::size_t i = 0; i < rows; ++i) {
        int before = kNone; // the best of the row above, left of j
        std::size_t beforeAt = 0;
        for (std::size_t j = 0; j < columns; ++j) {
            const auto at = static_cast<qsizetype>(j);
            if (i > 0 && j > 0 && best[i - 1][j - 1] > before) {
                before = best[i - 1][j - 1];
                beforeAt = j - 1;
            }
            if (text.at(at).toCaseFolded() != wanted.at(static_cast<qsizetype>(i))) {
                continue;
            }
            const int here =
                kLetter + (startsWord(text, at) ? kWordStart : 0) + (j == 0 ? kFirst : 0);
            if (i == 0) {
                best[i][j] = here;
                continue;
            }
            if (before == kNone) {
                continue;
            }
            best[i][j] = before + here;
            from[i][j] = beforeAt;
            const int adjacent = best[i - 1][j - 1];
            if (adjacent != kNone && adjacent + here + kAdjacent >= best[i][j]) {
                best[i][j] = adjacent + here + kAdjacent;
                from[i][j] = j - 1;
            }
        }
    }
    const std::vector<int>& last = best[rows - 1];
    const auto end = std::max_element(last.begin(), last.end());
    if (*end == kNone) {
        return std::nullopt;
    }
    match.score = *end;
    auto at = static_cast<std::size_t>(end - last.begin());
    match.positions.resize(static_cast<qsizetype>(rows));
    for (std::size_t i = rows; i-- > 0;) {
        match.positions[static_cast<qsizetype>(i)] = static_cast<qsizetype>(at);
        at = from[i][at];
    }
    return match;
}

} // namespace phidelity
