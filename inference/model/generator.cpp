// SPDX-License-Identifier: MIT
#include "inference/model/generator.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "inference/model/draft.h"
#include "inference/model/generation_tools.h"
#include "inference/model/parts.h"
#include "inference/model/reply_writer.h"

namespace phidelity {
namespace {

std::vector<bool> breakerTokens(const Tokenizer& tokenizer, const SamplerSettings& settings) {
    return settings.dryMultiplier == 0.0F ? std::vector<bool>()
                                          : dryBreakerTokens(tokenizer, settings.dryBreakers);
}

/// Runs a continuation on a sequence of its own to its end.
class Run {
public:
    Run(Model& model, const GenerationRequest& request, const StopFlag* stop,
        const std::function<void(const GenerationEvent&)>& listener, Sequence sequence)
        : m_model(model), m_request(request), m_stop(stop), m_sequence(std::move(sequence)),
          m_writer(model, request, listener),
          m_draft(std::min(request.mostGuessed, model.parts().backend->rowsAsAlone() - 1)) {
        m_timings.reusedTokens = static_cast<std::uint32_t>(m_sequence.tokens().size());
    }

    Result<void> run() {
        PHIDELITY_TRY(const NextLogits logits, prefill());
        const Stopwatch watch;
        if (const auto done = decode(logits); !done) {
            if (m_writer.count() == 0 || !isOfDevice(done.error())) {
                return done;
            }
            m_writer.end(FinishReason::Interrupted, done.error());
        }
        m_timings.generateMs = watch.milliseconds();
        return {};
    }

    [[nodiscard]] FinishedGeneration takeDone() {
        FinishedGeneration done = m_writer.takeDone();
        done.schedule = m_sequence.schedule();
        done.timings.reusedTokens = m_timings.reusedTokens;
        done.timings.promptMs = m_timings.promptMs;
        done.timings.generateMs = m_timings.generateMs;
        done.timings.guessedTokens = m_timings.guessedTokens;
        done.timings.guessedRight = m_timings.guessedRight;
        return done;
    }
    [[nodiscard]] Sequence takeSequence() { return std::move(m_sequence); }

private:
    /// Logits after the prompt; empty if stopped.
    Result<NextLogits> prefill() {
        const Stopwatch watch;
        const std::size_t reused = m_sequence.tokens().size();
        const auto progress = [&](std::size_t done) { m_writer.tellProgress(reused + done); };
        auto logits = m_sequence.extendToNext(std::span(m_request.prompt).subspan(reused),
                                              m_writer.wish(), m_stop, progress);
        m_timings.promptMs = watch.milliseconds();
        return logits;
    }

    /// Draws and extends until something ends the run.
    Result<void> decode(const NextLogits& first) {
        PHIDELITY_CHECK(take(first));
        while (!m_writer.hasEnded()) {
            const std::vector<TokenId> guess = m_draft.guess(m_writer.history(), room());
            if (!guess.empty()) {
                PHIDELITY_TRY(const bool done, extendWith(guess));
                if (done) {
                    continue;
                }
            }
            const TokenId last = m_writer.lastToken();
            PHIDELITY_TRY(const NextLogits next,
                          m_sequence.extendToNext(std::span(&last, 1), m_writer.wish(), m_stop));
            PHIDELITY_CHECK(take(next));
        }
        return {};
    }

    /// A token, unless the run is stopped.
    Result<void> take(const NextLogits& logits) {
        if (logits.empty() || isSet(m_stop)) {
            m_writer.end(FinishReason::Stopped);
            return {};
        }
        return m_writer.take(logits);
    }

    /// Tokens that can be guessed: behind them one more is drawn.
    [[nodiscard]] std::size_t room() const {
        const std::size_t context = m_model.context() - m_writer.history().size();
        const std::size_t wanted =
            m_request.maxTokens == 0 ? context : m_request.maxTokens - m_writer.count();
        return std::min(context, wanted) - 1;
    }

    /// Extends by the last token and a guess at once, and draws as many tokens as that gives: one
    /// more than came true. False where the step failed: guesses may be at fault, for which there
    /// was no memory, or after which numbers are not finite.
    Result<bool> extendWith(std::span<const TokenId> guess) {
        m_ahead.assign(1, m_writer.lastToken());
        m_ahead.insert(m_ahead.end(), guess.begin(), guess.end());
        const auto next = m_sequence.extendAsAlone(m_ahead, m_writer.wish());
        if (!next) {
            m_draft = DraftByLookup(0);
            return false;
        }
        const std::size_t first = m_sequence.tokens().size() - m_ahead.size();
        std::size_t rows = 0;
        bool cameTrue = true;
        while (cameTrue && rows < m_ahead.size()) {
            const std::size_t before = m_writer.count();
            PHIDELITY_CHECK(take((*next)[rows]));
            ++rows;
            cameTrue = m_writer.count() > before && rows < m_ahead.size() &&
                       m_writer.lastToken() == m_ahead[rows] && !m_writer.hasEnded();
        }
        m_sequence.truncate(first + rows); // as if the rows had come one by one
        m_draft.learn(guess.size(), rows - 1);
        m_timings.guessedTokens += static_cast<std::uint32_t>(guess.size());
        m_timings.guessedRight += static_cast<std::uint32_t>(rows - 1);
        return true;
    }

    const Model& m_model;
    const GenerationRequest& m_request;
    const StopFlag* m_stop;
    Sequence m_sequence;
    ReplyWriter m_writer;
    DraftByLookup m_draft;
    std::vector<TokenId> m_ahead; ///< the last token and a guess
    Timings m_timings;
};

} // namespace

Sampler samplerFor(const Model& model, const SamplerSettings& settings) {
    return {settings, model.tokenizer().size(), breakerTokens(model.tokenizer(), settings)};
}

TopRequest wishFor(const Model& model, const Sampler& sampler, std::uint32_t alternatives) {
    return {alternatives > 0 ? 0 : sampler.topNeeded(), model.tokenizer().size()};
}

std::string_view finishReasonName(FinishReason reason) {
    switch (reason) {
    case FinishReason::EndOfText:
        return "end_of_text";
    case FinishReason::StopString:
        return "stop_string";
    case FinishReason::MaxTokens:
        return "max_tokens";
    case FinishReason::ContextFull:
        return "context_full";
    case FinishReason::Stopped:
        return "stopped";
    case FinishReason::Interrupted:
        return "interrupted";
    }
    return "stopped";
}

Result<FinishedGeneration> generate(Model& model, PrefixCache& cache,
                                    const GenerationRequest& request, const StopFlag* stop,
                                    const std::function<void(const GenerationEvent&)>& listener) {
    PHIDELITY_CHECK(validate(request.sampler));
    if (request.prompt.empty()) {
        return fail(ErrorCode::BadArgument, "prompt: expected at least one token, found none");
    }
    Run run(model, request, stop, listener, cache.take(request.prompt));
    if (auto done = run.run(); !done) {
        // What is behind numbers that are not finite must not serve another prompt.
        if (done.error().code != ErrorCode::NotFinite) {
            cache.give(run.takeSequence());
        }
        return tl::unexpected<Error>(std::move(done).error());
    }
    FinishedGeneration done = run.takeDone();
    cache.give(run.takeSequence());
    return done;
}

} // namespace phidelity
