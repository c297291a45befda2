// SPDX-License-Identifier: MIT
#include <filesystem>

#include <QTest>

#include "engine/model_source.h"

using namespace phidelity;

class ModelSourceTest : public QObject {
    Q_OBJECT

private slots:
    void noPathIsTheEmbeddedModel();
    void aMissingPathIsAnError();
    void sizesCountEveryTensor();
    void anEmptyPromptBeginsADocument();
    void aPromptMustLeaveRoomForOneToken();
    void aVocabularyWithoutTensorsTokenizes();
};

void ModelSourceTest::noPathIsTheEmbeddedModel() {
    const auto checkpoint = openCheckpoint({});
    QVERIFY2(checkpoint.has_value(), checkpoint ? "" : checkpoint.error().detail.c_str());
    QVERIFY((*checkpoint)->files().empty());
    QVERIFY(openTokenizer({}).has_value());
}

void ModelSourceTest::aMissingPathIsAnError() {
    const auto checkpoint = openCheckpoint("/nowhere/model.gguf");
    QVERIFY(!checkpoint.has_value());
    QCOMPARE(checkpoint.error().code, ErrorCode::FileMissing);
    QCOMPARE(openTokenizer("/nowhere/model.gguf").error().code, ErrorCode::FileMissing);
}

void ModelSourceTest::sizesCountEveryTensor() {
    ModelShape shape = *shapeByName("tiny");
    const auto checkpoint = Checkpoint::random(shape, TensorType::F16, 1);
    QVERIFY(checkpoint.has_value());
    const std::uint64_t width = shape.width;
    const std::uint64_t hidden = shape.hidden;
    const std::uint64_t vocabulary = shape.vocabulary;
    const std::uint64_t matrices =
        shape.layers * (4 * width * width + 2 * width * hidden) + 2 * vocabulary * width;
    const std::uint64_t vectors =
        shape.layers * (2 * width + 5 * width + hidden) + 2 * width + vocabulary;
    const ModelSize size = modelSize(**checkpoint);
    QCOMPARE(size.parameters, matrices + vectors);
    QCOMPARE(size.bytes, 2 * matrices + 4 * vectors);
}

void ModelSourceTest::anEmptyPromptBeginsADocument() {
    const auto tokenizer = openTokenizer({});
    QVERIFY(tokenizer.has_value());
    QCOMPARE(encodePrompt(**tokenizer, ""), std::vector<TokenId>{(*tokenizer)->endOfText()});
    // What a user types is never the control token.
    const std::vector<TokenId> typed = encodePrompt(**tokenizer, "<|endoftext|>");
    QVERIFY(std::ranges::find(typed, (*tokenizer)->endOfText()) == typed.end());
}

void ModelSourceTest::aPromptMustLeaveRoomForOneToken() {
    QVERIFY(checkPromptFits(2047, 2048).has_value());
    QCOMPARE(checkPromptFits(2048, 2048).error().code, ErrorCode::ContextFull);
    QVERIFY(checkPromptFits(2048, 2048).error().detail.find("2048") != std::string::npos);
}

void ModelSourceTest::aVocabularyWithoutTensorsTokenizes() {
    const std::filesystem::path file =
        std::filesystem::path(PHIDELITY_SHARED_DIR) / "vocab" / "ggml-vocab-phi-2.rebuilt.gguf";
    if (!std::filesystem::exists(file)) {
        QSKIP("the reference vocabulary is not here");
    }
    const auto tokenizer = openTokenizer(file);
    QVERIFY2(tokenizer.has_value(), tokenizer ? "" : tokenizer.error().detail.c_str());
    QCOMPARE((*tokenizer)->encode("Hello world"), (std::vector<TokenId>{15496, 995}));
}

QTEST_APPLESS_MAIN(ModelSourceTest)
#include "model_source_test.moc"
