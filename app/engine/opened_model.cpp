// SPDX-License-Identifier: MIT
#include "engine/opened_model.h"

#include <filesystem>
#include <utility>

#include <QElapsedTimer>
#include <QFile>

#include "engine/model_source.h"
#include "engine/token_texts.h"
#include "engine/utf8_text.h"
#include "inference/model/device_share.h"

namespace phidelity {

namespace {

/// Conversations whose prefixes are kept; each holds pages of the cache.
constexpr std::size_t kKeptSequences = 4;

double milliseconds(const QElapsedTimer& timer) {
    return static_cast<double>(timer.nsecsElapsed()) / 1e6;
}

/// Of a model of which the CPU holds a part or all, though it was another device that was opened.
QString whatDidNotFit(const OpenedModel& opened) {
    const DeviceInfo& device = opened.model->device();
    if (device.cpuLayers > 0) {
        return QStringLiteral(" %1 of its %2 layers do not fit there: the processor computes them.")
            .arg(device.cpuLayers)
            .arg(opened.model->shape().layers);
    }
    if (device.kind == DeviceKind::Cpu && fromUtf8(device.name) != opened.device) {
        return QStringLiteral(" None of its layers fits there: the processor computes all.");
    }
    return {};
}

} // namespace

OpenedModel& OpenedModel::operator=(OpenedModel&& other) noexcept {
    cache.reset();
    model.reset();
    request = std::move(other.request);
    checkpoint = std::move(other.checkpoint);
    model = std::move(other.model);
    cache = std::move(other.cache);
    facts = std::move(other.facts);
    rebuilds = other.rebuilds;
    return *this;
}

bool OpenedModel::isOnCpu() const {
    return model->device().kind == DeviceKind::Cpu;
}

bool isDeviceFailure(const Error& error) {
    return error.code == ErrorCode::DeviceLost || error.code == ErrorCode::OutOfMemory;
}

Result<OpenedModel> load(const OpenModelRequest& request, const BackendFactory& openDevice,
                         const StopFlag* stop, const std::function<void(double)>& progress) {
    QElapsedTimer timer;
    timer.start();
    const std::filesystem::path path = QFile::encodeName(request.path).toStdString();
    PHIDELITY_TRY(auto checkpoint, openCheckpoint(path));
    LoadOptions options;
    options.progress = progress;
    options.stop = stop;
    PHIDELITY_TRY(OpenedModel opened, loadOn(request.device.toStdString(), request,
                                             std::move(checkpoint), openDevice, options));
    opened.facts.loadMs = milliseconds(timer);
    return opened;
}

Result<OpenedModel> loadSomewhere(const OpenModelRequest& request, const BackendFactory& openDevice,
                                  const StopFlag* stop,
                                  const std::function<void(double)>& progress) {
    auto opened = load(request, openDevice, stop, progress);
    if (opened || request.device != QLatin1String("auto") || !isDeviceFailure(opened.error())) {
        return opened;
    }
    OpenModelRequest onCpu = request;
    onCpu.device = QStringLiteral("cpu");
    auto second = load(onCpu, openDevice, stop, progress);
    if (!second) {
        return opened;
    }
    second->request = request;
    second->facts.deviceReason =
        QStringLiteral("The CPU has taken over: ") + fromUtf8(opened.error().detail) + u'.';
    return second;
}

Result<OpenedModel> loadOn(std::string_view device, const OpenModelRequest& request,
                           std::shared_ptr<const Checkpoint> checkpoint,
                           const BackendFactory& openDevice, const LoadOptions& options) {
    QElapsedTimer timer;
    timer.start();
    const auto threads = static_cast<std::uint32_t>(request.threads);
    PHIDELITY_TRY(auto chosen, openDevice(device, threads));
    OpenedModel opened;
    opened.device = fromUtf8(chosen.backend->device().name);
    opened.request = request;
    opened.checkpoint = std::move(checkpoint);
    LoadOptions wanted = options;
    wanted.context = static_cast<std::uint32_t>(qMax(0, request.context));
    const DeviceShare share{request.sharesWithCpu ? DeviceShare::Kind::AsFits
                                                  : DeviceShare::Kind::All};
    PHIDELITY_TRY(auto backend, shareModel(std::move(chosen.backend), *opened.checkpoint, share,
                                           wanted.context, threads));
    PHIDELITY_TRY(opened.model, Model::load(opened.checkpoint, std::move(backend), wanted));
    opened.cache = std::make_unique<PrefixCache>(*opened.model, kKeptSequences);

    const ModelSize size = modelSize(*opened.checkpoint);
    ModelOpened& facts = opened.facts;
    facts.id = request.id;
    facts.path = request.path;
    facts.name = fromUtf8(opened.checkpoint->name());
    facts.types = fromUtf8(opened.checkpoint->typeSummary());
    facts.device = fromUtf8(opened.model->device().name);
    facts.deviceReason = fromUtf8(chosen.reason) + whatDidNotFit(opened);
    facts.context = static_cast<int>(opened.model->context());
    facts.weightBytes = static_cast<qint64>(size.bytes);
    facts.parameters = static_cast<qint64>(size.parameters);
    facts.loadMs = milliseconds(timer);
    facts.embedded = request.path.isEmpty();
    facts.texts = tokenTextsOf(opened.model->tokenizer());
    return opened;
}

} // namespace phidelity
