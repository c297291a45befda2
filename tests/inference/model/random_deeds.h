// SPDX-License-Identifier: MIT
#pragma once

#include <cstring>
#include <iterator>
#include <random>
#include <span>
#include <vector>

#include "inference/model/replay.h"
#include "model_on.h"

namespace phidelity::test {

/// Positions that a model must have for randomDeed.
inline constexpr std::uint32_t kDeedsContext = 700;

inline std::vector<TokenId> randomTokens(std::mt19937& random, std::size_t count) {
    std::vector<TokenId> tokens(count);
    for (TokenId& token : tokens) {
        token = random() % 256;
    }
    return tokens;
}

inline bool sameBits(std::span<const float> a, std::span<const float> b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

/// Logits of a fresh sequence that was computed by the schedule of `sequence`, and of one more
/// token after both. They see every position of the cache.
struct Twins {
    std::vector<float> expected;
    std::vector<float> found;
};
inline Result<Twins> compareWithReplay(Model& model, const Sequence& sequence) {
    const TokenId next[] = {42};
    Twins twins;
    Sequence original = sequence.fork();
    PHIDELITY_TRY(const auto expected, original.extend(next));
    twins.expected = copyOf(expected);
    Sequence again(model);
    const std::vector<TokenId>& tokens = original.tokens();
    PHIDELITY_TRY(const NextLogits found, computeAgain(model, again, tokens, original.schedule()));
    twins.found = copyOf(found.all);
    return twins;
}

/// Does something to one of some sequences: extends it in steps of any size, cuts it, forks it, or
/// takes several a step further side by side.
inline Result<void> randomDeed(std::mt19937& random, std::vector<Sequence>& sequences) {
    Sequence& one = sequences[random() % sequences.size()];
    const std::size_t length = one.tokens().size();
    switch (random() % 6) {
    case 0:
        one.truncate(length == 0 ? 0 : random() % length);
        return {};
    case 1:
        if (sequences.size() < 4) {
            sequences.push_back(one.fork());
        } else {
            one = sequences[random() % sequences.size()].fork();
        }
        return {};
    case 2: {
        std::vector<Sequence*> all;
        for (Sequence& sequence : sequences) {
            if (sequence.tokens().size() + 1 < kDeedsContext) {
                all.push_back(&sequence);
            }
        }
        if (all.empty()) {
            return {};
        }
        PHIDELITY_TRY(const auto ignored,
                      Sequence::extendTogether(all, randomTokens(random, all.size())));
        static_cast<void>(ignored);
        return {};
    }
    default: {
        constexpr std::size_t kSizes[] = {1, 1, 2, 5, 8, 9, 13, 16, 17, 31, 40, 70, 140};
        const std::size_t count = kSizes[random() % std::size(kSizes)];
        if (length + count + 2 > kDeedsContext) {
            one.truncate(length / 3);
            return {};
        }
        PHIDELITY_TRY(const auto ignored, one.extend(randomTokens(random, count)));
        static_cast<void>(ignored);
        return {};
    }
    }
}

} // namespace phidelity::test
