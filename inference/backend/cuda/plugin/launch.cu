// SPDX-License-Identifier: MIT
#include "inference/backend/cuda/device/kernels.h"
#include "inference/backend/cuda/plugin/plugin_device.h"

namespace phidelity::cuda {
namespace {

constexpr std::size_t kSharedWithoutAsking = std::size_t{48} << 10;

template <class Kernel, class Table>
__global__ void __launch_bounds__(kThreads) runKernel(const __grid_constant__ Table table) {
    Kernel::run(table);
}

constexpr std::uint32_t kRateTiles = 8; ///< independent sums, so that none waits for the one before

__global__ void __launch_bounds__(kThreads) multiplyTiles(std::uint32_t rounds, float* out) {
    float sums[kRateTiles][4] = {};
    const std::uint32_t a[4] = {threadIndex(), 1, 2, 3};
    const std::uint32_t b[2] = {blockIndexX(), 5};
    for (std::uint32_t round = 0; round < rounds; ++round) {
        PHIDELITY_UNROLL
        for (auto& sum : sums) {
            multiplyTile(sum, a, b);
        }
    }
    float total = 0;
    for (const auto& sum : sums) {
        total += sum[0] + sum[1] + sum[2] + sum[3];
    }
    out[threadIndex()] = total; // or the compiler would see that nobody wants it
}

} // namespace

cudaError_t launchOn(cudaStream_t stream, const Launch& launch) {
    withKernel(launch, [&]<class Kernel>(const auto& table) {
        using Table = std::remove_cvref_t<decltype(table)>;
        static_assert(Kernel::kSharedBytes <= kSharedWithoutAsking);
        runKernel<Kernel, Table>
            <<<dim3(launch.blocksX, launch.blocksY), kThreads, Kernel::kSharedBytes, stream>>>(
                table);
    });
    return cudaGetLastError();
}

std::uint64_t launchRate(cudaStream_t stream, std::uint32_t blocks, std::uint32_t rounds,
                         float* out) {
    multiplyTiles<<<blocks, kThreads, 0, stream>>>(rounds, out);
    return std::uint64_t{blocks} * kWarps * rounds * kRateTiles * (16 * 8 * 16);
}

} // namespace phidelity::cuda
