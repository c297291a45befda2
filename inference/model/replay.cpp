// SPDX-License-Identifier: MIT
#include "inference/model/replay.h"

#include <algorithm>
#include <bit>
#include <string>

#include "inference/model/generator.h"
#include "inference/model/parts.h"

namespace phidelity {
namespace {

bool sameBits(float a, float b) {
    return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
}

/// One step that the sequence shares with forks of itself, which stand for the others of that time.
Result<NextLogits> stepTogether(Sequence& sequence, TokenId token, const StepRun& step,
                                const TopRequest& wish) {
    std::vector<Sequence> others;
    std::vector<Sequence*> all;
    others.reserve(step.beside);
    for (std::uint32_t i = 0; i < step.beside; ++i) {
        if (i == step.place) {
            all.push_back(&sequence);
        } else {
            others.push_back(sequence.fork());
            all.push_back(&others.back());
        }
    }
    const std::vector<TokenId> tokens(step.beside, token);
    PHIDELITY_TRY(const auto next, Sequence::extendTogetherToNext(all, tokens, wish));
    return next[step.place];
}

/// One step of `rows` rows, of which those of `tokens` are kept.
Result<NextLogits> stepAlone(Sequence& sequence, std::span<const TokenId> tokens,
                             std::uint32_t rows, LogitRows logits, const TopRequest& wish,
                             const StopFlag* stop) {
    const std::size_t before = sequence.tokens().size();
    std::vector<TokenId> padded(tokens.begin(), tokens.end());
    padded.resize(rows, tokens.back());
    PHIDELITY_TRY(const NextLogits next, sequence.extendInOneStep(padded, logits, wish, stop));
    sequence.truncate(before + tokens.size());
    return next;
}

Result<void> checkSchedule(Model& model, std::span<const TokenId> tokens,
                           const Schedule& schedule) {
    if (tokens.empty() || schedule.positions() != tokens.size()) {
        return fail(ErrorCode::BadArgument,
                    "schedule: expected steps of " + std::to_string(tokens.size()) +
                        " tokens and at least one, found " + std::to_string(schedule.positions()));
    }
    const std::uint32_t most = model.parts().backend->mostRows();
    for (const StepRun& run : schedule.runs()) {
        if (run.rows > most || run.beside > most || run.kept > run.rows ||
            run.place >= run.beside || (run.beside > 1 && run.rows != 1)) {
            return fail(ErrorCode::BadArgument, "schedule: found a step of " +
                                                    std::to_string(run.rows) + " rows, " +
                                                    std::to_string(run.kept) + " kept, beside " +
                                                    std::to_string(run.beside));
        }
    }
    const StepRun& last = schedule.runs().back();
    if (last.kept != last.rows || last.beside != 1) {
        return fail(ErrorCode::BadArgument, "schedule: expected a last step whose last row is the "
                                            "last token, found one that was cut");
    }
    return {};
}

/// What the last few steps of a replay leave to be asked for.
class Run {
public:
    Run(Model& model, const ReplayTask& task, const StopFlag* stop,
        const std::function<void(std::size_t, std::size_t)>& progress)
        : m_model(model), m_task(task), m_stop(stop), m_progress(progress), m_sequence(model),
          m_sampler(samplerFor(model, task.sampler)),
          m_wish(wishFor(model, m_sampler, task.alternatives)) {}

    Result<ReplayOutcome> run() {
        ReplayOutcome outcome;
        Schedule ofPrompt = m_task.schedule;
        ofPrompt.truncate(m_task.prompt.size());
        PHIDELITY_TRY(NextLogits logits,
                      computeAgain(m_model, m_sequence, m_task.prompt, ofPrompt, m_wish, m_stop,
                                   [this](std::size_t done) { tell(done); }));
        m_lastRows = ofPrompt.runs().back().rows;
        std::vector<TokenId> history = m_task.prompt;
        SamplerState state = m_task.start;
        for (const RecordedToken& expected : m_task.tokens) {
            if (logits.empty() || (m_stop != nullptr && m_stop->load(std::memory_order_relaxed))) {
                outcome.stopped = true;
                return outcome;
            }
            PHIDELITY_TRY(const Draw draw, drawFrom(logits, history, state));
            const auto kind = compare(expected, draw);
            // After a probability that is another one token may follow token for long.
            if (kind && (kind == ReplayDifferenceKind::Token || !outcome.difference)) {
                PHIDELITY_TRY(outcome.difference,
                              describe(*kind, outcome.compared, expected, draw));
            }
            if (kind == ReplayDifferenceKind::Token) {
                return outcome;
            }
            ++outcome.compared;
            tell(m_task.prompt.size() + outcome.compared);
            history.push_back(draw.id);
            if (outcome.compared < m_task.tokens.size()) {
                PHIDELITY_TRY(logits, step(draw.id));
                m_lastRows = 1;
            }
        }
        return outcome;
    }

private:
    void tell(std::size_t done) const {
        if (m_progress) {
            m_progress(done, m_task.prompt.size() + m_task.tokens.size());
        }
    }

    /// The step of a token of the output.
    Result<NextLogits> step(TokenId token) {
        const StepRun step = m_task.schedule.stepAt(m_sequence.tokens().size());
        if (step.rows != 1 || step.beside > m_model.parts().backend->mostRows()) {
            return fail(ErrorCode::BadArgument,
                        "schedule: expected tokens of the output one by one, found a step of " +
                            std::to_string(step.rows) + " rows beside " +
                            std::to_string(step.beside));
        }
        if (step.beside > 1) {
            return stepTogether(m_sequence, token, step, m_wish);
        }
        return m_sequence.extendToNext(std::span(&token, 1), m_wish, m_stop);
    }

    Result<Draw> drawFrom(const NextLogits& logits, std::span<const TokenId> history,
                          SamplerState& state) const {
        return logits.top ? m_sampler.drawFromTop(*logits.top, history, state, m_task.alternatives)
                          : m_sampler.draw(logits.all, history, state, m_task.alternatives);
    }

    static std::optional<ReplayDifferenceKind> compare(const RecordedToken& expected,
                                                       const Draw& draw) {
        if (draw.id != expected.id) {
            return ReplayDifferenceKind::Token;
        }
        if (!sameBits(draw.logprob, expected.logprob)) {
            return ReplayDifferenceKind::Probability;
        }
        const bool same =
            expected.alternatives.empty() ||
            std::ranges::equal(expected.alternatives, draw.top, [](const auto& a, const auto& b) {
                return a.first == b.id && sameBits(a.second, b.logprob);
            });
        return same ? std::nullopt : std::optional(ReplayDifferenceKind::Alternatives);
    }

    Result<ReplayDifference> describe(ReplayDifferenceKind kind, std::size_t index,
                                      const RecordedToken& expected, const Draw& draw) {
        ReplayDifference difference{kind, index, expected, {draw.id, draw.logprob, {}}, 0};
        for (const Candidate& candidate : draw.top) {
            difference.found.alternatives.emplace_back(candidate.id, candidate.logprob);
        }
        if (kind == ReplayDifferenceKind::Token) {
            // The device may have given the largest logits only: once more, then, with all of them.
            const std::vector<TokenId> all = m_sequence.tokens();
            const auto last = std::span(all).last(m_lastRows);
            m_sequence.truncate(all.size() - m_lastRows);
            PHIDELITY_TRY(const NextLogits logits,
                          m_sequence.extendInOneStep(last, LogitRows::Last, {}, nullptr));
            if (expected.id < logits.all.size() && draw.id < logits.all.size()) {
                difference.gap = logits.all[draw.id] - logits.all[expected.id];
            }
        }
        return difference;
    }

    Model& m_model;
    const ReplayTask& m_task;
    const StopFlag* m_stop;
    const std::function<void(std::size_t, std::size_t)>& m_progress;
    Sequence m_sequence;
    Sampler m_sampler;
    TopRequest m_wish;
    std::uint32_t m_lastRows = 1; ///< of the step that gave the logits in hand
};

} // namespace

Result<NextLogits> computeAgain(Model& model, Sequence& sequence, std::span<const TokenId> tokens,
                                const Schedule& schedule, const TopRequest& wish,
                                const StopFlag* stop,
                                const std::function<void(std::size_t)>& progress) {
    PHIDELITY_CHECK(checkSchedule(model, tokens, schedule));
    NextLogits next;
    std::size_t done = 0;
    for (const StepRun& run : schedule.runs()) {
        for (std::uint32_t time = 0; time < run.times; ++time) {
            const auto kept = tokens.subspan(done, run.kept);
            done += run.kept;
            const bool isLast = done == tokens.size();
            if (run.beside > 1) {
                PHIDELITY_TRY(
                    next, stepTogether(sequence, kept.front(), run, isLast ? wish : TopRequest{}));
            } else {
                PHIDELITY_TRY(next, stepAlone(sequence, kept, run.rows,
                                              isLast ? LogitRows::Last : LogitRows::None,
                                              isLast ? wish : TopRequest{}, stop));
            }
            if (sequence.tokens().size() < done ||
                (!isLast && stop != nullptr && stop->load(std::memory_order_relaxed))) {
                return NextLogits{};
            }
            if (progress) {
                progress(done);
            }
        }
    }
    return next;
}

Result<ReplayOutcome> replay(Model& model, const ReplayTask& task, const StopFlag* stop,
                             const std::function<void(std::size_t, std::size_t)>& progress) {
    PHIDELITY_CHECK(validate(task.sampler));
    return Run(model, task, stop, progress).run();
}

} // namespace phidelity
