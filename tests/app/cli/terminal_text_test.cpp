// SPDX-License-Identifier: MIT
#include <QTest>

#include "terminal_text.h"

using namespace phidelity;

class TerminalTextTest : public QObject {
    Q_OBJECT

private slots:
    void aTerminalGetsNothingToObey_data();
    void aTerminalGetsNothingToObey();
    void oneLineStaysOnOneLine();
};

void TerminalTextTest::aTerminalGetsNothingToObey_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("shown");
    QTest::newRow("plain") << QByteArray("a\n\tb \xc3\xbc \xf0\x9f\x98\x80")
                           << QByteArray("a\n\tb \xc3\xbc \xf0\x9f\x98\x80");
    QTest::newRow("colour") << QByteArray("\x1b[31mred\x1b[0m") << QByteArray("[31mred[0m");
    QTest::newRow("title") << QByteArray("\x1b]0;owned\x07") << QByteArray("]0;owned");
    QTest::newRow("8-bit CSI") << QByteArray("\xc2\x9b"
                                             "31m")
                               << QByteArray("31m");
    QTest::newRow("bell, backspace, return, delete") << QByteArray("a\x07\x08\r\x7f"
                                                                   "b")
                                                     << QByteArray("ab");
    QTest::newRow("zero") << QByteArray("a\0b", 3) << QByteArray("ab");
    QTest::newRow("override") << QByteArray("a\xe2\x80\xae"
                                            "b\xe2\x81\xa6"
                                            "c")
                              << QByteArray("abc");
    QTest::newRow("tags") << QByteArray("a\xf3\xa0\x81\x81"
                                        "b")
                          << QByteArray("ab");
}

void TerminalTextTest::aTerminalGetsNothingToObey() {
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, shown);
    const std::string safe =
        terminalSafe({text.constData(), static_cast<std::size_t>(text.size())});
    QCOMPARE(QByteArray::fromStdString(safe), shown);
}

void TerminalTextTest::oneLineStaysOnOneLine() {
    QCOMPARE(oneLine("a\nb\tc\x1b[0m"), std::string("a b c[0m"));
}

QTEST_APPLESS_MAIN(TerminalTextTest)
#include "terminal_text_test.moc"
