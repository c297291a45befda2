// SPDX-License-Identifier: MIT
#include "engine/device_list.h"

#include <algorithm>

#include <QCoreApplication>
#include <QFile>
#include <QLocale>

#include "engine/model_source.h"
#include "engine/utf8_text.h"
#include "inference/model/device_fit.h"
#include "inference/model/device_share.h"
#include "inference/model/memory_plan.h"

namespace phidelity {

namespace {

QString translated(const char* text) {
    return QCoreApplication::translate("DeviceList", text);
}

/// "a, b or c"
QString anyOf(const QStringList& choices) {
    QString text = choices.first();
    for (qsizetype index = 1; index < choices.size(); ++index) {
        text = (index + 1 < choices.size() ? translated("%1, %2") : translated("%1 or %2"))
                   .arg(text, choices.at(index));
    }
    return text;
}

/// Another device with that much free; one that computes on the CPU by detours is no advice.
QString otherDevice(const DeviceInfo& full, std::uint64_t bytes) {
    for (const DeviceChoice& device : listDevices()) {
        if (device.usable && device.info.id != full.id &&
            device.info.kind != DeviceKind::Software && device.info.memoryFree >= bytes) {
            return fromUtf8(device.info.name);
        }
    }
    return {};
}

/// Whether the processor has room for the layers that do not fit on a device.
bool fitsShared(std::unique_ptr<Backend> device, const Checkpoint& checkpoint,
                const MemoryPlan& plan) {
    const DeviceShare share{DeviceShare::Kind::Layers, plan.fittingLayers};
    if (plan.fittingLayers == 0) {
        return false;
    }
    const auto both = shareModel(std::move(device), checkpoint, share, plan.context());
    if (!both) {
        return false;
    }
    const auto shared = planMemory(checkpoint, **both, plan.context(), (*both)->memoryAvailable());
    return shared && shared->fits();
}

} // namespace

DevicesListed describeDevices(std::span<const DeviceChoice> devices) {
    DevicesListed list;
    for (const DeviceChoice& device : devices) {
        DeviceEntry entry;
        entry.id = fromUtf8(device.info.id);
        entry.name = fromUtf8(device.info.name);
        entry.driver = fromUtf8(device.info.driver);
        entry.memory = device.info.memory;
        entry.memoryFree = device.info.memoryFree;
        entry.usable = device.usable;
        entry.reason = fromUtf8(device.reason);
        if (device.info.memory > 0) {
            entry.kind = fromUtf8(deviceKindName(device.info.kind));
        }
        if (device.usable) {
            entry.fits = fromUtf8(describeFit(device.info));
        }
        list.devices.append(entry);
    }
    const AutoChoice automatic = explainAuto(devices);
    const auto taken = std::ranges::find(devices, automatic.id,
                                         [](const DeviceChoice& device) { return device.info.id; });
    if (taken != devices.end()) {
        list.automatic = fromUtf8(taken->info.id);
        list.automaticReason = translated("at present %1.").arg(fromUtf8(taken->info.name));
    }
    return list;
}

FoundPick findPick(const DevicePick& pick, std::span<const DeviceChoice> devices) {
    // The name of the processor tells its threads, which may change.
    if (pick.name.isEmpty() || pick.id == QLatin1String("cpu")) {
        return {pick.id, {}};
    }
    QString found;
    for (const DeviceChoice& device : devices) {
        const bool same = device.usable && fromUtf8(device.info.name) == pick.name;
        if (same && (found.isEmpty() || fromUtf8(device.info.id) == pick.id)) {
            found = fromUtf8(device.info.id);
        }
    }
    if (!found.isEmpty()) {
        return {found, {}};
    }
    return {QStringLiteral("auto"),
            translated("%1, the device that you chose, cannot be found any more; another one was "
                       "taken. The Device entry of the File menu shows which there are.")
                .arg(pick.name)};
}

MemoryAdvice describeShortfall(const MemoryPlan& plan, const QString& device,
                               const QString& other) {
    MemoryAdvice advice;
    advice.fittingContext = static_cast<int>(plan.fittingContext);
    advice.fittingLayers = static_cast<int>(plan.fittingLayers);
    advice.layers = static_cast<int>(plan.load.attention.layers);
    advice.sentence = translated("It needs %1 more memory than is free on %2.")
                          .arg(fromUtf8(formatBytes(plan.missing)), device);
    QStringList fitting;
    if (plan.fittingContext > 0) {
        fitting.append(
            translated("with a context of %1 tokens").arg(QLocale().toString(plan.fittingContext)));
    }
    if (plan.fittingLayers > 0) {
        fitting.append(translated("with %1 of its %2 layers there and the rest on the processor")
                           .arg(advice.fittingLayers)
                           .arg(advice.layers));
    }
    if (plan.fittingType) {
        fitting.append(
            translated("as a file of type %1").arg(fromUtf8(tensorTypeName(*plan.fittingType))));
    }
    if (!other.isEmpty()) {
        fitting.append(translated("on %1").arg(other));
    }
    advice.sentence +=
        u' ' + (fitting.isEmpty() ? translated("Close other programs, or choose a smaller model.")
                                  : translated("It would fit %1.").arg(anyOf(fitting)));
    return advice;
}

std::optional<MemoryAdvice> adviseOnMemory(const OpenModelRequest& request,
                                           const BackendFactory& openDevice) {
    auto checkpoint = openCheckpoint(QFile::encodeName(request.path).toStdString());
    auto chosen = openDevice(request.device.toStdString(),
                             static_cast<std::uint32_t>(qMax(0, request.threads)));
    if (!checkpoint || !chosen) {
        return std::nullopt;
    }
    const DeviceInfo device = chosen->backend->device();
    const std::uint32_t context = request.context > 0 ? static_cast<std::uint32_t>(request.context)
                                                      : (*checkpoint)->shape().context;
    const DeviceShare asAsked{request.sharesWithCpu ? DeviceShare::Kind::AsFits
                                                    : DeviceShare::Kind::All};
    auto backend = shareModel(std::move(chosen->backend), **checkpoint, asAsked, context);
    if (!backend) {
        return std::nullopt;
    }
    auto plan = planMemory(**checkpoint, **backend, context, (*backend)->memoryAvailable());
    if (!plan || plan->fits()) {
        return std::nullopt;
    }
    if (!fitsShared(std::move(*backend), **checkpoint, *plan)) {
        plan->fittingLayers = 0;
    }
    return describeShortfall(*plan, fromUtf8(device.name),
                             otherDevice(device, plan->bytes.total()));
}

} // namespace phidelity
