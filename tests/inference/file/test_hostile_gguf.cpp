// SPDX-License-Identifier: MIT
#include <QtTest>

#include <cstring>
#include <functional>
#include <limits>

#include "gguf_builder.h"
#include "inference/file/checkpoint.h"
#include "memory_meter.h"

using namespace phidelity;
using phidelity::test::Bytes;
using phidelity::test::GgufBuilder;
using phidelity::test::smallModel;

namespace {

constexpr std::size_t kMostMemory = std::size_t{256} << 20;
constexpr std::uint64_t kHuge = UINT64_MAX - 7;

Result<std::shared_ptr<const Checkpoint>> openImage(std::span<const std::byte> image) {
    return Checkpoint::openMemory(image, "hostile.gguf");
}

/// Reads everything that a caller could read, so that a view outside the image is found.
void readAll(const Checkpoint& checkpoint, std::span<const std::byte> image) {
    const ModelShape& shape = checkpoint.shape();
    QCOMPARE(checkpoint.tokenizer().tokens.size(), std::size_t{shape.vocabulary});
    QCOMPARE(checkpoint.tokenizer().kinds.size(), std::size_t{shape.vocabulary});
    QVERIFY(checkpoint.tokenizer().endOfText < shape.vocabulary);
    QVERIFY(std::uint64_t{shape.heads} * shape.headSize == shape.width);
    for (int role = 0; role < kTensorRoles; ++role) {
        for (std::uint32_t layer = 0; layer < shape.layers; ++layer) {
            const TensorView view = checkpoint.tensor(static_cast<TensorRole>(role), layer);
            QVERIFY(view.data >= image.data());
            QVERIFY(view.data + view.bytes() <= image.data() + image.size());
            std::vector<float> row(view.columns);
            dequantizeRow(view.type, view.data, row);
        }
    }
}

} // namespace

class HostileGguf : public QObject {
    Q_OBJECT

private slots:
    void init() { test::resetPeak(); }
    void cleanup() { QVERIFY2(test::peakBytes() < kMostMemory, "too much memory was asked for"); }

    void theSmallModelItselfOpens() {
        const auto image = smallModel().build();
        const auto opened = openImage(image);
        QVERIFY2(opened, opened ? "" : opened.error().detail.c_str());
        readAll(**opened, image);
    }

    void truncationAtEveryByteIsAnError() {
        const auto image = smallModel().build();
        const std::size_t header = smallModel().header().size();
        for (std::size_t size = 0; size < image.size(); size += size < header + 64 ? 1 : 61) {
            // A copy of its own, so that reading one byte too far is noticed.
            const std::vector<std::byte> cut(image.begin(),
                                             image.begin() + static_cast<std::ptrdiff_t>(size));
            const auto opened = openImage(cut);
            QVERIFY2(!opened, qPrintable(QString("cut at %1 opens").arg(size)));
            QVERIFY(!opened.error().detail.empty());
        }
    }

    void everyFlippedHeaderBitIsAnErrorOrAValidModel() {
        auto image = smallModel().build();
        const std::size_t header = smallModel().header().size();
        std::size_t refused = 0;
        for (std::size_t bit = 0; bit < header * 8; ++bit) {
            const std::byte mask{static_cast<std::uint8_t>(1U << (bit % 8))};
            image[bit / 8] ^= mask;
            if (const auto opened = openImage(image)) {
                readAll(**opened, image);
            } else {
                QVERIFY(opened.error().detail.starts_with("hostile.gguf: "));
                ++refused;
            }
            image[bit / 8] ^= mask;
        }
        // Free are only bits of texts and of numbers that nothing else fixes.
        QVERIFY2(refused > header * 8 * 3 / 4,
                 qPrintable(QString("%1 of %2").arg(refused).arg(header * 8)));
    }

    void refusesKnownClasses_data() {
        using Change = std::function<void(GgufBuilder&)>;
        QTest::addColumn<std::vector<std::byte>>("image");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("part");
        const auto add = [](const char* name, ErrorCode code, const char* part,
                            const Change& change) {
            GgufBuilder gguf = smallModel();
            change(gguf);
            QTest::newRow(name) << gguf.build() << static_cast<int>(code) << QString(part);
        };
        const auto bad = ErrorCode::BadFile;
        const auto shape = ErrorCode::ShapeMismatch;
        const auto tokens = ErrorCode::BadTokenizer;
        const auto unsupported = ErrorCode::Unsupported;

        add("version 1", unsupported, "version: expected 2 or 3, found 1",
            [](GgufBuilder& g) { g.version = 1; });
        add("version 4", unsupported, "version", [](GgufBuilder& g) { g.version = 4; });
        add("big-endian", unsupported, "big-endian",
            [](GgufBuilder& g) { g.version = 0x03000000; });
        add("tensor count near 2^64", bad, "tensor count",
            [](GgufBuilder& g) { g.countedTensors = kHuge; });
        add("tensor count beyond the header", bad, "tensor count",
            [](GgufBuilder& g) { g.countedTensors = 60000; });
        add("metadata count near 2^64", bad, "metadata count",
            [](GgufBuilder& g) { g.countedKeys = kHuge; });
        add("one tensor more than there are", bad, "",
            [](GgufBuilder& g) { g.countedTensors = g.tensors.size() + 1; });
        add("string length past the end", bad, "general.name",
            [](GgufBuilder& g) { g.key("general.name").value = Bytes().raw(kHuge); });
        add("string array longer than the file", bad, "array length", [](GgufBuilder& g) {
            g.key("tokenizer.ggml.tokens").value = Bytes().raw(8U).raw(kHuge);
        });
        add("number array longer than the file", bad, "array length", [](GgufBuilder& g) {
            g.key("tokenizer.ggml.token_type").value = Bytes().raw(5U).raw(kHuge / 2);
        });
        add("string of an array past the end", bad, "tokenizer.ggml.tokens[1]", [](GgufBuilder& g) {
            g.key("tokenizer.ggml.tokens").value =
                Bytes().raw(8U).raw(std::uint64_t{2}).text("a").raw(kHuge);
        });
        add("nested arrays", bad, "array of arrays", [](GgufBuilder& g) {
            g.keys.push_back({"x.nested", 9, Bytes().raw(9U).raw(std::uint64_t{1}).raw(4U)});
        });
        add("unknown value type", bad, "value type: expected 0 to 12, found 13",
            [](GgufBuilder& g) {
                g.keys.push_back({"x.odd", 13, Bytes().raw(1U)});
            });
        add("bool of 2", bad, "bool", [](GgufBuilder& g) {
            g.keys.push_back({"x.bool", 7, Bytes().raw(std::uint8_t{2})});
        });
        add("duplicate key", bad, "is there twice", [](GgufBuilder& g) {
            g.keys.push_back({"general.name", 8, Bytes().text("other")});
        });
        add("key that is not UTF-8", bad, "UTF-8", [](GgufBuilder& g) {
            g.keys.push_back({"x\xFFy", 4, Bytes().raw(1U)});
        });
        add("empty key", bad, "metadata key", [](GgufBuilder& g) {
            g.keys.push_back({"", 4, Bytes().raw(1U)});
        });

        add("alignment of 0", bad, "general.alignment",
            [](GgufBuilder& g) { g.set("general.alignment", 0U); });
        add("alignment no power of two", bad, "power of two",
            [](GgufBuilder& g) { g.set("general.alignment", 48U); });
        add("absurd alignment", bad, "general.alignment",
            [](GgufBuilder& g) { g.set("general.alignment", 0x80000000U); });
        add("alignment that is a string", bad, "expected an integer",
            [](GgufBuilder& g) { g.set("general.alignment", std::string_view("32")); });

        add("duplicate tensor", bad, "is there twice", [](GgufBuilder& g) {
            g.tensors.push_back(g.tensor("output.bias"));
            g.layOut();
        });
        add("tensor name that is not UTF-8", bad, "UTF-8",
            [](GgufBuilder& g) { g.tensor("output.bias").name = "\xC0\x80"; });
        add("tensor name of 300 bytes", bad, "1 to 255 bytes",
            [](GgufBuilder& g) { g.tensor("output.bias").name = std::string(300, 'x'); });
        add("no dimensions", bad, "dimensions: expected 1 to 4, found 0",
            [](GgufBuilder& g) { g.tensor("output.bias").extents.clear(); });
        add("five dimensions", bad, "dimensions", [](GgufBuilder& g) {
            g.tensor("output.bias").extents = {8, 1, 1, 1, 1};
        });
        add("zero dimension", bad, "expected at least 1, found 0", [](GgufBuilder& g) {
            g.tensor("output.weight").extents = {32, 0};
        });
        add("dimensions whose product wraps to the right size", bad, "bytes in the file",
            [](GgufBuilder& g) {
                g.tensor("output.weight").extents = {32, 8, std::uint64_t{1} << 61, 8};
            });
        add("huge dimension", bad, "bytes in the file", [](GgufBuilder& g) {
            g.tensor("output.weight").extents = {UINT64_MAX - 31, 8};
        });
        add("first dimension no multiple of the block", bad, "multiple of 32", [](GgufBuilder& g) {
            g.tensor("output.weight").extents = {31, 8};
        });
        add("offset past the end", bad, "offset",
            [](GgufBuilder& g) { g.tensor("output.bias").offset += std::uint64_t{1} << 40; });
        add("offset near 2^64", bad, "offset",
            [](GgufBuilder& g) { g.tensor("output.bias").offset = UINT64_MAX - 31; });
        add("offset not aligned", bad, "multiple of 32",
            [](GgufBuilder& g) { g.tensor("output.bias").offset += 4; });
        add("overlapping tensors", bad, "overlap", [](GgufBuilder& g) {
            g.tensor("output.bias").offset = g.tensor("output.weight").offset;
        });
        add("hole between tensors", bad, "holes",
            [](GgufBuilder& g) { g.tensor("output.bias").offset += 32; });
        add("unsupported tensor type by name", unsupported, "found IQ4_XS (23)",
            [](GgufBuilder& g) { g.tensor("output.weight").type = 23; });
        add("removed tensor type", unsupported, "Q4_2",
            [](GgufBuilder& g) { g.tensor("output.weight").type = 4; });
        add("unknown tensor type", unsupported, "(4711)",
            [](GgufBuilder& g) { g.tensor("output.weight").type = 4711; });

        add("other architecture by name", unsupported, "found llama",
            [](GgufBuilder& g) { g.set("general.architecture", std::string_view("llama")); });
        add("no architecture", bad, "general.architecture",
            [](GgufBuilder& g) { g.erase("general.architecture"); });
        add("missing field", bad, "phi2.block_count",
            [](GgufBuilder& g) { g.erase("phi2.block_count"); });
        add("more layers than tensors", shape, "phi2.block_count",
            [](GgufBuilder& g) { g.set("phi2.block_count", 4000U); });
        add("absurd number of layers", bad, "phi2.block_count",
            [](GgufBuilder& g) { g.set("phi2.block_count", UINT32_MAX); });
        add("no layers", bad, "phi2.block_count",
            [](GgufBuilder& g) { g.set("phi2.block_count", 0U); });
        add("one layer more than blocks", shape, "phi2.block_count",
            [](GgufBuilder& g) { g.set("phi2.block_count", 2U); });
        add("a tensor missing", ErrorCode::TensorMissing, "output.bias: expected in the file",
            [](GgufBuilder& g) {
                std::erase_if(g.tensors, [](const auto& t) { return t.name == "output.bias"; });
                g.layOut();
            });
        add("a block beyond the layers", shape, "blk.1.attn_norm.bias", [](GgufBuilder& g) {
            g.tensors.push_back(g.tensor("blk.0.attn_norm.bias"));
            g.tensors.back().name = "blk.1.attn_norm.bias";
            g.layOut();
        });
        add("a tensor that Phi does not have", shape, "attn_q_norm", [](GgufBuilder& g) {
            g.tensors.push_back(g.tensor("blk.0.attn_norm.bias"));
            g.tensors.back().name = "blk.0.attn_q_norm.weight";
            g.layOut();
        });
        add("heads that do not divide the width", shape, "head_count",
            [](GgufBuilder& g) { g.set("phi2.attention.head_count", 3U); });
        add("grouped keys", shape, "head_count_kv",
            [](GgufBuilder& g) { g.set("phi2.attention.head_count_kv", 2U); });
        add("odd rotary dimensions", shape, "rope.dimension_count",
            [](GgufBuilder& g) { g.set("phi2.rope.dimension_count", 31U); });
        add("more rotary dimensions than a head has", shape, "rope.dimension_count",
            [](GgufBuilder& g) { g.set("phi2.rope.dimension_count", 34U); });
        add("epsilon that is not a number", bad, "layer_norm_epsilon", [](GgufBuilder& g) {
            g.set("phi2.attention.layer_norm_epsilon", std::numeric_limits<float>::quiet_NaN());
        });
        add("scaled rotary positions", unsupported, "rope.scaling.type",
            [](GgufBuilder& g) { g.set("phi2.rope.scaling.type", std::string_view("yarn")); });
        add("shape that contradicts a tensor", shape, "expected {32, 65}, found {32, 64}",
            [](GgufBuilder& g) { g.set("phi2.feed_forward_length", 65U); });
        add("vector where a matrix belongs", shape, "output.weight: expected {32, 8}",
            [](GgufBuilder& g) { g.tensor("output.weight").extents = {256}; });

        add("other tokenizer by name", unsupported, "found llama",
            [](GgufBuilder& g) { g.set("tokenizer.ggml.model", std::string_view("llama")); });
        add("tokens that are no strings", tokens, "tokenizer.ggml.tokens", [](GgufBuilder& g) {
            g.setInts("tokenizer.ggml.tokens", {1, 2, 3});
        });
        add("tokens that are no array", tokens, "tokenizer.ggml.tokens",
            [](GgufBuilder& g) { g.set("tokenizer.ggml.tokens", 3U); });
        add("fewer tokens than rows", tokens, "token_type", [](GgufBuilder& g) {
            g.setStrings("tokenizer.ggml.tokens", {"a", "b", "<|endoftext|>"});
        });
        add("fewer tokens and kinds than rows", shape, "token_embd.weight", [](GgufBuilder& g) {
            g.setStrings("tokenizer.ggml.tokens", {"a", "b", "<|endoftext|>"});
            g.setInts("tokenizer.ggml.token_type", {1, 1, 3});
            g.set("tokenizer.ggml.eos_token_id", 2U);
        });
        add("token that is not UTF-8", tokens, "tokens[1]", [](GgufBuilder& g) {
            g.setStrings("tokenizer.ggml.tokens",
                         {"a", "\xFF", "c", "d", "<|endoftext|>", "f", "g", "h"});
        });
        add("empty token", tokens, "tokens[2]", [](GgufBuilder& g) {
            g.setStrings("tokenizer.ggml.tokens",
                         {"a", "b", "", "d", "<|endoftext|>", "f", "g", "h"});
        });
        add("kind out of range", tokens, "expected 1 to 6, found 7", [](GgufBuilder& g) {
            g.setInts("tokenizer.ggml.token_type", {1, 1, 1, 1, 3, 4, 4, 7});
        });
        add("end of text past the end", tokens, "end of text",
            [](GgufBuilder& g) { g.set("tokenizer.ggml.eos_token_id", 8U); });
        add("merge without a space", tokens, "merges[0]",
            [](GgufBuilder& g) { g.setStrings("tokenizer.ggml.merges", {"ab"}); });
        add("merge with an empty part", tokens, "merges[0]",
            [](GgufBuilder& g) { g.setStrings("tokenizer.ggml.merges", {" b"}); });
        add("no merges", tokens, "tokenizer.ggml.merges",
            [](GgufBuilder& g) { g.erase("tokenizer.ggml.merges"); });
        add("split file in memory", unsupported, "split.count",
            [](GgufBuilder& g) { g.set("split.count", 2U); });
    }

    void refusesKnownClasses() {
        QFETCH(std::vector<std::byte>, image);
        QFETCH(int, code);
        QFETCH(QString, part);
        const auto opened = openImage(image);
        QVERIFY(!opened);
        const QString detail = QString::fromStdString(opened.error().detail);
        QVERIFY2(detail.contains(part), qPrintable(detail));
        QVERIFY2(static_cast<int>(opened.error().code) == code, qPrintable(detail));
    }

    void aKeyLengthPastTheEndIsAnError() {
        auto image = smallModel().build();
        constexpr std::size_t kFirstKey = 4 + 4 + 8 + 8;
        std::memcpy(image.data() + kFirstKey, &kHuge, sizeof kHuge);
        const auto opened = openImage(image);
        QVERIFY(!opened);
        QVERIFY(opened.error().detail.find("metadata key 0") != std::string::npos);
    }

    void aHeaderFullOfTinyKeysStaysSmall() {
        GgufBuilder gguf = smallModel();
        for (int i = 0; i < 60000; ++i) {
            gguf.keys.push_back(
                {std::string("k").append(std::to_string(i)), 0, Bytes().raw(std::uint8_t{1})});
        }
        const auto image = gguf.build();
        test::resetPeak();
        const auto opened = openImage(image);
        QVERIFY2(opened, opened ? "" : opened.error().detail.c_str());
    }

    void aVocabularyOfManyGigabytesIsRefused() {
        // Two million one-letter tokens: far more than any model, though they all lie in the file.
        GgufBuilder gguf = smallModel();
        gguf.setStrings("tokenizer.ggml.tokens", std::vector<std::string>(2'000'000, "x"));
        const auto image = gguf.build();
        test::resetPeak();
        const auto opened = openImage(image);
        QVERIFY(!opened);
        QCOMPARE(opened.error().code, ErrorCode::BadTokenizer);
    }
};

QTEST_GUILESS_MAIN(HostileGguf)
#include "test_hostile_gguf.moc"
