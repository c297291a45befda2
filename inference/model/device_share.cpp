// SPDX-License-Identifier: MIT
#include "inference/model/device_share.h"

#include <string>

#include "inference/backend/cpu/cpu_backend.h"
#include "inference/backend/split_backend.h"
#include "inference/model/load_plan.h"
#include "inference/model/page_pool.h"

namespace phidelity {
namespace {

Result<std::uint32_t> partsOf(const DeviceShare& share, const Checkpoint& checkpoint,
                              Backend& device, std::uint32_t context) {
    const std::uint32_t layers = checkpoint.shape().layers;
    const bool isCpu = device.device().kind == DeviceKind::Cpu;
    if (share.kind == DeviceShare::Kind::Layers) {
        if (isCpu) {
            return fail(ErrorCode::BadArgument,
                        "layers on the device: expected a device other than the CPU, found " +
                            device.device().id);
        }
        if (share.layers > layers) {
            return fail(ErrorCode::BadArgument, "layers on the device: expected at most " +
                                                    std::to_string(layers) + ", found " +
                                                    std::to_string(share.layers));
        }
        return share.layers;
    }
    if (share.kind == DeviceShare::Kind::All || isCpu) {
        return partCount(layers);
    }
    return partsThatFit(checkpoint, device, context, device.memoryAvailable());
}

} // namespace

Result<std::uint32_t> partsThatFit(const Checkpoint& checkpoint, Backend& device,
                                   std::uint32_t context, std::uint64_t available) {
    const LoadPlan whole = loadPlan(checkpoint, context, pagesFor(context));
    const std::uint32_t layers = checkpoint.shape().layers;
    std::uint32_t parts = partCount(layers);
    PHIDELITY_TRY(LoadBytes bytes, device.bytesFor(whole));
    while (bytes.total() > available && --parts > 0) {
        PHIDELITY_TRY(bytes, device.bytesFor(devicePlan(whole, {layers, parts})));
    }
    return parts;
}

Result<std::unique_ptr<Backend>> shareModel(std::unique_ptr<Backend> device,
                                            const Checkpoint& checkpoint, const DeviceShare& share,
                                            std::uint32_t context, std::uint32_t threads) {
    const ModelShape& shape = checkpoint.shape();
    PHIDELITY_TRY(const std::uint32_t parts,
                  partsOf(share, checkpoint, *device, context == 0 ? shape.context : context));
    if (parts == partCount(shape.layers)) {
        return device;
    }
    PHIDELITY_TRY(std::unique_ptr<HostBackend> cpu, createCpuBackend({CpuKernels::Fast, threads}));
    if (parts == 0) {
        return cpu;
    }
    return createSplitBackend(std::move(device), std::move(cpu), {shape.layers, parts});
}

} // namespace phidelity
