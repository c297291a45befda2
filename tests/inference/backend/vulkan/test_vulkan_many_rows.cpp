// SPDX-License-Identifier: MIT
#include <QtTest>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "scene.h"
#include "vulkan_device_for_tests.h"

using namespace phidelity;
using namespace phidelity::test;
using vulkan::ManyRows;
using vulkan::ReadPath;
using vulkan::VulkanOptions;

namespace {

constexpr std::uint32_t kVocabulary = 77; // no multiple of any tile
constexpr std::uint32_t kPages = 8;

const char* nameOf(ManyRows kernels) {
    switch (kernels) {
    case ManyRows::Tiles:
        return "tiles";
    case ManyRows::HalfTiles:
        return "tiles of halves";
    case ManyRows::Matrices:
        return "matrix cores";
    case ManyRows::Auto:
    case ManyRows::Blocks:
        break;
    }
    return "blocks";
}

constexpr ManyRows kKernels[] = {ManyRows::Tiles, ManyRows::HalfTiles, ManyRows::Matrices};

/// In F32 only the order of sums differs. In F16 every factor is off by up to 2^-11 of itself, and
/// a logit comes of three products of them one after the other.
double toleranceOf(ManyRows kernels) {
    return kernels == ManyRows::Tiles ? 5e-5 : 6e-3;
}

VulkanOptions running(ManyRows kernels, std::uint64_t bindingLimit = 0) {
    VulkanOptions options;
    options.reads = ReadPath::Buffers;
    options.manyRows = kernels;
    options.bindingLimit = bindingLimit;
    return options;
}

/// Skips a test where the device lacks what kernels need.
#define REQUIRE_KERNELS(kernels)                                                                   \
    if (!vulkan::canRun(vulkanDevice().physical, kernels)) {                                       \
        QSKIP("the device, its driver or the compiler of shaders does not offer them");            \
    }

AttentionShape shapeOf(std::uint32_t heads, std::uint32_t headSize, std::uint32_t rotary) {
    return {1, heads, headSize, rotary, 10000.0F, 256};
}

Scene vulkanScene(const AttentionShape& shape, const VulkanOptions& options) {
    return {std::move(*vulkanBackend(options)), shape, kPages};
}

std::vector<SceneRows> oneSequence(std::uint32_t rows, std::uint32_t first = 0) {
    return {{first, rows, {5, 1, 7, 0, 3, 2, 6, 4}}};
}

struct Sizes {
    std::uint32_t width = 0; ///< of the residual stream
    std::uint32_t hidden = 0;
};

/// The narrowest that are no multiple of a super-block, where the type lets them.
Sizes sizesOf(TensorType type) {
    switch (blockLayout(type).elements) {
    case 1:
        return {40, 300};
    case 32:
        return {64, 320};
    default:
        return {256, 512};
    }
}

/// Logits of all rows of a step, made by every verb that multiplies but does not rotate.
std::vector<float> productLogits(Scene scene, TensorType type, TensorType other,
                                 std::uint32_t rows) {
    const Sizes sizes =
        sizesOf(blockLayout(type).elements > blockLayout(other).elements ? type : other);
    const Activation x = scene.activation(sizes.width);
    const Activation a = scene.activation(sizes.hidden);
    const Activation b = scene.activation(sizes.width);
    const Norm norm = scene.norm(sizes.width);
    const MatrixId table = scene.matrix(type, kVocabulary, sizes.width, MatrixUse::Table);
    const Part parts[] = {
        {scene.linear(type, sizes.hidden, sizes.width), Epilogue::Gelu, a},
        {scene.linear(other, sizes.width, sizes.width), Epilogue::Store, b},
    };
    const Term terms[] = {{a, scene.linear(type, sizes.width, sizes.hidden)},
                          {b, scene.linear(other, sizes.width, sizes.width)}};
    const Linear head = scene.linear(type, kVocabulary, sizes.width);
    return scene.step(oneSequence(rows), kVocabulary, allRows(rows), [&](Backend& backend) {
        backend.embed(x, table);
        backend.project(x, norm, parts, 0);
        backend.merge(x, terms);
        backend.head(x, norm, head);
    });
}

/// Logits of some rows of a prompt, then of one row more that sees what the prompt left in the
/// cache.
std::vector<float> attentionLogits(Scene scene, const AttentionShape& shape, std::uint32_t rows) {
    const std::uint32_t width = shape.heads * shape.headSize;
    const Activation x = scene.activation(width);
    const Activation query = scene.activation(width);
    const Activation context = scene.activation(width);
    const Activation hidden = scene.activation(24);
    const Norm norm = scene.norm(width);
    const MatrixId table = scene.matrix(TensorType::F32, kVocabulary, width, MatrixUse::Table);
    const auto linear = [&](std::uint32_t outputs, std::uint32_t inputs) {
        return scene.linear(TensorType::F32, outputs, inputs);
    };
    const Part parts[] = {{linear(width, width), Epilogue::RotateQuery, query},
                          {linear(width, width), Epilogue::RotateToKeys, {}},
                          {linear(width, width), Epilogue::ToValues, {}},
                          {linear(24, width), Epilogue::Gelu, hidden}};
    const Term terms[] = {{context, linear(width, width)}, {hidden, linear(width, 24)}};
    const Linear head = linear(kVocabulary, width);
    const auto step = [&](std::uint32_t first, std::uint32_t count,
                          const std::vector<std::uint32_t>& wanted) {
        return scene.step(oneSequence(count, first), kVocabulary, wanted, [&](Backend& backend) {
            backend.embed(x, table);
            backend.project(x, norm, parts, 0);
            backend.attend(context, query, 0);
            backend.merge(x, terms);
            backend.head(x, norm, head);
        });
    };
    std::vector<float> logits = step(0, rows, {rows - 1, 0, rows / 2});
    const std::vector<float> after = step(rows, 1, {0});
    logits.insert(logits.end(), after.begin(), after.end());
    return logits;
}

} // namespace

Q_DECLARE_METATYPE(phidelity::vulkan::ManyRows)
Q_DECLARE_METATYPE(phidelity::TensorType)

class TestVulkanManyRows : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { REQUIRE_VULKAN(); }

    void everyTypeAgreesWithTheObviousLoops_data() {
        QTest::addColumn<ManyRows>("kernels");
        QTest::addColumn<TensorType>("type");
        // All decode alike; how the numbers are kept after that does not depend on their type.
        for (const TensorType type : kTensorTypes) {
            addRow(ManyRows::Tiles, type);
        }
        for (const ManyRows kernels : {ManyRows::HalfTiles, ManyRows::Matrices}) {
            for (const TensorType type : {TensorType::F32, TensorType::Q4_0, TensorType::Q6_K}) {
                addRow(kernels, type);
            }
        }
    }

    void everyTypeAgreesWithTheObviousLoops() {
        QFETCH(ManyRows, kernels);
        QFETCH(TensorType, type);
        REQUIRE_KERNELS(kernels);
        compare(kernels,
                productLogits(vulkanScene(shapeOf(1, 16, 0), running(kernels)), type, type, 9),
                productLogits(obviousScene(shapeOf(1, 16, 0), kPages), type, type, 9));
    }

    void termsOfDifferentTypesGoTogether_data() {
        QTest::addColumn<ManyRows>("kernels");
        QTest::addColumn<TensorType>("type");
        QTest::addColumn<TensorType>("other");
        QTest::addColumn<std::uint32_t>("rows");
        using enum TensorType;
        for (const ManyRows kernels : kKernels) {
            QTest::addRow("%s, 31 rows", nameOf(kernels)) << kernels << Q4_0 << F16 << 31U;
            QTest::addRow("%s, 129 rows", nameOf(kernels)) << kernels << Q8_0 << Q4_1 << 129U;
        }
    }

    void termsOfDifferentTypesGoTogether() {
        QFETCH(ManyRows, kernels);
        QFETCH(TensorType, type);
        QFETCH(TensorType, other);
        QFETCH(std::uint32_t, rows);
        REQUIRE_KERNELS(kernels);
        compare(kernels,
                productLogits(vulkanScene(shapeOf(1, 16, 0), running(kernels)), type, other, rows),
                productLogits(obviousScene(shapeOf(1, 16, 0), kPages), type, other, rows));
    }

    void headsAreRotatedAndKept_data() {
        QTest::addColumn<ManyRows>("kernels");
        QTest::addColumn<std::uint32_t>("headSize");
        QTest::addColumn<std::uint32_t>("rows");
        for (const ManyRows kernels : kKernels) {
            for (const auto& [headSize, rows] : {std::pair(64U, 33U), {80U, 65U}, {16U, 9U}}) {
                QTest::addRow("%s, heads of %u, %u rows", nameOf(kernels), headSize, rows)
                    << kernels << headSize << rows;
            }
        }
    }

    void headsAreRotatedAndKept() {
        QFETCH(ManyRows, kernels);
        QFETCH(std::uint32_t, headSize);
        QFETCH(std::uint32_t, rows);
        REQUIRE_KERNELS(kernels);
        const AttentionShape shape = shapeOf(3, headSize, headSize / 2 / 4 * 4);
        compare(kernels, attentionLogits(vulkanScene(shape, running(kernels)), shape, rows),
                attentionLogits(obviousScene(shape, kPages), shape, rows),
                5e-3); // keys and values are kept in F16
    }

    void matricesLargerThanABindingAreCut_data() { addKernels(); }
    void matricesLargerThanABindingAreCut() {
        QFETCH(ManyRows, kernels);
        REQUIRE_KERNELS(kernels);
        // 10 groups of 300 F32 columns go into a slice: fewer than a tile takes.
        constexpr std::uint64_t kLimit = std::uint64_t{10} * 2 * 8192;
        compare(kernels,
                productLogits(vulkanScene(shapeOf(1, 16, 0), running(kernels, kLimit)),
                              TensorType::F32, TensorType::F32, 17),
                productLogits(obviousScene(shapeOf(1, 16, 0), kPages), TensorType::F32,
                              TensorType::F32, 17));
    }

    void inputsBeyondTheRangeOfHalvesCountInFull_data() { addKernels(); }
    void inputsBeyondTheRangeOfHalvesCountInFull() {
        QFETCH(ManyRows, kernels);
        REQUIRE_KERNELS(kernels);
        constexpr std::uint32_t kWidth = 128;
        std::vector<float> large = randomFloats(kWidth * kWidth, 1);
        for (float& weight : large) {
            weight = std::copysign(4000.0F, weight);
        }
        const std::vector<float> zeros(kWidth);
        const auto bytes = [](const std::vector<float>& numbers) {
            return reinterpret_cast<const std::byte*>(numbers.data());
        };
        const auto logits = [&](Scene scene) {
            const Activation x = scene.activation(kWidth);
            const Activation hidden = scene.activation(kWidth);
            const Norm norm = scene.norm(kWidth);
            const MatrixId table =
                scene.matrix(TensorType::F32, kVocabulary, kWidth, MatrixUse::Table);
            // Up to some 150,000 after the first matrix, about 1 after the second.
            const Linear up{
                *scene.backend().addMatrix({TensorType::F32, bytes(large), kWidth, kWidth},
                                           MatrixUse::Product),
                *scene.backend().addVector({TensorType::F32, bytes(zeros), 1, kWidth})};
            const Part parts[] = {{up, Epilogue::Gelu, hidden}};
            const Term down[] = {{hidden, scene.scaled(kWidth, 1 / 50000.0F)}};
            const Linear head = scene.linear(TensorType::F32, kVocabulary, kWidth);
            return scene.step(oneSequence(9), kVocabulary, allRows(9), [&](Backend& backend) {
                backend.embed(x, table);
                backend.project(x, norm, parts, 0);
                backend.merge(x, down);
                backend.head(x, norm, head);
            });
        };
        compare(kernels, logits(vulkanScene(shapeOf(1, 16, 0), running(kernels))),
                logits(obviousScene(shapeOf(1, 16, 0), kPages)));
    }

private:
    static void addKernels() {
        QTest::addColumn<ManyRows>("kernels");
        for (const ManyRows kernels : kKernels) {
            QTest::newRow(nameOf(kernels)) << kernels;
        }
    }

    static void addRow(ManyRows kernels, TensorType type) {
        QTest::addRow("%s, %s", nameOf(kernels), std::string(tensorTypeName(type)).c_str())
            << kernels << type;
    }

    static void compare(ManyRows kernels, const std::vector<float>& found,
                        const std::vector<float>& expected, double atLeast = 0) {
        const double error = worstError(found, expected);
        QVERIFY2(error <= std::max(atLeast, toleranceOf(kernels)),
                 qPrintable(QString::number(error)));
    }
};

QTEST_GUILESS_MAIN(TestVulkanManyRows)
#include "test_vulkan_many_rows.moc"
