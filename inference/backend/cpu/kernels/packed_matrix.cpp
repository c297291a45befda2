// SPDX-License-Identifier: MIT
#include "inference/backend/cpu/kernels/packed_matrix.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "inference/backend/cpu/kernels/packed_layout.h"

namespace phidelity::kernels {
namespace {

constexpr std::uint32_t kLine = PackedMatrix::kGroupRows; // dwords of a line

std::uint32_t loadDword(const std::byte* at) {
    std::uint32_t value;
    std::memcpy(&value, at, sizeof(value));
    return value;
}

std::uint16_t loadWord(const std::byte* at) {
    std::uint16_t value;
    std::memcpy(&value, at, sizeof(value));
    return value;
}

/// The place of one row in a super-block under construction.
struct RowSlot {
    std::byte* super;
    PackedLayout layout;
    std::uint32_t row;

    void setScale(std::uint16_t d) const { std::memcpy(super + 2 * row, &d, 2); }
    void setMinimum(std::uint16_t m) const { std::memcpy(super + 32 + 2 * row, &m, 2); }
    void setScaleBytes(const std::byte* from) const {
        auto* lines = reinterpret_cast<std::uint32_t*>(super + layout.scalesAt());
        for (std::uint32_t k = 0; k < layout.scaleBytes / 4; ++k) {
            lines[k * kLine + row] = loadDword(from + 4 * k);
        }
    }
    /// Dword `index` of the low or, after it, of the high plane of sub-block `sub`.
    std::uint32_t& plane(std::uint32_t sub, std::uint32_t index) const {
        auto* lines = reinterpret_cast<std::uint32_t*>(super + layout.headerBytes() +
                                                       sub * layout.subBytes());
        return lines[index * kLine + row];
    }
};

/// Four codes of four bits a dword, quads 0..7, become the four lines of a 4-bit plane.
void setNibbles(const RowSlot& slot, std::uint32_t sub, const std::uint32_t* quads) {
    for (std::uint32_t k = 0; k < 4; ++k) {
        slot.plane(sub, k) = quads[k] | (quads[k + 4] << 4);
    }
}

void setPairs(const RowSlot& slot, std::uint32_t sub, std::uint32_t line,
              const std::uint32_t* quads) {
    for (std::uint32_t p = 0; p < 2; ++p) {
        const std::uint32_t* q = quads + 4 * p;
        slot.plane(sub, line + p) = q[0] | (q[1] << 2) | (q[2] << 4) | (q[3] << 6);
    }
}

void setBits(const RowSlot& slot, std::uint32_t sub, std::uint32_t line,
             const std::uint32_t* quads) {
    std::uint32_t bits = 0;
    for (std::uint32_t g = 0; g < 8; ++g) {
        bits |= quads[g] << g;
    }
    slot.plane(sub, line) = bits;
}

/// Quads of `mask`ed codes at bit `shift` of 32 bytes.
void gather(const std::byte* bytes, std::uint32_t shift, std::uint32_t mask, std::uint32_t* quads) {
    for (std::uint32_t g = 0; g < 8; ++g) {
        quads[g] = (loadDword(bytes + 4 * g) >> shift) & mask;
    }
}

constexpr std::uint32_t kMask1 = 0x01010101;
constexpr std::uint32_t kMask2 = 0x03030303;
constexpr std::uint32_t kMask4 = 0x0F0F0F0F;

/// Q4_0 to Q5_1: nibbles of columns 0..15 and 16..31 share a byte, which is quads k and k + 4 of a
/// line.
void packSimple(const RowSlot& slot, const std::byte* block) {
    slot.setScale(loadWord(block));
    std::size_t at = 2;
    if (slot.layout.hasMinimum) {
        slot.setMinimum(loadWord(block + at));
        at += 2;
    }
    if (slot.layout.highBits != 0) {
        const std::uint32_t high = loadDword(block + at);
        at += 4;
        std::uint32_t quads[8];
        for (std::uint32_t g = 0; g < 8; ++g) {
            // Four neighbouring bits to the lowest bits of four bytes.
            quads[g] = (((high >> (4 * g)) & 15U) * 0x00204081U) & kMask1;
        }
        setBits(slot, 0, 4, quads);
    }
    for (std::uint32_t k = 0; k < 4; ++k) {
        slot.plane(0, k) = loadDword(block + at + 4 * k);
    }
}

void packQ8(const RowSlot& slot, const std::byte* block) {
    slot.setScale(loadWord(block));
    for (std::uint32_t g = 0; g < 8; ++g) {
        slot.plane(0, g) = loadDword(block + 2 + 4 * g);
    }
}

void packQ2K(const RowSlot& slot, const std::byte* block) {
    slot.setScale(loadWord(block + 80));
    slot.setMinimum(loadWord(block + 82));
    slot.setScaleBytes(block);
    std::uint32_t quads[8];
    for (std::uint32_t sub = 0; sub < 8; ++sub) {
        gather(block + 16 + 32 * (sub / 4), 2 * (sub % 4), kMask2, quads);
        setPairs(slot, sub, 0, quads);
    }
}

void packQ3K(const RowSlot& slot, const std::byte* block) {
    slot.setScale(loadWord(block + 108));
    slot.setScaleBytes(block + 96);
    std::uint32_t quads[8];
    for (std::uint32_t sub = 0; sub < 8; ++sub) {
        gather(block + 32 + 32 * (sub / 4), 2 * (sub % 4), kMask2, quads);
        setPairs(slot, sub, 0, quads);
        gather(block, sub, kMask1, quads);
        setBits(slot, sub, 2, quads);
    }
}

/// Q4_K and Q5_K.
void packQ45K(const RowSlot& slot, const std::byte* block) {
    slot.setScale(loadWord(block));
    slot.setMinimum(loadWord(block + 2));
    slot.setScaleBytes(block + 4);
    const bool high = slot.layout.highBits != 0;
    const std::byte* low = block + (high ? 48 : 16);
    std::uint32_t quads[8];
    for (std::uint32_t sub = 0; sub < 8; ++sub) {
        gather(low + 32 * (sub / 2), 4 * (sub % 2), kMask4, quads);
        setNibbles(slot, sub, quads);
        if (high) {
            gather(block + 16, sub, kMask1, quads);
            setBits(slot, sub, 4, quads);
        }
    }
}

void packQ6K(const RowSlot& slot, const std::byte* block) {
    slot.setScale(loadWord(block + 208));
    slot.setScaleBytes(block + 192);
    std::uint32_t quads[8];
    for (std::uint32_t sub = 0; sub < 8; ++sub) {
        const std::uint32_t half = sub / 4;
        const std::uint32_t k = sub % 4;
        gather(block + 64 * half + 32 * (k & 1U), 4 * (k >> 1U), kMask4, quads);
        setNibbles(slot, sub, quads);
        gather(block + 128 + 32 * half, 2 * k, kMask2, quads);
        setPairs(slot, sub, 4, quads);
    }
}

using PackBlock = void (*)(const RowSlot&, const std::byte*);

template <PackBlock Pack>
void packGroup(const TensorView& view, const PackedLayout& layout, std::uint64_t firstRow,
               std::byte* out) {
    const std::uint32_t blockBytes = blockLayout(view.type).bytes;
    const std::uint64_t supers = view.columns / layout.columns;
    const std::uint64_t rowSize = rowBytes(view.type, view.columns);
    const auto rows =
        static_cast<std::uint32_t>(std::min<std::uint64_t>(kLine, view.rows - firstRow));
    for (std::uint64_t super = 0; super < supers; ++super) {
        std::byte* at = out + super * 2 * layout.superBytes();
        for (std::uint32_t row = 0; row < rows; ++row) {
            Pack(RowSlot{at, layout, row},
                 view.data + (firstRow + row) * rowSize + super * blockBytes);
        }
    }
}

void packGroupOf(const TensorView& view, const PackedLayout& layout, std::uint64_t firstRow,
                 std::byte* out) {
    switch (view.type) {
    case TensorType::Q4_0:
    case TensorType::Q4_1:
    case TensorType::Q5_0:
    case TensorType::Q5_1:
        return packGroup<packSimple>(view, layout, firstRow, out);
    case TensorType::Q8_0:
        return packGroup<packQ8>(view, layout, firstRow, out);
    case TensorType::Q2_K:
        return packGroup<packQ2K>(view, layout, firstRow, out);
    case TensorType::Q3_K:
        return packGroup<packQ3K>(view, layout, firstRow, out);
    case TensorType::Q4_K:
    case TensorType::Q5_K:
        return packGroup<packQ45K>(view, layout, firstRow, out);
    case TensorType::Q6_K:
        return packGroup<packQ6K>(view, layout, firstRow, out);
    case TensorType::F32:
    case TensorType::F16:
    case TensorType::BF16:
        return;
    }
}

/// Scale byte `index` of a row, as in the file.
std::uint32_t scaleByte(const std::byte* super, const PackedLayout& layout, std::uint32_t row,
                        std::uint32_t index) {
    return static_cast<std::uint32_t>(
        super[layout.scalesAt() + 64 * (index / 4) + 4 * row + index % 4]);
}

struct ScaleAndMinimum {
    float scale;
    float minimum; ///< subtracted
};

/// Factors of 16 columns from 16 * j on; the formulas of section 4.
ScaleAndMinimum factors(TensorType type, const std::byte* super, const PackedLayout& layout,
                        std::uint32_t row, std::uint32_t j) {
    const float d = halfToFloat(loadWord(super + 2 * row));
    const float m = layout.hasMinimum ? halfToFloat(loadWord(super + 32 + 2 * row)) : 0.0F;
    const auto s = [&](std::uint32_t index) { return scaleByte(super, layout, row, index); };
    const auto real = [](std::uint32_t value) { return static_cast<float>(value); };
    switch (type) {
    case TensorType::Q2_K:
        return {d * real(s(j) & 15U), m * real(s(j) >> 4U)};
    case TensorType::Q3_K: {
        const std::uint32_t low = j < 8 ? s(j) & 15U : s(j - 8) >> 4U;
        const std::uint32_t high = (s(8 + j % 4) >> (2 * (j / 4))) & 3U;
        return {d * static_cast<float>(static_cast<int>(low | (high << 4U)) - 32), 0.0F};
    }
    case TensorType::Q4_K:
    case TensorType::Q5_K: {
        const std::uint32_t b = j / 2;
        if (b < 4) {
            return {d * real(s(b) & 63U), m * real(s(b + 4) & 63U)};
        }
        return {d * real((s(b + 4) & 15U) | ((s(b - 4) >> 6U) << 4U)),
                m * real((s(b + 4) >> 4U) | ((s(b) >> 6U) << 4U))};
    }
    case TensorType::Q6_K:
        return {d * static_cast<float>(static_cast<std::int8_t>(s(j))), 0.0F};
    default:
        return {d, -m};
    }
}

std::uint32_t code(const std::byte* super, const PackedLayout& layout, std::uint32_t row,
                   std::uint32_t column) {
    const std::uint32_t quad = column % 32 / 4;
    const std::byte* low =
        super + layout.headerBytes() + column / 32 * layout.subBytes() + 4 * row + column % 4;
    const std::byte* high = low + layout.lowBytes();
    const auto at = [](const std::byte* plane, std::uint32_t line) {
        return static_cast<std::uint32_t>(plane[64 * line]);
    };
    std::uint32_t value = 0;
    switch (layout.lowBits) {
    case 8:
        return at(low, quad);
    case 4:
        value = (at(low, quad % 4) >> (4 * (quad / 4))) & 15U;
        break;
    default:
        value = (at(low, quad / 4) >> (2 * (quad % 4))) & 3U;
        break;
    }
    switch (layout.highBits) {
    case 1:
        return value | (((at(high, 0) >> quad) & 1U) << layout.lowBits);
    case 2:
        return value | (((at(high, quad / 4) >> (2 * (quad % 4))) & 3U) << layout.lowBits);
    default:
        return value;
    }
}

} // namespace

bool PackedMatrix::keepsView(TensorType type) {
    return packedLayout(type).columns == 0;
}

Result<PackedMatrix> PackedMatrix::pack(const TensorView& view, ThreadPool& pool) {
    const BlockLayout block = blockLayout(view.type);
    if (view.rows == 0 || view.columns == 0 || view.columns % block.elements != 0) {
        return fail(ErrorCode::BadArgument,
                    "a " + std::string(tensorTypeName(view.type)) +
                        " matrix: expected rows >= 1 and columns a multiple of " +
                        std::to_string(block.elements) + ", found {" +
                        std::to_string(view.columns) + ", " + std::to_string(view.rows) + "}");
    }
    PackedMatrix matrix;
    matrix.m_view = view;
    if (keepsView(view.type)) {
        return matrix;
    }
    const PackedLayout layout = packedLayout(view.type);
    const std::uint64_t groups = (view.rows + kGroupRows - 1) / kGroupRows;
    matrix.m_view.data = nullptr;
    matrix.m_superBytes = layout.superBytes();
    matrix.m_pairBytes = view.columns / layout.columns * matrix.superStride();
    const std::uint64_t bytes = (groups + 1) / 2 * matrix.m_pairBytes;
    if (!matrix.m_packed.allocate(bytes)) {
        return fail(ErrorCode::OutOfMemory,
                    "packing a matrix: expected " + std::to_string(bytes) + " bytes of memory");
    }
    pool.parallelFor(groups, [&](std::uint64_t group, std::uint32_t) {
        packGroupOf(view, layout, group * kGroupRows,
                    matrix.m_packed.data() + matrix.groupOffset(group));
    });
    return matrix;
}

std::uint64_t PackedMatrix::bytes() const {
    return m_view.data != nullptr ? m_view.bytes() : m_packed.bytes();
}

void PackedMatrix::dequantizeRow(std::uint64_t row, float* out) const {
    const auto columns = static_cast<std::size_t>(m_view.columns);
    if (m_view.data != nullptr) {
        phidelity::dequantizeRow(m_view.type, viewRow(row), {out, columns});
        return;
    }
    const PackedLayout layout = packedLayout(m_view.type);
    const auto lane = static_cast<std::uint32_t>(row % kGroupRows);
    const std::byte* super = group(row / kGroupRows);
    const int offset = codeOffset(m_view.type);
    for (std::size_t first = 0; first < columns; first += layout.columns) {
        for (std::uint32_t j = 0; j < layout.columns / 16; ++j) {
            const ScaleAndMinimum f = factors(m_view.type, super, layout, lane, j);
            for (std::uint32_t column = 16 * j; column < 16 * j + 16; ++column) {
                const std::uint32_t raw = code(super, layout, lane, column);
                const int value = layout.lowBits == 8 ? static_cast<std::int8_t>(raw)
                                                      : static_cast<int>(raw) - offset;
                out[first + column] = f.scale * static_cast<float>(value) - f.minimum;
            }
        }
        super += superStride();
    }
}

} // namespace phidelity::kernels
