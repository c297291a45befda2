// SPDX-License-Identifier: MIT
#pragma once

#include <QString>

#include <algorithm>
#include <bit>
#include <cstdint>

#include "inference/model/generator.h"

namespace phidelity::test {

inline bool sameNumber(float a, float b) {
    return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
}

/// "" or what is different, to the bit.
inline QString difference(const FinishedGeneration& a, const FinishedGeneration& b) {
    if (a.text != b.text || a.cut != b.cut || a.finish != b.finish) {
        return QStringLiteral("text or end");
    }
    if (!(a.schedule == b.schedule) || a.prompt != b.prompt) {
        return QStringLiteral("schedule");
    }
    if (a.samplingAfter.drawn != b.samplingAfter.drawn ||
        !sameNumber(a.samplingAfter.mirostatMu, b.samplingAfter.mirostatMu)) {
        return QStringLiteral("state");
    }
    if (a.tokens.size() != b.tokens.size()) {
        return QStringLiteral("number of tokens");
    }
    for (std::size_t i = 0; i < a.tokens.size(); ++i) {
        const GeneratedToken& one = a.tokens[i];
        const GeneratedToken& other = b.tokens[i];
        const bool same =
            one.id == other.id && one.bytes == other.bytes &&
            sameNumber(one.logprob, other.logprob) && one.rank == other.rank &&
            sameNumber(one.chainProbability, other.chainProbability) &&
            sameNumber(one.entropy, other.entropy) &&
            std::ranges::equal(one.alternatives, other.alternatives,
                               [](const Candidate& x, const Candidate& y) {
                                   return x.id == y.id && sameNumber(x.logprob, y.logprob);
                               });
        if (!same) {
            return QStringLiteral("token %1").arg(i);
        }
    }
    return {};
}

} // namespace phidelity::test
