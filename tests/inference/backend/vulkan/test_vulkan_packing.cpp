// SPDX-License-Identifier: MIT
#include <QtTest>

#include <algorithm>
#include <bit>
#include <span>
#include <string>
#include <vector>

#include "inference/backend/vulkan/device_weights.h"
#include "kernels_random.h"

using namespace phidelity;
using namespace phidelity::test;
using vulkan::DeviceShape;
using vulkan::kGroupRows;
using vulkan::kSuperColumns;

namespace {

float halfOf(std::uint32_t bits) {
    return halfToFloat(static_cast<std::uint16_t>(bits & 0xFFFFU));
}

int signedByte(std::uint32_t bits) {
    return static_cast<std::int8_t>(bits & 0xFFU);
}

/// A row of a packed tile, read as shaders/weights.glsl says that it is laid out, one weight at a
/// time.
class TileRow {
public:
    TileRow(TensorType type, std::span<const std::uint32_t> components, std::uint32_t rows,
            std::uint32_t row)
        : m_type(type), m_components(components), m_rows(rows), m_row(row) {}

    [[nodiscard]] float weight(std::uint32_t column) const {
        const std::uint32_t j = column / 32;
        const std::uint32_t in = column % 32;
        switch (m_type) {
        case TensorType::F32:
            return std::bit_cast<float>(number(8 * j, in));
        case TensorType::F16:
            return half(4 * j, in);
        case TensorType::BF16:
            return std::bit_cast<float>((number(4 * j, in / 2) >> (16 * (in % 2))) << 16);
        case TensorType::Q8_0:
            return half(0, j) *
                   static_cast<float>(signedByte(number(1 + 2 * j, in / 4) >> (8 * (in % 4))));
        case TensorType::Q4_0:
            return half(0, j) * (nibble(1 + j, in) - 8);
        case TensorType::Q5_0:
            return half(0, j) * (fiveBits(1, j, in) - 16);
        case TensorType::Q4_1:
            return twoHalves(8, j, nibble(j, in));
        case TensorType::Q5_1:
            return twoHalves(10, j, fiveBits(0, j, in));
        case TensorType::Q4_K:
            return scaleMin(j, nibble(1 + j, in));
        case TensorType::Q5_K:
            return scaleMin(j, fiveBits(1, j, in));
        case TensorType::Q6_K:
            return sixBits(j, in);
        case TensorType::Q2_K:
            return twoBits(j, in);
        case TensorType::Q3_K:
            return threeBits(j, in);
        }
        return 0;
    }

private:
    /// 32-bit number `index` of the row's, counted from its word `word` on.
    [[nodiscard]] std::uint32_t number(std::uint32_t word, std::uint32_t index) const {
        return m_components[((word + index / 4) * m_rows + m_row) * 4 + index % 4];
    }
    /// 32-bit number `index` of those of all rows.
    [[nodiscard]] std::uint32_t shared(std::uint32_t word, std::uint32_t index) const {
        return m_components[word * m_rows * 4 + index];
    }
    /// `width` bits from bit `bit` of the row's numbers on.
    [[nodiscard]] std::uint32_t bits(std::uint32_t word, std::uint32_t bit,
                                     std::uint32_t width) const {
        return (number(word, bit / 32) >> (bit % 32)) & ((1U << width) - 1U);
    }
    [[nodiscard]] float half(std::uint32_t word, std::uint32_t index) const {
        return halfOf(bits(word, 16 * index, 16));
    }
    [[nodiscard]] float nibble(std::uint32_t word, std::uint32_t in) const {
        return static_cast<float>(bits(word, 4 * in, 4));
    }
    /// `first`: word of the nibbles.
    [[nodiscard]] float fiveBits(std::uint32_t first, std::uint32_t j, std::uint32_t in) const {
        return nibble(first + j, in) + static_cast<float>(16 * bits(first + 8, 32 * j + in, 1));
    }
    [[nodiscard]] float twoHalves(std::uint32_t word, std::uint32_t j, float code) const {
        return half(word, 2 * j) * code + half(word, 2 * j + 1);
    }
    [[nodiscard]] float scaleMin(std::uint32_t j, float code) const {
        const std::uint32_t scale = bits(0, 32 + 4 * j, 4) | bits(0, 96 + 2 * j, 2) << 4;
        const std::uint32_t min = bits(0, 64 + 4 * j, 4) | bits(0, 112 + 2 * j, 2) << 4;
        return half(0, 0) * static_cast<float>(scale) * code - half(0, 1) * static_cast<float>(min);
    }
    [[nodiscard]] float sixBits(std::uint32_t j, std::uint32_t in) const {
        const std::uint32_t high = bits(9, 64 * j + 2 * in, 2);
        const float code = nibble(1 + j, in) + static_cast<float>(16 * high) - 32;
        const int scale = signedByte(bits(0, 16 * j + 8 * (in / 16), 8));
        const float d = halfOf(shared(13, m_row / 2) >> (16 * (m_row % 2)));
        return d * (static_cast<float>(scale) * code);
    }
    [[nodiscard]] float twoBits(std::uint32_t j, std::uint32_t in) const {
        const std::uint32_t scale = bits(0, 16 * j + 8 * (in / 16), 4);
        const std::uint32_t min = bits(0, 16 * j + 8 * (in / 16) + 4, 4);
        const std::uint32_t both = shared(5, m_row);
        return halfOf(both) * static_cast<float>(scale * bits(1, 64 * j + 2 * in, 2)) -
               halfOf(both >> 16) * static_cast<float>(min);
    }
    [[nodiscard]] float threeBits(std::uint32_t j, std::uint32_t in) const {
        const int code =
            static_cast<int>(bits(1, 64 * j + 2 * in, 2) | bits(5, 32 * j + in, 1) << 2) - 4;
        const std::uint32_t n = 2 * j + in / 16;
        const int scale =
            static_cast<int>(bits(0, 32 + 4 * n, 4) | bits(0, 96 + 2 * n, 2) << 4) - 32;
        return half(0, 0) * static_cast<float>(scale * code);
    }

    TensorType m_type;
    std::span<const std::uint32_t> m_components;
    std::uint32_t m_rows; ///< of the tile
    std::uint32_t m_row;
};

} // namespace

class TestVulkanPacking : public QObject {
    Q_OBJECT

private slots:
    void packedWeightsAreThoseOfTheFile_data() {
        QTest::addColumn<int>("type");
        QTest::addColumn<int>("columns");
        QTest::addColumn<int>("groups");
        for (const TensorType type : kTensorTypes) {
            const auto block = static_cast<int>(blockLayout(type).elements);
            for (const int columns : {1, 37, 40, 256, 259, 32, 320, 512}) {
                if (columns % block == 0) {
                    for (const int groups : {1, 4}) {
                        QTest::addRow("%s, %d columns, %d groups a tile",
                                      std::string(tensorTypeName(type)).c_str(), columns, groups)
                            << static_cast<int>(type) << columns << groups;
                    }
                }
            }
        }
    }

    void packedWeightsAreThoseOfTheFile() {
        QFETCH(int, type);
        QFETCH(int, columns);
        QFETCH(int, groups);
        const auto stored = static_cast<TensorType>(type);
        const auto tileGroups = static_cast<std::uint32_t>(groups);
        const std::uint32_t tileRows = tileGroups * kGroupRows;
        const std::uint32_t rows = 2 * tileRows + 5; // two whole tiles and a part of a third
        const RandomMatrix matrix(stored, rows, static_cast<std::uint64_t>(columns), 7);
        const DeviceShape shape{stored, rows, static_cast<std::uint32_t>(columns), tileGroups};
        QCOMPARE(shape.bands(), 3U);
        QCOMPARE(shape.bytes(), 3 * shape.bandWords() * 16);
        for (std::uint32_t band = 0; band < shape.bands(); ++band) {
            // What stood there before must not show.
            std::vector<std::uint32_t> packed(shape.bandWords() * 4, 0xA5A5A5A5U);
            vulkan::packBand(matrix.view(), shape, band, std::as_writable_bytes(std::span(packed)));
            for (std::uint32_t t = 0; t < tileRows; ++t) {
                const std::uint32_t row = band * tileRows + t;
                std::vector<float> expected(std::size_t{shape.superBlocks()} * kSuperColumns);
                if (row < rows) {
                    std::ranges::copy(matrix.row(row), expected.begin());
                }
                for (std::uint32_t column = 0; column < expected.size(); ++column) {
                    const std::size_t components = std::size_t{shape.tileWords()} * 4;
                    const TileRow tile(
                        stored,
                        std::span(packed).subspan(column / kSuperColumns * components, components),
                        tileRows, t);
                    const float found = tile.weight(column % kSuperColumns);
                    if (found != expected[column]) {
                        QFAIL(qPrintable(QString("row %1, column %2: expected %3, found %4")
                                             .arg(row)
                                             .arg(column)
                                             .arg(expected[column], 0, 'g', 9)
                                             .arg(found, 0, 'g', 9)));
                    }
                }
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestVulkanPacking)
#include "test_vulkan_packing.moc"
