// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "inference/backend/backend.h"
#include "inference/backend/cuda/launch.h"
#include "inference/result.h"

namespace phidelity::cuda {

/// A step's launches in a form that the device runs at once, as often as it is asked to. Its tables
/// stay as they are.
class Replay {
public:
    virtual ~Replay() = default;
};

/// What the CUDA backend asks of a device: memory and launches. Implemented on NVIDIA's runtime by
/// a library that is opened when the program runs (plugin.cu), and in the tests by a machine that
/// runs kernels thread by thread. One thread at a time. Errors: OutOfMemory, DeviceLost.
class CudaDevice {
public:
    virtual ~CudaDevice() = default;

    [[nodiscard]] virtual const DeviceInfo& info() const = 0;
    /// Bytes that could be taken now.
    [[nodiscard]] virtual std::uint64_t memoryFree() const = 0;
    /// Bytes that allocate() takes for so many.
    [[nodiscard]] virtual std::uint64_t allocationBytes(std::uint64_t bytes) const = 0;

    /// Memory of the device, 256-byte aligned, all zero. Given back by release().
    virtual Result<void*> allocate(std::uint64_t bytes) = 0;
    virtual void release(void* memory) = 0;
    /// After all launches so far, before all that follow. `from` may be changed once it returns.
    virtual Result<void> upload(void* to, std::span<const std::byte> from) = 0;
    /// Likewise; waits for what it brings.
    virtual Result<void> download(std::span<std::byte> to, const void* from) = 0;
    /// Within the device.
    virtual Result<void> copy(void* to, const void* from, std::uint64_t bytes) = 0;

    /// Prepares launches that will be run together, in their order.
    virtual Result<std::unique_ptr<Replay>> record(std::span<const Launch> launches) = 0;
    /// Starts them; returns before they have ended.
    virtual Result<void> run(const Replay& replay) = 0;
    /// Waits for everything.
    virtual Result<void> finish() = 0;

    /// What it reads and multiplies at most.
    virtual Result<DeviceRates> measureRates() = 0;
};

/// What the plug-in library offers. Exported as phidelityCudaPlugin(); valid as long as the library
/// is open.
class CudaPlugin {
public:
    /// Of this interface: a library built from another version of the program is refused.
    static constexpr std::uint32_t kVersion = 1;

    virtual ~CudaPlugin() = default;
    /// Devices of this machine; an error says why there are none (NoDevice).
    virtual Result<std::vector<DeviceInfo>> devices() = 0;
    /// `index`: into devices().
    virtual Result<std::unique_ptr<CudaDevice>> open(std::uint32_t index) = 0;
};

extern "C" {
using CudaPluginVersion = std::uint32_t (*)();
using CudaPluginEntry = CudaPlugin* (*)();
}
inline constexpr const char* kCudaPluginVersion = "phidelityCudaPluginVersion";
inline constexpr const char* kCudaPluginEntry = "phidelityCudaPlugin";

} // namespace phidelity::cuda
