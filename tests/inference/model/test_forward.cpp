// SPDX-License-Identifier: MIT
#include <QtTest>

#include <fstream>

#include "inference/relative_error.h"
#include "model_on.h"
#include "require_value.h"

using namespace phidelity;
using namespace phidelity::test;

namespace {

// F32 sums of 64 to 128 products, and a cache of 16-bit fixed point, or of 16-bit floats.
constexpr double kAgainstExact = 1e-4;
constexpr double kHalfCache = 1e-3;
// Only the order of sums and the rounding of inputs to 16 bits differ.
constexpr double kSameWeights = 1e-3;

std::vector<float> goldenLogits() {
    std::ifstream file(std::string(PHIDELITY_FIXTURES_DIR) + "/tiny_phi/golden_logits.txt");
    std::vector<float> values;
    for (float value = 0; file >> value;) {
        values.push_back(value);
    }
    return values;
}

ModelShape shapeOf(std::uint32_t heads, std::uint32_t headSize, std::uint32_t rotary,
                   std::uint32_t hidden) {
    ModelShape shape = tinyShape();
    shape.layers = 1;
    shape.heads = heads;
    shape.headSize = headSize;
    shape.width = heads * headSize;
    shape.rotary = rotary;
    shape.hidden = hidden;
    return shape;
}

} // namespace

class TestForward : public QObject {
    Q_OBJECT

private slots:
    void logitsAgreeWithTheGoldenOnes_data() { addDeviceRows(); }
    void logitsAgreeWithTheGoldenOnes() {
        QFETCH(QByteArray, device);
        const std::vector<TokenId> tokens = {72, 101, 108, 108, 111, 0, 256, 33};
        REQUIRE_VALUE(const auto model, tinyOn(device.toStdString()));
        Sequence sequence(*model);
        REQUIRE_VALUE(const auto logits, sequence.extend(tokens, LogitRows::All));
        const double error = relativeError(logits, goldenLogits());
        qInfo("relative error %.2e", error);
        QVERIFY(error <= (device.startsWith("cpu") ? kAgainstExact : kHalfCache));
    }

    void everyTypeAndShapeGivesTheSameOnFastKernels_data() {
        QTest::addColumn<int>("type");
        QTest::addColumn<int>("headSize");
        for (const TensorType type : kTensorTypes) {
            const std::string name(tensorTypeName(type));
            QTest::addRow("%s, heads of 64", name.c_str()) << static_cast<int>(type) << 64;
            if (blockLayout(type).elements <= 32) { // 320 numbers a row: no whole K block
                QTest::addRow("%s, heads of 80", name.c_str()) << static_cast<int>(type) << 80;
            }
        }
    }

    void everyTypeAndShapeGivesTheSameOnFastKernels() {
        QFETCH(int, type);
        QFETCH(int, headSize);
        const auto checkpoint = std::make_shared<MemoryCheckpoint>(
            shapeOf(4, static_cast<std::uint32_t>(headSize), 32, 512),
            static_cast<TensorType>(type), 3);
        REQUIRE_VALUE(const auto plain, modelOn("cpu:obvious", checkpoint));
        REQUIRE_VALUE(const auto fast, modelOn("cpu", checkpoint));
        const std::size_t vocabulary = plain->shape().vocabulary;
        const std::vector<TokenId> tokens = someTokens(129);
        Sequence plainSequence(*plain);
        REQUIRE_VALUE(const auto expected, plainSequence.extend(tokens, LogitRows::All));

        Sequence atOnce(*fast);
        REQUIRE_VALUE(const auto all, atOnce.extend(tokens, LogitRows::All));
        const double error = relativeError(all, expected);
        QVERIFY2(error <= kSameWeights, qPrintable(QString::number(error)));

        // In steps of every awkward size, which begin and end inside pages and on their borders.
        Sequence inSteps(*fast);
        for (const std::size_t rows : {1, 2, 3, 4, 5, 6, 7, 8, 9, 31, 20, 16, 17}) {
            const std::size_t first = inSteps.tokens().size();
            REQUIRE_VALUE(const auto found,
                          inSteps.extend(std::span(tokens).subspan(first, rows), LogitRows::All));
            const double stepError =
                relativeError(found, expected.subspan(first * vocabulary, rows * vocabulary));
            QVERIFY2(stepError <= kSameWeights,
                     qPrintable(QString("%1 rows: %2").arg(rows).arg(stepError)));
        }
        QCOMPARE(inSteps.tokens().size(), tokens.size());
    }

    void oddWidthsOfFloatWeightsWork_data() { addDeviceRows(); }
    void oddWidthsOfFloatWeightsWork() {
        QFETCH(QByteArray, device);
        ModelShape shape = shapeOf(3, 18, 10, 37);
        shape.vocabulary = 259;
        for (const TensorType type : {TensorType::F32, TensorType::F16, TensorType::BF16}) {
            const auto checkpoint = std::make_shared<MemoryCheckpoint>(shape, type);
            REQUIRE_VALUE(const auto plain, modelOn("cpu:obvious", checkpoint));
            auto loaded = modelOn(device.toStdString(), checkpoint);
            if (!loaded && loaded.error().code == ErrorCode::Unsupported) {
                QSKIP(loaded.error().detail.c_str()); // as promised: heads of 16 to 256 by 16
            }
            REQUIRE_VALUE(const auto model, std::move(loaded));
            for (const std::size_t rows : {1, 4, 40}) {
                Sequence expected(*plain);
                Sequence found(*model);
                REQUIRE_VALUE(const auto exact, expected.extend(someTokens(rows), LogitRows::All));
                REQUIRE_VALUE(const auto logits, found.extend(someTokens(rows), LogitRows::All));
                QVERIFY(relativeError(logits, exact) <= kSameWeights);
            }
        }
    }

    void prefillAndDecodeAgree_data() { addDeviceRows(); }
    void prefillAndDecodeAgree() {
        QFETCH(QByteArray, device);
        const std::vector<TokenId> tokens = someTokens(70);
        REQUIRE_VALUE(const auto model, tinyOn(device.toStdString()));
        Sequence whole(*model);
        REQUIRE_VALUE(const auto all, whole.extend(tokens, LogitRows::All));
        const std::vector<float> expected = copyOf(all);
        Sequence single(*model);
        std::vector<float> found;
        for (const TokenId token : tokens) {
            REQUIRE_VALUE(const auto logits, single.extend(std::span(&token, 1)));
            found.insert(found.end(), logits.begin(), logits.end());
        }
        QVERIFY(relativeError(found, expected) <= kSameWeights);
    }

    void promptsLongerThanAStepComeInChunks_data() { addDeviceRows(); }
    void promptsLongerThanAStepComeInChunks() {
        QFETCH(QByteArray, device);
        const std::vector<TokenId> tokens = someTokens(530);
        REQUIRE_VALUE(const auto model, tinyOn(device.toStdString()));
        Sequence inChunks(*model);
        std::vector<std::size_t> told;
        REQUIRE_VALUE(const auto all,
                      inChunks.extend(tokens, LogitRows::All, nullptr,
                                      [&told](std::size_t done) { told.push_back(done); }));
        QCOMPARE(all.size(), tokens.size() * model->shape().vocabulary);
        QVERIFY(told.size() > 1);
        QCOMPARE(told.back(), tokens.size());
        const std::vector<float> last = copyOf(all.last(model->shape().vocabulary));

        Sequence otherChunks(*model);
        const auto half = std::span(tokens).first(201);
        QVERIFY(otherChunks.extend(half, LogitRows::None).has_value());
        REQUIRE_VALUE(const auto logits, otherChunks.extend(std::span(tokens).subspan(201)));
        QVERIFY(relativeError(logits, last) <= kSameWeights);
    }

    void rowsSeeNothingThatComesAfterThem() {
        REQUIRE_VALUE(const auto model, tinyOn("cpu:obvious"));
        std::vector<TokenId> tokens = someTokens(40);
        Sequence first(*model);
        REQUIRE_VALUE(const auto before, first.extend(tokens, LogitRows::All));
        const std::vector<float> expected =
            copyOf(before.first(std::size_t{39} * model->shape().vocabulary));
        tokens.back() = 1;
        Sequence second(*model);
        REQUIRE_VALUE(const auto after, second.extend(tokens, LogitRows::All));
        QCOMPARE(copyOf(after.first(expected.size())), expected);
    }

    void noLogitsAreComputedWhereNoneAreWanted() {
        REQUIRE_VALUE(const auto model, tinyOn("cpu"));
        Sequence sequence(*model);
        REQUIRE_VALUE(const auto none, sequence.extend(someTokens(5), LogitRows::None));
        QVERIFY(none.empty());
        QCOMPARE(sequence.tokens().size(), std::size_t{5});
    }
};

QTEST_GUILESS_MAIN(TestForward)
#include "test_forward.moc"
