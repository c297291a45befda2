// SPDX-License-Identifier: MIT
#include <QtTest>

#include <sys/resource.h>
#include <sys/stat.h>

#include <cmath>
#include <csignal>
#include <fstream>

#include "gguf_builder.h"
#include "inference/file/checkpoint.h"
#include "inference/file/gguf_writer.h"
#include "inference/file/tensor_table.h"

using namespace phidelity;
using namespace phidelity::test;

namespace {

namespace fs = std::filesystem;

/// 2 layers, rows of 256 numbers so that every type fits.
constexpr ModelShape kShape{2, 256, 4, 64, 512, 32, 300, 64, 1e-5F, 10000.0F};

void writeFile(const fs::path& path, std::span<const std::byte> bytes) {
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out.write(reinterpret_cast<const char*>(bytes.data()),
              static_cast<std::streamsize>(bytes.size()));
    QVERIFY(out.good());
}

bool sameBytes(const TensorView& a, const TensorView& b) {
    return a.type == b.type && a.rows == b.rows && a.columns == b.columns &&
           std::equal(a.data, a.data + a.bytes(), b.data);
}

template <class Visit>
void forEachTensor(const ModelShape& shape, Visit visit) {
    for (const TensorSpec& spec : tensorTable()) {
        for (std::uint32_t layer = 0; layer < (spec.perLayer ? shape.layers : 1); ++layer) {
            visit(spec, layer);
        }
    }
}

std::shared_ptr<const Checkpoint> randomModel(TensorType type, std::uint64_t seed = 1) {
    return Checkpoint::random(kShape, type, seed).value();
}

} // namespace

class Gguf : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_dir;
    fs::path m_folder;

private slots:
    void init() {
        m_dir = std::make_unique<QTemporaryDir>();
        QVERIFY(m_dir->isValid());
        m_folder = m_dir->path().toStdString();
    }

    void everyTypeSurvivesWritingAndReading_data() {
        QTest::addColumn<int>("type");
        for (const TensorType type : kTensorTypes) {
            QTest::newRow(tensorTypeName(type).data()) << static_cast<int>(type);
        }
    }

    void everyTypeSurvivesWritingAndReading() {
        QFETCH(int, type);
        const auto model = randomModel(static_cast<TensorType>(type));
        const fs::path path = m_folder / "model.gguf";
        const auto written = writeGguf(*model, path, QuantPreset::Keep);
        QVERIFY2(written, written ? "" : written.error().detail.c_str());
        const auto opened = Checkpoint::open(path);
        QVERIFY2(opened, opened ? "" : opened.error().detail.c_str());
        const Checkpoint& read = **opened;
        QCOMPARE(read.shape(), model->shape());
        QCOMPARE(read.name(), model->name());
        QCOMPARE(read.typeSummary(), std::string(tensorTypeName(static_cast<TensorType>(type))));
        QCOMPARE(read.tokenizer().tokens, model->tokenizer().tokens);
        QVERIFY(read.tokenizer().kinds == model->tokenizer().kinds);
        QVERIFY(read.tokenizer().merges == model->tokenizer().merges);
        QCOMPARE(read.tokenizer().endOfText, model->tokenizer().endOfText);
        forEachTensor(kShape, [&](const TensorSpec& spec, std::uint32_t layer) {
            QVERIFY(sameBytes(read.tensor(spec.role, layer), model->tensor(spec.role, layer)));
        });
    }

    void anImageInMemoryIsTheSameModelAsItsFile() {
        const auto image = smallModel().build();
        const fs::path path = m_folder / "small.gguf";
        writeFile(path, image);
        const auto file = Checkpoint::open(path);
        const auto memory = Checkpoint::openMemory(image, "embedded");
        QVERIFY(file && memory);
        QCOMPARE((*file)->shape(), (*memory)->shape());
        QCOMPARE((*file)->name(), std::string("small"));
        QCOMPARE((*file)->sha256().value(), (*memory)->sha256().value());
        QCOMPARE((*file)->files(), std::vector<fs::path>{path});
        QVERIFY((*memory)->files().empty());
        forEachTensor((*file)->shape(), [&](const TensorSpec& spec, std::uint32_t layer) {
            const TensorView view = (*memory)->tensor(spec.role, layer);
            QVERIFY(sameBytes((*file)->tensor(spec.role, layer), view));
            // Embedded weights are used where they lie.
            QVERIFY(view.data >= image.data() && view.data < image.data() + image.size());
        });
    }

    void hashesAgreeWithTheSystemsTool() {
        const fs::path path = m_folder / "small.gguf";
        writeFile(path, smallModel().build());
        QProcess tool;
        tool.start("sha256sum", {QString::fromStdString(path.string())});
        if (!tool.waitForFinished()) {
            QSKIP("sha256sum is not on this machine");
        }
        const QByteArray expected = tool.readAllStandardOutput().left(64);
        QCOMPARE(QByteArray::fromStdString(Checkpoint::open(path).value()->sha256().value()),
                 expected);
    }

    void versionTwoAndMissingOptionalKeysAreRead() {
        GgufBuilder gguf = smallModel();
        gguf.version = 2;
        for (const char* key :
             {"phi2.rope.dimension_count", "phi2.attention.head_count_kv", "general.name",
              "tokenizer.ggml.eos_token_id", "tokenizer.ggml.token_type"}) {
            gguf.erase(key);
        }
        const auto image = gguf.build();
        const auto opened = Checkpoint::openMemory(image, "old");
        QVERIFY2(opened, opened ? "" : opened.error().detail.c_str());
        const Checkpoint& model = **opened;
        QCOMPARE(model.shape().rotary, 32U);
        QCOMPARE(model.shape().ropeTheta, 10000.0F);
        QCOMPARE(model.name(), std::string("old"));
        QCOMPARE(model.tokenizer().endOfText, 4U);
        QVERIFY(model.tokenizer().kinds[4] == TokenKind::Control);
        QVERIFY(model.tokenizer().kinds[0] == TokenKind::Normal);
    }

    void fillersOfOldFilesAreUnused() {
        const auto image = smallModel().build();
        const auto model = Checkpoint::openMemory(image, "m").value();
        QVERIFY(model->tokenizer().kinds[5] == TokenKind::UserDefined);
        QVERIFY(model->tokenizer().kinds[6] == TokenKind::Unused);
        QVERIFY(model->tokenizer().kinds[7] == TokenKind::Unused);
    }

    void packedQueryKeyValueIsSlicedInOrder() {
        GgufBuilder apart = smallModel();
        GgufBuilder gguf = smallModel();
        for (const char* kind : {".weight", ".bias"}) {
            GgufTensorSpec packed = gguf.tensor(std::string("blk.0.attn_q").append(kind));
            packed.name = std::string("blk.0.attn_qkv").append(kind);
            packed.data.clear();
            packed.extents.back() *= 3;
            std::size_t part = 0;
            for (const char* letter : {"q", "k", "v"}) {
                const std::string name = std::string("blk.0.attn_").append(letter).append(kind);
                // Make the three differ, so that a wrong order shows.
                auto& data = apart.tensor(name).data;
                data[4] = static_cast<std::byte>(++part);
                packed.data.insert(packed.data.end(), data.begin(), data.end());
                std::erase_if(gguf.tensors, [&](const auto& t) { return t.name == name; });
            }
            gguf.tensors.push_back(packed);
        }
        gguf.layOut();
        apart.layOut();
        const auto image = gguf.build();
        const auto other = apart.build();
        const auto opened = Checkpoint::openMemory(image, "packed");
        QVERIFY2(opened, opened ? "" : opened.error().detail.c_str());
        const auto expected = Checkpoint::openMemory(other, "apart").value();
        forEachTensor(expected->shape(), [&](const TensorSpec& spec, std::uint32_t layer) {
            QVERIFY(
                sameBytes((*opened)->tensor(spec.role, layer), expected->tensor(spec.role, layer)));
        });
    }

    void splitSetsOpenByAnyOfTheirFiles() {
        const GgufBuilder whole = smallModel();
        const auto total = static_cast<std::uint32_t>(whole.tensors.size());
        GgufBuilder parts[2] = {whole, {}};
        parts[0].tensors.resize(7);
        parts[1].tensors.assign(whole.tensors.begin() + 7, whole.tensors.end());
        for (std::uint32_t i = 0; i < 2; ++i) {
            parts[i].set("split.no", i);
            parts[i].set("split.count", 2U);
            parts[i].set("split.tensors.count", total);
            parts[i].layOut();
        }
        const fs::path first = m_folder / "m-00001-of-00002.gguf";
        const fs::path second = m_folder / "m-00002-of-00002.gguf";
        writeFile(first, parts[0].build());
        writeFile(second, parts[1].build());
        for (const fs::path& path : {first, second}) {
            const auto opened = Checkpoint::open(path);
            QVERIFY2(opened, opened ? "" : opened.error().detail.c_str());
            QCOMPARE((*opened)->files(), (std::vector<fs::path>{first, second}));
            QVERIFY((*opened)->sha256().has_value());
        }
        // A file of another place in the set, a set of another size, a missing one.
        writeFile(second, parts[0].build());
        QCOMPARE(Checkpoint::open(first).error().code, ErrorCode::BadFile);
        parts[1].set("split.count", 3U);
        writeFile(second, parts[1].build());
        QCOMPARE(Checkpoint::open(first).error().code, ErrorCode::BadFile);
        fs::remove(second);
        QCOMPARE(Checkpoint::open(first).error().code, ErrorCode::FileMissing);
    }

    void whatIsNoModelFileIsToldApart() {
        QCOMPARE(Checkpoint::open(m_folder / "none.gguf").error().code, ErrorCode::FileMissing);
        QCOMPARE(Checkpoint::open("/dev/null").error().code, ErrorCode::FileUnreadable);
        writeFile(m_folder / "empty.gguf", {});
        QCOMPARE(Checkpoint::open(m_folder / "empty.gguf").error().code, ErrorCode::BadFile);
        const fs::path pipe = m_folder / "pipe.gguf";
        QCOMPARE(::mkfifo(pipe.c_str(), 0600), 0);
        QCOMPARE(Checkpoint::open(pipe).error().code, ErrorCode::FileUnreadable);
    }

    void presetsMixTypesAsTheReferenceDoes() {
        ModelShape phi2 = shapeByName("phi-2").value();
        const auto type = [&](QuantPreset preset, TensorRole role, std::uint32_t layer) {
            return presetTensorType(preset, role, layer, phi2, TensorType::F16);
        };
        using enum QuantPreset;
        QCOMPARE(type(Q4_K_M, TensorRole::HeadWeight, 0), TensorType::Q6_K);
        QCOMPARE(type(Q8_0, TensorRole::HeadWeight, 0), TensorType::Q8_0);
        QCOMPARE(type(F16, TensorRole::HeadWeight, 0), TensorType::F16);
        QCOMPARE(type(Q4_K_M, TensorRole::Embedding, 0), TensorType::Q4_K);
        QCOMPARE(type(Q4_K_M, TensorRole::UpBias, 0), TensorType::F32);
        const std::vector<std::uint32_t> more = {0,  1,  2,  3,  6,  9,  12, 15,
                                                 18, 21, 24, 27, 28, 29, 30, 31};
        for (std::uint32_t layer = 0; layer < 32; ++layer) {
            const bool spends = std::find(more.begin(), more.end(), layer) != more.end();
            const TensorType expected = spends ? TensorType::Q6_K : TensorType::Q4_K;
            QCOMPARE(type(Q4_K_M, TensorRole::DownWeight, layer), expected);
            QCOMPARE(type(Q4_K_M, TensorRole::ValueWeight, layer), expected);
            QCOMPARE(type(Q4_K_M, TensorRole::QueryWeight, layer), TensorType::Q4_K);
        }
        // Bytes of all tensors, as the reference counts them (section 4.1, separate q, k and v).
        const std::pair<QuantPreset, std::uint64_t> sizes[] = {
            {Q2_K, 1'107'906'560},   {Q3_K_S, 1'249'013'760}, {Q3_K_M, 1'424'322'560},
            {Q3_K_L, 1'573'416'960}, {Q4_0, 1'600'655'360},   {Q4_1, 1'766'133'760},
            {Q4_K_S, 1'617'039'360}, {Q4_K_M, 1'735'823'360}, {Q5_0, 1'931'612'160},
            {Q5_1, 2'097'090'560},   {Q5_K_S, 1'931'612'160}, {Q5_K_M, 2'001'244'160},
            {Q6_K, 2'283'253'760},   {Q8_0, 2'956'226'560},   {F16, 5'561'282'560},
        };
        for (const auto& [preset, expected] : sizes) {
            std::uint64_t total = 0;
            forEachTensor(phi2, [&](const TensorSpec& spec, std::uint32_t layer) {
                total += extentOf(spec.rows, phi2) *
                         rowBytes(type(preset, spec.role, layer), extentOf(spec.columns, phi2));
            });
            QVERIFY2(total == expected, qPrintable(QString("%1: %2, expected %3")
                                                       .arg(presetName(preset).data())
                                                       .arg(total)
                                                       .arg(expected)));
        }
    }

    void presetNamesAreFound() {
        for (const QuantPreset preset : quantPresets()) {
            QVERIFY(presetFromName(presetName(preset)) == preset);
        }
        QVERIFY(presetFromName("q4_k_m") == QuantPreset::Q4_K_M);
        QVERIFY(presetFromName("Q4_K") == QuantPreset::Q4_K_M);
        QVERIFY(!presetFromName("IQ4_XS"));
        QVERIFY(!presetFromName("keep"));
    }

    void quantisingWritesTheTypesOfThePreset() {
        const auto model = randomModel(TensorType::F16);
        for (const QuantPreset preset : quantPresets()) {
            const fs::path path = m_folder / "model.gguf";
            std::uint64_t told = 0;
            std::uint64_t whole = 0;
            const auto written =
                writeGguf(*model, path, preset, [&](std::uint64_t done, std::uint64_t total) {
                    QVERIFY(done > told);
                    told = done;
                    whole = total;
                });
            QVERIFY2(written, written ? "" : written.error().detail.c_str());
            QCOMPARE(told, whole);
            const auto opened = Checkpoint::open(path);
            QVERIFY2(opened, opened ? "" : opened.error().detail.c_str());
            forEachTensor(kShape, [&](const TensorSpec& spec, std::uint32_t layer) {
                const TensorView to = (*opened)->tensor(spec.role, layer);
                const TensorView from = model->tensor(spec.role, layer);
                QCOMPARE(to.type,
                         presetTensorType(preset, spec.role, layer, kShape, TensorType::F16));
                std::vector<float> row(from.columns);
                std::vector<std::byte> stored(rowBytes(to.type, to.columns));
                for (std::uint64_t r = 0; r < from.rows; ++r) {
                    dequantizeRow(from.type, from.slice(r, 1).data, row);
                    quantizeRow(to.type, row, stored.data());
                    QVERIFY(std::equal(stored.begin(), stored.end(), to.slice(r, 1).data));
                }
            });
        }
    }

    void rowsThatKTypesCannotHoldFallBack() {
        ModelShape narrow = kShape;
        narrow.width = 320;
        narrow.heads = 5;
        const auto model = Checkpoint::random(narrow, TensorType::F16, 1).value();
        const fs::path path = m_folder / "narrow.gguf";
        QVERIFY(writeGguf(*model, path, QuantPreset::Q4_K_M));
        const auto opened = Checkpoint::open(path).value();
        QCOMPARE(opened->tensor(TensorRole::QueryWeight, 0).type, TensorType::Q5_0);
        QCOMPARE(opened->tensor(TensorRole::HeadWeight).type, TensorType::Q8_0);
        QCOMPARE(opened->tensor(TensorRole::DownWeight, 0).type, TensorType::Q4_K);
    }

    void aFullDiskLeavesNothingBehind() {
        const auto model = randomModel(TensorType::F16);
        const fs::path path = m_folder / "model.gguf";
        // A limit on the size of files stands for the end of the disk.
        std::signal(SIGXFSZ, SIG_IGN);
        struct rlimit before {};
        QCOMPARE(::getrlimit(RLIMIT_FSIZE, &before), 0);
        for (const rlim_t size : {rlim_t{0}, rlim_t{1000}, rlim_t{100'000}, rlim_t{1'000'000}}) {
            struct rlimit small = before;
            small.rlim_cur = size;
            QCOMPARE(::setrlimit(RLIMIT_FSIZE, &small), 0);
            const auto written = writeGguf(*model, path, QuantPreset::Q8_0);
            QCOMPARE(::setrlimit(RLIMIT_FSIZE, &before), 0);
            QVERIFY(!written);
            QCOMPARE(written.error().code, ErrorCode::WriteFailed);
            QVERIFY(fs::is_empty(m_folder));
        }
        const auto nowhere = writeGguf(*model, m_folder / "no" / "m.gguf", QuantPreset::Q8_0);
        QCOMPARE(nowhere.error().code, ErrorCode::WriteFailed);
    }

    void anOldFileStaysUntilTheNewOneIsWhole() {
        const auto model = randomModel(TensorType::F16);
        const fs::path path = m_folder / "model.gguf";
        QVERIFY(writeGguf(*model, path, QuantPreset::Q8_0));
        // The source is the file that is replaced: its mapping must outlive its name.
        const auto opened = Checkpoint::open(path).value();
        QVERIFY(writeGguf(*opened, path, QuantPreset::Q4_0));
        QCOMPARE(Checkpoint::open(path).value()->typeSummary(), std::string("Q4_0 + Q6_K"));
        QCOMPARE(std::distance(fs::directory_iterator(m_folder), fs::directory_iterator()), 1);
    }

    void numbersThatCannotBeStoredAreRefused() {
        for (const float wrong : {std::numeric_limits<float>::quiet_NaN(),
                                  std::numeric_limits<float>::infinity(), 1e6F}) {
            GgufBuilder gguf = smallModel();
            GgufTensorSpec& up = gguf.tensor("blk.0.ffn_up.weight");
            up.type = 0;
            up.data.assign(32 * 64 * sizeof(float), std::byte{0});
            std::memcpy(up.data.data() + 100 * sizeof(float), &wrong, sizeof wrong);
            gguf.layOut();
            const auto image = gguf.build();
            const auto model = Checkpoint::openMemory(image, "m").value();
            const auto written = writeGguf(*model, m_folder / "m.gguf", QuantPreset::Q4_0);
            QVERIFY(!written);
            QCOMPARE(written.error().code, ErrorCode::NotFinite);
            QVERIFY(written.error().detail.starts_with("blk.0.ffn_up.weight"));
            QVERIFY(fs::is_empty(m_folder));
        }
    }

    void randomModelsDependOnTheirSeedOnly() {
        const auto one = randomModel(TensorType::Q4_K, 1);
        const auto again = randomModel(TensorType::Q4_K, 1);
        const auto two = randomModel(TensorType::Q4_K, 2);
        QCOMPARE(one->sha256().value(), again->sha256().value());
        QVERIFY(one->sha256().value() != two->sha256().value());
    }

    void randomWeightsAreSpreadAsTrainedOnes() {
        for (const TensorType type : kTensorTypes) {
            const auto model = randomModel(type);
            const TensorView view = model->tensor(TensorRole::UpWeight, 1);
            std::vector<float> row(view.columns);
            double sum = 0.0;
            double squares = 0.0;
            for (std::uint64_t r = 0; r < view.rows; ++r) {
                dequantizeRow(view.type, view.slice(r, 1).data, row);
                for (const float value : row) {
                    sum += double{value};
                    squares += double{value} * double{value};
                }
            }
            const auto count = static_cast<double>(view.rows * view.columns);
            QVERIFY(std::fabs(sum / count) < 1e-3);
            QVERIFY(std::fabs(std::sqrt(squares / count) - 0.02) < 1e-3);
        }
    }

    void randomModelsSpeakInBytes() {
        const auto model = randomModel(TensorType::Q8_0);
        const TokenizerData& data = model->tokenizer();
        QCOMPARE(data.tokens.size(), std::size_t{kShape.vocabulary});
        QCOMPARE(data.tokens[0], std::string("!"));
        QCOMPARE(data.tokens[220], std::string("\xC4\xA0"));
        QCOMPARE(data.tokens[256], std::string("<|endoftext|>"));
        QCOMPARE(data.endOfText, 256U);
        QCOMPARE(data.tokens[257], std::string(31, ' '));
        QCOMPARE(data.tokens[294], std::string(2, '\t'));
        QVERIFY(data.kinds[294] == TokenKind::UserDefined);
        QVERIFY(data.kinds[295] == TokenKind::Unused);
    }

    void shapesThatNoModelHasAreRefused() {
        const auto refused = [](ModelShape shape, TensorType type) {
            const auto result = Checkpoint::random(shape, type, 1);
            return !result && result.error().code == ErrorCode::BadArgument;
        };
        ModelShape shape = kShape;
        shape.layers = 0;
        QVERIFY(refused(shape, TensorType::F16));
        shape = kShape;
        shape.heads = 3;
        QVERIFY(refused(shape, TensorType::F16));
        shape = kShape;
        shape.rotary = 66;
        QVERIFY(refused(shape, TensorType::F16));
        shape = kShape;
        shape.vocabulary = 200;
        QVERIFY(refused(shape, TensorType::F16));
        shape = kShape;
        shape.hidden = 320;
        QVERIFY(refused(shape, TensorType::Q4_K));
        QVERIFY(!refused(shape, TensorType::Q4_0));
        QVERIFY(!shapeByName("phi-3"));
        QCOMPARE(shapeByName("phi-2").value().layers, 32U);
        QCOMPARE(shapeByName("phi-1.5").value().headSize, 64U);
    }

    void releasedWeightsCanBeReadAgain() {
        const auto model = randomModel(TensorType::F16);
        const fs::path path = m_folder / "model.gguf";
        QVERIFY(writeGguf(*model, path, QuantPreset::Keep));
        const auto opened = Checkpoint::open(path).value();
        const TensorView view = opened->tensor(TensorRole::Embedding);
        opened->release(view);
        model->release(model->tensor(TensorRole::Embedding));
        QVERIFY(sameBytes(view, model->tensor(TensorRole::Embedding)));
    }

    void theOracleFilesOpenWithTheirShapes() {
        const fs::path oracle = fs::path(PHIDELITY_SHARED_DIR) / "oracle";
        if (!fs::exists(oracle)) {
            QSKIP("the oracle models are not on this machine (PHIDELITY_SHARED)");
        }
        int found = 0;
        for (const auto& entry : fs::directory_iterator(oracle)) {
            if (entry.path().extension() != ".gguf") {
                continue;
            }
            ++found;
            const auto opened = Checkpoint::open(entry.path());
            QVERIFY2(opened, opened ? "" : opened.error().detail.c_str());
            const bool toy64 = entry.path().filename().string().starts_with("toy64");
            const ModelShape expected =
                toy64 ? ModelShape{3, 256, 4, 64, 1024, 32, 1024, 256, 1e-5F, 10000.0F}
                      : ModelShape{2, 320, 4, 80, 640, 32, 1024, 256, 1e-5F, 10000.0F};
            QCOMPARE((*opened)->shape(), expected);
        }
        QCOMPARE(found, 13);
    }
};

QTEST_GUILESS_MAIN(Gguf)
#include "test_gguf.moc"
