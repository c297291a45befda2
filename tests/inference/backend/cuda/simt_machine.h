// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>

#include <math.h> // kernels call expf and the like without a namespace, as in CUDA

#include "inference/backend/cuda/device/words.h"
#include "inference/file/tensor_type.h"

/// A machine for kernels where there is no GPU: the threads of a block are coroutines on one thread
/// of the processor, which run one after the other from meeting point to meeting point. Blocks run
/// one after the other, in an order that the machine may be told to turn round. What needs a
/// meeting of all and does not get it is told (deadlock), as is a read of what a block never wrote.
namespace phidelity::cuda {

/// Runs `kernel` once a thread of every block. `order`: of the blocks.
enum class BlockOrder : std::uint8_t { Forward, Backward };
void runGrid(std::uint32_t blocksX, std::uint32_t blocksY, std::uint32_t threads,
             std::size_t sharedBytes, BlockOrder order, const std::function<void()>& kernel);

// What device/simt.h promises to kernels.
[[nodiscard]] std::uint32_t threadIndex();
[[nodiscard]] std::uint32_t blockIndexX();
[[nodiscard]] std::uint32_t blockIndexY();
[[nodiscard]] std::byte* sharedMemory();
void syncBlock();
void syncWarp();
[[nodiscard]] float shuffleXor(float value, std::uint32_t mask);
void multiplyTile(float (&d)[4], const std::uint32_t (&a)[4], const std::uint32_t (&b)[2]);

inline std::uint32_t countUp(std::uint32_t* counter) {
    return (*counter)++;
}
inline void publish() {}
inline Word loadOnce(const Word* from) {
    return *from;
}
inline float loadPublished(const float* from) {
    return *from;
}
inline float halfBitsToFloat(std::uint32_t bits) {
    return halfToFloat(static_cast<std::uint16_t>(bits));
}
inline std::uint32_t floatToHalfBits(float value) {
    return floatToHalf(value);
}
inline float bitsToFloat(std::uint32_t bits) {
    return std::bit_cast<float>(bits);
}

} // namespace phidelity::cuda

#define PHIDELITY_DEVICE inline
#define PHIDELITY_UNROLL
