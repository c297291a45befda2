// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>

#include "inference/file/tensor_type.h"
#include "shaders/layouts.h"

namespace phidelity::vulkan {

/// How a matrix lies on a Vulkan device: in tiles of some groups of kGroupRows rows by
/// kSuperColumns columns, each a fixed number of 16-byte words that depends on the type
/// (shaders/weights.glsl says what stands where). Words of the rows of a tile are interleaved, so
/// that neighbouring lanes, which take neighbouring rows, read neighbouring words. Tiles of the
/// same rows follow one another. Values are exactly those of the file; rows and columns are filled
/// up with zeros.
struct DeviceShape {
    TensorType type = TensorType::F32;
    std::uint32_t rows = 0;
    std::uint32_t columns = 0;
    std::uint32_t tileGroups = 1; ///< see Tuning

    [[nodiscard]] std::uint32_t superBlocks() const {
        return (columns + kSuperColumns - 1) / kSuperColumns;
    }
    [[nodiscard]] std::uint32_t groups() const { return (rows + kGroupRows - 1) / kGroupRows; }
    /// Tiles one below the other.
    [[nodiscard]] std::uint32_t bands() const { return (groups() + tileGroups - 1) / tileGroups; }
    /// 16-byte words of a tile.
    [[nodiscard]] std::uint32_t tileWords() const;
    /// 16-byte words of the tiles of the same rows.
    [[nodiscard]] std::uint64_t bandWords() const {
        return std::uint64_t{superBlocks()} * tileWords();
    }
    /// 16-byte words for each group of rows.
    [[nodiscard]] std::uint64_t groupWords() const { return bandWords() / tileGroups; }
    [[nodiscard]] std::uint64_t bytes() const { return bands() * bandWords() * 16; }
};

/// Writes the tiles of the same rows to `out`, bandWords() words. `shape`: of these weights. Any
/// thread.
void packBand(const TensorView& weights, const DeviceShape& shape, std::uint32_t band,
              std::span<std::byte> out);

} // namespace phidelity::vulkan
