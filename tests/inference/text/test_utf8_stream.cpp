// SPDX-License-Identifier: MIT
#include <QString>
#include <QTest>

#include <random>
#include <string>

#include "inference/text/utf8.h"
#include "inference/text/utf8_stream.h"

using namespace phidelity;

namespace {

std::string encodedByQt(char32_t codePoint) {
    // At the start of a text Qt would take U+FEFF for a byte order mark.
    const char32_t text[] = {U'x', codePoint};
    return QString::fromUcs4(text, 2).toStdString().substr(1);
}

} // namespace

class TestUtf8Stream : public QObject {
    Q_OBJECT

private slots:
    void invalidPartsBecomeOneReplacementEach_data();
    void invalidPartsBecomeOneReplacementEach();
    void neverEmitsHalfACharacter();
    void portionsDoNotMatter();
    void everyScalarValueComesBack();
    void waitsOnlyForWhatCanContinue();
    void finishReplacesTheUnfinished();
};

void TestUtf8Stream::invalidPartsBecomeOneReplacementEach_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("text");
    const auto row = [](const char* name, const char* bytes, const char16_t* text) {
        QTest::newRow(name) << QByteArray(bytes) << QString::fromUtf16(text);
    };
    // The examples of the Unicode Standard, section 3.9, tables 3-8 to 3-11.
    row("overlong", "\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41",
        u"\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFDA");
    row("surrogates", "\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41",
        u"\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFDA");
    row("others", "\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42",
        u"\uFFFD\uFFFD\uFFFD\uFFFD\uFFFDA\uFFFD\uFFFDB");
    row("truncated", "\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41", u"\uFFFD\uFFFD\uFFFD\uFFFDA");
    row("lone continuation",
        "a\x80"
        "b",
        u"a\uFFFDb");
    row("cut at the end", "\xF0\x9F\x98", u"\uFFFD");
    row("valid", "a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x81", u"a\u00E4\u20AC\U0001F601");
}

void TestUtf8Stream::invalidPartsBecomeOneReplacementEach() {
    QFETCH(QByteArray, bytes);
    QFETCH(QString, text);
    QCOMPARE(QString::fromStdString(sanitizeUtf8(bytes.toStdString())), text);
}

void TestUtf8Stream::neverEmitsHalfACharacter() {
    const std::string text = "z\u00E4\u20AC\U0001F601\U0001F636\u200D\U0001F32B";
    Utf8Stream stream;
    std::string out;
    for (const char byte : text) {
        const std::string part = stream.push(std::string_view(&byte, 1));
        QCOMPARE(validUtf8Prefix(part), part.size());
        QVERIFY(stream.pending().size() <= 3);
        QVERIFY(part.find(kReplacement) == std::string::npos);
        out += part;
    }
    QCOMPARE(out, text);
    QVERIFY(stream.finish().empty());
}

void TestUtf8Stream::portionsDoNotMatter() {
    std::mt19937_64 random(1);
    // Bytes that often form parts of characters.
    static constexpr std::string_view kBytes =
        "a \x80\x8F\x90\x9F\xA0\xBF\xC1\xC2\xDF\xE0\xED\xEF\xF0\xF4\xF5\xFF";
    for (int round = 0; round < 2000; ++round) {
        std::string bytes;
        for (auto length = random() % 24; length > 0; --length) {
            bytes.push_back(kBytes[random() % kBytes.size()]);
        }
        Utf8Stream stream;
        std::string out;
        for (std::size_t begin = 0; begin < bytes.size();) {
            const std::size_t length = random() % 4 + 1;
            out += stream.push(std::string_view(bytes).substr(begin, length));
            begin += length;
        }
        out += stream.finish();
        QCOMPARE(out, sanitizeUtf8(bytes));
        // Qt replaces every byte of a bad sequence, so only texts without bad parts can be compared
        // with it.
        if (out.find(kReplacement) == std::string::npos) {
            QCOMPARE(QString::fromStdString(out),
                     QString::fromUtf8(bytes.data(), qsizetype(bytes.size())));
        }
        QCOMPARE(validUtf8Prefix(out), out.size());
    }
}

void TestUtf8Stream::everyScalarValueComesBack() {
    for (char32_t codePoint = 0; codePoint <= 0x10FFFF; ++codePoint) {
        if (codePoint >= 0xD800 && codePoint < 0xE000) {
            continue;
        }
        std::string text;
        appendUtf8(text, codePoint);
        const Utf8Unit unit = nextUtf8(text, 0);
        if (unit.kind != Utf8Unit::Kind::Character || unit.codePoint != codePoint ||
            unit.length != text.size() || text != encodedByQt(codePoint)) {
            QFAIL(qPrintable(QString("U+%1").arg(uint(codePoint), 0, 16)));
        }
    }
}

void TestUtf8Stream::waitsOnlyForWhatCanContinue() {
    Utf8Stream stream;
    QVERIFY(stream.push("\xF0\x9F").empty());
    QCOMPARE(stream.pending().size(), std::size_t(2));
    QCOMPARE(stream.push("x"), std::string(kReplacement) + "x");
    QVERIFY(stream.pending().empty());
    // E0 80 can never become a character, so nothing waits.
    QCOMPARE(stream.push("\xE0\x80"), std::string(kReplacement) + std::string(kReplacement));
    QVERIFY(stream.pending().empty());
}

void TestUtf8Stream::finishReplacesTheUnfinished() {
    Utf8Stream stream;
    QVERIFY(stream.push("\xE2\x82").empty());
    QCOMPARE(stream.finish(), std::string(kReplacement));
    QVERIFY(stream.pending().empty());
    QVERIFY(stream.finish().empty());
}

QTEST_APPLESS_MAIN(TestUtf8Stream)
#include "test_utf8_stream.moc"
