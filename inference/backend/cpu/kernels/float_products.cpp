// SPDX-License-Identifier: MIT
#include "inference/backend/cpu/kernels/float_products.h"

#include <algorithm>

#include "inference/backend/cpu/kernels/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "inference/backend/cpu/kernels/float_products.cpp"
#include <hwy/foreach_target.h>

#include <hwy/cache_control.h>

#include "inference/backend/cpu/kernels/float_load-inl.h"

HWY_BEFORE_NAMESPACE();
namespace phidelity::kernels::HWY_NAMESPACE {
namespace {

/// Distance in bytes at which weights are fetched ahead of use; see fixed_products.cpp.
constexpr std::size_t kPrefetch = 8192;

/// kCount stored rows times kRows inputs, all sums in registers, two for each pair so that
/// additions need not wait for each other. Always two, so that a row comes to the same bits beside
/// any others.
template <TensorType kType, std::uint32_t kCount, std::uint32_t kRows>
HWY_INLINE void tile(const std::uint8_t* weights, std::size_t columns, const float* x,
                     std::size_t stride, float (*sums)[16]) {
    constexpr std::size_t bytes = kNumberBytes<kType>;
    constexpr std::size_t chains = 2;
    constexpr std::size_t step = chains * kLanes;
    const TagF f;
    const std::size_t rowSize = columns * bytes;
    VF total[chains][kCount][kRows];
    HWY_UNROLL(2)
    for (std::size_t c = 0; c < chains; ++c) {
        HWY_UNROLL(4)
        for (std::uint32_t o = 0; o < kCount; ++o) {
            HWY_UNROLL(4)
            for (std::uint32_t r = 0; r < kRows; ++r) {
                total[c][o][r] = zeroF();
            }
        }
    }
    std::size_t i = 0;
    for (; i + step <= columns; i += step) {
        HWY_UNROLL(4)
        for (std::uint32_t o = 0; o < kCount; ++o) {
            const std::uint8_t* row = weights + o * rowSize + i * bytes;
            hwy::Prefetch(row + kPrefetch);
            HWY_UNROLL(2)
            for (std::size_t c = 0; c < chains; ++c) {
                const VF w = loadNumbers<kType>(row + c * kLanes * bytes);
                HWY_UNROLL(4)
                for (std::uint32_t r = 0; r < kRows; ++r) {
                    total[c][o][r] = hn::MulAdd(w, hn::LoadU(f, x + r * stride + i + c * kLanes),
                                                total[c][o][r]);
                }
            }
        }
    }
    for (; i < columns; i += kLanes) {
        const std::size_t left = std::min(columns - i, kLanes);
        for (std::uint32_t o = 0; o < kCount; ++o) {
            const VF w = loadSomeNumbers<kType>(weights + o * rowSize + i * bytes, left);
            for (std::uint32_t r = 0; r < kRows; ++r) {
                const VF v = loadSomeNumbers<TensorType::F32>(
                    reinterpret_cast<const std::uint8_t*>(x + r * stride + i), left);
                total[0][o][r] = hn::MulAdd(w, v, total[0][o][r]);
            }
        }
    }
    HWY_UNROLL(4)
    for (std::uint32_t o = 0; o < kCount; ++o) {
        HWY_UNROLL(4)
        for (std::uint32_t r = 0; r < kRows; ++r) {
            const VF sum = hn::Add(total[0][o][r], total[1][o][r]);
            sums[r][o] = hn::GetLane(hn::SumOfLanes(f, sum));
        }
    }
}

template <TensorType kType, std::uint32_t kRows>
void productsOfRows(const std::uint8_t* weights, std::uint32_t count, std::size_t columns,
                    const float* x, std::size_t stride, float (*sums)[16]) {
    // As many as the sums leave registers for.
    constexpr std::uint32_t most = kRows == 1 ? 1 : 2;
    const std::size_t rowSize = columns * kNumberBytes<kType>;
    std::uint32_t o = 0;
    // sums[r] + o: the columns of a narrower view of the same rows
    for (; o + most <= count; o += most) {
        tile<kType, most, kRows>(weights + o * rowSize, columns, x, stride,
                                 reinterpret_cast<float(*)[16]>(&sums[0][o]));
    }
    for (; o < count; ++o) {
        tile<kType, 1, kRows>(weights + o * rowSize, columns, x, stride,
                              reinterpret_cast<float(*)[16]>(&sums[0][o]));
    }
}

template <TensorType kType>
void productsOf(const std::uint8_t* weights, std::uint32_t count, std::size_t columns,
                const float* x, std::size_t stride, std::uint32_t rows, float (*sums)[16]) {
    // What has room in 32 or 16 registers; the weights are in the cache when they are read again
    // for the next inputs.
    constexpr std::uint32_t most = kLanes == 16 ? 4 : 3;
    std::uint32_t r = 0;
    for (; r + most <= rows; r += most) {
        productsOfRows<kType, most>(weights, count, columns, x + r * stride, stride, sums + r);
    }
    if (r + 2 <= rows) {
        productsOfRows<kType, 2>(weights, count, columns, x + r * stride, stride, sums + r);
        r += 2;
    }
    if (r < rows) {
        productsOfRows<kType, 1>(weights, count, columns, x + r * stride, stride, sums + r);
    }
}

} // namespace

void floatProductsOn(TensorType type, const std::byte* weights, std::uint32_t count,
                     std::size_t columns, const float* x, std::size_t stride, std::uint32_t rows,
                     float (*sums)[16]) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(weights);
    if (type == TensorType::F16) {
        productsOf<TensorType::F16>(bytes, count, columns, x, stride, rows, sums);
    } else if (type == TensorType::BF16) {
        productsOf<TensorType::BF16>(bytes, count, columns, x, stride, rows, sums);
    } else {
        productsOf<TensorType::F32>(bytes, count, columns, x, stride, rows, sums);
    }
}

} // namespace phidelity::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace phidelity::kernels {

HWY_EXPORT(floatProductsOn);

void floatProducts(TensorType type, const std::byte* weights, std::uint32_t count,
                   std::size_t columns, const float* x, std::size_t stride, std::uint32_t rows,
                   float (*sums)[16]) {
    HWY_DYNAMIC_DISPATCH(floatProductsOn)(type, weights, count, columns, x, stride, rows, sums);
}

} // namespace phidelity::kernels
#endif
