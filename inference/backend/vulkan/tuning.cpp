// SPDX-License-Identifier: MIT
#include "inference/backend/vulkan/tuning.h"

#include <algorithm>

namespace phidelity::vulkan {
namespace {

/// Even where more may be bound: smaller blocks are easier to find room for.
constexpr std::uint64_t kLargestBlock = std::uint64_t{1} << 30;

/// More keys than any context has.
constexpr std::uint32_t kNoSplit = 1U << 30;

ManyRows fastest(const PhysicalDevice& physical) {
    return canRun(physical, ManyRows::Matrices)    ? ManyRows::Matrices
           : canRun(physical, ManyRows::HalfTiles) ? ManyRows::HalfTiles
                                                   : ManyRows::Tiles;
}

} // namespace

bool canRun(const PhysicalDevice& physical, ManyRows kernels) {
    switch (kernels) {
    case ManyRows::Matrices:
        return physical.matrix.extension != MatrixExtension::None;
    case ManyRows::HalfTiles:
        return physical.hasHalves;
    case ManyRows::Auto:
    case ManyRows::Blocks:
    case ManyRows::Tiles:
        break;
    }
    return true;
}

Tuning tuningFor(const Device& device, ReadPath wanted, KernelsOf kernels) {
    const PhysicalDevice& physical = device.physical();
    const VkPhysicalDeviceLimits& limits = device.limits();
    const bool software = physical.isSoftware && kernels == KernelsOf::Device;
    Tuning tuning;
    tuning.reads = wanted != ReadPath::Auto ? wanted
                   : software               ? ReadPath::Texels
                                            : ReadPath::Buffers;
    const bool texels = tuning.reads == ReadPath::Texels;
    tuning.suffix = texels ? "_texel" : "";
    tuning.largestBlock = std::min({kLargestBlock, device.maxAllocation(),
                                    texels ? std::uint64_t{limits.maxTexelBufferElements} * 16
                                           : std::uint64_t{limits.maxStorageBufferRange}});
    tuning.matrix = physical.matrix;
    tuning.sharedBytes = limits.maxComputeSharedMemorySize;
    if (software) {
        // Workgroups cost more than lanes, and a barrier between subgroups costs most.
        tuning.eightLanes = texels && physical.subgroupSize == 8;
        tuning.takesTurns = tuning.eightLanes;
        tuning.tileGroups = tuning.eightLanes ? 4 : 1;
        tuning.productSplits = 1;
        tuning.productWorkgroups = 64;
        tuning.rowLanes = 8;
        tuning.attendLanes = 1;
        // Heads alone keep a processor busy; the kernel for eight lanes does not split keys at all.
        tuning.splitKeysOfOne = tuning.eightLanes ? kNoSplit : 128;
        tuning.splitKeysOfMany = tuning.eightLanes ? kNoSplit : 256;
        tuning.firstRows = 32;
    } else {
        tuning.manyRows = texels ? ManyRows::Blocks : fastest(physical);
        tuning.productSplits = 16;
        tuning.rowLanes = 256;
        tuning.attendLanes = 8;
        tuning.splitKeysOfOne = 128;
        tuning.splitKeysOfMany = 256;
        tuning.firstRows = 128;
    }
    return tuning;
}

} // namespace phidelity::vulkan
