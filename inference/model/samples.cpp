// SPDX-License-Identifier: MIT
#include "inference/model/samples.h"

#include <algorithm>
#include <deque>
#include <string>
#include <utility>

#include "inference/model/generation_tools.h"
#include "inference/model/parts.h"
#include "inference/model/reply_writer.h"

namespace phidelity {
namespace {

using Listener = std::function<void(std::size_t, const GenerationEvent&)>;

/// One of the continuations with the sequence that it writes on.
struct Sample {
    Sample(Model& model, const GenerationRequest& request, const Listener& listener,
           std::size_t index)
        : tell(listener
                   ? [&listener, index](const GenerationEvent& event) { listener(index, event); }
                   : std::function<void(const GenerationEvent&)>()),
          writer(model, request, tell), sequence(model) {}
    Sample(const Sample&) = delete;
    Sample& operator=(const Sample&) = delete;

    std::function<void(const GenerationEvent&)> tell;
    ReplyWriter writer;
    Sequence sequence;
    Timings timings;
};

class Samples {
public:
    Samples(Model& model, PrefixCache& cache, std::span<const GenerationRequest> requests,
            const StopFlag* stop, const Listener& listener)
        : m_model(model), m_cache(cache), m_prompt(requests.front().prompt), m_stop(stop) {
        for (const GenerationRequest& request : requests) {
            m_samples.emplace_back(model, request, listener, m_samples.size());
        }
    }

    Result<void> run() {
        std::vector<Sample*> waiting;
        for (Sample& sample : m_samples) {
            waiting.push_back(&sample);
        }
        // A device picks logits only for those who wish: the first to ask shows whether it does.
        std::ranges::stable_sort(waiting, std::greater<>(),
                                 [](const Sample* sample) { return sample->writer.wish().count; });
        while (!waiting.empty()) {
            if (const auto done = runGroup(waiting); !done) {
                if (!isOfDevice(done.error()) || !hasTokens()) {
                    return done;
                }
                for (Sample& sample : m_samples) {
                    if (!sample.writer.hasEnded()) {
                        end(sample, FinishReason::Interrupted, done.error());
                    }
                }
                return {};
            }
        }
        return {};
    }

    [[nodiscard]] std::vector<FinishedGeneration> takeDone() {
        std::vector<FinishedGeneration> all;
        for (Sample& sample : m_samples) {
            FinishedGeneration done = sample.writer.takeDone();
            done.schedule = sample.sequence.schedule();
            done.timings.reusedTokens = sample.timings.reusedTokens;
            done.timings.promptMs = sample.timings.promptMs;
            done.timings.generateMs = sample.timings.generateMs;
            all.push_back(std::move(done));
        }
        return all;
    }

    /// To the cache for later prompts; after an error that leaves it clean.
    void giveBack() {
        for (Sample& sample : m_samples) {
            m_cache.give(std::move(sample.sequence));
        }
    }

private:
    /// Prompt and tokens of those at the front of `waiting` who can be served together, to their
    /// ends.
    Result<void> runGroup(std::vector<Sample*>& waiting) {
        const TopRequest wish = waiting.front()->writer.wish();
        const Stopwatch promptWatch;
        Sequence trunk = m_cache.take(m_prompt);
        const std::size_t reused = trunk.tokens().size();
        const auto progress = [&](std::size_t done) {
            waiting.front()->writer.tellProgress(reused + done);
        };
        PHIDELITY_TRY(
            const NextLogits first,
            trunk.extendToNext(std::span(m_prompt).subspan(reused), wish, m_stop, progress));
        const bool picks = first.top.has_value();
        const auto end = std::ranges::find_if(
            waiting, [&](const Sample* sample) { return picks && sample->writer.wish() != wish; });
        std::vector<Sample*> group(waiting.begin(), end);
        waiting.erase(waiting.begin(), end);
        for (Sample* sample : group) {
            sample->sequence = trunk.fork();
            sample->timings.reusedTokens = static_cast<std::uint32_t>(reused);
            sample->timings.promptMs = promptWatch.milliseconds();
        }
        m_watch = Stopwatch();
        if (!first.empty()) {
            for (Sample* sample : group) {
                PHIDELITY_CHECK(take(*sample, first));
            }
        }
        return stepToTheEnd(std::move(group), wish, first.empty());
    }

    Result<void> stepToTheEnd(std::vector<Sample*> live, const TopRequest& wish, bool stopped) {
        while (true) {
            std::erase_if(live, [](const Sample* one) { return one->writer.hasEnded(); });
            if (live.empty()) {
                return {};
            }
            if (stopped || isSet(m_stop)) {
                for (Sample* sample : live) {
                    end(*sample, FinishReason::Stopped);
                }
                return {};
            }
            for (std::size_t done = 0; done < live.size(); done += width()) {
                const auto batch =
                    std::span(live).subspan(done, std::min(width(), live.size() - done));
                PHIDELITY_CHECK(step(batch, wish));
            }
        }
    }

    Result<void> step(std::span<Sample* const> batch, const TopRequest& wish) {
        m_sequences.clear();
        m_tokens.clear();
        for (Sample* sample : batch) {
            m_sequences.push_back(&sample->sequence);
            m_tokens.push_back(sample->writer.lastToken());
        }
        PHIDELITY_TRY(const auto next, Sequence::extendTogetherToNext(m_sequences, m_tokens, wish));
        for (std::size_t row = 0; row < batch.size(); ++row) {
            PHIDELITY_CHECK(take(*batch[row], next[row]));
        }
        return {};
    }

    Result<void> take(Sample& sample, const NextLogits& logits) {
        const auto taken = sample.writer.take(logits);
        sample.timings.generateMs = m_watch.milliseconds();
        return taken;
    }

    void end(Sample& sample, FinishReason reason, std::optional<Error> failure = std::nullopt) {
        sample.writer.end(reason, std::move(failure));
        sample.timings.generateMs = m_watch.milliseconds();
    }

    [[nodiscard]] bool hasTokens() const {
        return std::ranges::any_of(m_samples,
                                   [](const Sample& sample) { return sample.writer.count() > 0; });
    }

    /// Of a step: as many as leave each other's bits alone, where the backend says so.
    [[nodiscard]] std::size_t width() const {
        const Backend& backend = *m_model.parts().backend;
        return backend.rowsAsAlone() > 1 ? backend.rowsAsAlone() : backend.maxRows();
    }

    Model& m_model;
    PrefixCache& m_cache;
    const std::vector<TokenId>& m_prompt;
    const StopFlag* m_stop;
    std::deque<Sample> m_samples;
    Stopwatch m_watch; ///< from the first logits
    std::vector<Sequence*> m_sequences;
    std::vector<TokenId> m_tokens;
};

} // namespace

Result<std::vector<FinishedGeneration>>
generateSideBySide(Model& model, PrefixCache& cache, std::span<const GenerationRequest> requests,
                   const StopFlag* stop, const Listener& listener) {
    if (requests.empty() || requests.front().prompt.empty()) {
        return fail(ErrorCode::BadArgument,
                    "samples: expected at least one and a prompt of at least one token");
    }
    for (const GenerationRequest& request : requests) {
        PHIDELITY_CHECK(validate(request.sampler));
        if (request.prompt != requests.front().prompt) {
            return fail(ErrorCode::BadArgument, "samples: expected one prompt, found several");
        }
    }
    Samples samples(model, cache, requests, stop, listener);
    if (auto done = samples.run(); !done) {
        // What is behind numbers that are not finite must not serve another prompt.
        if (done.error().code != ErrorCode::NotFinite) {
            samples.giveBack();
        }
        return tl::unexpected<Error>(std::move(done).error());
    }
    std::vector<FinishedGeneration> all = samples.takeDone();
    samples.giveBack();
    return all;
}

} // namespace phidelity
