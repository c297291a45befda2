// SPDX-License-Identifier: MIT
#include "inference/backend/vulkan/product_kernels.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <optional>
#include <string>

namespace phidelity::vulkan {
namespace {

constexpr std::uint32_t kChunks = 8; ///< of a super-block

// ---- product.comp ----

constexpr std::uint32_t kMostGroups = 32; ///< of a workgroup: its outputs stand in shared memory
constexpr std::uint32_t kMostAbreast = 5;
constexpr std::uint32_t kMostSums = 32;

/// Groups that a lane works on side by side: as many as divide the groups of a workgroup and as its
/// sums fit in registers. They share what is read of the input.
std::uint32_t abreastOf(const Tuning& tuning, std::uint32_t groups, std::uint32_t kernelRows) {
    const std::uint32_t most = tuning.tileGroups > 1 ? tuning.tileGroups : kMostAbreast;
    std::uint32_t abreast = std::min(most, std::max(1U, kMostSums / kernelRows));
    while (groups % abreast != 0) {
        --abreast;
    }
    return abreast;
}

/// Whole tiles, where there is more in a tile than a group.
std::uint32_t groupsOfWorkgroup(const Tuning& tuning, std::uint32_t headSize,
                                const ProductShape& shape) {
    if (shape.outputs == Outputs::WholeHeads) {
        return std::lcm(std::max(1U, headSize / kGroupRows), tuning.tileGroups);
    }
    const std::uint32_t wanted = tuning.productWorkgroups;
    if (wanted == 0) {
        return 1;
    }
    const std::uint32_t each = std::clamp(shape.groups / wanted, 1U, kMostGroups);
    return std::max(1U, each / tuning.tileGroups) * tuning.tileGroups;
}

ProductKernel fewRowsKernel(const Tuning& tuning, std::uint32_t headSize, std::uint32_t rotary,
                            const ProductShape& shape) {
    const std::uint32_t longest =
        shape.typeB == kNone ? shape.superA : std::max(shape.superA, shape.superB);
    // Where rows are short, lanes share a super-block.
    const std::uint32_t most = tuning.productSplits;
    const std::uint32_t chunkSplits =
        std::min(kChunks, std::bit_floor(std::max(1U, most / longest)));
    const std::uint32_t splits = std::min(longest, most) * chunkSplits;
    const std::uint32_t rows = std::min(kFewRows, std::bit_ceil(shape.rows));
    const std::uint32_t groups = groupsOfWorkgroup(tuning, headSize, shape);
    return {{"product" + tuning.suffix + (tuning.eightLanes ? "_8" : ""),
             {8 * splits, splits, shape.typeA, shape.typeB, rows, shape.superA, shape.superB,
              groups, headSize, rotary, abreastOf(tuning, groups, rows), chunkSplits,
              tuning.tileGroups, shape.epilogue}},
            groups,
            rows,
            true};
}

// ---- product_many.comp ----

constexpr std::uint32_t kManyLanes = 128; ///< every device has as many
constexpr std::uint32_t kLaneRows = 8;    ///< rows of a pass of these lanes, 16 outputs each
constexpr std::uint32_t kSubgroups = 4;
constexpr std::uint32_t kWidth = 64;      ///< outputs of a tile
constexpr std::uint32_t kMostWidth = 160; ///< of one that is made wider to be read from less often
constexpr std::uint32_t kMostSumsOfTile = kMostWidth * 128;
/// Workgroups that keep a large device busy; with fewer, tiles are made smaller.
constexpr std::uint32_t kEnoughWorkgroups = 256;

struct Tile {
    std::uint32_t outputs = 0;
    std::uint32_t rows = 0;
};

/// Bytes of shared memory that product_many.comp takes.
std::uint32_t sharedBytes(const Tuning& tuning, const Tile& tile) {
    const bool matrices = tuning.manyRows == ManyRows::Matrices;
    const std::uint32_t quads = matrices ? 10 : 9; // of a row of 32 columns, with padding
    const std::uint32_t quadBytes = tuning.manyRows == ManyRows::Tiles ? 16 : 8;
    const std::uint32_t passRows = matrices ? tuning.matrix.m : kLaneRows;
    return (tile.outputs + tile.rows) * quads * quadBytes + passRows * tile.outputs * 4;
}

/// The largest tile that fits in shared memory and leaves enough workgroups, else the smallest that
/// fits; nothing where none does.
std::optional<Tile> tileOf(const Tuning& tuning, std::uint32_t headSize,
                           const ProductShape& shape) {
    const bool heads = shape.outputs == Outputs::WholeHeads && headSize > 0;
    const std::uint32_t width = heads ? (kWidth + headSize - 1) / headSize * headSize : kWidth;
    const std::uint32_t widths[] = {2 * width <= kMostWidth ? 2 * width : width, width,
                                    heads ? width : width / 2};
    const bool matrices = tuning.manyRows == ManyRows::Matrices;
    const std::uint32_t most = matrices ? 2 * kSubgroups * 16 : 8 * kLaneRows;
    const std::uint32_t least = matrices ? kSubgroups * 16 : 2 * kLaneRows;
    std::optional<Tile> chosen;
    for (std::uint32_t rows = std::clamp(std::bit_ceil(shape.rows), least, most); rows >= least;
         rows /= 2) {
        for (const std::uint32_t outputs : widths) {
            const Tile tile{outputs, rows};
            if (sharedBytes(tuning, tile) > tuning.sharedBytes ||
                outputs * rows > kMostSumsOfTile) {
                continue;
            }
            chosen = tile;
            const std::uint32_t across = (shape.groups * kGroupRows + outputs - 1) / outputs;
            if (across * ((shape.rows + rows - 1) / rows) >= kEnoughWorkgroups) {
                return chosen;
            }
        }
        if (chosen && !matrices) {
            break; // with fewer rows lanes would spend their time decoding
        }
    }
    return chosen;
}

ProductKernel manyRowsKernel(const Tuning& tuning, std::uint32_t headSize, std::uint32_t rotary,
                             const ProductShape& shape, const Tile& tile) {
    const MatrixCores& matrix = tuning.matrix;
    PipelineKey key{"product_many",
                    {kManyLanes, shape.typeA, shape.typeB, shape.superA, shape.superB, tile.outputs,
                     tile.rows, headSize, rotary}};
    if (tuning.manyRows == ManyRows::HalfTiles) {
        key.shader += "_half";
    } else if (tuning.manyRows == ManyRows::Matrices) {
        key.shader = matrixShader(matrix.extension);
        key.constants[0] = kSubgroups * matrix.subgroup;
        key.constants.insert(key.constants.end(), {kSubgroups, matrix.m, matrix.n, matrix.k});
        key.subgroup = matrix.subgroup;
    }
    return {key, tile.outputs / kGroupRows, tile.rows, false};
}

} // namespace

ProductKernel productKernel(const Tuning& tuning, std::uint32_t headSize, std::uint32_t rotary,
                            const ProductShape& shape) {
    if (shape.rows > kFewRows && tuning.manyRows != ManyRows::Blocks) {
        if (const auto tile = tileOf(tuning, headSize, shape)) {
            return manyRowsKernel(tuning, headSize, rotary, shape, *tile);
        }
    }
    return fewRowsKernel(tuning, headSize, rotary, shape);
}

} // namespace phidelity::vulkan
