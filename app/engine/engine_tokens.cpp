// SPDX-License-Identifier: MIT
// The engine's answers to requests that look at single tokens.
#include <new>
#include <span>
#include <utility>
#include <vector>

#include <QCoreApplication>
#include <QDateTime>
#include <QElapsedTimer>
#include <QThread>

#include "engine/engine.h"
#include "engine/engine_state.h"
#include "engine/error_text.h"
#include "engine/generation_end.h"
#include "engine/model_hash.h"
#include "engine/model_source.h"
#include "engine/text_batcher.h"
#include "engine/token_details.h"
#include "engine/utf8_text.h"
#include "inference/model/samples.h"
#include "inference/model/scorer.h"

namespace phidelity {

namespace {

constexpr qint64 kProgressMs = 33;

} // namespace

void Engine::answer(RequestId id, const SharedStop& requested,
                    const std::function<Result<void>(const SharedStop& stop)>& work) {
    Q_ASSERT(QThread::currentThread() == thread());
    const SharedStop stop = m_state->begin(requested);
    if (!stop) {
        return;
    }
    if (!m_state->opened) {
        emit failed({id, tr("No model is open: open one first."), {}});
        return;
    }
    try {
        while (true) {
            const auto done = work(stop);
            if (done) {
                return;
            }
            const Error& error = done.error();
            if (isDeviceFailure(error) && !m_state->opened->isOnCpu() && recover(error)) {
                continue; // nothing was answered yet, or what was is answered again
            }
            emit failed({id, describeError(error), errorDetail(error)});
            return;
        }
    } catch (const std::bad_alloc&) {
        emit failed({id, describeError({ErrorCode::OutOfMemory, {}}), {}});
    }
}

void Engine::samples(const SamplesRequest& request) {
    answer(request.id, request.stop,
           [&](const SharedStop& stop) { return samplesNow(request, stop.get()); });
}

Result<void> Engine::samplesNow(const SamplesRequest& request, const std::atomic<bool>* stop) {
    const OpenedModel& opened = *m_state->opened;
    const Tokenizer& tokenizer = opened.model->tokenizer();
    PHIDELITY_TRY(const std::vector<TokenId> prompt,
                  promptOf(request.prompt, request.promptTokens, 1, *opened.model));
    std::vector<GenerationRequest> generations;
    for (const SampleWish& wish : request.wishes) {
        PHIDELITY_TRY(GenerationRequest generation,
                      generationOf(wish.settings, wish.stops, request.alternatives));
        generation.prompt = prompt;
        generations.push_back(std::move(generation));
    }
    const qint64 startedMs = QDateTime::currentMSecsSinceEpoch();
    std::vector<TextBatcher> batchers;
    for (qsizetype index = 0; index < request.wishes.size(); ++index) {
        batchers.emplace_back(
            request.id, static_cast<int>(prompt.size()), [this, index](const TextArrived& text) {
                emit sampleArrived({text.id, static_cast<int>(index), text.text, text.details});
            });
    }
    QElapsedTimer sinceProgress;
    const auto listen = [&](std::size_t index, const GenerationEvent& event) {
        answerPreview();
        if (event.token != nullptr) {
            batchers[index].addToken(fromUtf8(event.text),
                                     request.alternatives > 0
                                         ? std::optional(detailOf(*event.token, tokenizer))
                                         : std::nullopt);
        } else if (!event.text.empty()) {
            batchers[index].addText(fromUtf8(event.text));
        } else if (!sinceProgress.isValid() || sinceProgress.elapsed() >= kProgressMs) {
            emit promptProgress(
                {request.id, static_cast<int>(event.promptDone), static_cast<int>(prompt.size())});
            sinceProgress.start();
        }
    };
    PHIDELITY_TRY(const std::vector<FinishedGeneration> all,
                  generateSideBySide(*opened.model, *opened.cache, generations, stop, listen));
    SamplesEnded ended{request.id, {}};
    std::optional<Error> failure;
    for (std::size_t index = 0; index < all.size(); ++index) {
        batchers[index].flush();
        const SampleWish& wish = request.wishes[static_cast<qsizetype>(index)];
        ended.ends.append(
            endOf({request.id, wish.settings, wish.stops, request.alternatives, startedMs}, opened,
                  all[index], batchers[index].firstTokenMs()));
        failure = all[index].failure ? all[index].failure : failure;
    }
    if (!ended.ends.isEmpty() && ended.ends.first().record.modelSha256.isEmpty()) {
        m_hasher->ask(request.id, opened.checkpoint);
    }
    const bool moves = failure && isDeviceFailure(*failure) && !opened.isOnCpu();
    emit samplesEnded(ended);
    if (moves) {
        recover(*failure);
    }
    return {};
}

void Engine::score(const ScoreRequest& request) {
    int answered = 0;
    answer(request.id, request.stop,
           [&](const SharedStop& stop) { return scoreNow(request, answered, stop.get()); });
}

Result<void> Engine::scoreNow(const ScoreRequest& request, int& answered,
                              const std::atomic<bool>* stop) {
    const OpenedModel& opened = *m_state->opened;
    const Tokenizer& tokenizer = opened.model->tokenizer();
    std::vector<TokenId> tokens(request.tokens.begin(), request.tokens.end());
    if (tokens.empty()) {
        tokens = tokenizer.encode(request.text.toStdString());
    }
    for (const TokenId id : tokens) {
        if (id >= tokenizer.size()) {
            return fail(ErrorCode::BadArgument, "text: expected ids below " +
                                                    std::to_string(tokenizer.size()) + ", found " +
                                                    std::to_string(id));
        }
    }
    if (tokens.empty()) {
        emit scoreEnded({request.id, 0, true});
        return {};
    }
    const auto from = static_cast<std::size_t>(qMax(0, request.from));
    const ScoreWish wish{from + static_cast<std::size_t>(answered),
                         static_cast<std::uint32_t>(qMax(0, request.alternatives))};
    const auto listen = [&](std::size_t first, std::span<const TokenScore> scores) {
        answerPreview();
        ScoreArrived piece{
            request.id, static_cast<int>(first), {}, static_cast<int>(tokens.size())};
        piece.tokens.reserve(static_cast<qsizetype>(scores.size()));
        for (const TokenScore& one : scores) {
            piece.tokens.append(detailOf(one, tokenizer));
        }
        answered += static_cast<int>(piece.tokens.size());
        emit scoreArrived(piece);
    };
    PHIDELITY_CHECK(scoreTokens(*opened.model, *opened.cache, tokens, wish, stop, listen));
    const std::size_t wanted = tokens.size() - std::min(from, tokens.size());
    emit scoreEnded({request.id, answered, static_cast<std::size_t>(answered) == wanted});
    return {};
}

void Engine::next(const NextRequest& request) {
    answer(request.id, nullptr,
           [&](const SharedStop& stop) { return nextNow(request, stop.get()); });
}

Result<void> Engine::nextNow(const NextRequest& request, const std::atomic<bool>* stop) {
    const OpenedModel& opened = *m_state->opened;
    PHIDELITY_TRY(std::vector<TokenId> tokens,
                  promptOf(request.text, request.tokens, 1, *opened.model));
    Sequence sequence = opened.cache->take(tokens);
    const auto done =
        sequence.extend(std::span(tokens).subspan(sequence.tokens().size()), LogitRows::Last, stop);
    if (!done) {
        return tl::unexpected<Error>(done.error());
    }
    if (done->empty()) { // the engine is closing
        return {};
    }
    auto next = std::make_shared<NextTokenLogits>();
    next->logits.assign(done->begin(), done->end());
    next->history = std::move(tokens);
    next->texts = opened.facts.texts;
    opened.cache->give(std::move(sequence));
    emit nextArrived({request.id, std::move(next)});
    return {};
}

} // namespace phidelity
