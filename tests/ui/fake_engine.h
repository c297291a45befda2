// SPDX-License-Identifier: MIT
#pragma once

#include <QObject>

#include "engine/messages.h"
#include "engine/preview_messages.h"
#include "engine/replay_messages.h"

namespace phidelity {

/// Has the engine's slots and signals and does what a test tells it to: requests are kept, answers
/// are sent by hand.
class FakeEngine : public QObject {
    Q_OBJECT

public:
    OpenModelRequest lastOpen;
    GenerateRequest lastGenerate;
    PromptPreviewRequest lastPreview;
    int previews = 0;
    ReplayRequest lastReplay;
    int opens = 0;
    int generations = 0;
    int lists = 0; ///< times that devices were asked for

    [[nodiscard]] static ModelOpened demoModel(RequestId id) {
        ModelOpened model;
        model.id = id;
        model.name = QStringLiteral("Phidelity demo");
        model.types = QStringLiteral("Q8_0");
        model.device = QStringLiteral("CPU, 2 threads, AVX2");
        model.deviceReason = QStringLiteral("No GPU was found.");
        model.context = 2048;
        model.weightBytes = 21'000'000;
        model.parameters = 19'800'000;
        model.loadMs = 43;
        model.embedded = true;
        return model;
    }

    [[nodiscard]] static DevicesListed someDevices() {
        DevicesListed list;
        DeviceEntry gpu;
        gpu.id = QStringLiteral("vulkan:0");
        gpu.name = QStringLiteral("Radeon RX 7800 XT");
        gpu.kind = QStringLiteral("graphics card");
        gpu.driver = QStringLiteral("RADV Mesa 24.2.8, Vulkan 1.3");
        gpu.memory = 17'100'000'000;
        gpu.memoryFree = 15'900'000'000;
        gpu.fits = QStringLiteral("Phi-2 up to F16 with its whole context");
        gpu.reason = QStringLiteral("a graphics card with fast memory of its own");
        gpu.usable = true;
        DeviceEntry cpu;
        cpu.id = QStringLiteral("cpu");
        cpu.name = QStringLiteral("AMD Ryzen 7 7700 (8 threads, AVX-512)");
        cpu.kind = QStringLiteral("processor");
        cpu.memory = 32'000'000'000;
        cpu.memoryFree = 21'000'000'000;
        cpu.fits = gpu.fits;
        cpu.reason = QStringLiteral("works everywhere");
        cpu.usable = true;
        DeviceEntry old;
        old.id = QStringLiteral("vulkan:1");
        old.name = QStringLiteral("GeForce GT 710");
        old.kind = gpu.kind;
        old.memory = 2'000'000'000;
        old.reason = QStringLiteral("its driver offers Vulkan 1.1, and 1.2 is needed; a newer "
                                    "driver may help");
        list.devices = {gpu, cpu, old};
        list.automatic = gpu.id;
        list.automaticReason = QStringLiteral("at present Radeon RX 7800 XT.");
        return list;
    }
    void answerList() { emit devicesListed(someDevices()); }

    void answerOpen() { emit modelOpened(demoModel(lastOpen.id)); }
    /// Words with the blank before them as tokens; the first `cached` ones are in the cache.
    void answerPreview(int cached = 0, int context = 2048) {
        emit promptPreviewed(previewOf(lastPreview, cached, context));
    }
    [[nodiscard]] static PromptPreview previewOf(const PromptPreviewRequest& request, int cached,
                                                 int context) {
        PromptPreview preview{request.id, request.prompt, {}, cached, context};
        for (const QChar letter : request.prompt) {
            if (preview.tokens.isEmpty() || letter.isSpace()) {
                preview.tokens.append({static_cast<quint32>(preview.tokens.size()) + 100, {}, {}});
            }
            preview.tokens.last().text += QString(letter).toUtf8();
        }
        return preview;
    }
    /// The prompt leaves too little room in a context of so many words.
    void refuseForRoom(int context) {
        EngineFailed failure;
        failure.id = lastGenerate.id;
        failure.sentence = QStringLiteral("The prompt is too long.");
        failure.prompt = previewOf({lastGenerate.id, lastGenerate.prompt, {}}, 0, context);
        emit failed(failure);
    }
    void answerFailure(RequestId id, const QString& sentence, const QString& detail) {
        EngineFailed failure;
        failure.id = id;
        failure.sentence = sentence;
        failure.detail = detail;
        emit failed(failure);
    }
    void sendText(const QString& text) {
        sent += text;
        tokens += static_cast<int>(text.size() / 4) + 1;
        TextArrived arrived;
        arrived.id = lastGenerate.id;
        arrived.text = text;
        arrived.tokens = tokens;
        arrived.contextUsed = 60 + tokens;
        arrived.tokensPerSecond = 24.3;
        arrived.firstTokenMs = 310;
        emit textArrived(arrived);
    }
    void end(EndReason reason, const QString& cut = {}) {
        GenerationEnded ended;
        ended.id = lastGenerate.id;
        ended.reason = reason;
        ended.text = sent;
        ended.cut = cut;
        ended.seed = 4242;
        ended.promptTokens = 60;
        ended.generatedTokens = tokens;
        ended.contextUsed = 60 + tokens;
        ended.generateMs = tokens * 41.0;
        ended.firstTokenMs = 310;
        ended.record = record;
        emit generationEnded(ended);
    }

    GenerationRecord record; ///< of the next reply that ends
    QString sent;
    int tokens = 0;

public slots:
    void openModel(const phidelity::OpenModelRequest& request) {
        lastOpen = request;
        ++opens;
    }
    void replay(const phidelity::ReplayRequest& request) { lastReplay = request; }
    void listDevices() { ++lists; }
    void previewPrompt(const phidelity::PromptPreviewRequest& request) {
        lastPreview = request;
        ++previews;
    }
    void generate(const phidelity::GenerateRequest& request) {
        lastGenerate = request;
        ++generations;
        sent.clear();
        tokens = 0;
    }

signals:
    void modelOpening(const phidelity::ModelOpening& progress);
    void modelOpened(const phidelity::ModelOpened& model);
    void devicesListed(const phidelity::DevicesListed& list);
    void modelMoved(const phidelity::ModelMoved& move);
    void promptProgress(const phidelity::PromptProgress& progress);
    void promptPreviewed(const phidelity::PromptPreview& preview);
    void textArrived(const phidelity::TextArrived& text);
    void replyModelHashed(const phidelity::ReplyModelHashed& hash);
    void replayProgress(const phidelity::ReplayProgress& progress);
    void replayEnded(const phidelity::ReplayEnded& end);
    void generationEnded(const phidelity::GenerationEnded& end);
    void failed(const phidelity::EngineFailed& failure);
};

} // namespace phidelity
