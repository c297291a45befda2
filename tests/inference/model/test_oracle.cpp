// SPDX-License-Identifier: MIT
#include <QtTest>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "inference/backend/choose.h"
#include "inference/file/checkpoint.h"
#include "inference/model/generator.h"
#include "inference/model/model.h"
#include "inference/relative_error.h"
#include "kernels_targets.h"
#include "require_value.h"

using namespace phidelity;
using namespace phidelity::test;

namespace {

// What is promised for files whose weights are plain floats, and for quantised ones. The plain
// loops stay far below both: 5e-7.
constexpr double kExactTypes = 2e-3;
constexpr double kQuantised = 1e-2;
constexpr double kPlainLoops = 2e-6;
// Two ways to compute the same: 16-bit inputs in prefill, a 16-bit cache, other orders of sums.
constexpr double kSameWeights = 1e-3;

std::filesystem::path oracleFolder() {
    const QByteArray shared = qEnvironmentVariableIsSet("PHIDELITY_SHARED")
                                  ? qgetenv("PHIDELITY_SHARED")
                                  : QByteArray(PHIDELITY_SHARED_DIR);
    return std::filesystem::path(shared.toStdString()) / "oracle";
}

std::vector<TokenId> oracleIds() {
    std::ifstream file(oracleFolder() / "ids.txt");
    std::vector<TokenId> ids;
    for (TokenId id = 0; file >> id;) {
        ids.push_back(id);
        while (file && !std::isdigit(file.peek()) && file.peek() != EOF) {
            file.get();
        }
    }
    return ids;
}

std::vector<float> readFloats(const std::filesystem::path& path) {
    std::vector<float> values(std::filesystem::file_size(path) / sizeof(float));
    std::ifstream(path, std::ios::binary)
        .read(reinterpret_cast<char*>(values.data()),
              static_cast<std::streamsize>(values.size() * sizeof(float)));
    return values;
}

Result<std::unique_ptr<Model>> loadModel(const std::filesystem::path& path, const char* device) {
    PHIDELITY_TRY(auto checkpoint, Checkpoint::open(path));
    PHIDELITY_TRY(auto backend, createBackend(device, 2));
    return Model::load(std::move(checkpoint), std::move(backend));
}

/// Logits of all rows, computed in one go.
Result<std::vector<float>> prefillLogits(Model& model, const std::vector<TokenId>& ids) {
    Sequence sequence(model);
    PHIDELITY_TRY(const auto logits, sequence.extend(ids, LogitRows::All));
    return std::vector<float>(logits.begin(), logits.end());
}

/// Logits of all rows, one token at a time.
Result<std::vector<float>> decodeLogits(Model& model, const std::vector<TokenId>& ids) {
    Sequence sequence(model);
    std::vector<float> all;
    for (const TokenId id : ids) {
        PHIDELITY_TRY(const auto logits, sequence.extend(std::span(&id, 1)));
        all.insert(all.end(), logits.begin(), logits.end());
    }
    return all;
}

/// The first 48 tokens of what follows a prompt, each the most likely.
Result<std::vector<TokenId>> greedyIds(const std::filesystem::path& path, const char* device) {
    PHIDELITY_TRY(const auto model, loadModel(path, device));
    PrefixCache cache(*model, 1);
    GenerationRequest request;
    request.prompt = model->tokenizer().encode("once upon a time");
    request.sampler.temperature = 0;
    request.maxTokens = 48;
    PHIDELITY_TRY(const FinishedGeneration record, generate(*model, cache, request));
    std::vector<TokenId> ids;
    for (const GeneratedToken& token : record.tokens) {
        ids.push_back(token.id);
    }
    return ids;
}

void addReferenceFiles() {
    QTest::addColumn<QString>("model");
    QTest::addColumn<QString>("logits");
    QTest::addColumn<double>("tolerance");
    const auto add = [](const QString& model, const QString& logits, double tolerance) {
        QTest::newRow(qPrintable(model)) << model << logits << tolerance;
    };
    for (const char* name : {"toy64-f16", "toy64-bf16", "toy80-f16"}) {
        add(QString(name) + ".gguf", name, kExactTypes);
    }
    for (const char* name : {"toy64", "toy80"}) {
        add(QString(name) + "-hf", QString(name) + "-f16", kExactTypes);
    }
    for (const char* name :
         {"toy80-q8_0", "toy80-q4_0", "toy80-q4_1", "toy80-q5_0", "toy80-q5_1", "toy64-q2_k",
          "toy64-q3_k_m", "toy64-q4_k_m", "toy64-q5_k_m", "toy64-q6_k"}) {
        add(QString(name) + ".gguf", name, kQuantised);
    }
}

/// The largest errors seen, by who computed and by class of file, for the record of speed and
/// accuracy (tests/bench/RESULTS.md).
class WorstErrors {
public:
    struct Errors {
        double prefill, decode, between;
    };

    /// `tolerance` tells the class of the file.
    void note(const std::string& computedBy, double tolerance, const Errors& errors) {
        const char* files = tolerance == kExactTypes ? "F16, BF16, folders" : "quantised files";
        const auto [at, isNew] = m_worst.try_emplace(computedBy + ", " + files, errors);
        if (!isNew) {
            Errors& worst = at->second;
            worst.prefill = std::max(worst.prefill, errors.prefill);
            worst.decode = std::max(worst.decode, errors.decode);
            worst.between = std::max(worst.between, errors.between);
        }
    }

    void print() const {
        for (const auto& [who, worst] : m_worst) {
            qInfo("worst of %s: prefill %.2e, decode %.2e, one to the other %.2e", who.c_str(),
                  worst.prefill, worst.decode, worst.between);
        }
    }

private:
    std::map<std::string, Errors> m_worst;
};

/// What a device's name calls one of Highway's targets.
std::string makersNameOf(std::string_view target) {
    return target == "AVX3_DL" ? "AVX-512 VNNI"
           : target == "AVX3"  ? "AVX-512"
           : target == "SSE4"  ? "SSE4.2"
                               : std::string(target);
}

/// What is neither the CPU nor refused.
std::vector<std::string> otherDevices() {
    std::vector<std::string> ids;
    for (const DeviceChoice& device : listDevices()) {
        if (device.usable && device.info.kind != DeviceKind::Cpu) {
            ids.push_back(device.info.id);
        }
    }
    return ids;
}

} // namespace

/// Every reference file against logits that were computed in float64 from the weights it holds.
class TestOracle : public QObject {
    Q_OBJECT

    WorstErrors m_worst;

private slots:
    void initTestCase() {
        if (!std::filesystem::exists(oracleFolder() / "ids.txt")) {
            QSKIP("no reference data: set PHIDELITY_SHARED to the folder that holds oracle/");
        }
    }

    void cleanupTestCase() { m_worst.print(); }

    void logitsAgreeWithExactOnes_data() { addReferenceFiles(); }
    void logitsAgreeWithExactOnes() {
        QFETCH(QString, model);
        QFETCH(QString, logits);
        QFETCH(double, tolerance);
        const std::vector<TokenId> ids = oracleIds();
        QCOMPARE(ids.size(), std::size_t{40});
        const std::vector<float> exact =
            readFloats(oracleFolder() / (logits.toStdString() + ".logits.f32"));
        const std::filesystem::path path = oracleFolder() / model.toStdString();
        REQUIRE_VALUE(const auto plain, loadModel(path, "cpu:obvious"));
        REQUIRE_VALUE(const auto fast, loadModel(path, "cpu"));
        REQUIRE_VALUE(const auto plainPrefill, prefillLogits(*plain, ids));
        REQUIRE_VALUE(const auto plainDecode, decodeLogits(*plain, ids));
        REQUIRE_VALUE(const auto fastPrefill, prefillLogits(*fast, ids));
        REQUIRE_VALUE(const auto fastDecode, decodeLogits(*fast, ids));

        const double plainError = relativeError(plainPrefill, exact);
        const double prefillError = relativeError(fastPrefill, exact);
        const double decodeError = relativeError(fastDecode, exact);
        qInfo("against exact logits: plain loops %.2e, fast prefill %.2e, fast decode %.2e",
              plainError, prefillError, decodeError);
        QVERIFY(plainError <= kPlainLoops);
        QVERIFY(prefillError <= tolerance);
        QVERIFY(decodeError <= tolerance);

        // Each row of the plain loops sees the same sums in the same order, whatever the step.
        QCOMPARE(relativeError(plainDecode, plainPrefill), 0.0);
        const double prefillToDecode = relativeError(fastDecode, fastPrefill);
        const double fastToPlain = relativeError(fastPrefill, plainPrefill);
        qInfo("fast prefill to decode %.2e, fast to plain %.2e", prefillToDecode, fastToPlain);
        m_worst.note("cpu", tolerance, {prefillError, decodeError, prefillToDecode});
        m_worst.note("cpu:obvious", tolerance,
                     {plainError, relativeError(plainDecode, exact), 0.0});
        QVERIFY(prefillToDecode <= kSameWeights);
        QVERIFY(fastToPlain <= kSameWeights);
        QVERIFY(relativeError(fastDecode, plainDecode) <= kSameWeights);
    }

    void everyOtherDeviceAgreesWithExactLogits_data() { addReferenceFiles(); }
    void everyOtherDeviceAgreesWithExactLogits() {
        QFETCH(QString, model);
        QFETCH(QString, logits);
        QFETCH(double, tolerance);
        if (otherDevices().empty()) {
            QSKIP("no device but the CPU");
        }
        const std::vector<TokenId> ids = oracleIds();
        const std::vector<float> exact =
            readFloats(oracleFolder() / (logits.toStdString() + ".logits.f32"));
        for (const std::string& device : otherDevices()) {
            REQUIRE_VALUE(const auto loaded,
                          loadModel(oracleFolder() / model.toStdString(), device.c_str()));
            REQUIRE_VALUE(const auto prefill, prefillLogits(*loaded, ids));
            REQUIRE_VALUE(const auto decode, decodeLogits(*loaded, ids));
            const WorstErrors::Errors errors{relativeError(prefill, exact),
                                             relativeError(decode, exact),
                                             relativeError(decode, prefill)};
            qInfo("%s: prefill %.2e, decode %.2e, one to the other %.2e", device.c_str(),
                  errors.prefill, errors.decode, errors.between);
            m_worst.note(loaded->device().name, tolerance, errors);
            QVERIFY2(errors.prefill <= tolerance, device.c_str());
            QVERIFY2(errors.decode <= tolerance, device.c_str());
            QVERIFY2(errors.between <= kSameWeights, device.c_str());
        }
    }

    void everyInstructionSetAgreesWithExactLogits_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<double>("tolerance");
        QTest::newRow("bf16") << "toy64-bf16" << kExactTypes;
        QTest::newRow("f16") << "toy80-f16" << kExactTypes;
        for (const char* name : {"toy80-q8_0", "toy80-q4_0", "toy80-q5_1", "toy64-q2_k",
                                 "toy64-q4_k_m", "toy64-q6_k"}) {
            QTest::newRow(name) << name << kQuantised;
        }
    }

    void everyInstructionSetAgreesWithExactLogits() {
        QFETCH(QString, name);
        QFETCH(double, tolerance);
        const std::vector<TokenId> ids = oracleIds();
        const std::filesystem::path path = oracleFolder() / name.toStdString();
        const std::vector<float> exact = readFloats(path.string() + ".logits.f32");
        onEveryTarget([&](const char* set) {
            REQUIRE_VALUE(const auto model, loadModel(path.string() + ".gguf", "cpu"));
            QVERIFY2(model->device().name.ends_with(", " + makersNameOf(set) + ")"), set);
            REQUIRE_VALUE(const auto prefill, prefillLogits(*model, ids));
            REQUIRE_VALUE(const auto decode, decodeLogits(*model, ids));
            const WorstErrors::Errors errors{relativeError(prefill, exact),
                                             relativeError(decode, exact),
                                             relativeError(decode, prefill)};
            qInfo("%s: prefill %.2e, decode %.2e, one to the other %.2e", set, errors.prefill,
                  errors.decode, errors.between);
            m_worst.note(std::string("cpu, ") + set, tolerance, errors);
            QVERIFY(errors.prefill <= tolerance);
            QVERIFY(errors.decode <= tolerance);
            QVERIFY(errors.between <= kSameWeights);
        });
    }

    void greedyTextBeginsAlikeOnEveryDevice_data() {
        QTest::addColumn<QString>("file");
        for (const char* file : {"toy64-f16.gguf", "toy80-f16.gguf", "toy80-q8_0.gguf",
                                 "toy80-q4_0.gguf", "toy64-q4_k_m.gguf", "toy64-q6_k.gguf"}) {
            QTest::newRow(file) << file;
        }
    }

    void greedyTextBeginsAlikeOnEveryDevice() {
        QFETCH(QString, file);
        if (otherDevices().empty()) {
            QSKIP("no device but the CPU");
        }
        const std::filesystem::path path = oracleFolder() / file.toStdString();
        // The weights are random: sooner or later two tokens are nearly as likely, and what a cache
        // rounds decides.
        constexpr std::size_t kAlike = 16;
        REQUIRE_VALUE(auto expected, greedyIds(path, "cpu"));
        QVERIFY(expected.size() >= kAlike);
        expected.resize(kAlike);
        for (const std::string& device : otherDevices()) {
            REQUIRE_VALUE(auto found, greedyIds(path, device.c_str()));
            found.resize(kAlike);
            QCOMPARE(found, expected);
        }
    }

    void greedyTextOfGgufAndFolderIsIdentical_data() {
        QTest::addColumn<QString>("name");
        QTest::newRow("toy64") << "toy64";
        QTest::newRow("toy80") << "toy80";
    }

    void greedyTextOfGgufAndFolderIsIdentical() {
        QFETCH(QString, name);
        std::vector<TokenId> previous;
        for (const char* suffix : {"-f16.gguf", "-hf"}) {
            REQUIRE_VALUE(const auto ids,
                          greedyIds(oracleFolder() / (name.toStdString() + suffix), "cpu"));
            QVERIFY(ids.size() > 1);
            if (!previous.empty()) {
                QCOMPARE(ids, previous);
            }
            previous = ids;
        }
    }
};

QTEST_GUILESS_MAIN(TestOracle)
#include "test_oracle.moc"
