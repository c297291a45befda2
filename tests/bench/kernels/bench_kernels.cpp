// SPDX-License-Identifier: MIT
// Speed of the CPU kernels on Phi-2's shapes beside this machine's limits. Not a test: run it on a
// quiet machine.
//   bench_kernels [threads] [type ...]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "inference/backend/cpu/kernels/kernels.h"

using namespace phidelity;
using namespace phidelity::kernels;

namespace {

double secondsSince(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

template <class Function>
double bestSeconds(int times, Function&& function) {
    double best = 1e30;
    for (int i = 0; i < times; ++i) {
        const auto start = std::chrono::steady_clock::now();
        function();
        best = std::min(best, secondsSince(start));
    }
    return best;
}

/// Stored rows with random codes and small factors.
std::vector<std::byte> randomRows(TensorType type, std::uint64_t rows, std::uint64_t columns) {
    std::vector<float> row(columns);
    std::mt19937 random(1);
    std::normal_distribution<float> normal(0.0F, 0.02F);
    std::vector<std::byte> bytes(rows * rowBytes(type, columns));
    constexpr std::uint64_t kDifferent = 16;
    for (std::uint64_t r = 0; r < std::min(rows, kDifferent); ++r) {
        for (float& value : row) {
            value = normal(random);
        }
        quantizeRow(type, row, bytes.data() + r * rowBytes(type, columns));
    }
    for (std::uint64_t r = kDifferent; r < rows; ++r) {
        std::memcpy(bytes.data() + r * rowBytes(type, columns),
                    bytes.data() + r % kDifferent * rowBytes(type, columns),
                    rowBytes(type, columns));
    }
    return bytes;
}

/// The matrices of some layers: stacked q, k, v, fc1 (17920 x 2560), dense and fc2.
struct Layers {
    static constexpr std::size_t kCount = 4; // far larger than the caches in every type
    std::vector<PackedMatrix> stack, dense, down;
    std::vector<std::byte> stackBytes, denseBytes, downBytes;
    std::uint64_t bytes = 0;
    double packSeconds = 0.0;

    Layers(TensorType type, ThreadPool& pool) {
        stackBytes = randomRows(type, 17920 * kCount, 2560);
        denseBytes = randomRows(type, 2560 * kCount, 2560);
        downBytes = randomRows(type, 2560 * kCount, 10240);
        const auto start = std::chrono::steady_clock::now();
        for (std::size_t i = 0; i < kCount; ++i) {
            add(stack,
                TensorView{type, stackBytes.data(), 17920 * kCount, 2560}.slice(17920 * i, 17920),
                pool);
            add(dense,
                TensorView{type, denseBytes.data(), 2560 * kCount, 2560}.slice(2560 * i, 2560),
                pool);
            add(down,
                TensorView{type, downBytes.data(), 2560 * kCount, 10240}.slice(2560 * i, 2560),
                pool);
        }
        packSeconds = secondsSince(start);
    }

    void add(std::vector<PackedMatrix>& to, const TensorView& view, ThreadPool& pool) {
        auto packed = PackedMatrix::pack(view, pool);
        if (!packed) {
            std::exit(1);
        }
        bytes += packed->bytes();
        to.push_back(std::move(*packed));
    }
};

struct Timing {
    double seconds;
    double prepareSeconds;
};

Timing layerTime(ThreadPool& pool, const Layers& layers, TensorType type, std::uint32_t rows,
                 int times) {
    std::vector<float> x(rows * 2560, 0.0F);
    std::mt19937 random(2);
    std::normal_distribution<float> normal;
    for (float& value : x) {
        value = normal(random);
    }
    std::vector<float> h(rows * 17920);
    std::vector<float> out(rows * 2560);
    const std::uint8_t forms = PreparedInput::formsFor(type, rows);
    PreparedInput input;
    PreparedInput hidden;
    double prepared = 1e30;
    const double seconds = bestSeconds(times, [&] {
        double spent = 0.0;
        for (std::size_t i = 0; i < Layers::kCount; ++i) {
            auto start = std::chrono::steady_clock::now();
            (void)input.prepare(pool, x.data(), rows, 2560, 2560, forms);
            spent += secondsSince(start);
            const Product stack{&layers.stack[i], &input, nullptr, Finish::Gelu, h.data(), 17920};
            multiply(pool, {&stack, 1});
            start = std::chrono::steady_clock::now();
            (void)hidden.prepare(pool, h.data(), rows, 10240, 17920, forms);
            spent += secondsSince(start);
            const Product merge[] = {
                {&layers.dense[i], &input, nullptr, Finish::Add, out.data(), 2560},
                {&layers.down[i], &hidden, nullptr, Finish::Add, out.data(), 2560},
            };
            multiply(pool, merge);
        }
        prepared = std::min(prepared, spent);
    });
    return {seconds, prepared};
}

} // namespace

int main(int argc, char** argv) {
    const auto threads = argc > 1 ? static_cast<std::uint32_t>(std::atoi(argv[1])) : usableCores();
    std::vector<std::string> wanted(argv + std::min(argc, 2), argv + argc);
    ThreadPool pool(threads);
    const double bandwidth = measureReadBandwidth(pool);
    const double fma = measureFmaPeak(pool);
    std::printf("%s, %u threads: reads %.1f GB/s, F32 %.1f GMAC/s\n", instructionSet().c_str(),
                pool.threads(), bandwidth / 1e9, fma / 1e9);
    constexpr double kMacs = 78'643'200.0 * Layers::kCount; // of a token
    constexpr double kModelMacs = 2.648e9;
    for (const TensorType type : kTensorTypes) {
        const std::string name(tensorTypeName(type));
        if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), name) == wanted.end()) {
            continue;
        }
        const Layers layers(type, pool);
        std::printf("%-5s pack %5.2f GB/s", name.c_str(),
                    static_cast<double>(layers.bytes) / 1e9 / layers.packSeconds);
        for (const std::uint32_t rows : {1U, 4U, 16U, 64U, 512U}) {
            const Timing time = layerTime(pool, layers, type, rows,
                                          rows == 1   ? 20
                                          : rows < 64 ? 8
                                                      : 4);
            if (rows == 1) {
                std::printf(" | 1: %5.1f GB/s %3.0f%%, %5.1f tokens/s, prepare %3.1f%%",
                            static_cast<double>(layers.bytes) / time.seconds / 1e9,
                            100.0 * static_cast<double>(layers.bytes) / time.seconds / bandwidth,
                            kMacs / time.seconds / kModelMacs,
                            100.0 * time.prepareSeconds / time.seconds);
            } else {
                const double macs = kMacs * rows / time.seconds;
                std::printf(" | %u: %5.1f GMAC/s %5.1f t/s", rows, macs / 1e9, macs / kModelMacs);
            }
            std::fflush(stdout);
        }
        std::printf("\n");
    }
    return 0;
}
