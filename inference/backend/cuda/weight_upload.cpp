// SPDX-License-Identifier: MIT
#include "inference/backend/cuda/weight_upload.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "inference/backend/vulkan/device_weights.h"

namespace phidelity::cuda {
namespace {

constexpr std::uint64_t kPieceBytes = std::uint64_t{32} << 20;
constexpr std::uint64_t kBytesOfThread = std::uint64_t{1} << 20; ///< below it is not worth a thread

vulkan::DeviceShape shapeOf(TensorType type, std::uint32_t rows, std::uint32_t columns) {
    return {type, rows, columns, 1};
}

/// Bands [first, first + count) to `out`.
void pack(const TensorView& weights, const vulkan::DeviceShape& shape, std::uint32_t first,
          std::uint32_t count, std::span<std::byte> out) {
    const std::uint64_t bandBytes = shape.bandWords() * sizeof(Word);
    std::atomic<std::uint32_t> next = 0;
    const auto work = [&] {
        for (std::uint32_t band = next++; band < count; band = next++) {
            vulkan::packBand(weights, shape, first + band,
                             out.subspan(band * bandBytes, bandBytes));
        }
    };
    std::vector<std::jthread> threads;
    const std::uint64_t useful =
        std::min<std::uint64_t>({count, std::max(1U, std::thread::hardware_concurrency()),
                                 count * bandBytes / kBytesOfThread});
    for (std::uint64_t i = 1; i < useful; ++i) {
        threads.emplace_back(work);
    }
    work();
}

} // namespace

std::uint64_t tileBytes(TensorType type, std::uint32_t rows, std::uint32_t columns) {
    return shapeOf(type, rows, columns).bytes();
}

Result<Block> uploadTiles(CudaDevice& device, const TensorView& weights) {
    const vulkan::DeviceShape shape =
        shapeOf(weights.type, static_cast<std::uint32_t>(weights.rows),
                static_cast<std::uint32_t>(weights.columns));
    PHIDELITY_TRY(Block tiles, Block::create(device, shape.bytes()));
    const std::uint64_t bandBytes = shape.bandWords() * sizeof(Word);
    const auto together =
        static_cast<std::uint32_t>(std::max<std::uint64_t>(1, kPieceBytes / bandBytes));
    std::vector<std::byte> piece;
    for (std::uint32_t first = 0; first < shape.bands(); first += together) {
        const std::uint32_t count = std::min(together, shape.bands() - first);
        piece.resize(count * bandBytes);
        pack(weights, shape, first, count, piece);
        PHIDELITY_CHECK(device.upload(tiles.as<std::byte>() + first * bandBytes, piece));
    }
    return tiles;
}

} // namespace phidelity::cuda
