// SPDX-License-Identifier: MIT
#include "inference/model/generator.h"

#include <chrono>
#include <optional>
#include <utility>

#include "inference/text/stop_matcher.h"
#include "inference/text/utf8_stream.h"

namespace phidelity {
namespace {

class Stopwatch {
public:
    [[nodiscard]] double milliseconds() const {
        return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - m_start)
            .count();
    }

private:
    std::chrono::steady_clock::time_point m_start = std::chrono::steady_clock::now();
};

bool isSet(const StopFlag* stop) {
    return stop != nullptr && stop->load(std::memory_order_relaxed);
}

bool isOfDevice(const Error& error) {
    return error.code == ErrorCode::DeviceLost || error.code == ErrorCode::OutOfMemory;
}

std::vector<bool> breakerTokens(const Tokenizer& tokenizer, const SamplerSettings& settings) {
    return settings.dryMultiplier == 0.0F ? std::vector<bool>()
                                          : dryBreakerTokens(tokenizer, settings.dryBreakers);
}

/// Bytes of tokens in, text that may be shown out: whole characters, nothing that could still
/// become a stop string.
class TextAssembler {
public:
    explicit TextAssembler(std::vector<std::string> stops) : m_matcher(std::move(stops)) {}

    /// Text that this token frees.
    std::string push(std::string_view bytes) { return take(m_matcher.push(m_utf8.push(bytes))); }
    /// Text that was held back, at the end of a run.
    std::string finish() {
        if (m_stopped) {
            return {};
        }
        std::string text = take(m_matcher.push(m_utf8.finish()));
        return m_stopped ? text : text + m_matcher.finish();
    }
    [[nodiscard]] bool stopped() const { return m_stopped; }
    /// The stop string and what the last token brought after it.
    [[nodiscard]] const std::string& cut() const { return m_cut; }

private:
    std::string take(StopMatcher::Step step) {
        if (step.stopped) {
            m_stopped = true;
            m_cut = std::move(step.cut) + m_utf8.finish();
        }
        return std::move(step.text);
    }

    Utf8Stream m_utf8;
    StopMatcher m_matcher;
    bool m_stopped = false;
    std::string m_cut;
};

/// One run: what generate() holds while tokens come.
class Run {
public:
    Run(Model& model, const GenerationRequest& request, const StopFlag* stop,
        const std::function<void(const GenerationEvent&)>& listener, Sequence sequence)
        : m_model(model), m_request(request), m_stop(stop), m_listener(listener),
          m_sequence(std::move(sequence)), m_assembler(request.stops),
          m_sampler(samplerFor(model, request.sampler)), m_wish{m_sampler.topNeeded(
                                                                    request.alternatives),
                                                                model.tokenizer().size()} {
        m_done.sampler = request.sampler;
        m_done.samplingBefore = request.sampling;
        m_done.samplingAfter = request.sampling;
        m_done.prompt = request.prompt;
        m_done.timings.promptTokens = static_cast<std::uint32_t>(request.prompt.size());
        m_done.timings.reusedTokens = static_cast<std::uint32_t>(m_sequence.tokens().size());
    }

    Result<void> run() {
        const auto done = runToItsEnd();
        m_done.schedule = m_sequence.schedule();
        return done;
    }

    [[nodiscard]] FinishedGeneration takeDone() { return std::move(m_done); }
    [[nodiscard]] Sequence takeSequence() { return std::move(m_sequence); }

private:
    Result<void> runToItsEnd() {
        PHIDELITY_TRY(const NextLogits logits, prefill());
        if (logits.empty()) {
            m_done.finish = FinishReason::Stopped;
            return {};
        }
        const Stopwatch watch;
        if (auto finish = decode(logits)) {
            m_done.finish = *finish;
        } else if (m_done.tokens.empty() || !isOfDevice(finish.error())) {
            return tl::unexpected<Error>(std::move(finish).error());
        } else {
            stopped(); // shows what was held back
            m_done.finish = FinishReason::Interrupted;
            m_done.failure = std::move(finish).error();
        }
        m_done.cut = m_assembler.cut();
        m_done.timings.generatedTokens = static_cast<std::uint32_t>(m_done.tokens.size());
        m_done.timings.generateMs = watch.milliseconds();
        return {};
    }

    /// Logits after the prompt; empty if stopped.
    Result<NextLogits> prefill() {
        const Stopwatch watch;
        const std::size_t reused = m_sequence.tokens().size();
        const auto progress = [&](std::size_t done) { tell(nullptr, {}, reused + done); };
        auto logits = m_sequence.extendToNext(std::span(m_request.prompt).subspan(reused), m_wish,
                                              m_stop, progress);
        m_done.timings.promptMs = watch.milliseconds();
        return logits;
    }

    /// Draws and extends until something ends the run.
    Result<FinishReason> decode(NextLogits logits) {
        SamplerState& state = m_done.samplingAfter;
        std::vector<TokenId> history = m_request.prompt;
        if (history.size() >= m_model.context()) {
            return FinishReason::ContextFull;
        }
        while (true) {
            if (isSet(m_stop)) {
                return stopped();
            }
            PHIDELITY_TRY(Draw draw, drawFrom(logits, history, state));
            history.push_back(draw.id);
            const auto finish = accept(std::move(draw), history.size());
            if (finish) {
                return *finish;
            }
            PHIDELITY_TRY(logits,
                          m_sequence.extendToNext(std::span(history).last(1), m_wish, m_stop));
            if (logits.empty()) {
                return stopped();
            }
        }
    }

    Result<Draw> drawFrom(const NextLogits& logits, std::span<const TokenId> history,
                          SamplerState& state) const {
        return logits.top
                   ? m_sampler.drawFromTop(*logits.top, history, state, m_request.alternatives)
                   : m_sampler.draw(logits.all, history, state, m_request.alternatives);
    }

    /// Takes a token into record and text; says whether the run ends with it.
    std::optional<FinishReason> accept(Draw draw, std::size_t length) {
        const bool ends = draw.id == m_model.tokenizer().endOfText();
        GeneratedToken token;
        token.id = draw.id;
        token.bytes = m_model.tokenizer().bytes(draw.id);
        token.logprob = draw.logprob;
        token.alternatives = std::move(draw.top);
        m_done.tokens.push_back(std::move(token));

        std::string text = ends ? std::string() : m_assembler.push(m_done.tokens.back().bytes);
        std::optional<FinishReason> finish;
        if (ends) {
            finish = FinishReason::EndOfText;
        } else if (m_assembler.stopped()) {
            finish = FinishReason::StopString;
        } else if (m_done.tokens.size() == m_request.maxTokens) {
            finish = FinishReason::MaxTokens;
        } else if (length >= m_model.context()) {
            finish = FinishReason::ContextFull;
        }
        if (finish) {
            text += m_assembler.finish();
        }
        m_done.text += text;
        tell(&m_done.tokens.back(), text, m_request.prompt.size());
        return finish;
    }

    FinishReason stopped() {
        if (const std::string rest = m_assembler.finish(); !rest.empty()) {
            m_done.text += rest;
            tell(nullptr, rest, m_request.prompt.size());
        }
        return FinishReason::Stopped;
    }

    void tell(const GeneratedToken* token, std::string_view text, std::size_t promptDone) const {
        if (m_listener) {
            m_listener({static_cast<std::uint32_t>(promptDone), token, text});
        }
    }

    Model& m_model;
    const GenerationRequest& m_request;
    const StopFlag* m_stop;
    const std::function<void(const GenerationEvent&)>& m_listener;
    Sequence m_sequence;
    TextAssembler m_assembler;
    Sampler m_sampler;
    TopRequest m_wish; ///< what the sampler needs of the logits, where that is not all
    FinishedGeneration m_done;
};

} // namespace

Sampler samplerFor(const Model& model, const SamplerSettings& settings) {
    return {settings, model.tokenizer().size(), breakerTokens(model.tokenizer(), settings)};
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
    cache.give(run.takeSequence());
    return run.takeDone();
}

} // namespace phidelity
