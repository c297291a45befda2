// SPDX-License-Identifier: MIT
#include <QtTest>

#include <memory>
#include <vector>

#include "emulated_device.h"
#include "inference/backend/cuda/cuda_backend.h"
#include "inference/model/memory_plan.h"
#include "inference/relative_error.h"
#include "model_on.h"
#include "require_value.h"

using namespace phidelity;
using namespace phidelity::cuda;
using namespace phidelity::test;

namespace {

/// Keys, values, and of many rows weights and inputs too, are halves.
constexpr double kTolerance = 1e-3;

ModelShape shapeOf(std::uint32_t heads, std::uint32_t headSize, std::uint32_t rotary,
                   std::uint32_t hidden) {
    ModelShape shape = tinyShape();
    shape.layers = 1;
    shape.heads = heads;
    shape.headSize = headSize;
    shape.width = heads * headSize;
    shape.rotary = rotary;
    shape.hidden = hidden;
    shape.context = 700;
    return shape;
}

Result<std::unique_ptr<Model>> emulated(std::shared_ptr<const Checkpoint> checkpoint,
                                        EmulatedCounts* counts = nullptr,
                                        EmulatedFaults* faults = nullptr) {
    return Model::load(
        std::move(checkpoint),
        createCudaBackend(createEmulatedDevice(BlockOrder::Forward, counts, faults), nullptr), {});
}

void addTypes() {
    QTest::addColumn<TensorType>("type");
    for (const TensorType type : kTensorTypes) {
        QTest::newRow(std::string(tensorTypeName(type)).c_str()) << type;
    }
}

} // namespace

class TestCudaModel : public QObject {
    Q_OBJECT

private slots:
    void everyTypeGivesWhatThePlainLoopsGive_data() { addTypes(); }
    void everyTypeGivesWhatThePlainLoopsGive() {
        QFETCH(TensorType, type);
        const bool isWide = blockLayout(type).elements > 32;
        // Heads of 80 as Phi-2 has them, which no block of eight outputs ends with; of 64 where
        // blocks are 256 wide. Widths that are no multiple of a tile wherever the type lets them.
        const ModelShape shape = isWide ? shapeOf(4, 64, 32, 512) : shapeOf(2, 80, 32, 352);
        const auto checkpoint = std::make_shared<MemoryCheckpoint>(shape, type, 3);
        REQUIRE_VALUE(const auto plain, modelOn("cpu:obvious", checkpoint));
        REQUIRE_VALUE(const auto model, emulated(checkpoint));
        const std::vector<TokenId> tokens = someTokens(isWide ? 22 : 86);
        Sequence exact(*plain);
        REQUIRE_VALUE(const auto expected, exact.extend(tokens, LogitRows::All));
        Sequence sequence(*model);
        const std::size_t vocabulary = plain->shape().vocabulary;
        for (const std::size_t rows : {1, 2, 3, 5, 11, 64}) {
            const std::size_t first = sequence.tokens().size();
            if (first + rows > tokens.size()) {
                break;
            }
            REQUIRE_VALUE(const auto found,
                          sequence.extend(std::span(tokens).subspan(first, rows), LogitRows::All));
            const double error =
                relativeError(found, expected.subspan(first * vocabulary, rows * vocabulary));
            QVERIFY2(error <= kTolerance,
                     qPrintable(QStringLiteral("%1 rows: %2").arg(rows).arg(error)));
        }
    }

    void oddWidthsOfFloatWeightsWork() {
        ModelShape shape = shapeOf(3, 24, 10, 37);
        shape.vocabulary = 259;
        for (const TensorType type : {TensorType::F32, TensorType::F16, TensorType::BF16}) {
            const auto checkpoint = std::make_shared<MemoryCheckpoint>(shape, type);
            REQUIRE_VALUE(const auto plain, modelOn("cpu:obvious", checkpoint));
            REQUIRE_VALUE(const auto model, emulated(checkpoint));
            for (const std::size_t rows : {1, 4, 40}) {
                Sequence exact(*plain);
                Sequence sequence(*model);
                REQUIRE_VALUE(const auto expected, exact.extend(someTokens(rows), LogitRows::All));
                REQUIRE_VALUE(const auto found, sequence.extend(someTokens(rows), LogitRows::All));
                QVERIFY(relativeError(found, expected) <= kTolerance);
            }
        }
    }

    void keysThatSeveralBlocksShareCountAsOne() {
        const auto checkpoint =
            std::make_shared<MemoryCheckpoint>(shapeOf(2, 32, 16, 128), TensorType::F32);
        REQUIRE_VALUE(const auto plain, modelOn("cpu:obvious", checkpoint));
        REQUIRE_VALUE(const auto model, emulated(checkpoint));
        const std::vector<TokenId> tokens = someTokens(600);
        Sequence exact(*plain);
        REQUIRE_VALUE(const auto expected, exact.extend(tokens, LogitRows::Last));
        Sequence sequence(*model);
        QVERIFY(sequence.extend(std::span(tokens).first(598)).has_value());
        QVERIFY(sequence.extend(std::span(tokens).subspan(598, 1)).has_value());
        REQUIRE_VALUE(const auto found, sequence.extend(std::span(tokens).last(1)));
        QVERIFY(relativeError(found, expected) <= kTolerance);
    }

    void aRowComesOutAsItDoesAlone_data() { addTypes(); }
    void aRowComesOutAsItDoesAlone() {
        QFETCH(TensorType, type);
        const auto checkpoint =
            std::make_shared<MemoryCheckpoint>(shapeOf(4, 64, 32, 512), type, 5);
        REQUIRE_VALUE(const auto model, emulated(checkpoint));
        Sequence trunk(*model);
        QVERIFY(trunk.extend(someTokens(7)).has_value());
        const std::size_t count = model->parts().backend->rowsAsAlone();
        std::vector<std::vector<float>> alone;
        std::vector<Sequence> branches;
        std::vector<Sequence*> together;
        std::vector<TokenId> tokens;
        for (std::size_t i = 0; i < count; ++i) {
            tokens.push_back(static_cast<TokenId>(3 * i + 1));
            Sequence branch = trunk.fork();
            REQUIRE_VALUE(const auto logits, branch.extend(std::span(&tokens.back(), 1)));
            alone.push_back(copyOf(logits));
            branches.push_back(trunk.fork());
        }
        for (Sequence& branch : branches) {
            together.push_back(&branch);
        }
        REQUIRE_VALUE(const auto logits, Sequence::extendTogether(together, tokens));
        const std::size_t vocabulary = logits.size() / count;
        for (std::size_t i = 0; i < count; ++i) {
            QCOMPARE(copyOf(logits.subspan(i * vocabulary, vocabulary)), alone[i]);
        }
    }

    void aStepOfTheSameShapeIsRecordedOnce() {
        EmulatedCounts counts;
        REQUIRE_VALUE(
            const auto model,
            emulated(std::make_shared<MemoryCheckpoint>(shapeOf(2, 32, 16, 128)), &counts));
        Sequence sequence(*model);
        for (const TokenId token : someTokens(50)) {
            QVERIFY(sequence.extend(std::span(&token, 1)).has_value());
        }
        QCOMPARE(counts.records, 1U);
    }

    void aLoadTakesWhatItWasPlannedToTakeAndGivesItBack() {
        EmulatedCounts counts;
        const auto checkpoint =
            std::make_shared<MemoryCheckpoint>(shapeOf(2, 32, 16, 128), TensorType::F16);
        auto backend =
            createCudaBackend(createEmulatedDevice(BlockOrder::Forward, &counts), nullptr);
        REQUIRE_VALUE(const MemoryPlan plan,
                      planMemory(*checkpoint, *backend, checkpoint->shape().context,
                                 backend->memoryAvailable()));
        QCOMPARE(counts.allocated, 0U);
        REQUIRE_VALUE(auto model, Model::load(checkpoint, std::move(backend), {}));
        {
            Sequence sequence(*model);
            const TokenId token = 1;
            QVERIFY(sequence.extend(std::span(&token, 1)).has_value());
        }
        QCOMPARE(counts.allocated, plan.bytes.total());
        model.reset();
        QCOMPARE(counts.allocated, 0U);
    }

    void withoutRoomALoadFailsAndGivesEverythingBack() {
        EmulatedCounts counts;
        EmulatedFaults faults;
        faults.memory = 100'000;
        auto loaded =
            emulated(std::make_shared<MemoryCheckpoint>(shapeOf(4, 80, 32, 352)), &counts, &faults);
        REQUIRE_ERROR(std::move(loaded), ErrorCode::OutOfMemory);
        QCOMPARE(counts.allocated, 0U);
    }

    void aDeviceThatIsLostIsTold() {
        EmulatedFaults faults;
        REQUIRE_VALUE(const auto model,
                      emulated(std::make_shared<MemoryCheckpoint>(shapeOf(2, 32, 16, 128)), nullptr,
                               &faults));
        Sequence sequence(*model);
        const TokenId token = 1;
        QVERIFY(sequence.extend(std::span(&token, 1)).has_value());
        faults.runsUntilLost = 0;
        REQUIRE_ERROR(sequence.extend(std::span(&token, 1)), ErrorCode::DeviceLost);
        QCOMPARE(sequence.tokens().size(), 1U);
    }

    void unusualHeadsAreRefusedByName() {
        auto loaded = emulated(std::make_shared<MemoryCheckpoint>(shapeOf(3, 18, 10, 37)));
        REQUIRE_ERROR(std::move(loaded), ErrorCode::Unsupported);
    }
};

QTEST_GUILESS_MAIN(TestCudaModel)
#include "test_cuda_model.moc"
