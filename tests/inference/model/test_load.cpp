// SPDX-License-Identifier: MIT
#include <QtTest>

#include <algorithm>

#include "model_on.h"
#include "require_value.h"

using namespace phidelity;
using namespace phidelity::test;

class TestLoad : public QObject {
    Q_OBJECT

private slots:
    void progressRisesToOne() {
        std::vector<double> told;
        LoadOptions options;
        options.progress = [&told](double fraction) { told.push_back(fraction); };
        REQUIRE_VALUE(const auto model, tinyOn("cpu", options));
        QVERIFY(!told.empty());
        QVERIFY(told.size() <= 300);
        QVERIFY(std::ranges::is_sorted(told));
        QCOMPARE(told.back(), 1.0);
    }

    void stoppingEndsTheLoad() {
        StopFlag stop = false;
        double last = 0;
        LoadOptions options;
        options.stop = &stop;
        options.progress = [&](double fraction) {
            last = fraction;
            stop = true;
        };
        const auto model = tinyOn("cpu", options);
        QVERIFY(!model.has_value());
        QCOMPARE(model.error().code, ErrorCode::BadArgument);
        QCOMPARE(model.error().detail, std::string("stopped"));
        QVERIFY(last < 1);
    }

    void theContextIsTheModelsOwnOrWhatIsAskedFor() {
        REQUIRE_VALUE(const auto own, tinyOn("cpu"));
        QCOMPARE(own->context(), tinyShape().context);
        LoadOptions options;
        options.context = 100;
        REQUIRE_VALUE(const auto less, tinyOn("cpu", options));
        QCOMPARE(less->context(), 100U);
        options.context = tinyShape().context + 1;
        REQUIRE_ERROR(tinyOn("cpu", options), ErrorCode::BadArgument);
    }

    void bytesPerTokenCountAllMatricesButTheEmbedding() {
        ModelShape shape = tinyShape();
        const auto checkpoint = std::make_shared<MemoryCheckpoint>(shape, TensorType::F16);
        REQUIRE_VALUE(const auto model, modelOn("cpu:obvious", checkpoint));
        const std::uint64_t layer = 4 * shape.width * shape.width + 2 * shape.width * shape.hidden;
        QCOMPARE(model->bytesPerToken(),
                 2 * (shape.layers * layer + std::uint64_t{shape.vocabulary} * shape.width));
    }

    void repackedWeightsAreReleased() {
        const auto kept = std::make_shared<MemoryCheckpoint>(tinyShape(), TensorType::F16);
        REQUIRE_VALUE(const auto floats, modelOn("cpu", kept));
        QCOMPARE(kept->released(), std::uint64_t{0});
        const auto packed = std::make_shared<MemoryCheckpoint>(tinyShape(), TensorType::Q8_0);
        REQUIRE_VALUE(const auto quantised, modelOn("cpu", packed));
        QCOMPARE(packed->released(), quantised->bytesPerToken());
    }

    void aVocabularyLargerThanTheHeadIsRefused() {
        const auto checkpoint = std::make_shared<MemoryCheckpoint>(tinyShape());
        TokenizerData& tokenizer = checkpoint->editTokenizer();
        for (std::uint32_t id = MemoryCheckpoint::kTokens; id <= tinyShape().vocabulary; ++id) {
            tokenizer.tokens.push_back("extra" + std::to_string(id));
            tokenizer.kinds.push_back(TokenKind::UserDefined);
        }
        REQUIRE_ERROR(modelOn("cpu", checkpoint), ErrorCode::BadTokenizer);
    }
};

QTEST_GUILESS_MAIN(TestLoad)
#include "test_load.moc"
