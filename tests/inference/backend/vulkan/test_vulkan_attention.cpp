// SPDX-License-Identifier: MIT
#include "inference/backend/vulkan/step_memory.h" // has slots of its own, so before Qt

#include <QtTest>

#include <algorithm>
#include <utility>
#include <vector>

#include "scene.h"
#include "vulkan_device_for_tests.h"

using namespace phidelity;
using namespace phidelity::test;
using vulkan::ReadPath;
using vulkan::VulkanOptions;

namespace {

// The cache holds 16-bit floats, which are off by up to 5e-4 of a number; sums are F32.
constexpr double kTolerance = 4e-3;
constexpr std::uint32_t kVocabulary = 40;
constexpr std::uint32_t kPages = 16;
constexpr std::uint32_t kLayers = 2;

AttentionShape shapeOf(std::uint32_t heads, std::uint32_t headSize, std::uint32_t rotary) {
    return {kLayers, heads, headSize, rotary, 10000.0F, 320};
}

/// What attention makes of random queries, keys and values, seen alone: the residual stream is
/// cleared before the context is added to it.
class AttentionScene {
public:
    AttentionScene(Scene scene, std::uint32_t width) : m_scene(std::move(scene)), m_width(width) {
        m_x = m_scene.activation(m_width);
        m_seen = m_scene.activation(m_width);
        m_query = m_scene.activation(m_width);
        m_context = m_scene.activation(m_width);
        m_table = m_scene.matrix(TensorType::F32, kVocabulary, m_width, MatrixUse::Table);
        m_zeros = m_scene.zeros(kVocabulary, m_width);
        m_norm = m_scene.norm(m_width);
        for (std::vector<Part>& parts : m_parts) {
            parts = {{linear(), Epilogue::RotateQuery, m_query},
                     {linear(), Epilogue::RotateToKeys, {}},
                     {linear(), Epilogue::ToValues, {}}};
        }
        m_same = m_scene.scaled(m_width, 1);
    }

    /// Logits of every row after both layers wrote their caches; what is seen is the sum of what
    /// they attended to.
    std::vector<float> step(const std::vector<SceneRows>& sequences) {
        std::uint32_t rows = 0;
        for (const SceneRows& sequence : sequences) {
            rows += sequence.count;
        }
        const Term terms[] = {{m_context, m_same}};
        return m_scene.step(sequences, kVocabulary, allRows(rows), [&](Backend& backend) {
            backend.embed(m_x, m_table);
            backend.embed(m_seen, m_zeros);
            for (std::uint32_t layer = 0; layer < kLayers; ++layer) {
                backend.project(m_x, m_norm, m_parts[layer], layer);
                backend.attend(m_context, m_query, layer);
                backend.merge(m_seen, terms);
            }
            backend.head(m_seen, m_norm, m_same);
        });
    }

    void copyPage(PageId from, PageId to) {
        QVERIFY(m_scene.backend().copyPage(from, to).has_value());
    }

private:
    Linear linear() { return m_scene.linear(TensorType::F32, m_width, m_width); }

    Scene m_scene;
    std::uint32_t m_width;
    Activation m_x, m_seen, m_query, m_context;
    MatrixId m_table{}, m_zeros{};
    Norm m_norm;
    std::vector<Part> m_parts[kLayers];
    Linear m_same;
};

// Not in order, and in no order two sequences share.
const std::vector<PageId> kLong = {7, 2, 9, 0, 4, 11, 1, 6, 3, 8};
const std::vector<PageId> kShort = {5, 12};
const std::vector<PageId> kBranch = {7, 2, 9, 0, 13};                // of kLong, from 128 on
const std::vector<PageId> kCopy = {7, 2, 9, 0, 4, 11, 1, 6, 14, 15}; // from 256 on

struct NamedStep {
    const char* what;
    std::vector<SceneRows> rows;
};

std::vector<NamedStep> manyRowCounts() {
    std::vector<NamedStep> steps;
    for (const std::uint32_t rows : {1U, 2U, 3U, 4U, 5U, 6U, 7U, 8U, 9U, 31U, 129U}) {
        steps.push_back({"from an empty context", {{0, rows, kLong}}});
    }
    return steps;
}

/// A conversation that grows over pages and over parts of 128 and 256 keys.
std::vector<NamedStep> growing() {
    return {
        {"a prompt over three pages", {{0, 100, kLong}}},
        {"up to the border of 128 keys", {{100, 27, kLong}}},
        {"128 keys", {{127, 1, kLong}}},
        {"129 keys", {{128, 1, kLong}}},
        {"130 keys", {{129, 1, kLong}}},
        {"a short sequence", {{0, 31, kShort}}},
        {"a branch that shares pages", {{128, 3, kBranch}}},
        {"three side by side", {{130, 1, kLong}, {31, 1, kShort}, {131, 1, kBranch}}},
        {"several rows of each", {{131, 3, kLong}, {32, 5, kShort}, {132, 1, kBranch}}},
        {"up to the border of 256 keys", {{134, 121, kLong}}},
        {"256 keys", {{255, 1, kLong}}},
        {"257 keys", {{256, 1, kLong}}},
        {"nine rows past it", {{257, 9, kLong}}},
    };
}

std::vector<NamedStep> afterCopy() {
    return {
        {"a copied page and its original", {{266, 1, kLong}, {266, 2, kCopy}}},
        {"the copy alone", {{268, 1, kCopy}}},
        {"back to the past", {{40, 5, kLong}}},
        {"across the border of 256 keys", {{250, 9, kLong}}},
    };
}

} // namespace

class TestVulkanAttention : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { REQUIRE_VULKAN(); }

    void everyHeadSizeAgreesWithTheObviousLoops_data() {
        QTest::addColumn<int>("headSize");
        QTest::addColumn<int>("rotary");
        for (const auto& [size, rotary] :
             {std::pair(16, 4), {32, 32}, {64, 32}, {80, 32}, {128, 0}}) {
            QTest::addRow("%d", size) << size << rotary;
        }
    }

    void everyHeadSizeAgreesWithTheObviousLoops() {
        QFETCH(int, headSize);
        QFETCH(int, rotary);
        const AttentionShape shape =
            shapeOf(3, static_cast<std::uint32_t>(headSize), static_cast<std::uint32_t>(rotary));
        compareAll(shape, reading(ReadPath::Texels));
    }

    void plainBuffersGiveTheSame_data() {
        QTest::addColumn<int>("headSize");
        QTest::newRow("16") << 16;
        QTest::newRow("80") << 80;
    }

    void plainBuffersGiveTheSame() {
        QFETCH(int, headSize);
        compareAll(shapeOf(1, static_cast<std::uint32_t>(headSize), 16),
                   reading(ReadPath::Buffers));
    }

    void kernelsOfGpusGiveTheSame() {
        VulkanOptions options;
        options.kernels = vulkan::KernelsOf::Gpus;
        options.manyRows = vulkan::ManyRows::Tiles; // in F32: only attention rounds to 16 bits
        compareAll(shapeOf(2, 80, 32), options);
    }

    void rotatedPartsMayBeCutBetweenHeads_data() {
        QTest::addColumn<int>("headSize");
        for (const int size : {16, 32, 80, 112, 256}) {
            QTest::addRow("%d", size) << size;
        }
    }
    void rotatedPartsMayBeCutBetweenHeads() {
        QFETCH(int, headSize);
        const AttentionShape shape = shapeOf(4, static_cast<std::uint32_t>(headSize), 16);
        for (const ReadPath reads : {ReadPath::Texels, ReadPath::Buffers}) {
            VulkanOptions options = reading(reads);
            options.bindingLimit = headBytes(shape) * 5 / 2; // two heads, then two more
            AttentionScene found = vulkanScene(shape, options);
            AttentionScene expected(obviousScene(shape, kPages), shape.heads * shape.headSize);
            compare(found, expected,
                    {{"a few rows", {{0, 9, kLong}}}, {"one row", {{9, 1, kLong}}}});
        }
    }

    void aHeadThatCannotBeBoundIsRefusedAtLoad() {
        const AttentionShape shape = shapeOf(4, 80, 32);
        VulkanOptions options;
        options.bindingLimit = headBytes(shape) - 1;
        const auto backend = vulkanBackend(options);
        QVERIFY(backend);
        QVERIFY((*backend)->createCache(shape, kPages));
        const RandomMatrix matrix(TensorType::F32, 320, 320, 1);
        const auto added = (*backend)->addMatrix(matrix.view(), MatrixUse::Product);
        QVERIFY(!added);
        QCOMPARE(added.error().code, ErrorCode::Unsupported);
        QVERIFY2(added.error().detail.find("rows of a head") != std::string::npos,
                 added.error().detail.c_str());
    }

    void thereAreCountersForAnyNumberOfHeads() {
        const FoundDevice& found = vulkanDevice();
        const auto device = vulkan::Device::create(found.instance, found.physical);
        QVERIFY(device);
        vulkan::StepMemory memory(**device, vulkan::tuningFor(**device, ReadPath::Auto));
        const AttentionShape shape = shapeOf(200, 16, 8);
        QVERIFY(memory.createCache(shape, 1));
        QVERIFY(memory.prepare(1));
        // One for each block of rows that is merged, and one for each row and head.
        const std::uint64_t rows = vulkan::StepMemory::kMostRows;
        QVERIFY(memory.counters().bytes() >= 4 * (rows + rows * shape.heads));
    }

private:
    /// Bytes of the rows of a head in a square F32 matrix: tiles of 8 rows by 256 columns.
    static std::uint64_t headBytes(const AttentionShape& shape) {
        const std::uint64_t width = std::uint64_t{shape.heads} * shape.headSize;
        return shape.headSize / 8 * ((width + 255) / 256) * 8192;
    }

    static VulkanOptions reading(ReadPath reads) {
        VulkanOptions options;
        options.reads = reads;
        return options;
    }

    static AttentionScene vulkanScene(const AttentionShape& shape, const VulkanOptions& options) {
        auto backend = vulkanBackend(options);
        if (!backend) {
            qFatal("%s", backend.error().detail.c_str());
        }
        return {{std::move(*backend), shape, kPages}, shape.heads * shape.headSize};
    }

    static void compareAll(const AttentionShape& shape, const VulkanOptions& options) {
        AttentionScene found = vulkanScene(shape, options);
        AttentionScene expected(obviousScene(shape, kPages), shape.heads * shape.headSize);
        compare(found, expected, manyRowCounts());
        compare(found, expected, growing());
        for (AttentionScene* scene : {&found, &expected}) {
            scene->copyPage(3, 14);
            scene->copyPage(8, 15);
        }
        compare(found, expected, afterCopy());
    }

    static void compare(AttentionScene& found, AttentionScene& expected,
                        const std::vector<NamedStep>& steps) {
        double worst = 0;
        for (const NamedStep& step : steps) {
            const double error = worstError(found.step(step.rows), expected.step(step.rows));
            QVERIFY2(error <= kTolerance, qPrintable(QString("%1 (%2 rows of the first): %3")
                                                         .arg(step.what)
                                                         .arg(step.rows[0].count)
                                                         .arg(error)));
            worst = std::max(worst, error);
        }
        qInfo("largest difference %.1e", worst);
    }
};

QTEST_GUILESS_MAIN(TestVulkanAttention)
#include "test_vulkan_attention.moc"
