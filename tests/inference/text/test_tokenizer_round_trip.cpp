// SPDX-License-Identifier: MIT
#include <QElapsedTimer>
#include <QTest>

#include <random>
#include <string>

#include "inference/text/tokenizer.h"
#include "inference/text/utf8_stream.h"
#include "vocabularies.h"

using namespace phidelity;

/// encode, then decode, gives the text back. 2 MB by default; PHIDELITY_ROUND_TRIP_MB=100 for the
/// long run.
class TestTokenizerRoundTrip : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void mixedTextComesBack();
    void streamedTokenByTokenToo();
    void hugeSinglePieces_data();
    void hugeSinglePieces();

private:
    std::shared_ptr<const Tokenizer> m_tokenizer;
};

void TestTokenizerRoundTrip::initTestCase() {
    const auto phi2 = test::phi2Vocabulary();
    const auto tokenizer = Tokenizer::create(phi2 ? *phi2 : test::tinyVocabulary());
    QVERIFY2(tokenizer, tokenizer ? "" : tokenizer.error().detail.c_str());
    m_tokenizer = *tokenizer;
}

void TestTokenizerRoundTrip::mixedTextComesBack() {
    bool given = false;
    const int megabytes = qEnvironmentVariableIntValue("PHIDELITY_ROUND_TRIP_MB", &given);
    std::mt19937_64 random(11);
    for (int part = 0; part < (given ? megabytes : 2); ++part) {
        const std::string text = test::mixedText(random, 1'000'000);
        const std::vector<TokenId> ids = m_tokenizer->encode(text);
        QVERIFY(ids.size() < text.size());
        if (m_tokenizer->decode(ids) != text) {
            QFAIL("decode(encode(text)) differs from text");
        }
        for (const TokenId id : ids) {
            QVERIFY(id < m_tokenizer->size() && !m_tokenizer->isControl(id));
        }
    }
}

void TestTokenizerRoundTrip::streamedTokenByTokenToo() {
    std::mt19937_64 random(12);
    const std::string text = test::mixedText(random, 100'000);
    Utf8Stream stream;
    std::string out;
    for (const TokenId id : m_tokenizer->encode(text)) {
        out += stream.push(m_tokenizer->bytes(id));
    }
    out += stream.finish();
    QVERIFY(out == text);
}

void TestTokenizerRoundTrip::hugeSinglePieces_data() {
    QTest::addColumn<QByteArray>("text");
    constexpr int kLength = 1'000'000;
    QByteArray letters;
    std::mt19937_64 random(13);
    for (int index = 0; index < kLength; ++index) {
        letters.append(static_cast<char>('a' + random() % 26));
    }
    QTest::newRow("one letter") << QByteArray(kLength, 'a');
    QTest::newRow("spaces") << QByteArray(kLength, ' ');
    QTest::newRow("newlines") << QByteArray(kLength, '\n');
    QTest::newRow("digits") << QByteArray(kLength, '7');
    QTest::newRow("random letters") << letters;
    QTest::newRow("emoji") << QByteArray("\U0001F642").repeated(kLength / 4);
    QTest::newRow("apostrophes") << QByteArray(kLength, '\'');
    QTest::newRow("control bytes") << QByteArray(kLength, '\x01');
}

void TestTokenizerRoundTrip::hugeSinglePieces() {
    QFETCH(QByteArray, text);
    const std::string bytes = text.toStdString();
    QElapsedTimer timer;
    timer.start();
    const std::vector<TokenId> ids = m_tokenizer->encode(bytes);
    const qint64 elapsed = timer.elapsed();
    QVERIFY(m_tokenizer->decode(ids) == bytes);
    // A quadratic loop needs minutes; a second each on a busy or sanitized machine is not the
    // question here.
    QVERIFY2(elapsed < 10'000, qPrintable(QString("%1 ms").arg(elapsed)));
}

QTEST_APPLESS_MAIN(TestTokenizerRoundTrip)
#include "test_tokenizer_round_trip.moc"
