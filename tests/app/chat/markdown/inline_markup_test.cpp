// SPDX-License-Identifier: MIT
#include <QElapsedTimer>
#include <QTest>

#include "chat/markdown/entities.h"
#include "chat/markdown/inline_markup.h"
#include "chat/markdown/link_address.h"
#include "chat/markdown/visible_text.h"

using namespace phidelity;

namespace {

/// "look:words" of each span, for reading by eye.
QStringList looksOf(const InlineText& read) {
    QStringList looks;
    for (const Span& span : read.spans) {
        QString name;
        name += span.looks & Span::Bold ? QStringLiteral("b") : QString();
        name += span.looks & Span::Italic ? QStringLiteral("i") : QString();
        name += span.looks & Span::Code ? QStringLiteral("c") : QString();
        name += span.looks & Span::Link ? QStringLiteral("l") : QString();
        name += span.looks & Span::Strike ? QStringLiteral("s") : QString();
        name += span.looks & Span::Image ? QStringLiteral("p") : QString();
        name += span.looks & Span::Dim ? QStringLiteral("d") : QString();
        looks << name + u':' + read.text.mid(span.start, span.length);
    }
    return looks;
}

InlineText read(const char* source) {
    return readInline(QString::fromUtf8(source));
}

} // namespace

class InlineMarkupTest : public QObject {
    Q_OBJECT

private slots:
    void readsLooks_data() {
        QTest::addColumn<QString>("source");
        QTest::addColumn<QString>("text");
        QTest::addColumn<QStringList>("looks");
        const auto row = [](const char* source, const char* text, const QStringList& looks) {
            QTest::newRow(source) << QString::fromUtf8(source) << QString::fromUtf8(text) << looks;
        };
        row("a **bold** b", "a bold b", {"b:bold"});
        row("an *it* and _it_ b", "an it and it b", {"i:it", "i:it"});
        row("***both***", "both", {"bi:both"});
        row("*a **b** c*", "a b c", {"i:a ", "bi:b", "i: c"});
        row("x `a*b*c` y", "x a*b*c y", {"c:a*b*c"});
        row("``a ` b``", "a ` b", {"c:a ` b"});
        row("**`code`**", "code", {"bc:code"});
        row("~~gone~~ here", "gone here", {"s:gone"});
        row("5\\*3 \\_a\\_ \\\\", "5*3 _a_ \\", {});
        row("AT&amp;T &copy; &#8364; &unknown; &", "AT&T © € &unknown; &", {});
        row("one\\\ntwo", "one\ntwo", {});
        row("one  \ntwo\nthree", "one\ntwo\nthree", {});
        row("<b>bold</b> <img src=\"x\"> <br>", "<b>bold</b> <img src=\"x\"> <br>", {});
        row("<a title=\"*x*\">", "<a title=\"*x*\">", {});
    }
    void readsLooks() {
        QFETCH(QString, source);
        QFETCH(QString, text);
        QFETCH(QStringList, looks);
        const InlineText read = readInline(source);
        QCOMPARE(read.text, text);
        QCOMPARE(looksOf(read), looks);
    }

    void unfinishedOrFalseMarkupStaysText_data() {
        QTest::addColumn<QString>("text");
        for (const char* text : {"2 * 3 * 4", "a ** b", "snake_case_name", "**open", "`open",
                                 "[x](y", "$5 and $6", "5 * x", "<b>bold</b>", "a\\", "===", "- x",
                                 "# x", "> x", "1. x", "| a |", "[x]: y", "x", "\\(open"}) {
            QTest::newRow(text) << QString::fromUtf8(text);
        }
    }
    void unfinishedOrFalseMarkupStaysText() {
        QFETCH(QString, text);
        const InlineText read = readInline(text);
        QCOMPARE(read.text, text == QLatin1String("\\(open") ? QStringLiteral("(open") : text);
        QVERIFY(read.spans.isEmpty());
        QVERIFY(read.links.isEmpty());
        QVERIFY(read.formulas.isEmpty());
    }

    void linksShowTheirWordsAndKnowTheirAddress() {
        const InlineText link = read("see [the *page*](https://x.org/a?b=1 \"title\") now");
        QCOMPARE(link.text, QStringLiteral("see the page now"));
        QCOMPARE(link.links.size(), 1);
        QCOMPARE(link.links[0].start, 4);
        QCOMPARE(link.links[0].length, 8);
        QCOMPARE(link.links[0].address, QStringLiteral("https://x.org/a?b=1"));
        QVERIFY(link.links[0].opens);
        for (const char* bare : {"see https://x.org/a now", "see <https://x.org/a> now"}) {
            const InlineText found = read(bare);
            QCOMPARE(found.text, QStringLiteral("see https://x.org/a now"));
            QCOMPARE(found.links.size(), 1);
            QCOMPARE(found.links[0].address, QStringLiteral("https://x.org/a"));
        }
        QCOMPARE(read("mail me@x.org").links.value(0).address, QStringLiteral("mailto:me@x.org"));
        QCOMPARE(read("www.x.org").links.value(0).address, QStringLiteral("http://www.x.org"));
    }

    void onlyWebAndMailOpen_data() {
        QTest::addColumn<QString>("address");
        for (const char* address :
             {"smb://host/share", "file:///etc/passwd", "javascript:alert(1)", "data:text/html,x",
              "ftp://x.org/", "/etc/passwd", "\\\\host\\share", "#part", "x.md", "vscode://x",
              "JavaScript:alert(1)", "http:///nohost", "https:x"}) {
            QTest::newRow(address) << QString::fromUtf8(address);
        }
    }
    void onlyWebAndMailOpen() {
        QFETCH(QString, address);
        QVERIFY(!linkAddress(address).opens);
        const InlineText read = readInline(QStringLiteral("[words](<%1>)").arg(address));
        QCOMPARE(read.links.size(), 1);
        QVERIFY(!read.links[0].opens);
        QVERIFY2(read.text.startsWith(QStringLiteral("words (")), qPrintable(read.text));
        QCOMPARE(looksOf(read).size(), 1);
        QVERIFY(looksOf(read).first().startsWith(QStringLiteral("d:")));
    }

    void wordsThatNameAnotherAddressShowTheTrueOne() {
        QCOMPARE(read("[https://bank.com/login](https://evil.org)").text,
                 QStringLiteral("https://bank.com/login (https://evil.org)"));
        QCOMPARE(read("[www.bank.com](https://evil.org/www.bank.com)").text,
                 QStringLiteral("www.bank.com (https://evil.org/www.bank.com)"));
        QCOMPARE(read("[me@bank.com](mailto:you@evil.org)").text,
                 QStringLiteral("me@bank.com (mailto:you@evil.org)"));
        QCOMPARE(read("[bank.com](https://www.bank.com/x)").text, QStringLiteral("bank.com"));
        QCOMPARE(read("[the bank](https://www.bank.com/x)").text, QStringLiteral("the bank"));
        // A name in letters that look alike is shown in ASCII.
        QVERIFY(linkAddress(QString::fromUtf8("https://b\u0430nk.com"))
                    .shown.startsWith(QStringLiteral("https://xn--")));
    }

    void picturesAreTheirDescriptionAndAddress() {
        const InlineText picture = read("a ![red *sun*](http://127.0.0.1:9/x.png) b");
        QCOMPARE(picture.text, QStringLiteral("a red sun (http://127.0.0.1:9/x.png) b"));
        QCOMPARE(picture.links.size(), 1);
        QCOMPARE(picture.links[0].address, QStringLiteral("http://127.0.0.1:9/x.png"));
        QCOMPARE(read("![](smb://h/x)").text, QStringLiteral("image (smb://h/x)"));
        const InlineText badge = read("[![ok](http://a.org/i)](http://b.org/)");
        QCOMPARE(badge.links.size(), 1);
        QCOMPARE(badge.links[0].address, QStringLiteral("http://b.org/"));
    }

    void definitionsLeadLabelsToTheirAddress() {
        LinkReferences references;
        using Taken = LinkReferences::Taken;
        QCOMPARE(references.take(u"[A b]: https://x.org/ \"t\"", 0), Taken::New);
        QCOMPARE(references.take(u"[a  B]: https://other.org/", 40), Taken::Known);
        QCOMPARE(references.take(u"[1]: <https://x.org/a b>", 80), Taken::New);
        QCOMPARE(references.take(u"[1] no definition", 90), Taken::No);
        QCOMPARE(references.take(u"[^1]: a footnote", 90), Taken::No);
        const InlineText read =
            readInline(QStringLiteral("[words][a B], [A b], [x][1], [y][2]"), references);
        QCOMPARE(read.text, QStringLiteral("words, A b, x, [y][2]"));
        QCOMPARE(read.links.size(), 3);
        QCOMPARE(read.links[0].address, QStringLiteral("https://x.org/"));
        QCOMPARE(read.links[2].address, QStringLiteral("https://x.org/a%20b"));
    }

    void formulasAreMarkedAndKeepTheirSource() {
        const InlineText read = readInline(QStringLiteral("so $a_1 * b_2$, \\(c * d\\) and `$x$`"));
        QCOMPARE(read.text, QString::fromUtf8("so \uFFFC, \uFFFC and $x$"));
        QCOMPARE(read.formulas.size(), 2);
        QCOMPARE(read.formulas[0].at, 3);
        QCOMPARE(read.formulas[0].source, QStringLiteral("$a_1 * b_2$"));
        QCOMPARE(read.formulas[0].latex, QStringLiteral("a_1 * b_2"));
        QCOMPARE(read.formulas[1].source, QStringLiteral("\\(c * d\\)"));
        QCOMPARE(looksOf(read), QStringList{"c:$x$"});
        QCOMPARE(looksOf(readInline(QStringLiteral("**so $x$**"))),
                 QStringList{QString::fromUtf8("b:so \uFFFC")});
        QVERIFY(readInline(QStringLiteral("$5 and $6")).formulas.isEmpty());
    }

    void displayFormulasHaveALineOfTheirOwn() {
        const InlineText read = readInline(QStringLiteral("so \\[x\n= y\\] and\n$$z$$"));
        QCOMPARE(read.text, QString::fromUtf8("so\n\uFFFC\nand\n\uFFFC"));
        QCOMPARE(read.formulas.size(), 2);
        QVERIFY(read.formulas[0].display && read.formulas[1].display);
        QCOMPARE(read.formulas[0].latex, QStringLiteral("x\n= y"));
        for (const TextFormula& formula : read.formulas) {
            QCOMPARE(read.text.at(formula.at), TextFormula::kMark);
        }
        const InlineText cell = readInline(QStringLiteral("so $$z$$ on"), {}, InlinePlace::OneLine);
        QCOMPARE(cell.text, QString::fromUtf8("so \uFFFC on"));
        QVERIFY(!cell.formulas[0].display);
    }

    void anOpenFormulaStaysTextUntilItIsClosed() {
        for (const char* open : {"so $a", "so $a_1 *", "so \\[x", "so $$x$"}) {
            QVERIFY(
                readInline(QString::fromUtf8(open), {}, InlinePlace::Paragraph, InlineEnding::Open)
                    .formulas.isEmpty());
        }
    }

    void whatCannotBeSeenIsMadeVisible() {
        const QString hostile = QString::fromUtf8("a\u202Eb\u2066c\u200Bd\u2069\u001B[0m\u007F") +
                                QChar(0) + QStringLiteral("\t\n");
        const QString shown = visibleText(hostile);
        QCOMPARE(shown.size(), hostile.size());
        for (const QChar c : shown) {
            QVERIFY(c == u'\t' || c == u'\n' ||
                    (c.isPrint() && c.category() != QChar::Other_Format));
        }
        const QString emoji = QString::fromUtf8("\U0001F468\u200D\U0001F4BB نص \u0915\u094D\u200D");
        QCOMPARE(visibleText(emoji), emoji);
        QCOMPARE(read("a&#x202E;b&#0;c").text, QString::fromUtf8("a\uFFFDb\uFFFDc"));
    }

    void entitiesAreFoundByName() {
        QCOMPARE(entityText(u"&lt;"), QStringLiteral("<"));
        QCOMPARE(entityText(u"&alpha;"), QString::fromUtf8("α"));
        QCOMPARE(entityText(u"&AElig;"), QString::fromUtf8("Æ"));
        QCOMPARE(entityText(u"&zwnj;"), QString(QChar(0x200C)));
        QCOMPARE(entityText(u"&nothing;"), QStringLiteral("&nothing;"));
        QCOMPARE(entityText(u"&#128512;"), QString::fromUtf8("😀"));
        QCOMPARE(entityText(u"&#xD800;"), QString::fromUtf8("\uFFFD"));
    }

    void hostileTextOfABlockTakesLittleTime() {
        for (const char* piece : {"*a ", "`", "[", "](", "![", "<", "&", "$", "\\(", "_a_*b", "~~a",
                                  "a@", "http://", "[a](", "\\[", "**a*", "<a ", "&#x202E;"}) {
            const QString text = QString::fromUtf8(piece).repeated(TextBlock::kBlockChars /
                                                                   qsizetype(strlen(piece)));
            QElapsedTimer timer;
            timer.start();
            const InlineText read = readInline(text);
            QVERIFY2(timer.elapsed() < 500, piece);
            QVERIFY(read.text.size() <= 4 * text.size());
            for (const Span& span : read.spans) {
                QVERIFY(span.length > 0 && span.start + span.length <= read.text.size());
            }
        }
    }
};

QTEST_GUILESS_MAIN(InlineMarkupTest)
#include "inline_markup_test.moc"
