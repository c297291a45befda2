// SPDX-License-Identifier: MIT
#include "engine/engine.h"

#include <filesystem>
#include <mutex>
#include <optional>
#include <utility>

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QFile>
#include <QRandomGenerator>
#include <QThread>

#include "engine/error_text.h"
#include "engine/model_source.h"
#include "engine/sampler_settings.h"
#include "engine/text_batcher.h"
#include "inference/backend/choose.h"
#include "inference/model/generator.h"
#include "inference/model/model.h"

namespace phidelity {

namespace {

/// Conversations whose prefixes are kept; each holds pages of the cache.
constexpr std::size_t kKeptSequences = 4;
constexpr qint64 kProgressMs = 33;

QString fromUtf8(std::string_view text) {
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

double milliseconds(const QElapsedTimer& timer) {
    return static_cast<double>(timer.nsecsElapsed()) / 1e6;
}

/// A model that is open, with the request that opened it. The cache dies before the model.
struct OpenedModel {
    OpenModelRequest request;
    std::unique_ptr<Model> model;
    std::unique_ptr<PrefixCache> cache;
    ModelOpened facts;
};

EndReason endReason(FinishReason reason) {
    switch (reason) {
    case FinishReason::EndOfText:
        return EndReason::EndOfText;
    case FinishReason::StopString:
        return EndReason::StopString;
    case FinishReason::MaxTokens:
        return EndReason::MaxTokens;
    case FinishReason::ContextFull:
        return EndReason::ContextFull;
    case FinishReason::Stopped:
        break;
    }
    return EndReason::Stopped;
}

Result<OpenedModel> load(const OpenModelRequest& request, const StopFlag& stop,
                         const std::function<void(double)>& progress) {
    QElapsedTimer timer;
    timer.start();
    const std::filesystem::path path = QFile::encodeName(request.path).toStdString();
    PHIDELITY_TRY(auto checkpoint, openCheckpoint(path));
    PHIDELITY_TRY(auto chosen, chooseBackend(request.device.toStdString(),
                                             static_cast<std::uint32_t>(request.threads)));
    LoadOptions options;
    options.progress = progress;
    options.stop = &stop;

    OpenedModel opened;
    opened.request = request;
    PHIDELITY_TRY(opened.model, Model::load(checkpoint, std::move(chosen.backend), options));
    opened.cache = std::make_unique<PrefixCache>(*opened.model, kKeptSequences);

    const ModelSize size = modelSize(*checkpoint);
    ModelOpened& facts = opened.facts;
    facts.id = request.id;
    facts.path = request.path;
    facts.name = fromUtf8(checkpoint->name());
    facts.types = fromUtf8(checkpoint->typeSummary());
    facts.device = fromUtf8(opened.model->device().name);
    facts.deviceReason = fromUtf8(chosen.reason);
    facts.context = static_cast<int>(opened.model->context());
    facts.weightBytes = static_cast<qint64>(size.bytes);
    facts.parameters = static_cast<qint64>(size.parameters);
    facts.loadMs = milliseconds(timer);
    facts.embedded = request.path.isEmpty();
    return opened;
}

GenerationEnded endMessage(const GenerateRequest& request, const Tokenizer& tokenizer,
                           const GenerationRecord& record, const TextBatcher& batcher) {
    GenerationEnded end;
    end.id = request.id;
    end.reason = endReason(record.finish);
    end.text = fromUtf8(record.text);
    end.cut = fromUtf8(record.cut);
    end.seed = record.sampler.seed;
    end.promptTokens = static_cast<int>(record.timings.promptTokens);
    end.reusedTokens = static_cast<int>(record.timings.reusedTokens);
    end.generatedTokens = static_cast<int>(record.timings.generatedTokens);
    end.contextUsed = end.promptTokens + end.generatedTokens;
    end.promptMs = record.timings.promptMs;
    end.generateMs = record.timings.generateMs;
    end.firstTokenMs = batcher.firstTokenMs();
    end.tokens.reserve(static_cast<qsizetype>(record.tokens.size()));
    for (const GeneratedToken& token : record.tokens) {
        ReplyToken reply{token.id, fromUtf8(tokenizer.label(token.id)), token.logprob, {}};
        for (const Candidate& candidate : token.alternatives) {
            reply.alternatives.append(
                {candidate.id, fromUtf8(tokenizer.label(candidate.id)), candidate.logprob});
        }
        end.tokens.append(std::move(reply));
    }
    return end;
}

} // namespace

struct Engine::State {
    std::optional<OpenedModel> opened;

    std::mutex mutex; ///< guards what follows
    bool closing = false;
    SharedStop running;

    /// The stop flag of a request that now begins; null once the engine is closing.
    SharedStop begin(const SharedStop& requested) {
        const std::lock_guard lock(mutex);
        if (closing) {
            return nullptr;
        }
        running = requested ? requested : std::make_shared<std::atomic<bool>>(false);
        return running;
    }
};

Engine::Engine() : m_state(std::make_unique<State>()) {}
Engine::~Engine() = default;

void Engine::requestShutdown() {
    const std::lock_guard lock(m_state->mutex);
    m_state->closing = true;
    if (m_state->running) {
        m_state->running->store(true);
    }
}

void Engine::openModel(const OpenModelRequest& request) {
    Q_ASSERT(QThread::currentThread() == thread());
    const SharedStop stop = m_state->begin(request.stop);
    if (!stop) {
        return;
    }
    const auto progress = [&](double fraction) { emit modelOpening({request.id, fraction}); };
    if (request.threads < 0) {
        emit failed({request.id, tr("The number of threads cannot be negative."), {}, false});
        return;
    }
    progress(0);
    Result<OpenedModel> opened = load(request, *stop, progress);
    bool lostOld = false;
    if (!opened && opened.error().code == ErrorCode::OutOfMemory && m_state->opened) {
        // The old and the new model do not fit together; perhaps the new one does alone.
        const OpenModelRequest oldRequest = m_state->opened->request;
        m_state->opened.reset();
        opened = load(request, *stop, progress);
        if (!opened) {
            const StopFlag never(false);
            if (Result<OpenedModel> again = load(oldRequest, never, {})) {
                m_state->opened = std::move(*again);
            } else {
                lostOld = true;
            }
        }
    }
    if (!opened) {
        QString sentence =
            stop->load() ? tr("Opening the model was stopped.") : describeError(opened.error());
        if (lostOld) {
            sentence +=
                u' ' + tr("The model that was open before had to be closed; open it again.");
        }
        emit failed({request.id, sentence, errorDetail(opened.error()), lostOld});
        return;
    }
    m_state->opened = std::move(*opened);
    emit modelOpened(m_state->opened->facts);
}

void Engine::generate(const GenerateRequest& request) {
    Q_ASSERT(QThread::currentThread() == thread());
    const SharedStop stop = m_state->begin(request.stop);
    if (!stop) {
        return;
    }
    const auto refuse = [&](const Error& error) {
        emit failed({request.id, describeError(error), errorDetail(error), false});
    };
    if (!m_state->opened) {
        emit failed({request.id, tr("No model is open: open one first."), {}, false});
        return;
    }
    Model& model = *m_state->opened->model;
    const Tokenizer& tokenizer = model.tokenizer();

    GenerationRequest generation;
    generation.prompt = encodePrompt(tokenizer, request.prompt.toStdString());
    if (const auto fits = checkPromptFits(generation.prompt.size(), model.context()); !fits) {
        return refuse(fits.error());
    }
    const quint64 seed = request.settings.randomSeed ? QRandomGenerator::system()->generate64()
                                                     : request.settings.seed;
    auto sampler = toSamplerSettings(request.settings, seed);
    if (!sampler) {
        return refuse(sampler.error());
    }
    generation.sampler = std::move(*sampler);
    for (const QString& text : request.stops + request.settings.extraStops) {
        generation.stops.push_back(text.toStdString());
    }
    generation.maxTokens = static_cast<std::uint32_t>(qMax(0, request.settings.maxTokens));
    generation.alternatives = static_cast<std::uint32_t>(qMax(0, request.alternatives));

    const int promptTokens = static_cast<int>(generation.prompt.size());
    TextBatcher batcher(request.id, promptTokens,
                        [this](const TextArrived& text) { emit textArrived(text); });
    QElapsedTimer sinceProgress;
    const auto listen = [&](const GenerationEvent& event) {
        if (event.token) {
            batcher.addToken(fromUtf8(event.text));
        } else if (!event.text.empty()) {
            batcher.addText(fromUtf8(event.text));
        } else if (!sinceProgress.isValid() || sinceProgress.elapsed() >= kProgressMs) {
            emit promptProgress({request.id, static_cast<int>(event.promptDone), promptTokens});
            sinceProgress.start();
        }
    };
    const auto record =
        phidelity::generate(model, *m_state->opened->cache, generation, stop.get(), listen);
    batcher.flush();
    if (!record) {
        return refuse(record.error());
    }
    emit generationEnded(endMessage(request, tokenizer, *record, batcher));
}

} // namespace phidelity
