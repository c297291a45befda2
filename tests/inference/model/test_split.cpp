// SPDX-License-Identifier: MIT
#include <QtTest>

#include <algorithm>

#include "inference/backend/cpu/cpu_backend.h"
#include "inference/backend/split_backend.h"
#include "inference/model/device_share.h"
#include "inference/model/load_plan.h"
#include "inference/model/memory_plan.h"
#include "inference/relative_error.h"
#include "model_on.h"
#include "require_value.h"

using namespace phidelity;
using namespace phidelity::test;

namespace {

constexpr std::uint32_t kLayers = 3;
// Two ways to compute the same: other orders of sums, and inputs and caches of 16 bits.
constexpr double kSameWeights = 1e-3;

std::shared_ptr<MemoryCheckpoint> smallCheckpoint(TensorType type) {
    ModelShape shape = tinyShape();
    shape.layers = kLayers;
    shape.context = 256;
    return std::make_shared<MemoryCheckpoint>(shape, type, 5);
}

/// The first parts on `device`, the others on the fast kernels.
Result<std::unique_ptr<Backend>> splitBackend(std::string_view device, std::uint32_t onDevice) {
    PHIDELITY_TRY(auto first, createBackend(device, 2));
    PHIDELITY_TRY(auto rest, createCpuBackend({CpuKernels::Fast, 2}));
    return createSplitBackend(std::move(first), std::move(rest), {kLayers, onDevice});
}

/// What a conversation does to a model: a prompt in two chunks, single tokens over the border of a
/// page, a fork that goes its own way, a step back, two sequences side by side. All logits.
Result<std::vector<float>> journey(Model& model) {
    std::vector<float> all;
    const auto keep = [&all](std::span<const float> logits) {
        all.insert(all.end(), logits.begin(), logits.end());
    };
    Sequence first(model);
    PHIDELITY_TRY(auto logits, first.extend(someTokens(40), LogitRows::All));
    keep(logits);
    PHIDELITY_TRY(logits, first.extend(someTokens(21, 9), LogitRows::None));
    for (const TokenId token : {7U, 8U, 9U, 10U, 11U}) {
        PHIDELITY_TRY(logits, first.extend(std::span(&token, 1)));
        keep(logits);
    }
    Sequence second = first.fork();
    PHIDELITY_TRY(logits, second.extend(someTokens(3, 4)));
    keep(logits);
    first.truncate(50);
    PHIDELITY_TRY(logits, first.extend(someTokens(2, 5)));
    keep(logits);
    Sequence* const both[] = {&first, &second};
    const TokenId tokens[] = {65, 66};
    PHIDELITY_TRY(logits, Sequence::extendTogether(both, tokens));
    keep(logits);
    return all;
}

void addSplitRows() {
    QTest::addColumn<QByteArray>("device");
    QTest::addColumn<int>("type");
    QTest::addColumn<quint32>("onDevice");
    std::vector<std::string> devices = {"cpu:obvious"}; // stands in where there is no other
    for (const DeviceChoice& device : listDevices()) {
        if (device.usable && device.info.kind != DeviceKind::Cpu) {
            devices.push_back(device.info.id);
        }
    }
    for (const std::string& device : devices) {
        for (const TensorType type : {TensorType::F16, TensorType::Q8_0}) {
            for (std::uint32_t parts = 1; parts < partCount(kLayers); ++parts) {
                QTest::addRow("%s, %s, %u parts", device.c_str(), tensorTypeName(type).data(),
                              parts)
                    << QByteArray::fromStdString(device) << static_cast<int>(type) << parts;
            }
        }
    }
}

} // namespace

/// A model whose layers two backends share.
class TestSplit : public QObject {
    Q_OBJECT

private slots:
    void everySplitGivesTheSameLogits_data() { addSplitRows(); }
    void everySplitGivesTheSameLogits() {
        QFETCH(QByteArray, device);
        QFETCH(int, type);
        QFETCH(quint32, onDevice);
        const auto checkpoint = smallCheckpoint(static_cast<TensorType>(type));
        REQUIRE_VALUE(const auto plain, modelOn("cpu:obvious", checkpoint));
        REQUIRE_VALUE(const std::vector<float> expected, journey(*plain));
        REQUIRE_VALUE(auto backend, splitBackend(device.toStdString(), onDevice));
        REQUIRE_VALUE(const auto model, Model::load(checkpoint, std::move(backend)));
        REQUIRE_VALUE(const std::vector<float> found, journey(*model));
        const double error = relativeError(found, expected);
        QVERIFY2(error <= kSameWeights, qPrintable(QString::number(error)));
        QCOMPARE(pagesInUse(*model), 0U);
    }

    void threeBackendsShareAModelToo() {
        const auto checkpoint = smallCheckpoint(TensorType::F16);
        REQUIRE_VALUE(const auto plain, modelOn("cpu:obvious", checkpoint));
        REQUIRE_VALUE(const std::vector<float> expected, journey(*plain));
        for (const std::uint32_t outer : {2U, 3U}) {
            REQUIRE_VALUE(auto first, createBackend("cpu:obvious"));
            REQUIRE_VALUE(auto second, createCpuBackend({CpuKernels::Fast, 1}));
            REQUIRE_VALUE(auto third, createCpuBackend({CpuKernels::Obvious, 1}));
            auto inner = createSplitBackend(std::move(first), std::move(second), {outer, 1});
            auto whole = createSplitBackend(std::move(inner), std::move(third), {kLayers, outer});
            REQUIRE_VALUE(const auto model, Model::load(checkpoint, std::move(whole)));
            REQUIRE_VALUE(const std::vector<float> found, journey(*model));
            QVERIFY(relativeError(found, expected) <= kSameWeights);
        }
    }

    void aStoppedStepLeavesNothingBehind() {
        REQUIRE_VALUE(auto backend, splitBackend("cpu:obvious", 2));
        REQUIRE_VALUE(const auto model,
                      Model::load(smallCheckpoint(TensorType::F16), std::move(backend)));
        Sequence sequence(*model);
        const std::vector<TokenId> tokens = someTokens(5);
        REQUIRE_VALUE(const auto logits, sequence.extend(tokens));
        const std::vector<float> expected = copyOf(logits);
        sequence.truncate(4);
        const StopFlag stop = true;
        REQUIRE_VALUE(const auto none, sequence.extend(someTokens(30), LogitRows::Last, &stop));
        QVERIFY(none.empty());
        QCOMPARE(sequence.tokens().size(), std::size_t{4});
        REQUIRE_VALUE(const auto again, sequence.extend(std::span(tokens).subspan(4)));
        QVERIFY(relativeError(again, expected) <= kSameWeights);
    }

    void itsNameTellsWhereLayersAre() {
        const auto nameOf = [](std::uint32_t onDevice) {
            return QString::fromStdString((*splitBackend("cpu:obvious", onDevice))->device().name);
        };
        const QString device = QString::fromStdString(cpuDeviceInfo({CpuKernels::Obvious}).name);
        QCOMPARE(nameOf(1), device + " (1 of 3 layers), CPU (2 layers)");
        QCOMPARE(nameOf(2), device + " (2 of 3 layers), CPU (1 layer)");
        QCOMPARE(nameOf(3), device + " (3 of 3 layers), CPU (head)");
        QCOMPARE(nameOf(4), device + " (all 3 layers), CPU (embedding)");
        REQUIRE_VALUE(const auto backend, splitBackend("cpu:obvious", 1));
        QCOMPARE(backend->device().cpuLayers, 2U);
    }

    void plansOfBothSidesMakeTheWhole() {
        const auto checkpoint = smallCheckpoint(TensorType::Q8_0);
        const LoadPlan whole = loadPlan(*checkpoint, 64, 2);
        QCOMPARE(whole.matrices.size(), std::size_t{2 + 6 * kLayers});
        for (std::uint32_t parts = 1; parts < partCount(kLayers); ++parts) {
            const Split split{kLayers, parts};
            const LoadPlan device = devicePlan(whole, split);
            const LoadPlan cpu = cpuPlan(whole, split);
            QCOMPARE(device.matrices.size() + cpu.matrices.size(), whole.matrices.size());
            QCOMPARE(device.vectorNumbers() + cpu.vectorNumbers(), whole.vectorNumbers());
            QCOMPARE(device.verbs.size() + cpu.verbs.size(), whole.verbs.size());
            QCOMPARE(device.attention.layers + cpu.attention.layers, kLayers);
            QCOMPARE(device.outputs + cpu.outputs, whole.outputs);
            for (const LoadPlan& plan : {device, cpu}) {
                for (const PlannedVerb& verb : plan.verbs) {
                    for (const std::uint32_t matrix : verb.matrices) {
                        QVERIFY(matrix < plan.matrices.size());
                    }
                }
            }
            QCOMPARE(cpu.verbs.front().kind, PlannedVerb::Kind::Embed);
            QCOMPARE(cpu.matrices.front().use, MatrixUse::Table);
            QCOMPARE(device.verbs.front().kind, PlannedVerb::Kind::Project);
        }
    }

    /// Of a file that is mapped, what was copied is let go: no second copy stays.
    void onlyWhatIsUsedWhereItLiesStays() {
        const auto checkpoint = smallCheckpoint(TensorType::Q8_0);
        for (std::uint32_t parts = 1; parts < partCount(kLayers); ++parts) {
            std::uint64_t copied = 0;
            for (const PlannedMatrix& matrix : loadPlan(*checkpoint, 64, 2).matrices) {
                if (matrix.part < parts) {
                    copied += matrix.rows * rowBytes(matrix.type, matrix.columns);
                }
            }
            // Fast kernels copy such matrices, plain loops read them in place.
            REQUIRE_VALUE(auto device, createBackend("cpu", 1));
            REQUIRE_VALUE(auto cpu, createCpuBackend({CpuKernels::Obvious, 1}));
            auto backend = createSplitBackend(std::move(device), std::move(cpu), {kLayers, parts});
            const std::uint64_t before = checkpoint->released();
            REQUIRE_VALUE(const auto model, Model::load(checkpoint, std::move(backend)));
            QCOMPARE(checkpoint->released() - before, copied);
        }
    }

    void moreLayersThanThereAreAreRefused() {
        const auto checkpoint = smallCheckpoint(TensorType::F16);
        const auto share = [&](std::string_view device, const DeviceShare& wish) {
            return shareModel(*createBackend(device, 1), *checkpoint, wish);
        };
        using enum DeviceShare::Kind;
        REQUIRE_ERROR(share("cpu", {Layers, 1}), ErrorCode::BadArgument);
        REQUIRE_VALUE(const auto whole, share("cpu", {All}));
        QCOMPARE(whole->device().id, std::string("cpu"));
        REQUIRE_VALUE(const auto asFits, share("cpu", {AsFits}));
        QCOMPARE(asFits->device().id, std::string("cpu"));
        for (const DeviceChoice& device : listDevices()) {
            if (!device.usable || device.info.kind == DeviceKind::Cpu) {
                continue;
            }
            REQUIRE_ERROR(share(device.info.id, {Layers, kLayers + 1}), ErrorCode::BadArgument);
            REQUIRE_VALUE(const auto none, share(device.info.id, {Layers, 0}));
            QCOMPARE(none->device().kind, DeviceKind::Cpu);
            REQUIRE_VALUE(const auto some, share(device.info.id, {Layers, 2}));
            QCOMPARE(some->device().cpuLayers, 1U);
            QCOMPARE(some->device().id, device.info.id);
            REQUIRE_VALUE(const auto all, share(device.info.id, {AsFits}));
            QCOMPARE(all->device().name, device.info.name);
        }
    }
};

QTEST_GUILESS_MAIN(TestSplit)
#include "test_split.moc"
