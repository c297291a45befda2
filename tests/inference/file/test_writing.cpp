// SPDX-License-Identifier: MIT
// What writing a model promises to whoever waits for it, and to the files that are there already.
#include <QtTest>

#include <sys/stat.h>

#include <atomic>
#include <cstring>
#include <fstream>

#include "inference/file/checkpoint.h"
#include "inference/file/gguf_writer.h"
#include "inference/file/random_model.h"
#include "memory_meter.h"

using namespace phidelity;
using namespace phidelity::test;

namespace {

namespace fs = std::filesystem;

/// 2 layers, rows of 256 numbers so that every type fits.
constexpr ModelShape kShape{2, 256, 4, 64, 512, 32, 300, 64, 1e-5F, 10000.0F};
/// 302 MB as F32, of which the largest matrix is 64 MiB.
constexpr ModelShape kLarge{1, 2048, 32, 64, 8192, 32, 6000, 64, 1e-5F, 10000.0F};

QByteArray readAll(const fs::path& path) {
    QFile file(QString::fromStdString(path.string()));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

std::shared_ptr<const Checkpoint> randomModel() {
    return Checkpoint::random(kShape, TensorType::F16, 1).value();
}

} // namespace

class Writing : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_dir;
    fs::path m_folder;

private slots:
    void init() {
        m_dir = std::make_unique<QTemporaryDir>();
        QVERIFY(m_dir->isValid());
        m_folder = m_dir->path().toStdString();
    }

    void stoppingLeavesNothingBehind() {
        const auto model = randomModel();
        std::atomic<bool> stop{false};
        int pieces = 0;
        const auto stopAtThird = [&](std::uint64_t, std::uint64_t) { stop = ++pieces == 3; };
        const auto written =
            writeGguf(*model, m_folder / "m.gguf", QuantPreset::Q8_0, stopAtThird, &stop);
        QVERIFY(!written);
        QCOMPARE(written.error().code, ErrorCode::BadArgument);
        QCOMPARE(written.error().detail, std::string("stopped"));
        QCOMPARE(pieces, 3);
        QVERIFY(fs::is_empty(m_folder));
    }

    void aLinkIsFollowed() {
        const fs::path real = m_folder / "real.gguf";
        const fs::path link = m_folder / "link.gguf";
        std::ofstream(real) << "old";
        fs::create_symlink("real.gguf", link);
        QVERIFY(writeGguf(*randomModel(), link, QuantPreset::Keep));
        QVERIFY(fs::is_symlink(link));
        QVERIFY(!fs::is_symlink(real));
        QVERIFY(Checkpoint::open(real).has_value());
    }

    /// Root would otherwise put a file in the place of /dev/null.
    void whatIsNoFileIsNotReplaced() {
        const fs::path folder = m_folder / "folder";
        fs::create_directory(folder);
        const fs::path pipe = m_folder / "pipe";
        QCOMPARE(::mkfifo(pipe.c_str(), 0600), 0);
        for (const fs::path& path : {folder, pipe}) {
            const fs::file_type before = fs::status(path).type();
            const auto written = writeGguf(*randomModel(), path, QuantPreset::Keep);
            QVERIFY(!written);
            QCOMPARE(written.error().code, ErrorCode::WriteFailed);
            QVERIFY(written.error().detail.find("regular file") != std::string::npos);
            QCOMPARE(fs::status(path).type(), before);
            QCOMPARE(std::distance(fs::directory_iterator(m_folder), fs::directory_iterator()), 2);
        }
    }

    void rowsOnDemandMakeTheSameFile_data() {
        QTest::addColumn<int>("type");
        QTest::addColumn<int>("preset");
        for (const TensorType type : {TensorType::F32, TensorType::F16, TensorType::Q4_K}) {
            QTest::addRow("%s", tensorTypeName(type).data())
                << static_cast<int>(type) << static_cast<int>(QuantPreset::Keep);
        }
        QTest::newRow("mixed") << static_cast<int>(TensorType::F16)
                               << static_cast<int>(QuantPreset::Q4_K_M);
    }

    void rowsOnDemandMakeTheSameFile() {
        QFETCH(int, type);
        QFETCH(int, preset);
        const auto stored = static_cast<TensorType>(type);
        const auto mix = static_cast<QuantPreset>(preset);
        const auto whole = Checkpoint::random(kShape, stored, 5).value();
        QVERIFY(writeGguf(*whole, m_folder / "whole.gguf", mix));
        const auto rows = randomRows(kShape, stored, 5).value();
        QVERIFY(writeGguf(*rows, m_folder / "rows.gguf", mix));
        const QByteArray expected = readAll(m_folder / "whole.gguf");
        QVERIFY(!expected.isEmpty());
        QVERIFY(readAll(m_folder / "rows.gguf") == expected);
    }

    void rowsOnDemandTakeNoMoreMemoryThanAFewPieces_data() {
        QTest::addColumn<int>("preset");
        QTest::newRow("kept") << static_cast<int>(QuantPreset::Keep);
        QTest::newRow("quantised") << static_cast<int>(QuantPreset::Q8_0);
    }

    void rowsOnDemandTakeNoMoreMemoryThanAFewPieces() {
        QFETCH(int, preset);
        resetPeak();
        const auto rows = randomRows(kLarge, TensorType::F32, 1).value();
        QVERIFY(writeGguf(*rows, m_folder / "m.gguf", static_cast<QuantPreset>(preset)));
        const std::size_t peak = peakBytes();
        qInfo("%.1f MB at most", static_cast<double>(peak) / 1e6);
        QVERIFY(peak < std::size_t{80} << 20);
    }

    void largeNumbersThatBf16CannotHoldAreRefused() {
        // Rounded to the nearest BF16 this becomes infinity.
        class OneLargeNumber final : public RowSource {
        public:
            OneLargeNumber() : m_rows(randomRows(kShape, TensorType::F32, 1).value()) {}
            [[nodiscard]] const ModelShape& shape() const override { return m_rows->shape(); }
            [[nodiscard]] const TokenizerData& tokenizer() const override {
                return m_rows->tokenizer();
            }
            [[nodiscard]] const std::string& name() const override { return m_rows->name(); }
            [[nodiscard]] TensorView layout(TensorRole role, std::uint32_t layer) const override {
                return m_rows->layout(role, layer);
            }
            [[nodiscard]] const std::byte* rows(TensorRole role, std::uint32_t layer,
                                                std::uint64_t first, std::uint64_t count) override {
                const TensorView view = layout(role, layer);
                const std::byte* from = m_rows->rows(role, layer, first, count);
                m_piece.assign(from, from + count * rowBytes(view.type, view.columns));
                if (role == TensorRole::DownWeight && layer == 1) {
                    const float large = 3.4e38F;
                    std::memcpy(m_piece.data(), &large, sizeof large);
                }
                return m_piece.data();
            }
            void finished(TensorRole, std::uint32_t) override {}

        private:
            std::unique_ptr<RowSource> m_rows;
            std::vector<std::byte> m_piece;
        };
        OneLargeNumber source;
        const auto written = writeGguf(source, m_folder / "m.gguf", QuantPreset::BF16);
        QVERIFY(!written);
        QCOMPARE(written.error().code, ErrorCode::NotFinite);
        QVERIFY(written.error().detail.starts_with("blk.1.ffn_down.weight"));
        QVERIFY(writeGguf(source, m_folder / "m.gguf", QuantPreset::F32));
    }
};

QTEST_GUILESS_MAIN(Writing)
#include "test_writing.moc"
