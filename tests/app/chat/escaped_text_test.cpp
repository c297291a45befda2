// SPDX-License-Identifier: MIT
#include <QRandomGenerator>
#include <QTest>

#include "chat/escaped_text.h"

using namespace phidelity;

class EscapedTextTest : public QObject {
    Q_OBJECT

private slots:
    void nothingIsHidden();
    void everyTextComesBack();
    void whatMeansNothingIsRefused();
};

void EscapedTextTest::nothingIsHidden() {
    QCOMPARE(escapedText(QStringLiteral("a b\n\tc\\d\r")), QStringLiteral("a b\\n\\tc\\\\d\\r"));
    QCOMPARE(escapedText(QStringLiteral("\u200b\u202e\u00a0\u0001")),
             QStringLiteral("\\u200b\\u202e\\u00a0\\u0001"));
    QCOMPARE(escapedText(QStringLiteral("\u00e9\U0001F600")), QStringLiteral("\u00e9\U0001F600"));
    QCOMPARE(escapedText(QString(QChar(0xD83D))), QStringLiteral("\\ud83d"));
    // A tag: a letter that no font shows, beyond the first plane.
    QCOMPARE(escapedText(QStringLiteral("a\U000E0061")), QStringLiteral("a\\udb40\\udc61"));
}

void EscapedTextTest::everyTextComesBack() {
    QRandomGenerator random(7);
    for (int round = 0; round < 2000; ++round) {
        QString text;
        for (int index = 0; index < 12; ++index) {
            const bool plain = random.bounded(2) == 0;
            text += QChar(static_cast<ushort>(random.bounded(plain ? 128 : 0x10000)));
        }
        const QString escaped = escapedText(text);
        QVERIFY(!escaped.contains(QLatin1Char('\n')));
        const std::optional<QString> back = unescapedText(escaped);
        QVERIFY(back.has_value());
        QCOMPARE(*back, text);
    }
}

void EscapedTextTest::whatMeansNothingIsRefused() {
    for (const char* bad : {"\\", "a\\x", "\\u12", "\\u12g4", "\\u+123", "\\u 123", "\\\\\\"}) {
        QString problem;
        QVERIFY2(!unescapedText(QLatin1String(bad), &problem), bad);
        QVERIFY(problem.contains(QLatin1Char('\\')) || problem.contains("backslash"));
    }
    QCOMPARE(unescapedText(QString()), QString());
}

QTEST_APPLESS_MAIN(EscapedTextTest)
#include "escaped_text_test.moc"
