// SPDX-License-Identifier: MIT
#include <QFile>
#include <QTest>

#include <string>
#include <vector>

#include "inference/text/tokenizer.h"
#include "vocabularies.h"

using namespace phidelity;

namespace {

using Ids = std::vector<TokenId>;

struct Row {
    std::string text;
    Ids ids;
};

/// The rows of the PHI-2 reference, section 5.6; that with special parsing has a test of its own.
const std::vector<Row> kRows = {
    {"Hello world", {15496, 995}},
    {" Hello world", {18435, 995}},
    {"Hello, y'all! How are you 😁 ?我想在apple工作1314151天～",
     {15496, 11,    331, 6,     439,   0,  1374,  389,  345,  30325, 223,   5633, 22755, 239, 46349,
      111,   28839, 101, 18040, 32432, 98, 43291, 1485, 1415, 24309, 25465, 171,  121,   252}},
    {"ied 4 ½ months", {798, 604, 25208, 1933}},
    {"' era", {6, 6980}},
    {"3333333", {24840, 20370}},
    {"333333333", {24840, 2091, 20370}},
    {"!!!!!!", {13896, 3228}},
    {"Cửa Việt", {34, 157, 119, 255, 64, 16049, 157, 119, 229, 83}},
    {"нещо на Български", {22177, 16843, 141,   231, 15166, 12466, 121,   16142, 12466, 239,
                           141,   232,   30143, 140, 111,   16142, 21169, 21727, 31583, 18849}},
    {std::string(1, ' '), {220}},
    {std::string(2, ' '), {50286}},
    {std::string(3, ' '), {50285}},
    {std::string(4, ' '), {50284}},
    {std::string(31, ' '), {50257}},
    {std::string(32, ' '), {50257, 220}},
    {std::string(33, ' '), {50257, 50286}},
    {std::string(62, ' '), {50257, 50257}},
    {"\t", {197}},
    {"\t\t", {50294}},
    {std::string(10, '\t'), {50287, 197}},
    {std::string(11, '\t'), {50287, 50294}},
    {"\n", {198}},
    {"\n\n", {628}},
    {"\n\n\n", {628, 198}},
    {"\r\n", {201, 198}},
    {"    Hello\n    Hello", {50284, 15496, 198, 50284, 15496}},
    {"    return x", {50284, 7783, 2124}},
    {"x\n\n    return y\n", {87, 628, 50284, 7783, 331, 198}},
    {"a  b", {64, 50286, 65}},
    {"a   b", {64, 50285, 65}},
    {" \n  \n", {220, 198, 50286, 198}},
    {"foo \n", {21943, 220, 198}},
    {"foo  \n", {21943, 50286, 198}},
    {"if  (a\t\tb)", {361, 50286, 7, 64, 50294, 65, 8}},
    {"for i in range(10):\n\tprint(i)\n",
     {1640, 1312, 287, 2837, 7, 940, 2599, 198, 197, 4798, 7, 72, 8, 198}},
    {"def print_prime(n):\n   \"\"\"\n   Print all primes between 1 and n\n   \"\"\"\n",
     {4299,  3601, 62,  35505, 7,    77,  2599, 198, 50285, 37811, 198,   50285,
      18557, 477,  778, 999,   1022, 352, 290,  299, 198,   50285, 37811, 198}},
    {"I'm you're it's", {40, 1101, 345, 821, 340, 338}},
    {"It'S DON'T", {1026, 6, 50, 23917, 6, 51}},
    {"Instruct: Write a detailed analogy between mathematics and a lighthouse.\nOutput:",
     {43993, 25, 19430, 257, 6496, 23970, 1022, 19473, 290, 257, 46371, 13, 198, 26410, 25}},
    {"Alice: Hi\nBob:", {44484, 25, 15902, 198, 18861, 25}},
    {"Can you help me write a formal email to a potential business partner proposing a joint "
     "venture?",
     {6090, 345, 1037, 502, 3551, 257, 8766, 3053, 284, 257, 2785, 1597, 5212, 24634, 257, 6466,
      13189, 30}},
    {"\u00A0x", {1849, 87}},
    {"\u3000x", {5099, 222, 87}},
    {"Test request", {14402, 2581}},
};

QString joined(const Ids& ids) {
    QStringList list;
    for (const TokenId id : ids) {
        list << QString::number(id);
    }
    return list.join(' ');
}

} // namespace

/// Phi-2's own vocabulary against ids from elsewhere.
class TestTokenizerPhi2 : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void matchesTheVectorsOfLlamaCpp();
    void matchesTheRowsOfTheReference();
    void parsesEndOfTextOnlyWhenAsked();
    void knowsItsSize();
    void streamsAndRoundTripsTheRows();

private:
    std::shared_ptr<const Tokenizer> m_tokenizer;
};

void TestTokenizerPhi2::initTestCase() {
    const auto data = test::phi2Vocabulary();
    if (!data) {
        QSKIP("PHIDELITY_SHARED has no vocab/ggml-vocab-phi-2.rebuilt.gguf");
    }
    const auto tokenizer = Tokenizer::create(*data);
    QVERIFY2(tokenizer, tokenizer ? "" : tokenizer.error().detail.c_str());
    m_tokenizer = *tokenizer;
}

void TestTokenizerPhi2::matchesTheVectorsOfLlamaCpp() {
    const QString stem =
        QString::fromStdString(test::sharedFolder()) + "/vocab/ggml-vocab-phi-2.gguf";
    QFile input(stem + ".inp");
    QFile output(stem + ".out");
    QVERIFY(input.open(QIODevice::ReadOnly) && output.open(QIODevice::ReadOnly));
    const std::string texts = input.readAll().toStdString();
    const QList<QByteArray> lines = output.readAll().split('\n');
    static constexpr std::string_view kBreak = "\n__ggml_vocab_test__\n";
    qsizetype count = 0;
    for (std::size_t begin = 0; begin < texts.size(); ++count) {
        const std::size_t end = std::min(texts.find(kBreak, begin), texts.size());
        const std::string text = texts.substr(begin, end - begin);
        begin = end + kBreak.size();
        QVERIFY(count < lines.size());
        const QString expected = QString::fromLatin1(lines[count]).simplified();
        QCOMPARE(joined(m_tokenizer->encode(text)), expected);
        QCOMPARE(m_tokenizer->decode(m_tokenizer->encode(text)), text);
    }
    QCOMPARE(count, 46);
}

void TestTokenizerPhi2::matchesTheRowsOfTheReference() {
    for (const Row& row : kRows) {
        QCOMPARE(joined(m_tokenizer->encode(row.text)), joined(row.ids));
        QCOMPARE(joined(m_tokenizer->encode(row.text, SpecialTokens::Parse)), joined(row.ids));
    }
}

void TestTokenizerPhi2::parsesEndOfTextOnlyWhenAsked() {
    const std::string text = "hi<|endoftext|>there";
    QCOMPARE(joined(m_tokenizer->encode(text, SpecialTokens::Parse)), "5303 50256 8117");
    const Ids plain = m_tokenizer->encode(text);
    QCOMPARE(std::count(plain.begin(), plain.end(), 50256U), 0);
    QCOMPARE(m_tokenizer->decode(plain), text);
}

void TestTokenizerPhi2::knowsItsSize() {
    QCOMPARE(m_tokenizer->size(), 50295U);
    QCOMPARE(m_tokenizer->endOfText(), 50256U);
    QVERIFY(m_tokenizer->bytes(50295).empty());
    QCOMPARE(m_tokenizer->bytes(50257), std::string(31, ' '));
    QCOMPARE(m_tokenizer->bytes(50294), std::string_view("\t\t"));
    QCOMPARE(m_tokenizer->bytes(188), std::string_view("\0", 1));
    QCOMPARE(m_tokenizer->bytes(2643), std::string_view(" statement"));
}

void TestTokenizerPhi2::streamsAndRoundTripsTheRows() {
    for (const Row& row : kRows) {
        QCOMPARE(m_tokenizer->decode(row.ids), row.text);
    }
}

QTEST_APPLESS_MAIN(TestTokenizerPhi2)
#include "test_tokenizer_phi2.moc"
