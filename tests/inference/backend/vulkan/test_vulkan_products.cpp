// SPDX-License-Identifier: MIT
#include <QtTest>

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "scene.h"
#include "vulkan_device_for_tests.h"

using namespace phidelity;
using namespace phidelity::test;
using vulkan::ReadPath;
using vulkan::VulkanOptions;

namespace {

// Sums of a few hundred F32 products in another order; nothing is rounded to 16 bits on the way.
constexpr double kTolerance = 5e-5;
constexpr std::uint32_t kVocabulary = 77; // no multiple of the eight rows of a tile

/// Sizes of a scene whose matrices are of one type.
struct Sizes {
    std::uint32_t width = 0;  ///< of the residual stream, a multiple of the type's block
    std::uint32_t hidden = 0; ///< likewise
    std::uint32_t outputs = 0;
};

/// The narrowest that are no multiple of a super-block, where the type lets them.
Sizes sizesOf(TensorType type) {
    switch (blockLayout(type).elements) {
    case 1:
        return {40, 300, 37};
    case 32:
        return {64, 320, 37};
    default:
        return {256, 512, 37};
    }
}

AttentionShape noAttention() {
    return {1, 1, 16, 0, 10000.0F, 64};
}

Scene vulkanScene(const AttentionShape& shape, std::uint32_t pages, const VulkanOptions& options) {
    return {std::move(*vulkanBackend(options)), shape, pages};
}

VulkanOptions reading(ReadPath path, std::uint64_t bindingLimit = 0) {
    VulkanOptions options;
    options.reads = path;
    options.bindingLimit = bindingLimit;
    return options;
}

std::vector<SceneRows> oneSequence(std::uint32_t rows) {
    std::vector<PageId> pages(rows / kPageTokens + 1);
    for (std::size_t i = 0; i < pages.size(); ++i) {
        pages[i] = static_cast<PageId>(pages.size() - 1 - i);
    }
    return {{0, rows, pages}};
}

void addReadPaths() {
    QTest::addColumn<int>("reads");
    QTest::newRow("texels") << static_cast<int>(ReadPath::Texels);
    QTest::newRow("buffers") << static_cast<int>(ReadPath::Buffers);
}

/// Logits of one step of `rows` rows for each entry, made by every verb that multiplies: parts that
/// are stored and that pass GELU, one and two terms, and the head over all rows.
std::vector<std::vector<float>> productLogits(Scene scene, TensorType type, TensorType other,
                                              std::span<const std::uint32_t> rowCounts) {
    Sizes sizes = sizesOf(type);
    if (blockLayout(other).elements > blockLayout(type).elements) {
        sizes = sizesOf(other);
    }
    const Activation x = scene.activation(sizes.width);
    const Activation a = scene.activation(sizes.hidden);
    const Activation b = scene.activation(sizes.width);
    const Norm norm = scene.norm(sizes.width);
    const Norm finalNorm = scene.norm(sizes.width);
    const MatrixId table = scene.matrix(type, kVocabulary, sizes.width, MatrixUse::Table);
    const Part parts[] = {
        {scene.linear(type, sizes.hidden, sizes.width), Epilogue::Gelu, a},
        {scene.linear(other, sizes.width, sizes.width), Epilogue::Store, b},
    };
    const Term one[] = {{b, scene.linear(type, sizes.width, sizes.width)}};
    const Term two[] = {{a, scene.linear(type, sizes.width, sizes.hidden)},
                        {b, scene.linear(other, sizes.width, sizes.width)}};
    const Linear head = scene.linear(type, kVocabulary, sizes.width);
    std::vector<std::vector<float>> all;
    for (const std::uint32_t rows : rowCounts) {
        all.push_back(
            scene.step(oneSequence(rows), kVocabulary, allRows(rows), [&](Backend& backend) {
                backend.embed(x, table);
                backend.project(x, norm, parts, 0);
                backend.merge(x, two);
                backend.project(x, norm, parts, 0);
                backend.merge(x, one);
                backend.head(x, finalNorm, head);
            }));
    }
    return all;
}

} // namespace

class TestVulkanProducts : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { REQUIRE_VULKAN(); }

    void everyTypeAgreesWithTheObviousLoops_data() {
        QTest::addColumn<int>("type");
        QTest::addColumn<int>("reads");
        for (const ReadPath reads : {ReadPath::Texels, ReadPath::Buffers}) {
            for (const TensorType type : kTensorTypes) {
                QTest::addRow("%s, %s", std::string(tensorTypeName(type)).c_str(),
                              reads == ReadPath::Texels ? "texels" : "buffers")
                    << static_cast<int>(type) << static_cast<int>(reads);
            }
        }
    }

    void everyTypeAgreesWithTheObviousLoops() {
        QFETCH(int, type);
        QFETCH(int, reads);
        const auto stored = static_cast<TensorType>(type);
        compare(stored, stored, reading(static_cast<ReadPath>(reads)),
                countsFor(static_cast<ReadPath>(reads), stored));
    }

    void kernelsOfGpusGiveTheSame_data() {
        QTest::addColumn<int>("type");
        for (const TensorType type : {TensorType::F16, TensorType::Q4_0, TensorType::Q6_K}) {
            QTest::newRow(std::string(tensorTypeName(type)).c_str()) << static_cast<int>(type);
        }
    }

    void kernelsOfGpusGiveTheSame() {
        QFETCH(int, type);
        const auto stored = static_cast<TensorType>(type);
        VulkanOptions options;
        options.kernels = vulkan::KernelsOf::Gpus;
        options.manyRows = vulkan::ManyRows::Blocks; // tiles: test_vulkan_many_rows.cpp
        compare(stored, stored, options, {1, 3, 5});
    }

    void partsAndTermsOfDifferentTypesGoTogether_data() {
        QTest::addColumn<int>("type");
        QTest::addColumn<int>("other");
        using enum TensorType;
        for (const auto& [type, other] : {std::pair(Q4_K, Q6_K),
                                          {Q3_K, Q5_K},
                                          {F16, Q8_0},
                                          {Q5_1, BF16},
                                          {Q4_0, F32},
                                          {Q6_K, Q4_0}}) {
            QTest::addRow("%s and %s", std::string(tensorTypeName(type)).c_str(),
                          std::string(tensorTypeName(other)).c_str())
                << static_cast<int>(type) << static_cast<int>(other);
        }
    }

    void partsAndTermsOfDifferentTypesGoTogether() {
        QFETCH(int, type);
        QFETCH(int, other);
        compare(static_cast<TensorType>(type), static_cast<TensorType>(other),
                reading(ReadPath::Texels), {1, 9});
    }

    void headComputesOnlyTheRowsThatAreWanted() {
        const std::vector<std::vector<std::uint32_t>> wanted = {{8},          {0}, {1, 4},
                                                                {0, 3, 7, 8}, {},  allRows(9)};
        const auto logits = [&](Scene scene) {
            const Activation x = scene.activation(64);
            const MatrixId table = scene.matrix(TensorType::F32, kVocabulary, 64, MatrixUse::Table);
            const Norm norm = scene.norm(64);
            const Linear head = scene.linear(TensorType::Q8_0, kVocabulary, 64);
            std::vector<float> all;
            for (const std::vector<std::uint32_t>& rows : wanted) {
                const auto some =
                    scene.step(oneSequence(9), kVocabulary, rows, [&](Backend& backend) {
                        backend.embed(x, table);
                        if (!rows.empty()) {
                            backend.head(x, norm, head);
                        }
                    });
                all.insert(all.end(), some.begin(), some.end());
            }
            return all;
        };
        const std::vector<float> found = logits(vulkanScene(noAttention(), 8, {}));
        QCOMPARE(found.size(), std::size_t{17} * kVocabulary);
        QVERIFY(worstError(found, logits(obviousScene(noAttention(), 8))) <= kTolerance);
    }

    void matricesLargerThanABindingAreCut_data() { addReadPaths(); }
    void matricesLargerThanABindingAreCut() {
        QFETCH(int, reads);
        // 40 groups of 64 F32 columns: hidden in 5 slices, the vocabulary in 6, down in 2. 201
        // groups make a workgroup of the software driver's take three: slices end within one.
        constexpr std::uint32_t kHidden = 1300;
        constexpr std::uint32_t kTokens = 1601;
        constexpr std::uint64_t kLimit = 40 * 8192;
        const auto logits = [&](Scene scene) {
            const Activation x = scene.activation(64);
            const Activation hidden = scene.activation(kHidden);
            const MatrixId table = scene.matrix(TensorType::F32, kTokens, 64, MatrixUse::Table);
            const Norm norm = scene.norm(64);
            const Part up[] = {
                {scene.linear(TensorType::F32, kHidden, 64), Epilogue::Gelu, hidden}};
            const Term down[] = {{hidden, scene.linear(TensorType::F32, 64, kHidden)}};
            const Linear head = scene.linear(TensorType::F32, kTokens, 64);
            std::vector<std::vector<float>> all;
            for (const std::uint32_t rows : {1U, 3U}) {
                all.push_back(
                    scene.step(oneSequence(rows), kTokens, allRows(rows), [&](Backend& backend) {
                        backend.embed(x, table);
                        backend.project(x, norm, up, 0);
                        backend.merge(x, down);
                        backend.head(x, norm, head);
                    }));
            }
            return all;
        };
        const auto found =
            logits(vulkanScene(noAttention(), 8, reading(static_cast<ReadPath>(reads), kLimit)));
        const auto expected = logits(obviousScene(noAttention(), 8));
        for (std::size_t i = 0; i < expected.size(); ++i) {
            QVERIFY(worstError(found[i], expected[i]) <= kTolerance);
        }
    }

    void anyNumberOfPartsAndTermsIsComputed() {
        constexpr std::uint32_t kWidth = 64;
        constexpr std::uint32_t kTokens = 40;
        const auto logits = [&](Scene scene) {
            const Activation x = scene.activation(kWidth);
            const MatrixId table = scene.matrix(TensorType::F32, kTokens, kWidth, MatrixUse::Table);
            const Norm norm = scene.norm(kWidth);
            std::vector<Part> up;
            std::vector<Term> down;
            for (std::uint32_t part = 0; part < 9; ++part) {
                const Activation hidden = scene.activation(32);
                up.push_back({scene.linear(TensorType::F32, 32, kWidth), Epilogue::Gelu, hidden});
                down.push_back({hidden, scene.linear(TensorType::F32, kWidth, 32)});
            }
            const Linear head = scene.linear(TensorType::F32, kTokens, kWidth);
            return scene.step(oneSequence(3), kTokens, allRows(3), [&](Backend& backend) {
                backend.embed(x, table);
                backend.project(x, norm, up, 0);
                backend.merge(x, down);
                backend.head(x, norm, head);
            });
        };
        const auto found = logits(vulkanScene(noAttention(), 8, {}));
        const auto expected = logits(obviousScene(noAttention(), 8));
        QVERIFY(worstError(found, expected) <= kTolerance);
    }

private:
    /// The software driver computes slowly through plain buffers: few rows, and blocks of eight for
    /// one type of each kind.
    static std::vector<std::uint32_t> countsFor(ReadPath reads, TensorType type) {
        if (reads == ReadPath::Texels) {
            return {1, 2, 3, 4, 5, 6, 7, 8, 9, 31, 129};
        }
        const bool wide =
            type == TensorType::F16 || type == TensorType::Q4_0 || type == TensorType::Q6_K;
        return wide ? std::vector<std::uint32_t>{1, 3, 5} : std::vector<std::uint32_t>{1, 2};
    }

    static void compare(TensorType type, TensorType other, const VulkanOptions& options,
                        const std::vector<std::uint32_t>& counts) {
        const auto expected = productLogits(obviousScene(noAttention(), 8), type, other, counts);
        const auto found =
            productLogits(vulkanScene(noAttention(), 8, options), type, other, counts);
        for (std::size_t i = 0; i < counts.size(); ++i) {
            const double error = worstError(found[i], expected[i]);
            QVERIFY2(error <= kTolerance,
                     qPrintable(QString("%1 rows: %2").arg(counts[i]).arg(error)));
        }
    }
};

QTEST_GUILESS_MAIN(TestVulkanProducts)
#include "test_vulkan_products.moc"
