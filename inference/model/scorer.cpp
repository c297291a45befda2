// SPDX-License-Identifier: MIT
#include "inference/model/scorer.h"

#include <algorithm>
#include <string>
#include <utility>

#include "inference/model/generation_tools.h"
#include "inference/sample/raw_distribution.h"

namespace phidelity {
namespace {

/// Rows of logits at a time: 13 MB of Phi-2's, and a piece comes often enough to be watched.
constexpr std::size_t kPiece = 64;

TokenScore scoreOf(TokenId id, std::span<const float> logits, std::uint32_t vocabulary,
                   std::uint32_t alternatives) {
    TokenScore score;
    score.id = id;
    const RawDistribution distribution(logits, vocabulary);
    if (id < vocabulary) {
        score.logprob = distribution.logprob(id);
        score.rank = static_cast<std::int32_t>(distribution.rank(id));
    }
    score.entropy = distribution.entropy();
    score.alternatives = distribution.mostLikely(alternatives);
    return score;
}

/// One text on its way through the model.
class Scorer {
public:
    Scorer(Model& model, PrefixCache& cache, std::span<const TokenId> tokens, const ScoreWish& wish,
           const StopFlag* stop)
        : m_model(model), m_cache(cache), m_tokens(tokens), m_wish(wish), m_stop(stop),
          m_sequence(model) {}

    Result<std::size_t>
    run(const std::function<void(std::size_t, std::span<const TokenScore>)>& listener) {
        std::size_t next = m_wish.from;
        if (next == 0) {
            TokenScore first;
            first.id = m_tokens.front();
            listener(0, std::span(&first, 1));
            ++next;
        }
        while (next < m_tokens.size()) {
            PHIDELITY_TRY(const bool there, moveTo(next));
            if (!there) {
                break;
            }
            const std::size_t room = m_model.context() - m_sequence.tokens().size();
            const std::size_t count = std::min({kPiece, room, m_tokens.size() - next});
            // The row of a token says what comes after it.
            PHIDELITY_TRY(const auto logits, m_sequence.extend(m_tokens.subspan(next - 1, count),
                                                               LogitRows::All, m_stop));
            if (logits.empty()) {
                break;
            }
            m_scores.clear();
            const std::size_t outputs = logits.size() / count;
            for (std::size_t row = 0; row < count; ++row) {
                m_scores.push_back(scoreOf(m_tokens[next + row],
                                           logits.subspan(row * outputs, outputs),
                                           m_model.tokenizer().size(), m_wish.alternatives));
            }
            listener(next, m_scores);
            next += count;
        }
        return next - m_wish.from;
    }

    void giveBack() { m_cache.give(std::move(m_sequence)); }

private:
    /// Has the tokens before the one before `next` in the sequence, with room behind them. False if
    /// stopped.
    Result<bool> moveTo(std::size_t next) {
        const std::size_t before = next - 1;
        const std::size_t context = m_model.context();
        if (!m_started || m_sequence.tokens().size() >= context) {
            const std::size_t kept = before < context ? before : context / 2;
            const auto seen = m_tokens.subspan(before - kept, kept);
            // One token more, as a cache never gives the last one of what it is asked for.
            m_sequence = m_cache.take(m_tokens.subspan(before - kept, kept + 1));
            m_started = true;
            const std::size_t reused = m_sequence.tokens().size();
            if (reused < kept) {
                PHIDELITY_CHECK(m_sequence.extend(seen.subspan(reused), LogitRows::None, m_stop));
            }
            if (m_sequence.tokens().size() < kept) {
                return false;
            }
        }
        return !isSet(m_stop);
    }

    Model& m_model;
    PrefixCache& m_cache;
    std::span<const TokenId> m_tokens;
    const ScoreWish& m_wish;
    const StopFlag* m_stop;
    Sequence m_sequence;
    bool m_started = false;
    std::vector<TokenScore> m_scores;
};

} // namespace

Result<std::size_t>
scoreTokens(Model& model, PrefixCache& cache, std::span<const TokenId> tokens,
            const ScoreWish& wish, const StopFlag* stop,
            const std::function<void(std::size_t, std::span<const TokenScore>)>& listener) {
    if (tokens.empty()) {
        return fail(ErrorCode::BadArgument, "text: expected at least one token, found none");
    }
    if (wish.from >= tokens.size()) {
        return std::size_t{0};
    }
    Scorer scorer(model, cache, tokens, wish, stop);
    auto done = scorer.run(listener);
    if (done || done.error().code != ErrorCode::NotFinite) {
        scorer.giveBack();
    }
    return done;
}

} // namespace phidelity
