// SPDX-License-Identifier: MIT
#include <QtTest>

#include <fstream>

#include "hf_builder.h"
#include "inference/file/checkpoint.h"
#include "inference/file/tensor_table.h"

using namespace phidelity;
using namespace phidelity::test;

namespace {

namespace fs = std::filesystem;

void writeFile(const fs::path& path, std::span<const std::byte> bytes) {
    // Some file systems wait for the disk when a file is cut and written again; a new one is free.
    fs::remove(path);
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out.write(reinterpret_cast<const char*>(bytes.data()),
              static_cast<std::streamsize>(bytes.size()));
    QVERIFY(out.good());
}

void writeText(const fs::path& path, const std::string& text) {
    writeFile(path, std::as_bytes(std::span(text)));
}

/// A folder of the small model; single files can then be changed.
void writeFolder(const fs::path& folder, HfNames names, const std::string& dtype) {
    writeText(folder / "config.json", hfConfig(names));
    writeText(folder / "tokenizer.json", hfTokenizerJson());
    writeFile(folder / "model.safetensors", safetensors(hfTensors(names), dtype));
}

/// Every number of every tensor is the one that the builder wrote.
void compareAll(const Checkpoint& checkpoint) {
    const ModelShape& shape = checkpoint.shape();
    for (const TensorSpec& spec : tensorTable()) {
        for (std::uint32_t layer = 0; layer < (spec.perLayer ? shape.layers : 1); ++layer) {
            const TensorView view = checkpoint.tensor(spec.role, layer);
            QCOMPARE(view.rows, extentOf(spec.rows, shape));
            QCOMPARE(view.columns, extentOf(spec.columns, shape));
            std::vector<float> row(view.columns);
            for (std::uint64_t r = 0; r < view.rows; ++r) {
                dequantizeRow(view.type, view.slice(r, 1).data, row);
                for (std::uint64_t c = 0; c < view.columns; ++c) {
                    const float expected = hfValue(static_cast<int>(spec.role), layer, r, c);
                    QVERIFY2(row[c] == expected,
                             qPrintable(QString("role %1 layer %2 row %3 column %4: %5, not %6")
                                            .arg(static_cast<int>(spec.role))
                                            .arg(layer)
                                            .arg(r)
                                            .arg(c)
                                            .arg(double{row[c]})
                                            .arg(double{expected})));
                }
            }
        }
    }
}

} // namespace

class HuggingFace : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_dir;
    fs::path m_folder;

    void expectError(ErrorCode code, const QString& part) {
        const auto opened = Checkpoint::open(m_folder);
        QVERIFY(!opened);
        const QString detail = QString::fromStdString(opened.error().detail);
        QVERIFY2(detail.contains(part), qPrintable(detail));
        QVERIFY2(opened.error().code == code, qPrintable(detail));
    }

private slots:
    void init() {
        m_dir = std::make_unique<QTemporaryDir>();
        QVERIFY(m_dir->isValid());
        m_folder = m_dir->path().toStdString();
    }

    void readsEveryNamingPackingAndType_data() {
        QTest::addColumn<int>("names");
        QTest::addColumn<QString>("dtype");
        const std::pair<const char*, HfNames> all[] = {{"transformers", HfNames::Transformers},
                                                       {"per head", HfNames::PerHead},
                                                       {"phi-msft", HfNames::PhiMsft},
                                                       {"mixformer", HfNames::MixFormer}};
        for (const auto& [name, names] : all) {
            for (const char* dtype : {"F32", "F16", "BF16"}) {
                QTest::addRow("%s %s", name, dtype) << static_cast<int>(names) << QString(dtype);
            }
        }
    }

    void readsEveryNamingPackingAndType() {
        QFETCH(int, names);
        QFETCH(QString, dtype);
        writeFolder(m_folder, static_cast<HfNames>(names), dtype.toStdString());
        const auto opened = Checkpoint::open(m_folder);
        QVERIFY2(opened, opened ? "" : opened.error().detail.c_str());
        const ModelShape expected{kHfLayers, kHfWidth,      kHfHeads, 16,    kHfHidden,
                                  8,         kHfVocabulary, 16,       1e-5F, 10000.0F};
        QCOMPARE((*opened)->shape(), expected);
        QCOMPARE((*opened)->typeSummary(), dtype.toStdString());
        compareAll(**opened);
    }

    void anyFileOfTheFolderStandsForIt() {
        writeFolder(m_folder, HfNames::Transformers, "F16");
        for (const char* file : {"config.json", "model.safetensors", "tokenizer.json"}) {
            const auto opened = Checkpoint::open(m_folder / file);
            QVERIFY2(opened, opened ? "" : opened.error().detail.c_str());
            QCOMPARE((*opened)->name(), m_folder.filename().string());
            QCOMPARE((*opened)->files().size(), std::size_t{3});
        }
    }

    void readsShardsByTheirIndex() {
        writeFolder(m_folder, HfNames::Transformers, "F32");
        fs::remove(m_folder / "model.safetensors");
        const auto tensors = hfTensors(HfNames::Transformers);
        const auto middle = tensors.begin() + static_cast<std::ptrdiff_t>(tensors.size() / 2);
        writeFile(m_folder / "a.safetensors", safetensors({tensors.begin(), middle}, "F32"));
        writeFile(m_folder / "b.safetensors", safetensors({middle, tensors.end()}, "F32"));
        std::string map;
        for (auto it = tensors.begin(); it != tensors.end(); ++it) {
            if (!map.empty()) {
                map.push_back(',');
            }
            map.append("\"").append(it->name).append("\":\"");
            map.append(it < middle ? "a" : "b").append(".safetensors\"");
        }
        const std::string index = std::string("{\"metadata\":{\"total_size\":1},\"weight_map\":{")
                                      .append(map)
                                      .append("}}");
        const fs::path indexPath = m_folder / "model.safetensors.index.json";
        writeText(indexPath, index);
        const auto opened = Checkpoint::open(m_folder);
        QVERIFY2(opened, opened ? "" : opened.error().detail.c_str());
        compareAll(**opened);

        std::string wrong = index;
        wrong[wrong.find("a.safetensors")] = 'b';
        writeText(indexPath, wrong);
        expectError(ErrorCode::TensorMissing, "expected in this file");
        for (const char* escape : {"../a.safetensors", "/etc/a.safetensors"}) {
            writeText(indexPath,
                      std::string("{\"weight_map\":{\"x\":\"").append(escape).append("\"}}"));
            expectError(ErrorCode::BadFile, "in the folder");
        }
        writeText(indexPath, R"({"weight_map":{"x":"c.safetensors"}})");
        expectError(ErrorCode::FileMissing, "c.safetensors");
    }

    void readsTheTokenizer() {
        writeFolder(m_folder, HfNames::Transformers, "F16");
        const auto check = [this] {
            const auto opened = Checkpoint::open(m_folder);
            QVERIFY2(opened, opened ? "" : opened.error().detail.c_str());
            const TokenizerData& data = (*opened)->tokenizer();
            const std::vector<std::string> tokens = {"a",  "b",      "ab",    "c", "<|endoftext|>",
                                                     "  ", "[PAD6]", "[PAD7]"};
            QCOMPARE(data.tokens, tokens);
            using enum TokenKind;
            const std::vector<TokenKind> kinds = {Normal,  Normal,      Normal, Normal,
                                                  Control, UserDefined, Unused, Unused};
            QVERIFY(data.kinds == kinds);
            QCOMPARE(data.merges.size(), std::size_t{1});
            QCOMPARE(data.merges.front().first, std::string("a"));
            QCOMPARE(data.merges.front().second, std::string("b"));
            QCOMPARE(data.endOfText, 4U);
        };
        check();
        std::string pairs = hfTokenizerJson();
        pairs.replace(pairs.find("\"a b\""), 5, "[\"a\",\"b\"]");
        writeText(m_folder / "tokenizer.json", pairs);
        check();
        fs::remove(m_folder / "tokenizer.json");
        writeText(m_folder / "vocab.json", R"({"a":0,"b":1,"ab":2,"c":3,"<|endoftext|>":4})");
        writeText(m_folder / "merges.txt", "#version: 0.2\r\na b\r\n\n");
        writeText(m_folder / "added_tokens.json", R"({"  ":5})");
        check();
        fs::remove(m_folder / "vocab.json");
        expectError(ErrorCode::FileMissing, "tokenizer.json");
    }

    void refusesContradictoryTokenizers_data() {
        QTest::addColumn<QString>("from");
        QTest::addColumn<QString>("to");
        QTest::addColumn<QString>("part");
        QTest::newRow("id past the rows") << "\"c\":3"
                                          << "\"c\":8"
                                          << "expected a text and an id";
        QTest::newRow("negative id") << "\"c\":3"
                                     << "\"c\":-1"
                                     << "expected a text and an id";
        QTest::newRow("id twice") << "\"c\":3"
                                  << "\"c\":2"
                                  << "is that of";
        QTest::newRow("no merge") << "[\"a b\"]"
                                  << "[7]"
                                  << "merges[0]";
        QTest::newRow("merge of one part") << "[\"a b\"]"
                                           << "[\"ab\"]"
                                           << "merges[0]";
        QTest::newRow("merge of three") << "[\"a b\"]"
                                        << "[[\"a\",\"b\",\"c\"]]"
                                        << "merges[0]";
        QTest::newRow("other model") << "\"BPE\""
                                     << "\"Unigram\""
                                     << "found Unigram";
        QTest::newRow("key twice") << "\"c\":3"
                                   << "\"a\":3"
                                   << "is there twice";
    }

    void refusesContradictoryTokenizers() {
        QFETCH(QString, from);
        QFETCH(QString, to);
        QFETCH(QString, part);
        writeFolder(m_folder, HfNames::Transformers, "F16");
        QString text = QString::fromStdString(hfTokenizerJson());
        QVERIFY(text.contains(from));
        writeText(m_folder / "tokenizer.json", text.replace(from, to).toStdString());
        const auto opened = Checkpoint::open(m_folder);
        QVERIFY(!opened);
        QVERIFY2(opened.error().detail.find(part.toStdString()) != std::string::npos,
                 opened.error().detail.c_str());
    }

    void refusesSettingsThatWeDoNotCompute_data() {
        QTest::addColumn<QString>("from");
        QTest::addColumn<QString>("to");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("part");
        const auto unsupported = static_cast<int>(ErrorCode::Unsupported);
        const auto bad = static_cast<int>(ErrorCode::BadFile);
        const auto shape = static_cast<int>(ErrorCode::ShapeMismatch);
        QTest::newRow("model type") << "\"phi\""
                                    << "\"llama\"" << unsupported << "found llama";
        QTest::newRow("activation") << "gelu_new"
                                    << "silu" << unsupported << "found silu";
        QTest::newRow("exact gelu") << "gelu_new"
                                    << "gelu" << unsupported << "hidden_act";
        QTest::newRow("query norm") << "\"qk_layernorm\":false"
                                    << "\"qk_layernorm\":true" << unsupported << "qk_layernorm";
        QTest::newRow("tied") << "\"tie_word_embeddings\":false"
                              << "\"tie_word_embeddings\":true" << unsupported
                              << "tie_word_embeddings";
        QTest::newRow("grouped keys")
            << "\"num_key_value_heads\":2"
            << "\"num_key_value_heads\":1" << unsupported << "num_key_value_heads";
        QTest::newRow("scaled rotary")
            << "\"rope_scaling\":null"
            << "\"rope_scaling\":{\"t\":1}" << unsupported << "rope_scaling";
        QTest::newRow("missing field") << "\"hidden_size\":32,"
                                       << "" << bad << "hidden_size";
        QTest::newRow("zero layers") << "\"num_hidden_layers\":2"
                                     << "\"num_hidden_layers\":0" << bad << "num_hidden_layers";
        QTest::newRow("fraction of layers")
            << "\"num_hidden_layers\":2"
            << "\"num_hidden_layers\":2.5" << bad << "num_hidden_layers";
        QTest::newRow("huge layers")
            << "\"num_hidden_layers\":2"
            << "\"num_hidden_layers\":18446744073709551615" << bad << "num_hidden_layers";
        QTest::newRow("layers fewer than blocks")
            << "\"num_hidden_layers\":2"
            << "\"num_hidden_layers\":1" << shape << "model.layers.1.";
        QTest::newRow("heads that do not divide")
            << "\"num_attention_heads\":2"
            << "\"num_attention_heads\":3" << shape << "num_attention_heads";
        QTest::newRow("odd rotary") << "factor\":0.5"
                                    << "factor\":0.06" << shape << "partial_rotary_factor";
        QTest::newRow("other vocabulary")
            << "\"vocab_size\":8"
            << "\"vocab_size\":9" << shape << "expected {9, 32}, found {8, 32}";
        QTest::newRow("not JSON") << "{\"arch"
                                  << "{arch" << bad << "not valid JSON";
        QTest::newRow("key twice")
            << "\"vocab_size\":8"
            << "\"vocab_size\":8,\"vocab_size\":8" << bad << "is there twice";
    }

    void refusesSettingsThatWeDoNotCompute() {
        QFETCH(QString, from);
        QFETCH(QString, to);
        QFETCH(int, code);
        QFETCH(QString, part);
        writeFolder(m_folder, HfNames::Transformers, "F16");
        QString text = QString::fromStdString(hfConfig(HfNames::Transformers));
        QVERIFY(text.contains(from));
        writeText(m_folder / "config.json", text.replace(from, to).toStdString());
        expectError(static_cast<ErrorCode>(code), part);
    }

    void newerRotaryParametersAreRead() {
        writeFolder(m_folder, HfNames::Transformers, "F16");
        QString text = QString::fromStdString(hfConfig(HfNames::Transformers));
        text.replace("\"partial_rotary_factor\":0.5,\"rope_theta\":10000.0,\"rope_scaling\":null",
                     "\"rope_parameters\":{\"rope_type\":\"default\",\"rope_theta\":5000.0,"
                     "\"partial_rotary_factor\":0.25}");
        writeText(m_folder / "config.json", text.toStdString());
        const auto opened = Checkpoint::open(m_folder);
        QVERIFY2(opened, opened ? "" : opened.error().detail.c_str());
        QCOMPARE((*opened)->shape().rotary, 4U);
        QCOMPARE((*opened)->shape().ropeTheta, 5000.0F);
    }

    void foldersWithoutWeightsSaySo() {
        expectError(ErrorCode::FileMissing, "config.json");
        writeFolder(m_folder, HfNames::Transformers, "F16");
        fs::remove(m_folder / "model.safetensors");
        expectError(ErrorCode::FileMissing, "model.safetensors");
        writeText(m_folder / "pytorch_model.bin", "pickle");
        expectError(ErrorCode::Unsupported, "pickled");
    }

    void theOracleFoldersEqualTheirGguf() {
        const fs::path oracle = fs::path(PHIDELITY_SHARED_DIR) / "oracle";
        if (!fs::exists(oracle)) {
            QSKIP("the oracle models are not on this machine (PHIDELITY_SHARED)");
        }
        for (const char* name : {"toy64", "toy80"}) {
            const auto gguf = Checkpoint::open(oracle / std::string(name).append("-f16.gguf"));
            const auto folder = Checkpoint::open(oracle / std::string(name).append("-hf"));
            QVERIFY2(gguf, gguf ? "" : gguf.error().detail.c_str());
            QVERIFY2(folder, folder ? "" : folder.error().detail.c_str());
            QCOMPARE((*gguf)->shape(), (*folder)->shape());
            QCOMPARE((*gguf)->tokenizer().tokens.size(), (*folder)->tokenizer().tokens.size());
            QCOMPARE((*gguf)->tokenizer().endOfText, (*folder)->tokenizer().endOfText);
            QVERIFY((*gguf)->tokenizer().merges == (*folder)->tokenizer().merges);
            for (const TensorSpec& spec : tensorTable()) {
                const TensorView a = (*gguf)->tensor(spec.role, 0);
                const TensorView b = (*folder)->tensor(spec.role, 0);
                std::vector<float> left(a.columns);
                std::vector<float> right(b.columns);
                QCOMPARE(a.rows, b.rows);
                for (std::uint64_t r = 0; r < a.rows; ++r) {
                    dequantizeRow(a.type, a.slice(r, 1).data, left);
                    dequantizeRow(b.type, b.slice(r, 1).data, right);
                    QVERIFY(left == right);
                }
            }
        }
    }
};

QTEST_GUILESS_MAIN(HuggingFace)
#include "test_hugging_face.moc"
