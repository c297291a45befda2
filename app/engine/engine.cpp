// SPDX-License-Identifier: MIT
#include "engine/engine.h"

#include <algorithm>
#include <mutex>
#include <new>
#include <optional>
#include <utility>

#include <QCoreApplication>
#include <QDateTime>
#include <QElapsedTimer>
#include <QScopeGuard>
#include <QThread>

#include "engine/device_list.h"
#include "engine/engine_state.h"
#include "engine/error_text.h"
#include "engine/generation_end.h"
#include "engine/model_hash.h"
#include "engine/model_source.h"
#include "engine/opened_model.h"
#include "engine/prompt_preview.h"
#include "engine/recording.h"
#include "engine/recovery.h"
#include "engine/replay_report.h"
#include "engine/text_batcher.h"
#include "engine/token_details.h"
#include "engine/utf8_text.h"
#include "inference/model/generator.h"
#include "inference/model/model.h"

namespace phidelity {

namespace {

constexpr qint64 kProgressMs = 33;

} // namespace

Engine::Engine(BackendFactory openDevice)
    : m_state(std::make_unique<State>()), m_hasher(new ModelHasher(this)) {
    m_state->openDevice = std::move(openDevice);
    connect(m_hasher, &ModelHasher::hashed, this, [this](quint64 id, const QString& sha256) {
        emit replyModelHashed({id, sha256});
    });
}
Engine::~Engine() = default;

void Engine::requestShutdown() {
    const std::lock_guard lock(m_state->mutex);
    m_state->closing = true;
    if (m_state->running) {
        m_state->running->store(true);
    }
}

void Engine::previewPrompt(const PromptPreviewRequest& request) {
    {
        const std::lock_guard lock(m_state->mutex);
        m_state->preview = request;
    }
    QMetaObject::invokeMethod(this, &Engine::answerPreview, Qt::QueuedConnection);
}

/// Between two steps of a generation or when nothing runs.
void Engine::answerPreview() {
    std::optional<PromptPreviewRequest> request;
    {
        const std::lock_guard lock(m_state->mutex);
        request = std::exchange(m_state->preview, std::nullopt);
        if (!request || m_state->closing) {
            return;
        }
    }
    if (!m_state->opened) {
        emit promptPreviewed({request->id, request->prompt, {}, 0, 0});
        return;
    }
    try {
        const auto held = m_state->held ? m_state->held->tokens() : std::span<const TokenId>();
        emit promptPreviewed(previewOf(*request, *m_state->opened, held));
    } catch (const std::bad_alloc&) { // a text of gigabytes: what was shown stays
    }
}

void Engine::openModel(const OpenModelRequest& request) {
    Q_ASSERT(QThread::currentThread() == thread());
    try {
        openNow(request);
    } catch (const std::bad_alloc&) {
        emit failed({request.id, describeError({ErrorCode::OutOfMemory, {}}), {}});
    }
}

void Engine::generate(const GenerateRequest& request) {
    Q_ASSERT(QThread::currentThread() == thread());
    try {
        generateNow(request);
    } catch (const std::bad_alloc&) { // a prompt of gigabytes, say
        emit failed({request.id, describeError({ErrorCode::OutOfMemory, {}}), {}});
    }
}

void Engine::replay(const ReplayRequest& request) {
    Q_ASSERT(QThread::currentThread() == thread());
    const SharedStop stop = m_state->begin(request.stop);
    if (!stop) {
        return;
    }
    ReplayEnded end;
    try {
        end = replayNow(request, stop);
    } catch (const std::bad_alloc&) {
        end.sentence = describeError({ErrorCode::OutOfMemory, {}});
    }
    end.id = request.id;
    emit replayEnded(end);
}

ReplayEnded Engine::replayNow(const ReplayRequest& request, const SharedStop& stop) {
    ReplayEnded end;
    const QList<GenerationRecord> parts = partsToReplay(request.parts);
    int total = 0;
    for (const GenerationRecord& part : parts) {
        end.total += static_cast<int>(part.tokens.size());
        total += static_cast<int>(part.prompt.size() + part.tokens.size());
    }
    end.verdict = ReplayVerdict::Refused;
    if (parts.isEmpty()) {
        end.sentence = tr("There is no record of this reply.");
        return end;
    }
    if (!m_state->opened) {
        end.sentence = tr("No model is open: open the one that wrote the reply, %1.")
                           .arg(parts.last().modelName);
        return end;
    }
    QString sha256;
    if (std::ranges::any_of(parts, [](const auto& part) { return !part.modelSha256.isEmpty(); })) {
        emit replayProgress({request.id, 0, 0});
        const auto hash = sha256Of(*m_state->opened->checkpoint, stop.get());
        if (!hash) {
            end.verdict = stop->load() ? ReplayVerdict::Stopped : ReplayVerdict::Failed;
            end.sentence = stop->load() ? tr("Stopped before a token was compared.")
                                        : describeError(hash.error());
            return end;
        }
        sha256 = *hash;
    }
    QElapsedTimer sinceProgress;
    int before = 0;
    const auto progress = [&](std::size_t done, std::size_t) {
        if (!sinceProgress.isValid() || sinceProgress.elapsed() >= kProgressMs) {
            emit replayProgress({request.id, before + static_cast<int>(done), total});
            sinceProgress.start();
        }
    };
    QList<ReplayEnded> ends;
    for (const GenerationRecord& part : parts) {
        std::optional<Error> error;
        ends.append(
            replayRecord(*m_state->opened->model, sha256, part, stop.get(), progress, &error));
        if (error && isDeviceFailure(*error) && !m_state->opened->isOnCpu()) {
            recover(*error);
            break;
        }
        if (ends.last().verdict == ReplayVerdict::Stopped) {
            break;
        }
        before += static_cast<int>(part.prompt.size() + part.tokens.size());
    }
    return endOfParts(parts, ends);
}

void Engine::openNow(const OpenModelRequest& asked) {
    const SharedStop stop = m_state->begin(asked.stop);
    if (!stop) {
        return;
    }
    const FoundPick pick = asked.deviceName.isEmpty() ? FoundPick{asked.device, {}}
                                                      : findPick({asked.device, asked.deviceName},
                                                                 phidelity::listDevices());
    OpenModelRequest request = asked;
    request.device = pick.device;
    const auto progress = [&](double fraction) { emit modelOpening({request.id, fraction}); };
    if (request.threads < 0) {
        emit failed({request.id, tr("The number of threads cannot be negative."), {}});
        return;
    }
    progress(0);
    const BackendFactory& openDevice = m_state->openDevice;
    // A model that is still open must not keep layers of the next from its device: that one goes
    // there whole, or when this one is closed.
    OpenModelRequest beside = request;
    beside.sharesWithCpu = request.sharesWithCpu && !m_state->opened;
    Result<OpenedModel> opened = load(beside, openDevice, stop.get(), progress);
    bool lostOld = false;
    std::optional<MemoryAdvice> advice;
    const auto advise = [&] {
        if (!opened && opened.error().code == ErrorCode::OutOfMemory && !stop->load()) {
            advice = adviseOnMemory(request, openDevice);
        }
    };
    if (!opened && opened.error().code == ErrorCode::OutOfMemory && m_state->opened) {
        // The old and the new model do not fit together; perhaps the new one does alone.
        const OpenModelRequest oldRequest = m_state->opened->request;
        m_state->opened.reset();
        opened = loadSomewhere(request, openDevice, stop.get(), progress);
        advise(); // before the old model takes its memory again
        if (!opened) {
            if (Result<OpenedModel> again = load(oldRequest, openDevice)) {
                m_state->opened = std::move(*again);
            } else {
                lostOld = true;
            }
        }
    } else if (!opened && isDeviceFailure(opened.error())) {
        opened = loadSomewhere(request, openDevice, stop.get(), progress);
        advise();
    }
    if (!opened) {
        QString sentence = stop->load() ? tr("Opening the model was stopped.")
                           : advice     ? advice->sentence
                                        : describeError(opened.error());
        if (lostOld) {
            sentence +=
                u' ' + tr("The model that was open before had to be closed; open it again.");
        }
        EngineFailed failure{request.id, sentence, errorDetail(opened.error()), lostOld};
        if (advice) {
            failure.fittingContext = advice->fittingContext;
            failure.fittingLayers = advice->fittingLayers;
            failure.layers = advice->layers;
        }
        emit failed(failure);
        return;
    }
    m_state->opened = std::move(*opened);
    m_state->opened->request = request;
    m_state->opened->facts.notice = pick.notice;
    emit modelOpened(m_state->opened->facts);
}

void Engine::listDevices() {
    Q_ASSERT(QThread::currentThread() == thread());
    emit devicesListed(describeDevices(phidelity::listDevices()));
}

void Engine::generateNow(const GenerateRequest& request) {
    const SharedStop stop = m_state->begin(request.stop);
    if (!stop) {
        return;
    }
    const auto refuse = [&](const Error& error) {
        emit failed({request.id, describeError(error), errorDetail(error), false});
    };
    if (!m_state->opened) {
        emit failed({request.id, tr("No model is open: open one first."), {}});
        return;
    }
    const Model& model = *m_state->opened->model;

    auto prompt = promptOf(request.prompt, request.promptTokens, request.room, model);
    if (!prompt && prompt.error().code == ErrorCode::ContextFull) {
        EngineFailed failure{request.id, describeError(prompt.error()),
                             errorDetail(prompt.error())};
        failure.prompt = previewOf({request.id, request.prompt, {}}, *m_state->opened, {});
        emit failed(failure);
        return;
    }
    if (!prompt) {
        return refuse(prompt.error());
    }
    GenerationSettings settings = request.settings;
    SamplerState sampling;
    if (request.continues) {
        Continuation next = continuationOf(*request.continues, request.prompt.toStdString(), model);
        settings.randomSeed = false;
        settings.seed = next.seed;
        sampling = next.sampling;
        if (request.promptTokens.isEmpty()) {
            *prompt = std::move(next.prompt);
        }
    }
    auto wanted = generationOf(settings, request.stops, request.alternatives);
    if (!wanted) {
        return refuse(wanted.error());
    }
    GenerationRequest generation = std::move(*wanted);
    generation.prompt = std::move(*prompt);
    generation.sampling = sampling;

    const qint64 startedMs = QDateTime::currentMSecsSinceEpoch();
    const int promptTokens = static_cast<int>(generation.prompt.size());
    TextBatcher batcher(request.id, promptTokens,
                        [this](const TextArrived& text) { emit textArrived(text); });
    QElapsedTimer sinceProgress;
    TokensHeld held(generation.prompt);
    m_state->held = &held;
    const auto forget = qScopeGuard([this] { m_state->held = nullptr; });
    const auto listen = [&](const GenerationEvent& event) {
        held.note(event);
        answerPreview();
        if (event.token) {
            batcher.addToken(
                fromUtf8(event.text),
                generation.alternatives > 0
                    ? std::optional(detailOf(*event.token, m_state->opened->model->tokenizer()))
                    : std::nullopt);
        } else if (!event.text.empty()) {
            batcher.addText(fromUtf8(event.text));
        } else if (!sinceProgress.isValid() || sinceProgress.elapsed() >= kProgressMs) {
            emit promptProgress({request.id, static_cast<int>(event.promptDone), promptTokens});
            sinceProgress.start();
        }
    };
    while (true) {
        const OpenedModel& opened = *m_state->opened;
        const auto record =
            phidelity::generate(*opened.model, *opened.cache, generation, stop.get(), listen);
        batcher.flush();
        if (record) {
            const GenerationEnded end = endOf(
                {request.id, request.settings, request.stops, request.alternatives, startedMs},
                opened, *record, batcher.firstTokenMs());
            if (end.record.modelSha256.isEmpty()) {
                m_hasher->ask(request.id, opened.checkpoint);
            }
            emit generationEnded(end);
        }
        if (record && !record->failure) {
            return;
        }
        const Error error = record ? *record->failure : record.error();
        const bool goesOn = isDeviceFailure(error) && !opened.isOnCpu() && recover(error);
        if (record) {
            return;
        }
        if (!goesOn) {
            return refuse(error);
        }
        // Nothing was shown yet: the reply can still be whole.
    }
}

/// Whether a model is open afterwards. Says what happened in either case.
bool Engine::recover(const Error& error) {
    OpenedModel failed = std::move(*m_state->opened);
    m_state->opened.reset();
    Recovery recovery =
        phidelity::recover(std::move(failed), error, m_state->openDevice, &m_state->closing);
    ModelMoved moved;
    moved.sentence = recovery.sentence;
    moved.detail = errorDetail(error);
    moved.closed = !recovery.opened.has_value();
    if (recovery.opened) {
        moved.model = recovery.opened->facts;
        m_state->opened = std::move(recovery.opened);
    }
    emit modelMoved(moved);
    return m_state->opened.has_value();
}

} // namespace phidelity
