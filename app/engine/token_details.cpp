// SPDX-License-Identifier: MIT
#include "engine/token_details.h"

#include <utility>

#include "engine/utf8_text.h"

namespace phidelity {

namespace {

QString labelOf(const Tokenizer& tokenizer, TokenId id) {
    return fromUtf8(tokenizer.label(id));
}

QList<TokenAlternative> alternativesOf(const std::vector<Candidate>& candidates,
                                       const Tokenizer& tokenizer) {
    QList<TokenAlternative> all;
    all.reserve(static_cast<qsizetype>(candidates.size()));
    for (const Candidate& candidate : candidates) {
        all.append(alternativeOf(candidate, tokenizer));
    }
    return all;
}

} // namespace

TokenAlternative alternativeOf(const Candidate& candidate, const Tokenizer& tokenizer) {
    return {candidate.id, labelOf(tokenizer, candidate.id), candidate.logprob,
            bytesOf(tokenizer.bytes(candidate.id))};
}

TokenDetail detailOf(const GeneratedToken& token, const Tokenizer& tokenizer) {
    TokenDetail detail;
    detail.id = token.id;
    detail.bytes = bytesOf(token.bytes);
    detail.logprob = token.logprob;
    detail.rank = static_cast<int>(token.rank);
    detail.entropy = token.entropy;
    detail.chainProbability = token.chainProbability;
    detail.top = alternativesOf(token.alternatives, tokenizer);
    return detail;
}

TokenDetail detailOf(const TokenScore& score, const Tokenizer& tokenizer) {
    TokenDetail detail;
    detail.id = score.id;
    detail.bytes = bytesOf(tokenizer.bytes(score.id));
    detail.logprob = score.logprob;
    detail.rank = score.rank;
    detail.entropy = score.entropy;
    detail.top = alternativesOf(score.alternatives, tokenizer);
    return detail;
}

} // namespace phidelity
