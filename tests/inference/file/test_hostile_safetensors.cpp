// SPDX-License-Identifier: MIT
#include <QtTest>

#include <fstream>

#include "hf_builder.h"
#include "inference/file/checkpoint.h"
#include "inference/file/json.h"
#include "inference/file/safetensors.h"
#include "memory_meter.h"

using namespace phidelity;
using namespace phidelity::test;

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostMemory = std::size_t{256} << 20;
constexpr std::size_t kLengthField = 8;

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

Result<void> readImage(std::span<const std::byte> image) {
    TensorDirectory directory;
    return readSafetensors(image, "hostile.safetensors", directory);
}

std::size_t headerSize(std::span<const std::byte> image) {
    std::uint64_t length = 0;
    std::memcpy(&length, image.data(), sizeof length);
    return kLengthField + length;
}

void readAll(const Checkpoint& checkpoint) {
    for (int role = 0; role < kTensorRoles; ++role) {
        for (std::uint32_t layer = 0; layer < checkpoint.shape().layers; ++layer) {
            const TensorView view = checkpoint.tensor(static_cast<TensorRole>(role), layer);
            std::vector<float> row(view.columns);
            for (std::uint64_t r = 0; r < view.rows; ++r) {
                dequantizeRow(view.type, view.slice(r, 1).data, row);
            }
        }
    }
}

} // namespace

class HostileSafetensors : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_dir;
    fs::path m_folder;

private slots:
    void init() {
        m_dir = std::make_unique<QTemporaryDir>();
        m_folder = m_dir->path().toStdString();
        writeText(m_folder / "config.json", hfConfig(HfNames::PerHead));
        writeText(m_folder / "tokenizer.json", hfTokenizerJson());
        writeFile(m_folder / "model.safetensors", safetensors(hfTensors(HfNames::PerHead), "F16"));
        resetPeak();
    }
    void cleanup() { QVERIFY2(peakBytes() < kMostMemory, "too much memory was asked for"); }

    void truncationAtEveryByteIsAnError() {
        const auto image = safetensors(hfTensors(HfNames::PerHead), "F16");
        QVERIFY(readImage(image));
        const std::size_t header = headerSize(image);
        for (std::size_t size = 0; size < image.size(); size += size < header + 64 ? 1 : 61) {
            const std::vector<std::byte> cut(image.begin(),
                                             image.begin() + static_cast<std::ptrdiff_t>(size));
            QVERIFY2(!readImage(cut), qPrintable(QString("cut at %1 opens").arg(size)));
        }
    }

    void everyFlippedHeaderBitIsAnErrorOrAValidModel() {
        auto image = safetensors(hfTensors(HfNames::PerHead), "F16");
        const std::size_t header = headerSize(image);
        std::size_t refused = 0;
        const fs::path path = m_folder / "model.safetensors";
        for (std::size_t bit = 0; bit < header * 8; ++bit) {
            const std::byte mask{static_cast<std::uint8_t>(1U << (bit % 8))};
            image[bit / 8] ^= mask;
            if (readImage(image)) {
                // Well-formed as safetensors: then the model must be whole or refused.
                writeFile(path, image);
                if (const auto opened = Checkpoint::open(m_folder)) {
                    readAll(**opened);
                } else {
                    ++refused;
                }
            } else {
                ++refused;
            }
            image[bit / 8] ^= mask;
        }
        QVERIFY2(refused > header * 8 * 9 / 10,
                 qPrintable(QString("%1 of %2").arg(refused).arg(header * 8)));
    }

    void everyFlippedBitOfTheJsonFilesIsAnErrorOrAValidModel() {
        for (const char* file : {"config.json", "tokenizer.json"}) {
            const fs::path path = m_folder / file;
            std::string text = file[0] == 'c' ? hfConfig(HfNames::PerHead) : hfTokenizerJson();
            const std::string whole = text;
            for (std::size_t bit = 0; bit < text.size() * 8; ++bit) {
                text[bit / 8] = static_cast<char>(text[bit / 8] ^ (1 << (bit % 8)));
                writeText(path, text);
                if (const auto opened = Checkpoint::open(m_folder)) {
                    readAll(**opened);
                } else {
                    QVERIFY(!opened.error().detail.empty());
                }
                text[bit / 8] = whole[bit / 8];
            }
            writeText(path, whole);
        }
    }

    void refusesKnownClasses_data() {
        QTest::addColumn<std::vector<std::byte>>("image");
        QTest::addColumn<QString>("part");
        const auto add = [](const char* name, const std::string& header, std::size_t data,
                            const char* part) {
            QTest::newRow(name) << rawSafetensors(header, data) << QString(part);
        };
        const auto one = [](const std::string& dtype, const std::string& shape,
                            const std::string& offsets) {
            return std::string("{\"a\":{\"dtype\":\"")
                .append(dtype)
                .append("\",\"shape\":")
                .append(shape)
                .append(",\"data_offsets\":")
                .append(offsets)
                .append("}}");
        };
        const auto two = [&](const std::string& second) {
            return std::string(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":)")
                .append(R"({"dtype":"F32","shape":[2],"data_offsets":)")
                .append(second)
                .append("}}");
        };
        add("header of an array", "[]", 0, "begin with");
        add("header after spaces", "  {}", 0, "begin with");
        add("text after the header", "{}{}", 0, "not valid JSON");
        add("not UTF-8", "{\"\xFF\":1}", 0, "not valid JSON");
        add("tensor that is no object", R"({"a":7})", 0, "expected dtype");
        add("member missing", R"({"a":{"dtype":"F32","shape":[1]}})", 4, "expected dtype");
        add("unknown type", one("F7", "[1]", "[0,4]"), 4, "found F7");
        add("shape of a negative", one("F32", "[-1]", "[0,4]"), 4, "shape");
        add("shape of a fraction", one("F32", "[1.0]", "[0,4]"), 4, "shape");
        add("product of the shape overflows", one("F32", "[4294967296,4294967296,2]", "[0,0]"), 0,
            "64 bits");
        add("bytes of the shape overflow", one("F32", "[4611686018427387904]", "[0,0]"), 0,
            "times the shape");
        add("size other than the shape's", one("F32", "[2]", "[0,4]"), 4, "times the shape");
        add("end before begin", one("F32", "[1]", "[4,0]"), 4, "data_offsets");
        add("end past the file", one("F32", "[2]", "[0,8]"), 4, "data_offsets");
        add("offset near 2^64", one("F32", "[1]", "[18446744073709551612,18446744073709551615]"), 4,
            "data_offsets");
        add("offset beyond 2^64", one("F32", "[1]", "[0,18446744073709551620]"), 4, "data_offsets");
        add("three offsets", one("F32", "[1]", "[0,4,4]"), 4, "expected dtype");
        add("half a byte", one("F4", "[1]", "[0,1]"), 1, "times the shape");
        add("hole at the start", one("F32", "[1]", "[4,8]"), 8, "holes");
        add("hole between", two("[12,20]"), 20, "holes");
        add("overlap", two("[4,12]"), 12, "overlap");
        add("the same bytes twice", two("[0,8]"), 8, "overlap");
        add("bytes after the last tensor", one("F32", "[1]", "[0,4]"), 5, "end with the file");
        add("tensor twice",
            R"({"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},)"
            R"("a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}})",
            0, "is there twice");
        add("metadata twice", R"({"__metadata__":{},"__metadata__":{}})", 0, "is there twice");
        add("metadata of numbers", R"({"__metadata__":{"a":1}})", 0, "__metadata__");
        add("deep nesting", std::string("{\"a\":").append(10000, '['), 0, "levels");
        QTest::newRow("empty file") << std::vector<std::byte>() << QString("header length");
        auto huge = rawSafetensors("{}", 0);
        std::memset(huge.data(), 0xFF, kLengthField);
        QTest::newRow("header length near 2^64") << huge << QString("header length");
        auto large = rawSafetensors("{}", 0);
        const std::uint64_t tooLong = 100'000'001;
        std::memcpy(large.data(), &tooLong, sizeof tooLong);
        large.resize(tooLong + kLengthField);
        QTest::newRow("header of more than 100 MB") << large << QString("header length");
    }

    void refusesKnownClasses() {
        QFETCH(std::vector<std::byte>, image);
        QFETCH(QString, part);
        resetPeak();
        const auto result = readImage(image);
        QVERIFY(!result);
        const QString detail = QString::fromStdString(result.error().detail);
        QVERIFY2(detail.contains(part), qPrintable(detail));
    }

    void emptyAndScalarTensorsAreLegal() {
        QVERIFY(
            readImage(rawSafetensors(R"({"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},)"
                                     R"("b":{"dtype":"I64","shape":[0,3],"data_offsets":[4,4]}}  )",
                                     4)));
    }

    void largeHeadersOfNothingStaySmall() {
        std::string header = "{\"a\":[0";
        while (header.size() < 90'000'000) {
            header += ",0";
        }
        header += "]}";
        auto image = rawSafetensors(header, 0);
        header = {};
        resetPeak();
        QVERIFY(!readImage(image));
        QVERIFY(peakBytes() < kMostMemory);

        std::string text = "{\"";
        text.resize(90'000'000, 'x');
        text += "\":1}";
        image = rawSafetensors(text, 0);
        text = {};
        resetPeak();
        QVERIFY(!readImage(image));
        QVERIFY(peakBytes() < kMostMemory);
    }
};

QTEST_GUILESS_MAIN(HostileSafetensors)
#include "test_hostile_safetensors.moc"
