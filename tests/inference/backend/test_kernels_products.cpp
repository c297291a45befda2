// SPDX-License-Identifier: MIT
// Products of every type with awkward shapes against the obvious double loop.
#include <cmath>
#include <cstring>
#include <limits>

#include <QObject>
#include <QTest>

#include "inference/backend/cpu/kernels/kernels.h"
#include "kernels_random.h"
#include "kernels_targets.h"

using namespace phidelity;
using namespace phidelity::kernels;
using namespace phidelity::test;

namespace {

/// Far below what the model's logits are allowed; 16-bit fixed point has about 5e-5, F32 sums 1e-6.
constexpr double kTolerance = 2e-4;

/// The largest error of an output, relative to the product of the norms of weights and inputs.
double largestError(const RandomMatrix& weights, const std::vector<float>& x, std::size_t rows,
                    const std::vector<float>& bias, const std::vector<float>& y) {
    double largest = 0.0;
    for (std::uint64_t o = 0; o < weights.rows; ++o) {
        const std::vector<float> w = weights.row(o);
        for (std::size_t r = 0; r < rows; ++r) {
            double sum = bias.empty() ? 0.0 : static_cast<double>(bias[o]);
            double ww = 0.0;
            double xx = 0.0;
            for (std::size_t i = 0; i < weights.columns; ++i) {
                const auto a = static_cast<double>(w[i]);
                const auto b = static_cast<double>(x[r * weights.columns + i]);
                sum += a * b;
                ww += a * a;
                xx += b * b;
            }
            const double error = std::abs(sum - static_cast<double>(y[r * weights.rows + o]));
            if (error == 0.0) {
                continue;
            }
            const double scale =
                std::sqrt(ww * xx) + (bias.empty() ? 0.0 : std::abs(static_cast<double>(bias[o])));
            largest = std::max(largest, error / std::max(scale, 1e-30));
            if (!std::isfinite(error)) {
                return std::numeric_limits<double>::infinity();
            }
        }
    }
    return largest;
}

std::vector<float> product(ThreadPool& pool, const RandomMatrix& weights,
                           const std::vector<float>& x, std::uint32_t rows,
                           const std::vector<float>& bias = {}) {
    const auto packed = PackedMatrix::pack(weights.view(), pool);
    if (!packed) {
        return {};
    }
    PreparedInput input;
    const auto columns = static_cast<std::uint32_t>(weights.columns);
    if (!input.prepare(pool, x.data(), rows, columns, columns,
                       PreparedInput::formsFor(weights.type, rows))) {
        return {};
    }
    std::vector<float> y(rows * weights.rows, 1e30F);
    const Product one{&*packed,      &input,   bias.empty() ? nullptr : bias.data(),
                      Finish::Store, y.data(), static_cast<std::size_t>(weights.rows)};
    multiply(pool, {&one, 1});
    return y;
}

QByteArray name(TensorType type) {
    return QByteArray(tensorTypeName(type).data(), static_cast<int>(tensorTypeName(type).size()));
}

void typeRows() {
    QTest::addColumn<int>("type");
    for (const TensorType type : kTensorTypes) {
        QTest::newRow(name(type).constData()) << static_cast<int>(type);
    }
}

} // namespace

class TestKernelsProducts : public QObject {
    Q_OBJECT

private slots:
    void packingKeepsEveryValue_data() { typeRows(); }
    void packingKeepsEveryValue() {
        QFETCH(int, type);
        ThreadPool pool(2);
        const RandomMatrix matrix(static_cast<TensorType>(type), 37, 768, 3);
        const auto packed = PackedMatrix::pack(matrix.view(), pool);
        QVERIFY(packed.has_value());
        std::vector<float> row(matrix.columns);
        for (std::uint64_t r = 0; r < matrix.rows; ++r) {
            packed->dequantizeRow(r, row.data());
            const std::vector<float> expected = matrix.row(r);
            for (std::size_t i = 0; i < row.size(); ++i) {
                const float limit = 1e-6F * (std::abs(expected[i]) + 1e-3F);
                QVERIFY2(std::abs(row[i] - expected[i]) <= limit,
                         qPrintable(QString("row %1 column %2: expected %3, found %4")
                                        .arg(r)
                                        .arg(i)
                                        .arg(expected[i])
                                        .arg(row[i])));
            }
        }
    }

    void packingRefusesWidthsThatSplitABlock() {
        ThreadPool pool(1);
        const RandomMatrix matrix(TensorType::Q4_K, 2, 256, 1);
        TensorView view = matrix.view();
        view.columns = 128;
        QCOMPARE(PackedMatrix::pack(view, pool).error().code, ErrorCode::BadArgument);
        view.columns = 256;
        view.rows = 0;
        QCOMPARE(PackedMatrix::pack(view, pool).error().code, ErrorCode::BadArgument);
    }

    void productsAgreeWithTheObviousLoop_data() { typeRows(); }
    void productsAgreeWithTheObviousLoop() {
        QFETCH(int, type);
        const auto tensorType = static_cast<TensorType>(type);
        onEveryTarget([&](const char*) {
            ThreadPool pool(2);
            const std::uint64_t unit = std::max(32U, blockLayout(tensorType).elements);
            for (const std::uint64_t outputs : {1, 7, 16, 31, 129}) {
                for (const std::uint64_t columns :
                     {unit, std::uint64_t{256}, 320 / unit * unit + unit}) {
                    for (const std::uint32_t rows : {1U, 2U, 3U, 5U, 9U, 16U, 17U, 31U, 129U}) {
                        const auto seed =
                            static_cast<std::uint32_t>(outputs * 1000 + columns + rows);
                        const RandomMatrix weights(tensorType, outputs, columns, seed);
                        const std::vector<float> x = randomFloats(rows * columns, seed + 1);
                        const std::vector<float> bias = randomFloats(outputs, seed + 2);
                        const std::vector<float> y = product(pool, weights, x, rows, bias);
                        const double error = largestError(weights, x, rows, bias, y);
                        QVERIFY2(error < kTolerance, qPrintable(QString("%1 x %2, %3 rows: %4")
                                                                    .arg(outputs)
                                                                    .arg(columns)
                                                                    .arg(rows)
                                                                    .arg(error)));
                    }
                }
            }
        });
    }

    void anInputBesideOthersComesToTheBitsItHasAlone_data() { typeRows(); }
    void anInputBesideOthersComesToTheBitsItHasAlone() {
        QFETCH(int, type);
        onEveryTarget([&](const char* set) {
            ThreadPool pool(2);
            constexpr std::size_t kOutputs = 45; // two groups of rows and a part of a third
            constexpr std::size_t kColumns = 512;
            const RandomMatrix weights(static_cast<TensorType>(type), kOutputs, kColumns, 21);
            const std::vector<float> x = randomFloats(kSmallBatch * kColumns, 22);
            std::vector<float> alone;
            for (std::uint32_t r = 0; r < kSmallBatch; ++r) {
                const std::vector<float> own(x.begin() + r * kColumns,
                                             x.begin() + (r + 1) * kColumns);
                const std::vector<float> y = product(pool, weights, own, 1);
                alone.insert(alone.end(), y.begin(), y.end());
            }
            for (std::uint32_t rows = 2; rows <= kSmallBatch; ++rows) {
                const std::vector<float> together = product(pool, weights, x, rows);
                QVERIFY2(std::memcmp(together.data(), alone.data(),
                                     rows * kOutputs * sizeof(float)) == 0,
                         qPrintable(QString("%1 rows on %2").arg(rows).arg(set)));
            }
        });
    }

    void wideRowsStayExact_data() { typeRows(); }
    void wideRowsStayExact() {
        QFETCH(int, type);
        onEveryTarget([&](const char*) {
            ThreadPool pool(2);
            const RandomMatrix weights(static_cast<TensorType>(type), 24, 2560, 5);
            for (const std::uint32_t rows : {1U, 4U, 20U}) {
                const std::vector<float> x = randomFloats(rows * weights.columns, rows);
                const double error =
                    largestError(weights, x, rows, {}, product(pool, weights, x, rows));
                QVERIFY2(error < kTolerance / 4,
                         qPrintable(QString("%1 rows: %2").arg(rows).arg(error)));
            }
        });
    }

    void anOutlierSpoilsNothing_data() { typeRows(); }
    void anOutlierSpoilsNothing() {
        QFETCH(int, type);
        onEveryTarget([&](const char*) {
            ThreadPool pool(1);
            const RandomMatrix weights(static_cast<TensorType>(type), 18, 512, 6);
            for (const std::uint32_t rows : {1U, 3U, 18U}) {
                std::vector<float> x = randomFloats(rows * weights.columns, rows);
                for (std::uint32_t r = 0; r < rows; ++r) {
                    x[r * weights.columns + 77 + r] *= 1000.0F;
                }
                const double error =
                    largestError(weights, x, rows, {}, product(pool, weights, x, rows));
                QVERIFY2(error < kTolerance,
                         qPrintable(QString("%1 rows: %2").arg(rows).arg(error)));
            }
        });
    }

    void equalLargestNumbersDoNotOverflow_data() { typeRows(); }
    void equalLargestNumbersDoNotOverflow() {
        QFETCH(int, type);
        onEveryTarget([&](const char*) {
            ThreadPool pool(1);
            RandomMatrix weights(static_cast<TensorType>(type), 17, 512, 7);
            // All codes and scale bytes at their end: the largest sums that can occur.
            for (const int fill : {0xFF, 0x00, 0x80, 0x7F}) {
                const std::vector<std::byte> before = weights.bytes;
                const RandomMatrix factors = weights;
                std::fill(weights.bytes.begin(), weights.bytes.end(), static_cast<std::byte>(fill));
                restoreFactors(weights, factors);
                for (const std::uint32_t rows : {1U, 2U, 18U}) {
                    for (const float value : {3.0F, -3.0F}) {
                        const std::vector<float> x(rows * weights.columns, value);
                        const double error =
                            largestError(weights, x, rows, {}, product(pool, weights, x, rows));
                        QVERIFY2(
                            error < kTolerance,
                            qPrintable(
                                QString("fill %1, %2 rows: %3").arg(fill).arg(rows).arg(error)));
                    }
                }
                weights.bytes = before;
            }
        });
    }

    void zerosAndTinyNumbersGiveZeros_data() { typeRows(); }
    void zerosAndTinyNumbersGiveZeros() {
        QFETCH(int, type);
        onEveryTarget([&](const char*) {
            ThreadPool pool(1);
            const RandomMatrix weights(static_cast<TensorType>(type), 5, 256, 8);
            for (const std::uint32_t rows : {1U, 2U, 18U}) {
                for (const float value : {0.0F, 1e-40F, -1e-44F}) {
                    const std::vector<float> x(rows * weights.columns, value);
                    for (const float y : product(pool, weights, x, rows)) {
                        QVERIFY(std::abs(y) < 1e-30F);
                    }
                }
            }
        });
    }

    void notANumberReachesTheOutput_data() { typeRows(); }
    void notANumberReachesTheOutput() {
        QFETCH(int, type);
        onEveryTarget([&](const char*) {
            ThreadPool pool(1);
            const RandomMatrix weights(static_cast<TensorType>(type), 5, 256, 9);
            for (const std::uint32_t rows : {1U, 2U, 18U}) {
                for (const float bad : {std::numeric_limits<float>::quiet_NaN(),
                                        std::numeric_limits<float>::infinity()}) {
                    std::vector<float> x = randomFloats(rows * weights.columns, 4);
                    x[33] = bad;
                    x[34] = bad; // a second one in the same block of 32
                    const std::vector<float> y = product(pool, weights, x, rows);
                    QVERIFY(!std::isfinite(y[0]));
                    QVERIFY(rows == 1 || std::isfinite(y[5]));
                }
            }
        });
    }

    void stacksAndSumsMatchSingleProducts() {
        onEveryTarget([&](const char*) {
            ThreadPool pool(3);
            const RandomMatrix a(TensorType::Q4_K, 40, 256, 1);
            const RandomMatrix b(TensorType::F16, 40, 512, 2);
            const RandomMatrix c(TensorType::Q6_K, 70, 256, 3);
            for (const std::uint32_t rows : {1U, 6U, 40U}) {
                const std::vector<float> x = randomFloats(rows * 256, 4);
                const std::vector<float> z = randomFloats(rows * 512, 5);
                const auto pa = PackedMatrix::pack(a.view(), pool);
                const auto pb = PackedMatrix::pack(b.view(), pool);
                const auto pc = PackedMatrix::pack(c.view(), pool);
                PreparedInput ix;
                PreparedInput iz;
                const auto forms =
                    static_cast<std::uint8_t>(PreparedInput::formsFor(TensorType::Q4_K, rows) |
                                              PreparedInput::formsFor(TensorType::Q6_K, rows));
                QVERIFY(ix.prepare(pool, x.data(), rows, 256, 256, forms).has_value());
                QVERIFY(iz.prepare(pool, z.data(), rows, 512, 512,
                                   PreparedInput::formsFor(TensorType::F16, rows))
                            .has_value());
                const std::vector<float> bias = randomFloats(70, 6);
                std::vector<float> sum(rows * 40, 0.5F);
                std::vector<float> other(rows * 80, -1.0F); // a wider row than the product
                const Product products[] = {
                    {&*pa, &ix, bias.data(), Finish::Add, sum.data(), 40},
                    {&*pb, &iz, nullptr, Finish::Add, sum.data(), 40},
                    {&*pc, &ix, bias.data(), Finish::Gelu, other.data(), 80},
                };
                multiply(pool, products);
                const std::vector<float> ya = product(pool, a, x, rows, bias);
                const std::vector<float> yb = product(pool, b, z, rows);
                std::vector<float> yc = product(pool, c, x, rows, bias);
                gelu(yc);
                for (std::uint32_t r = 0; r < rows; ++r) {
                    for (std::uint32_t o = 0; o < 40; ++o) {
                        const std::size_t at = r * 40 + o;
                        QVERIFY(std::abs(sum[at] - (0.5F + ya[at] + yb[at])) < 1e-3F);
                    }
                    for (std::uint32_t o = 0; o < 70; ++o) {
                        QVERIFY(std::abs(other[r * 80 + o] - yc[r * 70 + o]) < 1e-4F);
                    }
                    QCOMPARE(other[r * 80 + 70], -1.0F);
                }
            }
        });
    }

    void theNumberOfThreadsChangesNothing() {
        const RandomMatrix weights(TensorType::Q5_K, 200, 512, 11);
        for (const std::uint32_t rows : {1U, 40U}) {
            const std::vector<float> x = randomFloats(rows * 512, 12);
            ThreadPool one(1);
            const std::vector<float> expected = product(one, weights, x, rows);
            for (const std::uint32_t threads : {2U, 5U}) {
                ThreadPool pool(threads);
                QCOMPARE(product(pool, weights, x, rows), expected);
            }
        }
    }

private:
    /// Puts the half-precision factors of `from` back into every block of `to`.
    static void restoreFactors(RandomMatrix& to, const RandomMatrix& from) {
        if (PackedMatrix::keepsView(to.type)) {
            to.bytes = from.bytes;
            return;
        }
        const std::uint32_t size = blockLayout(to.type).bytes;
        std::uint32_t first = 0;
        std::uint32_t count = 2;
        switch (to.type) {
        case TensorType::Q4_1:
        case TensorType::Q5_1:
        case TensorType::Q4_K:
        case TensorType::Q5_K:
            count = 4;
            break;
        case TensorType::Q2_K:
            first = 80;
            count = 4;
            break;
        case TensorType::Q3_K:
            first = 108;
            break;
        case TensorType::Q6_K:
            first = 208;
            break;
        default:
            break;
        }
        for (std::size_t at = 0; at < to.bytes.size(); at += size) {
            std::memcpy(to.bytes.data() + at + first, from.bytes.data() + at + first, count);
        }
    }
};

QTEST_APPLESS_MAIN(TestKernelsProducts)
#include "test_kernels_products.moc"
