// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

#include "inference/backend/vulkan/vulkan_device.h"

namespace phidelity::vulkan {

/// How shaders read weights and activations.
enum class ReadPath {
    Auto,
    Buffers, ///< storage buffers, 16 bytes a lane
    Texels,  ///< texel buffers: on Mesa's software driver ten times as fast
};

/// Whose kernels run.
enum class KernelsOf {
    Device, ///< those that suit the device
    Gpus,   ///< those of GPUs, wherever it is: slow on a software driver, but that can test them
};

/// Where a wish for the largest logits comes true.
enum class TopPicks {
    Auto,   ///< on the device where logits would have to travel to the host
    Device, ///< on the device wherever it can
    Host,   ///< nowhere: all logits come
};

/// Which kernels multiply where a step has more than kFewRows rows. But for the blocks they read
/// through Buffers.
enum class ManyRows {
    Auto,      ///< the fastest that the device has
    Blocks,    ///< those for few rows, block after block
    Tiles,     ///< tiles in shared memory, F32
    HalfTiles, ///< tiles in shared memory, F16
    Matrices,  ///< matrix cores
};

/// What is chosen once a device, by what it is.
struct Tuning {
    ReadPath reads = ReadPath::Buffers;
    std::string suffix;      ///< of shader names
    bool eightLanes = false; ///< workgroups of products and attention are subgroups of eight lanes
    bool takesTurns = false; ///< workgroups of products take what comes next (product.comp)
    ManyRows manyRows = ManyRows::Blocks; ///< never Auto
    MatrixCores matrix;                   ///< for Matrices
    std::uint32_t sharedBytes = 0;        ///< that a workgroup may have
    /// Groups of kGroupRows rows whose weights are interleaved: what lanes read at once is longer
    /// then, which the prefetchers of processors want.
    std::uint32_t tileGroups = 1;
    std::uint32_t productSplits = 0; ///< highest number of super-blocks that work side by side
    std::uint32_t productWorkgroups =
        0;                         ///< wanted for a matrix of many rows; 0: as many as there are
    std::uint32_t rowLanes = 0;    ///< lanes of a workgroup that works on one row
    std::uint32_t attendLanes = 0; ///< lanes for each octet of a head's dims
    /// Keys that a workgroup of attention takes, by whether rows share them.
    std::uint32_t splitKeysOfOne = 0;
    std::uint32_t splitKeysOfMany = 0;
    [[nodiscard]] std::uint32_t splitKeys(std::uint32_t attendRows) const {
        return attendRows == 1 ? splitKeysOfOne : splitKeysOfMany;
    }
    std::uint64_t largestBlock = 0; ///< bytes that may be bound
    bool picksTop = false;          ///< finds the largest logits where only they are wanted
    std::uint32_t firstRows = 0;    ///< rows of a step before its time was measured
};

/// Whether a device has what kernels for many rows need.
[[nodiscard]] bool canRun(const PhysicalDevice& physical, ManyRows kernels);

[[nodiscard]] Tuning tuningFor(const Device& device, ReadPath wanted,
                               KernelsOf kernels = KernelsOf::Device);

} // namespace phidelity::vulkan
