// SPDX-License-Identifier: MIT
#include <QRandomGenerator>
#include <QTest>

#include "ui/text_block.h"

using namespace phidelity;
using Kind = TextBlock::Kind;
using Ending = BlockSplitter::Ending;

namespace {

QList<TextBlock> split(const QString& text, TextKind kind = TextKind::Markdown) {
    BlockSplitter splitter(kind);
    splitter.update(text, Ending::Final);
    return splitter.blocks();
}

QList<Kind> kinds(const QList<TextBlock>& blocks) {
    QList<Kind> kinds;
    for (const TextBlock& block : blocks) {
        kinds.append(block.kind);
    }
    return kinds;
}

QString lookAt(const QString& text, quint8 look) {
    QList<Span> spans;
    const QString shown = readInlineMarkup(text, &spans);
    for (const Span& span : spans) {
        if (span.looks & look) {
            return shown.mid(span.start, span.length);
        }
    }
    return {};
}

const char* const kMixed =
    "# Title\n\nSome *text* with `code` and **bold**,\nsecond line.\n\n- one\n- two\n  goes on\n"
    "1. first\n2. second\n\n> quoted\n> twice\n\n---\n```python\ndef f(x):\n\n    return `x`\n"
    "```\nafter\n\n~~~\n``` not the end\n~~~\n### Small\nlast [word](http://x.org/y) here";

} // namespace

class BlockSplitterTest : public QObject {
    Q_OBJECT

private slots:
    void readsTheKindsOfBlocks() {
        const auto blocks = split(QString::fromUtf8(kMixed));
        const QList<Kind> wanted{Kind::Heading,  Kind::Paragraph, Kind::ListItem, Kind::ListItem,
                                 Kind::ListItem, Kind::ListItem,  Kind::Quote,    Kind::Rule,
                                 Kind::Code,     Kind::Paragraph, Kind::Code,     Kind::Heading,
                                 Kind::Paragraph};
        QCOMPARE(kinds(blocks), wanted);
        QCOMPARE(blocks[1].text, QStringLiteral("Some text with code and bold,\nsecond line."));
        QCOMPARE(blocks[3].text, QStringLiteral("two\ngoes on"));
        QCOMPARE(blocks[5].marker, QStringLiteral("2."));
        QCOMPARE(blocks[8].language, QStringLiteral("python"));
        QCOMPARE(blocks[8].text, QStringLiteral("def f(x):\n\n    return `x`"));
        QCOMPARE(blocks[10].text, QStringLiteral("``` not the end"));
        QCOMPARE(blocks[12].text, QStringLiteral("last word (http://x.org/y) here"));
    }

    void readsInlineLooks() {
        QCOMPARE(lookAt(QStringLiteral("a **bold** b"), Span::Bold), QStringLiteral("bold"));
        QCOMPARE(lookAt(QStringLiteral("an *it* b"), Span::Italic), QStringLiteral("it"));
        QCOMPARE(lookAt(QStringLiteral("x `a*b*c` y"), Span::Code), QStringLiteral("a*b*c"));
        QCOMPARE(lookAt(QStringLiteral("*a `b` c*"), Span::Italic), QStringLiteral("a b c"));
    }

    void unfinishedOrFalseMarkupStaysText_data() {
        QTest::addColumn<QString>("text");
        for (const char* text :
             {"2 * 3 * 4", "a ** b", "snake_case_name", "**open", "`open", "[x](y", "#hash",
              "-dash", "$5 and $6", "5 * x", "<b>bold</b>", "![x](http://127.0.0.1:9/ y)"}) {
            QTest::newRow(text) << QString::fromUtf8(text);
        }
    }
    void unfinishedOrFalseMarkupStaysText() {
        QFETCH(QString, text);
        const auto blocks = split(text);
        QCOMPARE(blocks.size(), 1);
        QCOMPARE(blocks[0].kind, Kind::Paragraph);
        QCOMPARE(blocks[0].text, text);
        QVERIFY(blocks[0].spans.isEmpty());
    }

    /// However a text arrives, the end is the same as if it had come at once.
    void appendingGivesTheSameAsReadingAtOnce() {
        QStringList texts{QString::fromUtf8(kMixed)};
        QString code = QStringLiteral("```c\n");
        for (int line = 0; line < 200; ++line) {
            code += QStringLiteral("int x%1 = %1;\n").arg(line);
        }
        texts << code + QStringLiteral("```\nend");
        texts << QString(20000, u'a') + QStringLiteral(" - tail\n- item");
        texts << QStringLiteral("word ").repeated(5000) + QStringLiteral("\nnext **b**");
        QRandomGenerator random(7);
        for (const QString& text : texts) {
            for (const TextKind kind : {TextKind::Markdown, TextKind::Plain, TextKind::Python}) {
                for (int round = 0; round < 20; ++round) {
                    BlockSplitter splitter(kind);
                    const int most = round < 10 ? 7 : 900;
                    for (qsizetype at = 0; at < text.size();) {
                        at = std::min(text.size(), at + 1 + random.bounded(most));
                        splitter.update(text.left(at), Ending::Open);
                    }
                    splitter.update(text, Ending::Final);
                    QCOMPARE(splitter.blocks(), split(text, kind));
                }
            }
        }
    }

    void anAppendLeavesAllButTheLastBlock() {
        BlockSplitter splitter(TextKind::Markdown);
        QString text;
        for (int paragraph = 0; paragraph < 100; ++paragraph) {
            text += QStringLiteral("Paragraph number %1.\n\n").arg(paragraph);
            const qsizetype before = splitter.blocks().size();
            QVERIFY(splitter.update(text, Ending::Open) >= before - 1);
        }
        QCOMPARE(splitter.blocks().size(), 100);
    }

    void blocksAreBounded() {
        for (const TextKind kind : {TextKind::Markdown, TextKind::Plain, TextKind::Python}) {
            const QString line = QString(300000, u'x') + QStringLiteral("\ny").repeated(5000);
            const auto blocks = split(line, kind);
            for (const TextBlock& block : blocks) {
                QVERIFY(block.text.size() <= TextBlock::kBlockChars + 1);
                QVERIFY(block.text.count(u'\n') < TextBlock::kBlockLines);
            }
        }
    }

    void plainTextIsShownAsItStands() {
        const QString text = QStringLiteral("# no heading\n\n  - no *list*\n```\n");
        QString joined;
        for (const TextBlock& block : split(text, TextKind::Plain)) {
            joined += block.text;
        }
        QCOMPARE(joined, text.chopped(1));
    }

    void aLineThatMayTurnIntoMarkupIsHeldBack() {
        for (const char* beginning : {"``", "```py", "#", "-", "1.", "**"}) {
            BlockSplitter splitter(TextKind::Markdown);
            splitter.update(QStringLiteral("Before\n\n") + QString::fromUtf8(beginning),
                            Ending::Open);
            QCOMPARE(splitter.blocks().size(), 1);
            QCOMPARE(splitter.blocks().last().text, QStringLiteral("Before"));
        }
    }

    void hostileTextTakesLinearTime() {
        const QString stars = QStringLiteral("*a ").repeated(100000);
        const QString ticks = QStringLiteral("`").repeated(100001);
        const QString brackets = QStringLiteral("[").repeated(100000);
        const QString quotes = QStringLiteral(">").repeated(100000);
        for (const QString& text : {stars, ticks, brackets, quotes}) {
            QElapsedTimer timer;
            timer.start();
            split(text);
            QVERIFY(timer.elapsed() < 5000);
        }
    }
};

QTEST_GUILESS_MAIN(BlockSplitterTest)
#include "block_splitter_test.moc"
