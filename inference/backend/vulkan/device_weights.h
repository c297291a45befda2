// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>

#include "inference/file/tensor_type.h"
#include "shaders/layouts.h"

namespace phidelity::vulkan {

/// How a matrix lies on a Vulkan device: in tiles of kTileRows rows by kSuperColumns columns, each
/// a fixed number of 16-byte words that depends on the type (shaders/weights.glsl says what stands
/// where). Words of the rows of a tile are interleaved, so that neighbouring lanes, which take
/// neighbouring rows, read neighbouring words. Tiles of one group of rows follow one another.
/// Values are exactly those of the file; rows and columns are filled up with zeros.
struct DeviceShape {
    TensorType type = TensorType::F32;
    std::uint32_t rows = 0;
    std::uint32_t columns = 0;

    [[nodiscard]] std::uint32_t superBlocks() const {
        return (columns + kSuperColumns - 1) / kSuperColumns;
    }
    [[nodiscard]] std::uint32_t groups() const { return (rows + kTileRows - 1) / kTileRows; }
    /// 16-byte words of a tile.
    [[nodiscard]] std::uint32_t tileWords() const;
    /// 16-byte words of a group of rows.
    [[nodiscard]] std::uint64_t groupWords() const {
        return std::uint64_t{superBlocks()} * tileWords();
    }
    [[nodiscard]] std::uint64_t bytes() const { return groups() * groupWords() * 16; }
};

/// Writes one group of rows to `out`, groupWords() words. Any thread.
void packGroup(const TensorView& weights, std::uint32_t group, std::span<std::byte> out);

} // namespace phidelity::vulkan
