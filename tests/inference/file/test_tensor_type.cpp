// SPDX-License-Identifier: MIT
#include <QtTest>

#include <bit>
#include <cmath>
#include <random>

#include "inference/file/checkpoint.h"
#include "inference/file/tensor_type.h"

using namespace phidelity;

namespace {

std::vector<std::byte> bytesOf(std::initializer_list<int> values) {
    std::vector<std::byte> bytes;
    for (const int value : values) {
        bytes.push_back(static_cast<std::byte>(value));
    }
    return bytes;
}

/// A block of zeros of a type, to set single bytes in.
std::vector<std::byte> zeroBlock(TensorType type) {
    return std::vector<std::byte>(blockLayout(type).bytes);
}

void put(std::vector<std::byte>& block, std::size_t at, std::initializer_list<int> values) {
    for (const int value : values) {
        block[at++] = static_cast<std::byte>(value);
    }
}

std::vector<float> decode(TensorType type, const std::vector<std::byte>& block) {
    std::vector<float> row(blockLayout(type).elements);
    dequantizeRow(type, block.data(), row);
    return row;
}

std::vector<float> normalRow(std::size_t count, float spread, unsigned seed) {
    std::mt19937 engine(seed);
    std::normal_distribution<float> normal(0.0F, spread);
    std::vector<float> row(count);
    for (float& value : row) {
        value = normal(engine);
    }
    return row;
}

/// Norm of what quantising changes, over the norm.
double relativeError(TensorType type, const std::vector<float>& row) {
    std::vector<std::byte> stored(rowBytes(type, row.size()));
    quantizeRow(type, row, stored.data());
    std::vector<float> back(row.size());
    dequantizeRow(type, stored.data(), back);
    double difference = 0.0;
    double norm = 0.0;
    for (std::size_t i = 0; i < row.size(); ++i) {
        difference += std::pow(double{row[i]} - back[i], 2);
        norm += std::pow(double{row[i]}, 2);
    }
    return std::sqrt(difference / norm);
}

// Halves by bits, low byte first: 1.0 is 00 3C, 0.5 is 00 38, 2.0 is 00 40.

} // namespace

class TensorTypes : public QObject {
    Q_OBJECT

private slots:
    void halvesSurviveBothWays() {
        for (std::uint32_t bits = 0; bits <= 0xFFFF; ++bits) {
            const float value = halfToFloat(static_cast<std::uint16_t>(bits));
            const bool isNan = (bits & 0x7FFF) > 0x7C00;
            QCOMPARE(std::isnan(value), isNan);
            if (!isNan) {
                QCOMPARE(floatToHalf(value), static_cast<std::uint16_t>(bits));
            }
        }
    }

    void halvesRoundToNearestEven() {
        QCOMPARE(halfToFloat(0x0001), 0x1p-24F);
        QCOMPARE(halfToFloat(0x7BFF), 65504.0F);
        QCOMPARE(floatToHalf(1.0F + 0x1p-11F), std::uint16_t{0x3C00});
        QCOMPARE(floatToHalf(1.0F + 3 * 0x1p-11F), std::uint16_t{0x3C02});
        QCOMPARE(floatToHalf(0x1p-25F), std::uint16_t{0x0000});
        QCOMPARE(floatToHalf(3 * 0x1p-25F), std::uint16_t{0x0002});
        QCOMPARE(floatToHalf(65519.0F), std::uint16_t{0x7BFF});
        QCOMPARE(floatToHalf(65520.0F), std::uint16_t{0x7C00});
        QCOMPARE(floatToHalf(-1e30F), std::uint16_t{0xFC00});
        QCOMPARE(floatToHalf(1e-30F), std::uint16_t{0});
    }

    void namesAndIdsAgree() {
        for (const TensorType type : kTensorTypes) {
            QCOMPARE(tensorTypeFromId(static_cast<std::uint32_t>(type)), std::optional(type));
            QCOMPARE(tensorTypeFromName(tensorTypeName(type)), std::optional(type));
        }
        QVERIFY(!tensorTypeFromId(23));
        QCOMPARE(ggmlTypeName(23), std::string_view("IQ4_XS"));
        QCOMPARE(ggmlTypeName(39), std::string_view("MXFP4"));
        QCOMPARE(ggmlTypeName(4711), std::string_view("an unknown type"));
    }

    void plainTypesAreExact() {
        QCOMPARE(decode(TensorType::F32, bytesOf({0, 0, 0x20, 0xC1})).front(), -10.0F);
        QCOMPARE(decode(TensorType::F16, bytesOf({0, 0xC9})).front(), -10.0F);
        QCOMPARE(decode(TensorType::BF16, bytesOf({0x20, 0xC1})).front(), -10.0F);
        std::byte stored[2];
        const float tie = std::bit_cast<float>(0x3F808000U);
        quantizeRow(TensorType::BF16, {&tie, 1}, stored);
        QCOMPARE(decode(TensorType::BF16, {stored[0], stored[1]}).front(), 1.0F);
    }

    void q8_0() {
        auto block = zeroBlock(TensorType::Q8_0);
        put(block, 0, {0x00, 0x38, 1, 0xFF});
        put(block, 33, {0x80});
        const auto row = decode(TensorType::Q8_0, block);
        QCOMPARE(row[0], 0.5F);
        QCOMPARE(row[1], -0.5F);
        QCOMPARE(row[31], -64.0F);
    }

    void q4_0PutsTheSecondHalfInHighNibbles() {
        auto block = zeroBlock(TensorType::Q4_0);
        put(block, 0, {0x00, 0x40, 0xF1});
        const auto row = decode(TensorType::Q4_0, block);
        QCOMPARE(row[0], 2.0F * (1 - 8));
        QCOMPARE(row[16], 2.0F * (15 - 8));
        QCOMPARE(row[1], -16.0F);
    }

    void q4_1AddsTheMinimum() {
        auto block = zeroBlock(TensorType::Q4_1);
        put(block, 0, {0x00, 0x40, 0x00, 0x3C, 0xF1});
        const auto row = decode(TensorType::Q4_1, block);
        QCOMPARE(row[0], 3.0F);
        QCOMPARE(row[16], 31.0F);
        QCOMPARE(row[31], 1.0F);
    }

    void q5TakesItsFifthBitsByElement() {
        auto zero = zeroBlock(TensorType::Q5_0);
        put(zero, 0, {0x00, 0x3C, 0x01, 0, 0, 0x80, 0x02});
        zero[6 + 15] = std::byte{0x30};
        const auto low = decode(TensorType::Q5_0, zero);
        QCOMPARE(low[0], 2.0F);  // nibble 2, fifth bit set: 18 - 16
        QCOMPARE(low[31], 3.0F); // nibble 3, fifth bit set
        QCOMPARE(low[1], -16.0F);
        auto one = zeroBlock(TensorType::Q5_1);
        put(one, 0, {0x00, 0x3C, 0x00, 0x38, 0x00, 0x01, 0, 0});
        one[8 + 8] = std::byte{0x07};
        const auto high = decode(TensorType::Q5_1, one);
        QCOMPARE(high[8], 23.5F);
        QCOMPARE(high[24], 0.5F);
    }

    void q2_K() {
        auto block = zeroBlock(TensorType::Q2_K);
        put(block, 80, {0x00, 0x3C, 0x00, 0x38}); // d 1, dmin 0.5
        put(block, 0, {0x23});                    // group 0: scale 3, min 2
        put(block, 16, {0x03});                   // element 0: 3
        put(block, 15, {0x01});                   // group 15: scale 1
        block[16 + 63] = std::byte{0x80};         // element 255: 2
        const auto row = decode(TensorType::Q2_K, block);
        QCOMPARE(row[0], 8.0F);
        QCOMPARE(row[1], -1.0F);
        QCOMPARE(row[255], 2.0F);
        QCOMPARE(row[128], 0.0F);
    }

    void q3_K() {
        auto block = zeroBlock(TensorType::Q3_K);
        put(block, 108, {0x00, 0x3C});
        block[96 + 0] = std::byte{0x05}; // scale 0: low nibble 5; scale 8: 0
        block[96 + 8] = std::byte{0x02}; // scale 0: upper bits 2, so 37 - 32 = 5
        block[32] = std::byte{0x02};     // element 0: low bits 2
        block[0] = std::byte{0x01};      // element 0: high bit set, element 32: clear
        const auto row = decode(TensorType::Q3_K, block);
        QCOMPARE(row[0], 10.0F);
        QCOMPARE(row[1], -20.0F);  // no high bit: 0 - 4
        QCOMPARE(row[32], 128.0F); // scale 2 is 0 - 32
        // Scale 15 has its low bits in the upper nibble of byte 7 and its high bits on top of
        // byte 11.
        block[96 + 7] = std::byte{0xF0};
        block[96 + 11] = std::byte{0xC0};
        QCOMPARE(decode(TensorType::Q3_K, block)[255], 31.0F * -4.0F);
    }

    void q4_K() {
        auto block = zeroBlock(TensorType::Q4_K);
        put(block, 0, {0x00, 0x3C, 0x00, 0x38});
        block[4 + 0] = std::byte{0xC5};   // scale 0 is 5; upper bits of scale 4 are 3
        block[4 + 4] = std::byte{0x84};   // min 0 is 4; upper bits of min 4 are 2
        block[4 + 8] = std::byte{0x12};   // scale 4: 2 | 3 << 4 = 50, min 4: 1 | 2 << 4 = 33
        block[16] = std::byte{0x07};      // element 0: 7
        block[16 + 64] = std::byte{0x03}; // element 128: 3
        const auto row = decode(TensorType::Q4_K, block);
        QCOMPARE(row[0], 5.0F * 7 - 0.5F * 4);
        QCOMPARE(row[128], 50.0F * 3 - 0.5F * 33);
        QCOMPARE(row[129], -16.5F);
    }

    void q5_K() {
        auto block = zeroBlock(TensorType::Q5_K);
        put(block, 0, {0x00, 0x3C, 0x00, 0x00});
        block[4 + 1] = std::byte{2}; // scale 1
        block[16] = std::byte{0x02}; // fifth bit of element 32
        block[48] = std::byte{0x90}; // element 32: high nibble 9
        const auto row = decode(TensorType::Q5_K, block);
        QCOMPARE(row[32], 2.0F * 25);
        QCOMPARE(row[0], 0.0F);
    }

    void q6_K() {
        auto block = zeroBlock(TensorType::Q6_K);
        put(block, 208, {0x00, 0x38});
        block[192] = std::byte{2};
        block[192 + 15] = std::byte{0xFF}; // -1
        block[0] = std::byte{0x0F};        // element 0: low 15
        block[128] = std::byte{0x03};      // element 0: high 3
        const auto row = decode(TensorType::Q6_K, block);
        QCOMPARE(row[0], 0.5F * 2 * 31);
        QCOMPARE(row[1], 0.5F * 2 * -32);
        QCOMPARE(row[255], 0.5F * -1 * -32);
    }

    void quantisingStaysWithinTheLimits_data() {
        QTest::addColumn<int>("type");
        QTest::addColumn<double>("limit");
        // Relative error for normal numbers, a little above what the reference quantiser has.
        const std::pair<TensorType, double> limits[] = {
            {TensorType::F32, 0.0},    {TensorType::F16, 3e-4},   {TensorType::BF16, 2e-3},
            {TensorType::Q8_0, 6e-3},  {TensorType::Q4_0, 0.095}, {TensorType::Q4_1, 0.085},
            {TensorType::Q5_0, 0.047}, {TensorType::Q5_1, 0.041}, {TensorType::Q2_K, 0.33},
            {TensorType::Q3_K, 0.17},  {TensorType::Q4_K, 0.08},  {TensorType::Q5_K, 0.04},
            {TensorType::Q6_K, 0.02},
        };
        for (const auto& [type, limit] : limits) {
            QTest::newRow(tensorTypeName(type).data()) << static_cast<int>(type) << limit;
        }
    }

    void quantisingStaysWithinTheLimits() {
        QFETCH(int, type);
        QFETCH(double, limit);
        const auto kind = static_cast<TensorType>(type);
        for (unsigned seed = 0; seed < 4; ++seed) {
            const double error = relativeError(kind, normalRow(4096, 0.02F, seed));
            QVERIFY2(error <= limit, qPrintable(QString::number(error)));
            // Neither can the blocks be empty of information: half the limit is not reached.
            QVERIFY2(error >= limit / 3, qPrintable(QString::number(error)));
        }
    }

    void everyTypeStoresZerosAsZeros() {
        for (const TensorType type : kTensorTypes) {
            const std::vector<float> zeros(256);
            std::vector<std::byte> stored(rowBytes(type, zeros.size()), std::byte{0xAA});
            quantizeRow(type, zeros, stored.data());
            std::vector<float> back(256, 1.0F);
            dequantizeRow(type, stored.data(), back);
            QCOMPARE(back, zeros);
        }
    }

    void extremeNumbersStayFinite() {
        for (const TensorType type : kTensorTypes) {
            for (const float size : {1e-45F, 1e-38F, 1e-20F, 1e-7F, 1e4F}) {
                std::vector<float> row = normalRow(256, 1.0F, 3);
                for (float& value : row) {
                    value *= size;
                }
                std::vector<std::byte> stored(rowBytes(type, row.size()));
                quantizeRow(type, row, stored.data());
                std::vector<float> back(256);
                dequantizeRow(type, stored.data(), back);
                for (const float value : back) {
                    QVERIFY(std::isfinite(value));
                    QVERIFY(std::fabs(value) <= size * 8 + 1e-7F);
                }
            }
        }
    }

    /// llama.cpp quantised the F16 oracle models: we must make the same bytes of the same weights.
    void requantisingTheOracleGivesItsBytes_data() {
        QTest::addColumn<QString>("plain");
        QTest::addColumn<QString>("quantised");
        for (const char* type : {"q8_0", "q4_0", "q4_1", "q5_0", "q5_1"}) {
            QTest::newRow(type) << "toy80-f16.gguf" << QString("toy80-%1.gguf").arg(type);
        }
        for (const char* type : {"q2_k", "q3_k_m", "q4_k_m", "q5_k_m", "q6_k", "bf16"}) {
            QTest::newRow(type) << "toy64-f16.gguf" << QString("toy64-%1.gguf").arg(type);
        }
    }

    void requantisingTheOracleGivesItsBytes() {
        QFETCH(QString, plain);
        QFETCH(QString, quantised);
        const QString folder = QString(PHIDELITY_SHARED_DIR) + "/oracle/";
        if (!QFile::exists(folder + plain)) {
            QSKIP("the oracle models are not on this machine (PHIDELITY_SHARED)");
        }
        const auto source = Checkpoint::open((folder + plain).toStdString());
        const auto target = Checkpoint::open((folder + quantised).toStdString());
        QVERIFY2(source, source ? "" : source.error().detail.c_str());
        QVERIFY2(target, target ? "" : target.error().detail.c_str());
        QCOMPARE((*source)->shape(), (*target)->shape());
        for (int role = 0; role < kTensorRoles; ++role) {
            for (std::uint32_t layer = 0; layer < (*source)->shape().layers; ++layer) {
                const TensorView from = (*source)->tensor(static_cast<TensorRole>(role), layer);
                const TensorView to = (*target)->tensor(static_cast<TensorRole>(role), layer);
                QCOMPARE(from.rows, to.rows);
                QCOMPARE(from.columns, to.columns);
                std::vector<float> row(from.columns);
                std::vector<std::byte> stored(rowBytes(to.type, to.columns));
                for (std::uint64_t r = 0; r < from.rows; ++r) {
                    dequantizeRow(from.type, from.slice(r, 1).data, row);
                    quantizeRow(to.type, row, stored.data());
                    QVERIFY2(
                        std::equal(stored.begin(), stored.end(), to.slice(r, 1).data),
                        qPrintable(QString("role %1 layer %2 row %3").arg(role).arg(layer).arg(r)));
                }
            }
        }
    }
};

QTEST_GUILESS_MAIN(TensorTypes)
#include "test_tensor_type.moc"
