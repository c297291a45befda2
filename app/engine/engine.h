// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include <QObject>

#include "engine/messages.h"
#include "engine/preview_messages.h"
#include "engine/replay_messages.h"
#include "engine/token_messages.h"
#include "inference/backend/choose.h"

namespace phidelity {

class ModelHasher;

/// Opens the device that a specification names: chooseBackend, or a test's own.
using BackendFactory =
    std::function<Result<ChosenBackend>(std::string_view spec, std::uint32_t threads)>;

/// The worker object that lives on the engine thread and owns device, weights and caches. Slots in,
/// signals out, no getters. Every slot asserts its thread. A slow call is ended by the request's
/// stop flag.
///
/// Each openModel is answered by modelOpened or failed, each generate by generationEnded or failed,
/// each replay by replayEnded, each samples, score and next by its end or failed, also where memory
/// runs out, except after requestShutdown.
///
/// When a device fails (lost, out of memory, a submission that never ends), what was written of a
/// reply is kept and ends as Interrupted; a reply of which nothing was shown is begun again. The
/// model is loaded again on the same device once, after that on the CPU; modelMoved says so.
class Engine : public QObject {
    Q_OBJECT

public:
    explicit Engine(BackendFactory openDevice = chooseBackend);
    ~Engine() override;

    /// Ends what is running within one token and lets requests that still wait pass unanswered. May
    /// be called from any thread.
    void requestShutdown();
    /// Answered by promptPreviewed: soon, also while a reply is being written, but not while a
    /// model is being opened. A request that is overtaken by the next one stays unanswered. May be
    /// called from any thread.
    void previewPrompt(const PromptPreviewRequest& request);

public slots:
    /// The model that was open stays open if this one cannot be opened. Both are in memory for a
    /// moment if they fit; if not, the old one is closed first and opened again should the new one
    /// fail.
    void openModel(const phidelity::OpenModelRequest& request);
    void generate(const phidelity::GenerateRequest& request);
    /// Runs a recorded reply again with the model that is open. Costs what the reply cost, and its
    /// prompt without what had been in the cache. Works on a sequence of its own: what is kept of
    /// other conversations may be given up for its pages, but decides nothing.
    void replay(const phidelity::ReplayRequest& request);
    /// Several continuations of one prompt: sampleArrived, then samplesEnded. Costs little more
    /// than one of them.
    void samples(const phidelity::SamplesRequest& request);
    /// What the model thinks of a text: scoreArrived, then scoreEnded. Costs what computing the
    /// text as a prompt costs, and the head of every token.
    void score(const phidelity::ScoreRequest& request);
    /// Answered by nextArrived.
    void next(const phidelity::NextRequest& request);
    /// Answered by devicesListed.
    void listDevices();

signals:
    void modelOpening(const phidelity::ModelOpening& progress);
    void modelOpened(const phidelity::ModelOpened& model);
    void devicesListed(const phidelity::DevicesListed& list);
    void modelMoved(const phidelity::ModelMoved& move);
    void promptProgress(const phidelity::PromptProgress& progress);
    void promptPreviewed(const phidelity::PromptPreview& preview);
    void textArrived(const phidelity::TextArrived& text);
    void generationEnded(const phidelity::GenerationEnded& end);
    /// After generationEnded whose record has no hash of the model: here it is.
    void replyModelHashed(const phidelity::ReplyModelHashed& hash);
    void replayProgress(const phidelity::ReplayProgress& progress);
    void replayEnded(const phidelity::ReplayEnded& end);
    void sampleArrived(const phidelity::SampleArrived& part);
    void samplesEnded(const phidelity::SamplesEnded& end);
    void scoreArrived(const phidelity::ScoreArrived& piece);
    void scoreEnded(const phidelity::ScoreEnded& end);
    void nextArrived(const phidelity::NextArrived& next);
    void failed(const phidelity::EngineFailed& failure);

private:
    bool recover(const Error& error);
    void answerPreview();
    void openNow(const OpenModelRequest& request);
    void generateNow(const GenerateRequest& request);
    [[nodiscard]] ReplayEnded replayNow(const ReplayRequest& request, const SharedStop& stop);

    /// Runs `work` with the stop flag of a request; once more after a device that failed was
    /// replaced. Its error is the answer.
    void answer(RequestId id, const SharedStop& requested,
                const std::function<Result<void>(const SharedStop& stop)>& work);
    Result<void> samplesNow(const SamplesRequest& request, const std::atomic<bool>* stop);
    /// `answered`: tokens so far, of a run that ended with an error too.
    Result<void> scoreNow(const ScoreRequest& request, int& answered,
                          const std::atomic<bool>* stop);
    Result<void> nextNow(const NextRequest& request, const std::atomic<bool>* stop);

    struct State;
    std::unique_ptr<State> m_state;
    ModelHasher* m_hasher; ///< a child
};

} // namespace phidelity
