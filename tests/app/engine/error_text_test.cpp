// SPDX-License-Identifier: MIT
#include <QSet>
#include <QTest>

#include "engine/error_text.h"

using namespace phidelity;

class ErrorTextTest : public QObject {
    Q_OBJECT

private slots:
    void everyCodeHasASentenceOfItsOwn();
    void detailsAreSafeToShow_data();
    void detailsAreSafeToShow();
};

void ErrorTextTest::everyCodeHasASentenceOfItsOwn() {
    QSet<QString> sentences;
    int codes = 0;
    for (int code = 0; code <= static_cast<int>(ErrorCode::WriteFailed); ++code) {
        const QString sentence = describeError({static_cast<ErrorCode>(code), "x"});
        QVERIFY2(sentence.endsWith(u'.') && !sentence.contains(u'\n'), qPrintable(sentence));
        // What happened, then what to do.
        QVERIFY2(sentence.contains(u':'), qPrintable(sentence));
        QVERIFY2(!sentence.contains(QLatin1String("no name yet")), qPrintable(sentence));
        sentences.insert(sentence);
        ++codes;
    }
    QCOMPARE(sentences.size(), codes);
}

void ErrorTextTest::detailsAreSafeToShow_data() {
    QTest::addColumn<QByteArray>("detail");
    QTest::addColumn<QString>("shown");
    QTest::newRow("plain") << QByteArray("blk.3.ffn_up.weight: expected {2, 3}, found {2, 4}")
                           << "blk.3.ffn_up.weight: expected {2, 3}, found {2, 4}";
    QTest::newRow("escape") << QByteArray("a\x1b[31mb\nc\td") << "a [31mb c d";
    QTest::newRow("direction") << QByteArray("a\xe2\x80\xae"
                                             "b")
                               << "a b";
    QTest::newRow("line separator") << QByteArray("a\xe2\x80\xa8"
                                                  "b")
                                    << "a b";
    QTest::newRow("not UTF-8") << QByteArray("a\xff"
                                             "b")
                               << QStringLiteral("a\uFFFDb");
    QTest::newRow("long") << QByteArray(100'000, 'a') << QString(500, u'a') + u'…';
}

void ErrorTextTest::detailsAreSafeToShow() {
    QFETCH(QByteArray, detail);
    QFETCH(QString, shown);
    QCOMPARE(errorDetail({ErrorCode::BadFile, detail.toStdString()}), shown);
}

QTEST_APPLESS_MAIN(ErrorTextTest)
#include "error_text_test.moc"
