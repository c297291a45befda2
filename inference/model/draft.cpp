// SPDX-License-Identifier: MIT
#include "inference/model/draft.h"

#include <algorithm>

namespace phidelity {
namespace {

constexpr std::size_t kShortest = 3;  ///< tokens: two are often the same by chance
constexpr std::size_t kDistrust = 12; ///< tokens that must stand before where guesses keep failing
constexpr std::size_t kLongest = 16;  ///< beyond this one repetition is as good as another
constexpr std::size_t kFirst = 4;     ///< tokens of a first guess

/// Tokens that end both `text` and its first `end` tokens, up to kLongest.
std::size_t commonEnd(std::span<const TokenId> text, std::size_t end) {
    const std::size_t most = std::min(kLongest, end);
    std::size_t length = 0;
    while (length < most && text[end - 1 - length] == text[text.size() - 1 - length]) {
        ++length;
    }
    return length;
}

} // namespace

DraftByLookup::DraftByLookup(std::size_t most)
    : m_most(most), m_ahead(std::min(most, kFirst)), m_shortest(kShortest) {}

std::vector<TokenId> DraftByLookup::guess(std::span<const TokenId> history,
                                          std::size_t room) const {
    const std::size_t wanted = std::min(m_ahead, room);
    if (wanted == 0) {
        return {};
    }
    std::size_t longest = m_shortest - 1;
    std::size_t from = history.size();
    // The latest of the longest: what was said last is most like what comes.
    for (std::size_t end = history.size(); end-- > 1 && longest < kLongest;) {
        const std::size_t length = commonEnd(history, end);
        if (length > longest) {
            longest = length;
            from = end;
        }
    }
    std::vector<TokenId> guess;
    if (from < history.size()) {
        // What repeats itself at once goes on doing so.
        const std::size_t period = history.size() - from;
        for (std::size_t i = 0; i < wanted; ++i) {
            guess.push_back(history[from + i % period]);
        }
    }
    return guess;
}

void DraftByLookup::learn(std::size_t guessed, std::size_t true_) {
    if (guessed == 0) {
        return;
    }
    if (true_ == guessed) {
        m_ahead = std::min(m_most, 2 * m_ahead);
        m_shortest = kShortest;
    } else if (true_ > 0) {
        m_ahead = std::min(m_most, true_ + 1);
        m_shortest = kShortest;
    } else {
        m_ahead = std::min(m_most, std::max<std::size_t>(1, m_ahead / 2));
        m_shortest = std::min(kDistrust, m_shortest + 1);
    }
}

} // namespace phidelity
