// SPDX-License-Identifier: MIT
#include <algorithm>
#include <new>
#include <string>
#include <utility>

#include "inference/model/model.h"
#include "inference/model/parts.h"

namespace phidelity {
namespace {

Result<void> checkTokens(const Model& model, std::span<const TokenId> tokens) {
    for (const TokenId token : tokens) {
        if (token >= model.shape().vocabulary) {
            return fail(ErrorCode::BadArgument, "token: expected an id below " +
                                                    std::to_string(model.shape().vocabulary) +
                                                    ", found " + std::to_string(token));
        }
    }
    return {};
}

Result<void> checkRoom(const Model& model, std::size_t present, std::size_t added) {
    if (present + added > model.context()) {
        return fail(ErrorCode::ContextFull,
                    "context: expected at most " + std::to_string(model.context()) +
                        " tokens, found " + std::to_string(present + added));
    }
    return {};
}

} // namespace

Sequence::Sequence(Model& model) : m_model(&model) {}

Sequence::~Sequence() {
    truncate(0);
}

Sequence::Sequence(Sequence&& other) noexcept
    : m_model(other.m_model), m_tokens(std::exchange(other.m_tokens, {})),
      m_pages(std::exchange(other.m_pages, {})), m_schedule(std::exchange(other.m_schedule, {})),
      m_allLogits(std::exchange(other.m_allLogits, {})) {}

Sequence& Sequence::operator=(Sequence&& other) noexcept {
    if (this != &other) {
        truncate(0);
        m_model = other.m_model;
        m_tokens = std::exchange(other.m_tokens, {});
        m_pages = std::exchange(other.m_pages, {});
        m_schedule = std::exchange(other.m_schedule, {});
        m_allLogits = std::exchange(other.m_allLogits, {});
    }
    return *this;
}

Result<std::span<const float>> Sequence::extend(std::span<const TokenId> tokens,
                                                LogitRows logitRows, const StopFlag* stop,
                                                const std::function<void(std::size_t)>& progress) {
    PHIDELITY_TRY(const NextLogits last,
                  run(tokens, m_model->parts().backend->maxRows(), logitRows, {}, stop, progress));
    return last.all;
}

Result<NextLogits> Sequence::extendToNext(std::span<const TokenId> tokens, const TopRequest& wish,
                                          const StopFlag* stop,
                                          const std::function<void(std::size_t)>& progress) {
    return run(tokens, m_model->parts().backend->maxRows(), LogitRows::Last, wish, stop, progress);
}

Result<NextLogits> Sequence::extendInOneStep(std::span<const TokenId> tokens, LogitRows rows,
                                             const TopRequest& wish, const StopFlag* stop) {
    const std::uint32_t most = m_model->parts().backend->mostRows();
    if (tokens.size() > most) {
        return fail(ErrorCode::BadArgument, "step: expected at most " + std::to_string(most) +
                                                " rows, found " + std::to_string(tokens.size()));
    }
    return run(tokens, most, rows, wish, stop, {});
}

Result<NextLogits> Sequence::run(std::span<const TokenId> tokens, std::size_t chunkRows,
                                 LogitRows logitRows, const TopRequest& wish, const StopFlag* stop,
                                 const std::function<void(std::size_t)>& progress) {
    Model::Parts& parts = m_model->parts();
    PHIDELITY_CHECK(checkTokens(*m_model, tokens));
    PHIDELITY_CHECK(checkRoom(*m_model, m_tokens.size(), tokens.size()));
    const std::size_t before = m_tokens.size();
    const auto undo = [this, before](Error error) {
        truncate(before);
        return tl::unexpected<Error>(std::move(error));
    };

    m_allLogits.clear();
    if (logitRows == LogitRows::All) {
        try {
            m_allLogits.reserve(tokens.size() * m_model->shape().vocabulary);
        } catch (const std::bad_alloc&) {
            return fail(ErrorCode::OutOfMemory,
                        "logits: no memory for " + std::to_string(tokens.size()) + " rows");
        }
    }

    NextLogits last;
    for (std::size_t done = 0; done < tokens.size();) {
        const auto chunk = tokens.subspan(done, std::min(chunkRows, tokens.size() - done));
        const auto first = static_cast<std::uint32_t>(m_tokens.size());
        const auto count = static_cast<std::uint32_t>(chunk.size());
        const bool final = done + chunk.size() == tokens.size();
        if (auto owned = parts.pool->own(m_pages, first, count); !owned) {
            return undo(std::move(owned).error());
        }

        parts.rows.clear();
        parts.logitRows.clear();
        for (std::uint32_t row = 0; row < count; ++row) {
            parts.rows.push_back({chunk[row], first + row, 0});
            const bool wanted = logitRows == LogitRows::All ||
                                (logitRows == LogitRows::Last && final && row + 1 == count);
            if (wanted) {
                parts.logitRows.push_back(row);
            }
        }
        parts.pages.assign(1, m_pages);
        parts.top = wish;
        auto logits = parts.runStep(stop);
        if (!logits) {
            return undo(std::move(logits).error());
        }
        if (!*logits) { // stopped: whole chunks stay
            truncate(m_tokens.size());
            return NextLogits{};
        }

        m_tokens.insert(m_tokens.end(), chunk.begin(), chunk.end());
        m_schedule.add({1, count, count});
        done += chunk.size();
        last.all = **logits;
        if (const auto top = parts.backend->top(); !top.empty()) {
            last.top = top.front();
        }
        if (logitRows == LogitRows::All) {
            m_allLogits.insert(m_allLogits.end(), last.all.begin(), last.all.end());
        }
        if (progress) {
            progress(done);
        }
    }
    if (logitRows == LogitRows::All) {
        last.all = m_allLogits;
    }
    return last;
}

/// The rows pass for sequences of their own that happen to share pages.
Result<std::span<const NextLogits>> Sequence::extendAsAlone(std::span<const TokenId> tokens,
                                                            const TopRequest& wish) {
    Model::Parts& parts = m_model->parts();
    const std::uint32_t most = parts.backend->rowsAsAlone();
    if (tokens.empty() || tokens.size() > most) {
        return fail(ErrorCode::BadArgument, "step: expected 1 to " + std::to_string(most) +
                                                " tokens, found " + std::to_string(tokens.size()));
    }
    PHIDELITY_CHECK(checkTokens(*m_model, tokens));
    PHIDELITY_CHECK(checkRoom(*m_model, m_tokens.size(), tokens.size()));
    const auto first = static_cast<std::uint32_t>(m_tokens.size());
    const auto count = static_cast<std::uint32_t>(tokens.size());
    const auto undo = [this, first](Error error) {
        truncate(first);
        return tl::unexpected<Error>(std::move(error));
    };
    if (auto owned = parts.pool->own(m_pages, first, count); !owned) {
        return undo(std::move(owned).error());
    }
    parts.rows.clear();
    parts.logitRows.clear();
    for (std::uint32_t row = 0; row < count; ++row) {
        parts.rows.push_back({tokens[row], first + row, row});
        parts.logitRows.push_back(row);
    }
    parts.pages.assign(count, m_pages);
    parts.top = wish;
    auto logits = parts.runStep(nullptr);
    if (!logits) {
        return undo(std::move(logits).error());
    }
    m_tokens.insert(m_tokens.end(), tokens.begin(), tokens.end());
    m_schedule.add({count});
    return entriesOf(*m_model, **logits, count);
}

void Sequence::truncate(std::size_t count) {
    if (count < m_tokens.size()) {
        m_tokens.resize(count);
        m_schedule.truncate(count);
    }
    if (!m_pages.empty()) {
        m_model->parts().pool->release(m_pages, pagesFor(m_tokens.size()));
    }
}

Sequence Sequence::fork() const {
    Sequence other(*m_model);
    other.m_tokens = m_tokens;
    other.m_pages = m_pages;
    other.m_schedule = m_schedule;
    m_model->parts().pool->share(m_pages);
    return other;
}

Result<std::span<const float>> Sequence::extendTogether(std::span<Sequence* const> sequences,
                                                        std::span<const TokenId> tokens) {
    return runTogether(sequences, tokens, {});
}

Result<std::span<const NextLogits>>
Sequence::extendTogetherToNext(std::span<Sequence* const> sequences,
                               std::span<const TokenId> tokens, const TopRequest& wish) {
    PHIDELITY_TRY(const auto logits, runTogether(sequences, tokens, wish));
    return entriesOf(*sequences.front()->m_model, logits, sequences.size());
}

std::span<const NextLogits> Sequence::entriesOf(Model& model, std::span<const float> logits,
                                                std::size_t rows) {
    Model::Parts& parts = model.parts();
    const std::span<const TopLogits> top = parts.backend->top();
    const std::size_t outputs = logits.size() / rows;
    parts.next.resize(rows);
    for (std::size_t row = 0; row < rows; ++row) {
        parts.next[row].all = logits.subspan(row * outputs, outputs);
        parts.next[row].top = top.empty() ? std::nullopt : std::optional(top[row]);
    }
    return parts.next;
}

Result<std::span<const float>> Sequence::runTogether(std::span<Sequence* const> sequences,
                                                     std::span<const TokenId> tokens,
                                                     const TopRequest& wish) {
    if (sequences.empty() || sequences.size() != tokens.size()) {
        return fail(ErrorCode::BadArgument, "sequences: expected one token for each of at least "
                                            "one, found " +
                                                std::to_string(sequences.size()) + " and " +
                                                std::to_string(tokens.size()) + " tokens");
    }
    Model& model = *sequences.front()->m_model;
    Model::Parts& parts = model.parts();
    if (sequences.size() > parts.backend->mostRows()) {
        return fail(ErrorCode::BadArgument, "sequences: expected at most " +
                                                std::to_string(parts.backend->mostRows()) +
                                                ", found " + std::to_string(sequences.size()));
    }
    PHIDELITY_CHECK(checkTokens(model, tokens));
    for (std::size_t i = 0; i < sequences.size(); ++i) {
        const auto rest = sequences.subspan(i + 1);
        if (std::ranges::find(rest, sequences[i]) != rest.end() ||
            sequences[i]->m_model != &model) {
            return fail(ErrorCode::BadArgument, "sequences: expected different ones of one model");
        }
        PHIDELITY_CHECK(checkRoom(model, sequences[i]->m_tokens.size(), 1));
    }

    const auto undo = [sequences](Error error) {
        for (Sequence* sequence : sequences) {
            sequence->truncate(sequence->m_tokens.size());
        }
        return tl::unexpected<Error>(std::move(error));
    };
    parts.rows.clear();
    parts.pages.clear();
    parts.logitRows.clear();
    for (std::uint32_t row = 0; row < sequences.size(); ++row) {
        Sequence& sequence = *sequences[row];
        const auto position = static_cast<std::uint32_t>(sequence.m_tokens.size());
        if (auto owned = parts.pool->own(sequence.m_pages, position, 1); !owned) {
            return undo(std::move(owned).error());
        }
        parts.rows.push_back({tokens[row], position, row});
        parts.pages.emplace_back(sequence.m_pages);
        parts.logitRows.push_back(row);
    }
    parts.top = wish;
    auto logits = parts.runStep(nullptr);
    if (!logits) {
        return undo(std::move(logits).error());
    }
    const auto count = static_cast<std::uint32_t>(sequences.size());
    const bool asAlone = count <= parts.backend->rowsAsAlone();
    for (std::uint32_t row = 0; row < count; ++row) {
        sequences[row]->m_tokens.push_back(tokens[row]);
        sequences[row]->m_schedule.add(asAlone ? StepRun{} : StepRun{1, 1, 1, count, row});
    }
    return **logits;
}

} // namespace phidelity
