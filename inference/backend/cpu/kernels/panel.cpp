// SPDX-License-Identifier: MIT
// Panels of inputs and of weights in 16-bit fixed point, of every type.
#include "inference/backend/cpu/kernels/panel.h"

#include <algorithm>
#include <cmath>

#include "inference/backend/cpu/kernels/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "inference/backend/cpu/kernels/panel.cpp"
#include <hwy/foreach_target.h>

#include "inference/backend/cpu/kernels/float_load-inl.h"
#include "inference/backend/cpu/kernels/panel_shape-inl.h"
#include "inference/backend/cpu/kernels/unpack-inl.h"

HWY_BEFORE_NAMESPACE();
namespace phidelity::kernels::HWY_NAMESPACE {
namespace {

constexpr float kNormLimit = 46330.0F;
constexpr float kLargest = 32767.0F;
/// Blocks below this norm count as zero: their inverse would leave F32.
constexpr float kSmallest = 1e-30F;

/// The factor that takes a block of this largest number and sum of squares to fixed point; 0 for
/// none.
HWY_INLINE float fixedFactor(float largest, float squares) {
    const float norm = std::sqrt(squares);
    return norm < kSmallest ? 0.0F : std::min(kNormLimit / norm, kLargest / largest);
}

/// Two rounded numbers as one dword, the earlier column in the lower half.
HWY_INLINE VI pairWords(VF earlier, VF later, VF factor) {
    const VI low = hn::And(hn::NearestInt(hn::Mul(earlier, factor)), hn::Set(TagI(), 0xFFFF));
    return hn::Or(low, hn::ShiftLeft<16>(hn::NearestInt(hn::Mul(later, factor))));
}

/// Rounds kPanelBlock numbers of one row; returns the scale (NaN where any number is not finite).
HWY_INLINE float roundRow(const float* numbers, std::int16_t* fixed) {
    const TagF f;
    VF largest = zeroF();
    VF squares = zeroF();
    HWY_UNROLL(4)
    for (std::size_t i = 0; i < kPanelBlock; i += kLanes) {
        const VF v = hn::Load(f, numbers + i);
        largest = hn::Max(largest, hn::Abs(v));
        squares = hn::MulAdd(v, v, squares);
    }
    const float square = hn::GetLane(hn::SumOfLanes(f, squares));
    const float factor = fixedFactor(hn::GetLane(hn::MaxOfLanes(f, largest)), square);
    const VF scaled = hn::Set(f, factor);
    const hn::Rebind<std::int16_t, TagF> narrow;
    for (std::size_t i = 0; i < kPanelBlock; i += kLanes) {
        const VI rounded = hn::NearestInt(hn::Mul(hn::Load(f, numbers + i), scaled));
        hn::StoreU(hn::DemoteTo(narrow, rounded), narrow, fixed + i);
    }
    // An infinite or NaN sum of squares must not end as zeros.
    return square * 0.0F == 0.0F ? (factor > 0.0F ? 1.0F / factor : 0.0F) : square * 0.0F;
}

/// fixed[row][2 * pair ..] -> words[pair][row], four by four pairs at a time.
HWY_INLINE void transposePairs(const std::int16_t (*fixed)[kPanelBlock], std::int32_t* words) {
    const hn::Full128<std::int32_t> d;
    const hn::Full128<std::int64_t> wide;
    for (std::size_t row = 0; row < 16; row += 4) {
        for (std::size_t pair = 0; pair < kPairs; pair += 4) {
            const auto a =
                hn::Load(d, reinterpret_cast<const std::int32_t*>(fixed[row] + 2 * pair));
            const auto b =
                hn::Load(d, reinterpret_cast<const std::int32_t*>(fixed[row + 1] + 2 * pair));
            const auto c =
                hn::Load(d, reinterpret_cast<const std::int32_t*>(fixed[row + 2] + 2 * pair));
            const auto e =
                hn::Load(d, reinterpret_cast<const std::int32_t*>(fixed[row + 3] + 2 * pair));
            const auto abLow = hn::BitCast(wide, hn::InterleaveLower(d, a, b));
            const auto abHigh = hn::BitCast(wide, hn::InterleaveUpper(d, a, b));
            const auto ceLow = hn::BitCast(wide, hn::InterleaveLower(d, c, e));
            const auto ceHigh = hn::BitCast(wide, hn::InterleaveUpper(d, c, e));
            std::int32_t* to = words + pair * 16 + row;
            hn::Store(hn::BitCast(d, hn::InterleaveLower(wide, abLow, ceLow)), d, to);
            hn::Store(hn::BitCast(d, hn::InterleaveUpper(wide, abLow, ceLow)), d, to + 16);
            hn::Store(hn::BitCast(d, hn::InterleaveLower(wide, abHigh, ceHigh)), d, to + 32);
            hn::Store(hn::BitCast(d, hn::InterleaveUpper(wide, abHigh, ceHigh)), d, to + 48);
        }
    }
}

/// Factors to fixed point and back for vectors of blocks; 0 for blocks without a norm to speak of,
/// and NaN back where numbers are not finite: those must not end as zeros.
HWY_INLINE void fixedFactors(VF largest, VF squares, VF& factor, VF& back) {
    const TagF f;
    const VF norm = hn::Sqrt(squares);
    const auto any = hn::Ge(norm, hn::Set(f, kSmallest));
    const VF used =
        hn::Min(hn::Div(hn::Set(f, kNormLimit), norm), hn::Div(hn::Set(f, kLargest), largest));
    const VF poison = hn::Mul(squares, zeroF());
    factor = hn::IfThenElseZero(any, used);
    back = hn::Add(hn::IfThenElseZero(any, hn::Div(hn::Set(f, 1.0F), used)), poison);
}

template <TensorType kType>
void unpackView(const std::uint8_t* rows, std::size_t rowSize, std::size_t count,
                std::size_t columns, std::int32_t* words, float* scales) {
    const TagF f;
    const hn::Rebind<std::int16_t, TagF> narrow;
    alignas(64) float numbers[16][kPanelBlock];
    alignas(64) std::int16_t fixed[16][kPanelBlock];
    alignas(64) float largest[16] = {};
    alignas(64) float squares[16] = {};
    std::memset(fixed, 0, sizeof(fixed));
    for (std::size_t first = 0; first < columns; first += kPanelBlock) {
        for (std::size_t row = 0; row < count; ++row) {
            const std::uint8_t* at = rows + row * rowSize + first * kNumberBytes<kType>;
            VF top = zeroF();
            VF square = zeroF();
            for (std::size_t i = 0; i < kPanelBlock; i += kLanes) {
                const std::size_t left = columns - std::min(columns, first + i);
                const VF v = left >= kLanes
                                 ? loadNumbers<kType>(at + i * kNumberBytes<kType>)
                                 : loadSomeNumbers<kType>(at + i * kNumberBytes<kType>, left);
                top = hn::Max(top, hn::Abs(v));
                square = hn::MulAdd(v, v, square);
                hn::Store(v, f, numbers[row] + i);
            }
            largest[row] = hn::GetLane(hn::MaxOfLanes(f, top));
            squares[row] = hn::GetLane(hn::SumOfLanes(f, square));
        }
        alignas(64) float factors[16];
        for (std::size_t row = 0; row < 16; row += kLanes) {
            VF factor;
            VF back;
            fixedFactors(hn::Load(f, largest + row), hn::Load(f, squares + row), factor, back);
            hn::Store(factor, f, factors + row);
            hn::Store(back, f, scales + row);
        }
        for (std::size_t row = 0; row < count; ++row) {
            const VF factor = hn::Set(f, factors[row]);
            for (std::size_t i = 0; i < kPanelBlock; i += kLanes) {
                const VI rounded = hn::NearestInt(hn::Mul(hn::Load(f, numbers[row] + i), factor));
                hn::StoreU(hn::DemoteTo(narrow, rounded), narrow, fixed[row] + i);
            }
        }
        transposePairs(fixed, words);
        words += kPairs * 16;
        scales += 16;
    }
}

/// Scale and offset of 16 (or 32) columns of one part: number = code * scale + shift.
struct Factors {
    VF scale;
    VF shift;
};

/// 32 columns of one part as F32, columns[c * kLanes ..]; accumulates largest and squares.
template <TensorType kType>
HWY_INLINE void expandBlock(const std::uint8_t* lines, const Factors (&factors)[2], float* columns,
                            VF& largest, VF& squares) {
    const TagF f;
    const TagI d;
    VU8 codes[8];
    if constexpr (kType == TensorType::Q8_0) {
        for (std::size_t g = 0; g < 8; ++g) {
            codes[g] = hn::BitCast(TagU8(), loadLine(lines, g));
        }
    } else {
        unpackCodes<kType>(lines, codes);
    }
    for (std::size_t g = 0; g < 8; ++g) {
        const VU quad = hn::BitCast(TagU(), codes[g]);
        VI numbers[4];
        if constexpr (kType == TensorType::Q8_0) {
            const VI bytes = hn::BitCast(d, quad);
            numbers[0] = hn::ShiftRight<24>(hn::ShiftLeft<24>(bytes));
            numbers[1] = hn::ShiftRight<24>(hn::ShiftLeft<16>(bytes));
            numbers[2] = hn::ShiftRight<24>(hn::ShiftLeft<8>(bytes));
            numbers[3] = hn::ShiftRight<24>(bytes);
        } else {
            numbers[0] = byteOf<0>(quad);
            numbers[1] = byteOf<1>(quad);
            numbers[2] = byteOf<2>(quad);
            numbers[3] = byteOf<3>(quad);
        }
        const Factors& own = factors[g / 4];
        HWY_UNROLL(4)
        for (std::size_t i = 0; i < 4; ++i) {
            const VF v = hn::MulAdd(hn::ConvertTo(f, numbers[i]), own.scale, own.shift);
            largest = hn::Max(largest, hn::Abs(v));
            squares = hn::MulAdd(v, v, squares);
            hn::Store(v, f, columns + (4 * g + i) * kLanes);
        }
    }
}

/// Factors of both halves of sub-block `sub` of one part.
template <TensorType kType>
HWY_INLINE void blockFactors(const std::uint8_t* super, std::size_t lane, std::size_t sub,
                             const VU (&scales)[4], const VU (&minima)[4], Factors (&out)[2]) {
    constexpr PackedLayout layout = packedLayout(kType);
    const TagF f;
    const VF d = loadHalf(super + 2 * lane);
    const VF offset = hn::Set(f, -static_cast<float>(codeOffset(kType)));
    if constexpr (!kHasScales<kType>) {
        out[0].scale = d;
        out[0].shift = layout.hasMinimum ? loadHalf(super + 32 + 2 * lane) : hn::Mul(d, offset);
        out[1] = out[0];
    } else {
        constexpr bool fine = kQuadsPerScale<kType> == 4;
        for (std::size_t half = 0; half < 2; ++half) {
            const std::size_t index = fine ? 2 * sub + half : sub;
            const VU s = scales[index / 4];
            VI number;
            switch (index % 4) {
            case 0:
                number = scaleNumber<kType, 0>(s);
                break;
            case 1:
                number = scaleNumber<kType, 1>(s);
                break;
            case 2:
                number = scaleNumber<kType, 2>(s);
                break;
            default:
                number = scaleNumber<kType, 3>(s);
                break;
            }
            out[half].scale = hn::Mul(d, hn::ConvertTo(f, number));
            if constexpr (layout.hasMinimum) {
                const VU m = minima[index / 4];
                VI least;
                switch (index % 4) {
                case 0:
                    least = byteOf<0>(m);
                    break;
                case 1:
                    least = byteOf<1>(m);
                    break;
                case 2:
                    least = byteOf<2>(m);
                    break;
                default:
                    least = byteOf<3>(m);
                    break;
                }
                out[half].shift =
                    hn::Neg(hn::Mul(loadHalf(super + 32 + 2 * lane), hn::ConvertTo(f, least)));
            } else {
                out[half].shift = hn::Mul(out[half].scale, offset);
            }
        }
    }
}

template <TensorType kType>
void unpackGroup(const std::uint8_t* group, std::size_t first, std::size_t columns,
                 std::int32_t* words, float* scales) {
    constexpr PackedLayout layout = packedLayout(kType);
    const TagF f;
    constexpr std::size_t superStride = 2 * layout.superBytes();
    const std::uint8_t* super = group + first / layout.columns * superStride;
    alignas(64) float numbers[kPanelBlock * kLanes];
    for (std::size_t part = 0; part < kParts; ++part) {
        const std::size_t lane = part * kLanes;
        VU scale[4] = {};
        VU minimum[4] = {};
        if constexpr (kHasScales<kType>) {
            unpackScales<kType>(super, 4 * lane, scale, minimum);
        }
        for (std::size_t at = 0; at < columns; at += kPanelBlock) {
            VF largest = zeroF();
            VF squares = zeroF();
            for (std::size_t half = 0; half < kPanelBlock / 32; ++half) {
                const std::size_t column = at + 32 * half;
                float* out = numbers + 32 * half * kLanes;
                if (column >= columns) {
                    std::memset(out, 0, 32 * kLanes * sizeof(float));
                    continue;
                }
                const std::uint8_t* own = super + column / layout.columns * superStride;
                const std::size_t sub = column % layout.columns / 32;
                Factors factors[2];
                blockFactors<kType>(own, lane, sub, scale, minimum, factors);
                expandBlock<kType>(own + layout.headerBytes() + sub * layout.subBytes() + 4 * lane,
                                   factors, out, largest, squares);
            }
            VF factor;
            VF back;
            fixedFactors(largest, squares, factor, back);
            hn::Store(back, f, scales + at / kPanelBlock * 16 + lane);
            std::int32_t* to = words + at / 2 * 16 + lane;
            for (std::size_t pair = 0; pair < kPairs; ++pair) {
                const VF earlier = hn::Load(f, numbers + 2 * pair * kLanes);
                const VF later = hn::Load(f, numbers + (2 * pair + 1) * kLanes);
                hn::Store(pairWords(earlier, later, factor), TagI(), to + pair * 16);
            }
        }
    }
}

} // namespace

std::size_t panelTokensOn() {
    return kTokens;
}

void packInputPanelOn(const float* x, std::size_t stride, std::size_t count, std::size_t columns,
                      const PanelPlace& place) {
    constexpr std::size_t blocksPerChunk = kPanelColumns / kPanelBlock;
    alignas(64) float numbers[kPanelBlock];
    alignas(64) std::int16_t fixed[kPanelBlock];
    const std::size_t blocks = panelBlocks(columns);
    for (std::size_t block = 0; block < blocks; ++block) {
        const std::size_t chunk = block / blocksPerChunk;
        const std::size_t inChunk = block % blocksPerChunk;
        std::int32_t* words = place.words + chunk * place.wordStride + inChunk * kPairs * kTokens;
        float* scales = place.scales + chunk * place.scaleStride + inChunk * kTokens;
        const std::size_t first = block * kPanelBlock;
        const std::size_t some = std::min(kPanelBlock, columns - first);
        std::memset(numbers, 0, sizeof(numbers));
        for (std::size_t t = 0; t < kTokens; ++t) {
            if (t >= count) {
                for (std::size_t pair = 0; pair < kPairs; ++pair) {
                    words[pair * kTokens + t] = 0;
                }
                scales[t] = 0.0F;
                continue;
            }
            std::memcpy(numbers, x + t * stride + first, some * sizeof(float));
            scales[t] = roundRow(numbers, fixed);
            for (std::size_t pair = 0; pair < kPairs; ++pair) {
                std::memcpy(words + pair * kTokens + t, fixed + 2 * pair, 4);
            }
        }
    }
}

void unpackWeightPanelOn(const PackedMatrix& matrix, std::uint64_t group, std::size_t first,
                         std::int32_t* words, float* scales) {
    const std::size_t columns =
        std::min(kPanelColumns, static_cast<std::size_t>(matrix.columns()) - first);
    if (PackedMatrix::keepsView(matrix.type())) {
        const std::size_t top = static_cast<std::size_t>(group) * 16;
        const std::size_t count = std::min<std::size_t>(16, matrix.rows() - top);
        const std::size_t rowSize = rowBytes(matrix.type(), matrix.columns());
        const auto* rows = reinterpret_cast<const std::uint8_t*>(matrix.viewRow(top)) +
                           rowBytes(matrix.type(), first);
        std::fill_n(scales, 16 * panelBlocks(columns), 0.0F);
        switch (matrix.type()) {
        case TensorType::F16:
            return unpackView<TensorType::F16>(rows, rowSize, count, columns, words, scales);
        case TensorType::BF16:
            return unpackView<TensorType::BF16>(rows, rowSize, count, columns, words, scales);
        default:
            return unpackView<TensorType::F32>(rows, rowSize, count, columns, words, scales);
        }
    }
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(matrix.group(group));
    switch (matrix.type()) {
    case TensorType::Q4_0:
        return unpackGroup<TensorType::Q4_0>(bytes, first, columns, words, scales);
    case TensorType::Q4_1:
        return unpackGroup<TensorType::Q4_1>(bytes, first, columns, words, scales);
    case TensorType::Q5_0:
        return unpackGroup<TensorType::Q5_0>(bytes, first, columns, words, scales);
    case TensorType::Q5_1:
        return unpackGroup<TensorType::Q5_1>(bytes, first, columns, words, scales);
    case TensorType::Q8_0:
        return unpackGroup<TensorType::Q8_0>(bytes, first, columns, words, scales);
    case TensorType::Q2_K:
        return unpackGroup<TensorType::Q2_K>(bytes, first, columns, words, scales);
    case TensorType::Q3_K:
        return unpackGroup<TensorType::Q3_K>(bytes, first, columns, words, scales);
    case TensorType::Q4_K:
        return unpackGroup<TensorType::Q4_K>(bytes, first, columns, words, scales);
    case TensorType::Q5_K:
        return unpackGroup<TensorType::Q5_K>(bytes, first, columns, words, scales);
    case TensorType::Q6_K:
        return unpackGroup<TensorType::Q6_K>(bytes, first, columns, words, scales);
    case TensorType::F32:
    case TensorType::F16:
    case TensorType::BF16:
        return;
    }
}

} // namespace phidelity::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace phidelity::kernels {

HWY_EXPORT(panelTokensOn);
HWY_EXPORT(packInputPanelOn);
HWY_EXPORT(unpackWeightPanelOn);

std::size_t panelTokens() {
    return HWY_DYNAMIC_DISPATCH(panelTokensOn)();
}

void packInputPanel(const float* x, std::size_t stride, std::size_t count, std::size_t columns,
                    const PanelPlace& place) {
    HWY_DYNAMIC_DISPATCH(packInputPanelOn)(x, stride, count, columns, place);
}

void unpackWeightPanel(const PackedMatrix& matrix, std::uint64_t group, std::size_t first,
                       std::int32_t* words, float* scales) {
    HWY_DYNAMIC_DISPATCH(unpackWeightPanelOn)(matrix, group, first, words, scales);
}

} // namespace phidelity::kernels
#endif
