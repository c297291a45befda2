// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

/// How work is shared out among blocks of threads: for kernels and for those who launch them.
namespace phidelity::cuda {

inline constexpr std::uint32_t kWarp = 32;
inline constexpr std::uint32_t kThreads = 256; ///< of every block
inline constexpr std::uint32_t kWarps = kThreads / kWarp;

// Weights: tiles of rows by columns, in chunks of columns.
inline constexpr std::uint32_t kTileRows = 8;
inline constexpr std::uint32_t kTileColumns = 256;
inline constexpr std::uint32_t kChunkColumns = 32;
inline constexpr std::uint32_t kTileChunks = kTileColumns / kChunkColumns;

inline constexpr std::uint32_t kFewRows = 8;      ///< most rows of the kernels for few rows
inline constexpr std::uint32_t kManyOutputs = 64; ///< of a block of the kernels for many rows
inline constexpr std::uint32_t kManyRows = 64;    ///< likewise, rows of the step
inline constexpr std::uint32_t kSplitKeys = 256;  ///< keys that a block of attention takes
inline constexpr std::uint32_t kMostHeadDims = 256;

/// Groups of kTileRows rows of a matrix that a block for few rows takes: so many that blocks, which
/// read the whole input each, stay few, and so few that every multiprocessor has some. Of the
/// matrix alone: the order of sums depends on it.
constexpr std::uint32_t groupsOfBlock(std::uint32_t groups) {
    return groups >= 1024 ? 4 : groups >= 512 ? 2 : 1;
}

} // namespace phidelity::cuda
