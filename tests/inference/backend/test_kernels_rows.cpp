// SPDX-License-Identifier: MIT
// Norm, gelu, halves, rotary and attention against their formulas, in double precision.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <QObject>
#include <QTest>

#include "inference/backend/cpu/kernels/kernels.h"
#include "kernels_random.h"
#include "kernels_targets.h"

using namespace phidelity;
using namespace phidelity::kernels;
using namespace phidelity::test;

namespace {

/// Keys and values of one head in pages, and the exact values that were stored.
struct Cache {
    std::uint32_t headSize;
    std::vector<std::vector<std::uint16_t>> keyPages, valuePages;
    std::vector<const std::uint16_t*> keys, values;
    std::vector<float> exactKeys, exactValues; ///< (position, headSize), as stored
    std::vector<float> givenKeys, givenValues; ///< the same before rounding

    Cache(std::uint32_t size, std::uint32_t positions, std::uint32_t seed) : headSize(size) {
        const std::vector<float> k = randomFloats(std::size_t{positions} * size, seed);
        const std::vector<float> v = randomFloats(std::size_t{positions} * size, seed + 1);
        const std::size_t pages = (positions + kPageTokens - 1) / kPageTokens;
        // A NaN for a scale in every slot that is never written: it must not be looked at.
        keyPages.assign(pages, std::vector<std::uint16_t>(cacheWords(size), 0xFFFF));
        valuePages = keyPages;
        for (std::uint32_t p = 0; p < positions; ++p) {
            storeKey(keyPages[p / kPageTokens].data(), p % kPageTokens, k.data() + p * size, size);
            storeValue(valuePages[p / kPageTokens].data(), p % kPageTokens, v.data() + p * size,
                       size);
        }
        for (std::uint32_t p = 0; p < positions; ++p) {
            const std::uint32_t slot = p % kPageTokens;
            for (std::uint32_t d = 0; d < size; ++d) {
                exactKeys.push_back(stored(keyPages[p / kPageTokens].data(), slot,
                                           std::size_t{d} * kPageTokens + slot));
                exactValues.push_back(
                    stored(valuePages[p / kPageTokens].data(), slot, std::size_t{slot} * size + d));
            }
        }
        givenKeys = k;
        givenValues = v;
        for (std::size_t page = 0; page < pages; ++page) {
            keys.push_back(keyPages[page].data());
            values.push_back(valuePages[page].data());
        }
    }

    /// A number of the cache, read back.
    [[nodiscard]] float stored(const std::uint16_t* page, std::uint32_t slot,
                               std::size_t place) const {
        float scale = 0.0F;
        std::memcpy(&scale, page + std::size_t{headSize} * kPageTokens + 2 * slot, sizeof(scale));
        return scale * static_cast<float>(static_cast<std::int16_t>(page[place]));
    }

    [[nodiscard]] std::vector<double> attend(const float* query, std::uint32_t position) const {
        std::vector<double> scores;
        double top = -1e300;
        for (std::uint32_t p = 0; p <= position; ++p) {
            double score = 0.0;
            for (std::uint32_t d = 0; d < headSize; ++d) {
                score += static_cast<double>(query[d]) *
                         static_cast<double>(exactKeys[p * headSize + d]);
            }
            scores.push_back(score);
            top = std::max(top, score);
        }
        double sum = 0.0;
        for (double& score : scores) {
            score = std::exp(score - top);
            sum += score;
        }
        std::vector<double> out(headSize, 0.0);
        for (std::uint32_t p = 0; p <= position; ++p) {
            for (std::uint32_t d = 0; d < headSize; ++d) {
                out[d] += scores[p] / sum * static_cast<double>(exactValues[p * headSize + d]);
            }
        }
        return out;
    }
};

} // namespace

class TestKernelsRows : public QObject {
    Q_OBJECT

private slots:
    void everyInstructionSetIsOneThatTheKernelsAreWrittenFor() {
        std::size_t sets = 0;
        onEveryTarget([&](const char* name) {
            QCOMPARE(instructionSet(), std::string(name));
#if defined(__x86_64__)
            // Newer Highways have more names, whose multiplications nobody wrote by hand.
            const std::array<std::string_view, 4> known = {"SSE4", "AVX2", "AVX3", "AVX3_DL"};
            QVERIFY2(std::ranges::find(known, name) != known.end(), name);
#endif
            ++sets;
        });
        QVERIFY(sets > 0);
    }

    void theCacheKeepsNumbersToHalfAStep() {
        for (const std::uint32_t headSize : {16U, 20U, 80U}) {
            const Cache cache(headSize, 40, headSize);
            for (std::size_t begin = 0; begin < cache.givenKeys.size(); begin += headSize) {
                for (const auto& [given, stored] :
                     {std::pair(std::span(cache.givenKeys), std::span(cache.exactKeys)),
                      std::pair(std::span(cache.givenValues), std::span(cache.exactValues))}) {
                    float largest = 0.0F;
                    for (std::size_t i = begin; i < begin + headSize; ++i) {
                        largest = std::max(largest, std::abs(given[i]));
                    }
                    for (std::size_t i = begin; i < begin + headSize; ++i) {
                        QVERIFY(std::abs(given[i] - stored[i]) <= largest / 32767.0F * 0.51F);
                    }
                }
            }
        }
    }

    void attentionAgreesWithItsFormula() {
        onEveryTarget([&](const char*) {
            for (const std::uint32_t headSize : {16U, 20U, 32U, 64U, 80U, 128U}) {
                const Cache cache(headSize, 101, headSize);
                std::vector<float> scratch(attentionScratch(101));
                for (const std::uint32_t rows : {1U, 3U, 4U, 7U, 16U}) {
                    for (const std::uint32_t first : {0U, 31U, 60U}) {
                        std::vector<std::uint32_t> positions;
                        for (std::uint32_t r = 0; r < rows; ++r) {
                            positions.push_back(first + r);
                        }
                        const std::size_t stride = headSize + 5;
                        const std::vector<float> query = randomFloats(rows * stride, first + rows);
                        std::vector<float> out(rows * stride, 7.0F);
                        attendHead({query.data(), stride, rows, positions.data(), cache.keys.data(),
                                    cache.values.data(), headSize, out.data(), stride},
                                   scratch.data());
                        for (std::uint32_t r = 0; r < rows; ++r) {
                            const auto expected =
                                cache.attend(query.data() + r * stride, positions[r]);
                            for (std::uint32_t d = 0; d < headSize; ++d) {
                                const auto found = static_cast<double>(out[r * stride + d]);
                                QVERIFY2(std::abs(found - expected[d]) < 1e-5,
                                         qPrintable(QString("head %1 row %2 of %3: %4 for %5")
                                                        .arg(headSize)
                                                        .arg(r)
                                                        .arg(rows)
                                                        .arg(found)
                                                        .arg(expected[d])));
                            }
                            QCOMPARE(out[r * stride + headSize], 7.0F);
                        }
                    }
                }
            }
        });
    }

    void hugeScoresDoNotOverflow() {
        onEveryTarget([&](const char*) {
            const Cache cache(80, 40, 1);
            std::vector<float> scratch(attentionScratch(40));
            std::vector<float> query = randomFloats(80, 2);
            for (float& value : query) {
                value *= 1e5F; // scores of some 1e6, far above half precision
            }
            std::vector<float> out(80);
            const std::uint32_t position = 39;
            attendHead({query.data(), 80, 1, &position, cache.keys.data(), cache.values.data(), 80,
                        out.data(), 80},
                       scratch.data());
            const auto expected = cache.attend(query.data(), position);
            for (std::uint32_t d = 0; d < 80; ++d) {
                QVERIFY(std::abs(static_cast<double>(out[d]) - expected[d]) < 1e-3);
            }
        });
    }

    void aNanQueryReachesTheOutput() {
        onEveryTarget([&](const char*) {
            const Cache cache(80, 40, 1);
            std::vector<float> scratch(attentionScratch(40));
            std::vector<float> query = randomFloats(80, 2);
            query[3] = std::numeric_limits<float>::quiet_NaN();
            std::vector<float> out(80);
            const std::uint32_t position = 39;
            attendHead({query.data(), 80, 1, &position, cache.keys.data(), cache.values.data(), 80,
                        out.data(), 80},
                       scratch.data());
            QVERIFY(std::isnan(out[0]));
        });
    }

    void whatIsNotFiniteReachesTheOutput() {
        onEveryTarget([&](const char*) {
            for (const float poison : {std::numeric_limits<float>::quiet_NaN(),
                                       std::numeric_limits<float>::infinity()}) {
                for (const bool inKey : {false, true}) {
                    Cache cache(32, 40, 1);
                    std::vector<float> bad = randomFloats(32, 3);
                    bad[7] = poison;
                    if (inKey) {
                        storeKey(cache.keyPages[0].data(), 5, bad.data(), 32);
                    } else {
                        storeValue(cache.valuePages[0].data(), 5, bad.data(), 32);
                    }
                    std::vector<float> scratch(attentionScratch(40));
                    const std::vector<float> query = randomFloats(32, 2);
                    std::vector<float> out(32);
                    const std::uint32_t position = 39;
                    attendHead({query.data(), 32, 1, &position, cache.keys.data(),
                                cache.values.data(), 32, out.data(), 32},
                               scratch.data());
                    QVERIFY(std::isnan(out[0]));
                }
            }
        });
    }

    void layerNormAgreesWithItsFormula() {
        onEveryTarget([&](const char*) {
            for (const std::uint32_t width : {1U, 5U, 32U, 100U, 2560U}) {
                std::vector<float> x = randomFloats(width, width);
                for (float& value : x) {
                    value = 1000.0F + value; // a mean far from zero loses F32 sums of squares
                }
                const std::vector<float> weight = randomFloats(width, 1);
                const std::vector<float> bias = randomFloats(width, 2);
                std::vector<float> y(width);
                layerNorm(x.data(), weight.data(), bias.data(), 1e-5F, width, y.data());
                double mean = 0.0;
                for (const float value : x) {
                    mean += static_cast<double>(value) / width;
                }
                double variance = 0.0;
                for (const float value : x) {
                    variance += (static_cast<double>(value) - mean) *
                                (static_cast<double>(value) - mean) / width;
                }
                for (std::uint32_t i = 0; i < width; ++i) {
                    const double expected = (static_cast<double>(x[i]) - mean) /
                                                std::sqrt(variance + 1e-5) *
                                                static_cast<double>(weight[i]) +
                                            static_cast<double>(bias[i]);
                    // x itself has steps of 6e-5 up there
                    QVERIFY(std::abs(static_cast<double>(y[i]) - expected) < 5e-4);
                }
            }
        });
    }

    void geluAgreesWithItsFormula() {
        onEveryTarget([&](const char*) {
            std::vector<float> x;
            for (double value = -30.0; value < 30.0; value += 0.003) {
                x.push_back(static_cast<float>(value));
            }
            std::vector<float> y = x;
            gelu(y);
            for (std::size_t i = 0; i < x.size(); ++i) {
                const auto v = static_cast<double>(x[i]);
                const double expected =
                    0.5 * v * (1.0 + std::tanh(0.7978845608028654 * (v + 0.044715 * v * v * v)));
                QVERIFY2(std::abs(static_cast<double>(y[i]) - expected) <
                             1e-6 * std::max(1.0, std::abs(v)),
                         qPrintable(
                             QString("gelu(%1) = %2, expected %3").arg(v).arg(y[i]).arg(expected)));
            }
            std::vector<float> ends = {1e30F, -1e30F, std::numeric_limits<float>::quiet_NaN()};
            gelu(ends);
            QCOMPARE(ends[0], 1e30F);
            QVERIFY(ends[1] <= 0.0F && ends[1] > -1e-3F);
            QVERIFY(std::isnan(ends[2]));
        });
    }

    void halvesRoundToNearestEven() {
        onEveryTarget([&](const char*) {
            std::vector<float> in = randomFloats(1001, 5);
            in[0] = 1e-7F;
            in[1] = 6e-8F;
            in[2] = 65519.0F;
            in[3] = 65520.0F;
            in[4] = -1e-9F;
            in[5] = 1.0F + 1.0F / 2048.0F;
            in[6] = 1.0F + 3.0F / 2048.0F;
            std::vector<std::uint16_t> half(in.size());
            floatToHalfRow(in.data(), half.data(), in.size());
            std::vector<float> back(in.size());
            halfToFloatRow(half.data(), back.data(), in.size());
            for (std::size_t i = 0; i < in.size(); ++i) {
                QCOMPARE(half[i], floatToHalf(in[i]));
                QCOMPARE(std::bit_cast<std::uint32_t>(back[i]),
                         std::bit_cast<std::uint32_t>(halfToFloat(half[i])));
            }
        });
    }

    void everyHalfIsReadExactly() {
        onEveryTarget([&](const char*) {
            std::vector<std::uint16_t> half;
            for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
                if ((bits & 0x7C00) != 0x7C00 || (bits & 0x3FF) == 0) {
                    half.push_back(static_cast<std::uint16_t>(bits));
                }
            }
            std::vector<float> out(half.size());
            halfToFloatRow(half.data(), out.data(), half.size());
            for (std::size_t i = 0; i < half.size(); ++i) {
                QCOMPARE(std::bit_cast<std::uint32_t>(out[i]),
                         std::bit_cast<std::uint32_t>(halfToFloat(half[i])));
            }
        });
    }

    void finiteIsFoundOutWhereverTheNumberStands() {
        onEveryTarget([&](const char*) {
            std::vector<float> values = randomFloats(77, 1);
            QVERIFY(allFinite(values));
            for (std::size_t i = 0; i < values.size(); ++i) {
                for (const float bad : {std::numeric_limits<float>::quiet_NaN(),
                                        -std::numeric_limits<float>::infinity()}) {
                    const float kept = std::exchange(values[i], bad);
                    QVERIFY(!allFinite(values));
                    values[i] = kept;
                }
            }
        });
    }

    void rotaryTurnsPairsAndScalesTheRest() {
        float cosines[16];
        float sines[16];
        rotaryAngles(1234, 10000.0F, 32, cosines, sines);
        const std::vector<float> before = randomFloats(80, 1);
        std::vector<float> head = before;
        rotate(head.data(), 80, 32, cosines, sines, 0.5F);
        for (std::uint32_t i = 0; i < 80; ++i) {
            double expected = static_cast<double>(before[i]);
            if (i < 32) {
                const std::uint32_t pair = i % 16;
                const double angle = 1234.0 * std::pow(10000.0, -2.0 * pair / 32.0);
                const auto a = static_cast<double>(before[pair]);
                const auto b = static_cast<double>(before[pair + 16]);
                expected = i < 16 ? a * std::cos(angle) - b * std::sin(angle)
                                  : a * std::sin(angle) + b * std::cos(angle);
            }
            QVERIFY(std::abs(static_cast<double>(head[i]) - 0.5 * expected) < 1e-6);
        }
    }
};

QTEST_APPLESS_MAIN(TestKernelsRows)
#include "test_kernels_rows.moc"
