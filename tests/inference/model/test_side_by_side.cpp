// SPDX-License-Identifier: MIT
#include <QtTest>

#include "model_on.h"
#include "random_deeds.h"
#include "require_value.h"
#include "wide_shape.h"

using namespace phidelity;
using namespace phidelity::test;

namespace {

constexpr std::uint32_t kContext = 700; // several pages long

} // namespace

class TestSideBySide : public QObject {
    Q_OBJECT

private slots:
    void aRowComesOutAsItDoesAlone_data() {
        QTest::addColumn<QByteArray>("device");
        QTest::addColumn<TensorType>("type");
        const auto add = [](const QByteArray& device, TensorType type) {
            const QByteArray name =
                device + ", " + QByteArray::fromStdString(std::string(tensorTypeName(type)));
            QTest::newRow(name.constData()) << device << type;
        };
        add("cpu:obvious", TensorType::F32);
        for (const TensorType type :
             {TensorType::F32, TensorType::F16, TensorType::BF16, TensorType::Q4_0,
              TensorType::Q4_1, TensorType::Q5_0, TensorType::Q5_1, TensorType::Q8_0,
              TensorType::Q2_K, TensorType::Q3_K, TensorType::Q4_K, TensorType::Q5_K,
              TensorType::Q6_K}) {
            add("cpu", type);
            for (const DeviceChoice& device : listDevices()) {
                if (device.usable && device.info.kind != DeviceKind::Cpu) {
                    add(QByteArray::fromStdString(device.info.id), type);
                }
            }
        }
    }
    void aRowComesOutAsItDoesAlone() {
        QFETCH(QByteArray, device);
        QFETCH(TensorType, type);
        REQUIRE_VALUE(const auto model,
                      modelOn(device.toStdString(),
                              std::make_shared<MemoryCheckpoint>(wideShape(kContext), type)));
        Sequence trunk(*model);
        QVERIFY(trunk.extend(someTokens(150)).has_value());
        const std::size_t most = std::min<std::size_t>(model->parts().backend->rowsAsAlone(), 16);
        if (most == 1) {
            QSKIP("a GPU whose compiler we do not know: its driver promises nothing");
        }
        for (const std::size_t count : {std::size_t{2}, std::size_t{3}, std::size_t{5}, most}) {
            std::vector<Sequence> sequences;
            std::vector<Sequence*> all;
            std::vector<TokenId> tokens;
            for (std::size_t i = 0; i < count; ++i) {
                sequences.push_back(trunk.fork());
                // Of different lengths, too.
                QVERIFY(sequences[i].extend(someTokens(i % 3 * 20 + 1, 5)).has_value());
                tokens.push_back(static_cast<TokenId>(i * 7 + count));
            }
            std::vector<std::vector<float>> alone;
            for (std::size_t i = 0; i < count; ++i) {
                Sequence copy = sequences[i].fork();
                REQUIRE_VALUE(const auto logits, copy.extend(std::span(tokens).subspan(i, 1)));
                alone.push_back(copyOf(logits));
                all.push_back(&sequences[i]);
            }
            REQUIRE_VALUE(const auto together, Sequence::extendTogether(all, tokens));
            const std::size_t outputs = together.size() / count;
            for (std::size_t i = 0; i < count; ++i) {
                QVERIFY2(sameBits(together.subspan(i * outputs, outputs), alone[i]),
                         qPrintable(QStringLiteral("row %1 of %2").arg(i).arg(count)));
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestSideBySide)
#include "test_side_by_side.moc"
