// SPDX-License-Identifier: MIT
#include "inference/sample/dry.h"

#include <algorithm>

#include "inference/sample/sampler.h"
#include "inference/text/tokenizer.h"

namespace phidelity {

namespace {

/// z[k]: how far the sequence, begun at its k-th last token and read backwards, agrees with itself
/// read backwards from the end (Gusfield's Z algorithm, linear). z[0] is 0.
std::vector<std::uint32_t> suffixMatches(std::span<const TokenId> window) {
    const auto count = static_cast<std::uint32_t>(window.size());
    const auto backwards = [&](std::uint32_t index) { return window[count - 1 - index]; };
    std::vector<std::uint32_t> z(count, 0);
    std::uint32_t left = 0; // [left, right) is the match known so far that reaches furthest
    std::uint32_t right = 0;
    for (std::uint32_t at = 1; at < count; ++at) {
        std::uint32_t length = at < right ? std::min(right - at, z[at - left]) : 0;
        while (at + length < count && backwards(length) == backwards(at + length)) {
            ++length;
        }
        z[at] = length;
        if (at + length > right) {
            left = at;
            right = at + length;
        }
    }
    return z;
}

} // namespace

std::vector<std::pair<TokenId, std::uint32_t>> longestRepeats(std::span<const TokenId> window,
                                                              const std::vector<bool>& breakers,
                                                              std::uint32_t least) {
    const auto isBreaker = [&](TokenId id) { return id < breakers.size() && breakers[id]; };
    const auto count = static_cast<std::uint32_t>(window.size());
    std::uint32_t limit = 0;
    while (limit < count && !isBreaker(window[count - 1 - limit])) {
        ++limit;
    }
    std::vector<std::pair<TokenId, std::uint32_t>> repeats;
    if (limit < least) {
        return repeats;
    }
    const std::vector<std::uint32_t> matches = suffixMatches(window);
    for (std::uint32_t at = 1; at < count; ++at) {
        const std::uint32_t length = std::min(matches[at], limit);
        const TokenId next = window[count - at];
        if (length >= least && !isBreaker(next)) {
            repeats.emplace_back(next, length);
        }
    }
    // Of each id only the longest.
    std::sort(repeats.begin(), repeats.end(), [](const auto& a, const auto& b) {
        return a.first != b.first ? a.first < b.first : a.second > b.second;
    });
    repeats.erase(std::unique(repeats.begin(), repeats.end(),
                              [](const auto& a, const auto& b) { return a.first == b.first; }),
                  repeats.end());
    return repeats;
}

bool containsBreaker(std::string_view text, const std::vector<std::string>& breakers) {
    return std::any_of(breakers.begin(), breakers.end(), [&](const std::string& breaker) {
        return !breaker.empty() && text.find(breaker) != std::string_view::npos;
    });
}

std::vector<bool> dryBreakerTokens(const Tokenizer& tokenizer,
                                   const std::vector<std::string>& breakers) {
    std::vector<bool> tokens(tokenizer.size());
    for (TokenId id = 0; id < tokenizer.size(); ++id) {
        const std::string_view text = tokenizer.bytes(id);
        tokens[id] = containsBreaker(text, breakers);
    }
    return tokens;
}

} // namespace phidelity
