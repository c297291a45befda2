// SPDX-License-Identifier: MIT
#include <QChar>
#include <QTest>

#include "inference/text/unicode_classes.h"

using namespace phidelity;

class TestUnicodeClasses : public QObject {
    Q_OBJECT

private slots:
    void agreesWithQtOnEveryCodePointOfUnicode14();
    void nothingLiesPastUnicode();
};

void TestUnicodeClasses::agreesWithQtOnEveryCodePointOfUnicode14() {
    int different = 0;
    int letters = 0;
    for (char32_t codePoint = 0; codePoint <= 0x10FFFF; ++codePoint) {
        const QChar::UnicodeVersion version = QChar::unicodeVersion(codePoint);
        if (version == QChar::Unicode_Unassigned || version > QChar::Unicode_14_0) {
            continue;
        }
        CharacterClass expected = CharacterClass::Other;
        if (QChar::isLetter(codePoint)) {
            expected = CharacterClass::Letter;
        } else if (QChar::isNumber(codePoint)) {
            expected = CharacterClass::Number;
        } else if (QChar::isSpace(codePoint)) {
            expected = CharacterClass::Space;
        }
        letters += expected == CharacterClass::Letter ? 1 : 0;
        if (classOf(codePoint) != expected) {
            ++different;
            qWarning("U+%04X", unsigned(codePoint));
        }
    }
    QVERIFY(letters > 100000);
    QCOMPARE(different, 0);
}

void TestUnicodeClasses::nothingLiesPastUnicode() {
    QCOMPARE(classOf(0x110000), CharacterClass::Other);
    QCOMPARE(classOf(0xFFFFFFFF), CharacterClass::Other);
}

QTEST_APPLESS_MAIN(TestUnicodeClasses)
#include "test_unicode_classes.moc"
