// SPDX-License-Identifier: MIT
#include <QElapsedTimer>
#include <QRandomGenerator>
#include <QTest>

#include "chat/markdown/block_splitter.h"

using namespace phidelity;
using Kind = TextBlock::Kind;
using Align = TextBlock::Align;
using Ending = BlockSplitter::Ending;
using Task = TextContainer::Task;

namespace {

QList<TextBlock> split(const QString& text, TextKind kind = TextKind::Markdown) {
    BlockSplitter splitter(kind);
    splitter.update(text, Ending::Final);
    return splitter.blocks();
}

/// A block as a line: containers, kind, text. ">" a quote, "-" an item, "2." a numbered one; a
/// container that a block begins has a "+" before it.
QString lineOf(const QList<TextBlock>& blocks, qsizetype index) {
    const TextBlock& block = blocks.at(index);
    const TextBlock* before = index > 0 ? &blocks.at(index - 1) : nullptr;
    QString line;
    for (qsizetype depth = 0; depth < block.containers.size(); ++depth) {
        const TextContainer& container = block.containers.at(depth);
        line += beginsContainer(block, depth, before) ? QStringLiteral("+") : QString();
        line += container.kind == TextContainer::Kind::Quote ? QStringLiteral(">")
                                                             : markerOf(container);
        line += u' ';
    }
    switch (block.kind) {
    case Kind::Paragraph:
        break;
    case Kind::Heading:
        line += u'h' + QString::number(block.level) + u' ';
        break;
    case Kind::Code:
        line += u'{' + block.language + QStringLiteral("} ");
        break;
    case Kind::Rule:
        line += QStringLiteral("---");
        break;
    case Kind::Table:
        line += QStringLiteral("table ");
        break;
    }
    return line + block.text;
}

QStringList linesOf(const QString& text) {
    const QList<TextBlock> blocks = split(text);
    QStringList lines;
    for (qsizetype index = 0; index < blocks.size(); ++index) {
        lines << lineOf(blocks, index);
    }
    return lines;
}

const char* const kMixed =
    "# Title\n\nSome *text* with `code` and **bold**,\nsecond line.\n\n- one\n- two\n  goes on\n"
    "  - inner\n    > deep\n1. first\n2. second\n\n   ```c\n   x;\n   ```\n\n> quoted\n> twice\n>> "
    "in\n"
    "lazy\n\n---\n```python\ndef f(x):\n\n    return `x`\n"
    "```\nafter\n\n~~~\n``` not the end\n~~~\n### Small ###\nUnder\n===\n\n    indented\n\n    "
    "more\n\n"
    "Table:\n| a | b |\n|:--|--:|\n| 1 | `2|` |\n| 3\n\n- [ ] todo\n- [x] done\n\n"
    "$$\na\n- b\n= c\n$$\n\nlast [word][ref] here $x$\n\n[ref]: http://x.org/y\n";

} // namespace

class BlockSplitterTest : public QObject {
    Q_OBJECT

private slots:
    void readsBlocks_data() {
        QTest::addColumn<QString>("source");
        QTest::addColumn<QStringList>("lines");
        const auto row = [](const char* source, const QStringList& lines) {
            QTest::newRow(source) << QString::fromUtf8(source) << lines;
        };
        row("a\nb\n\nc", {"a\nb", "c"});
        row("# a\n###### b ##\n####### c\n#d", {"h1 a", "h6 b", "####### c\n#d"});
        row("a\n===\nb\n---\nc", {"h1 a", "h2 b", "c"});
        row("***\n- - -\n___", {"---", "---", "---"});
        row("```py x\n  a\n\n```\nb", {"{py}   a\n", "b"});
        row("~~~~\n~~~\n~~~~~\nb", {"{} ~~~", "b"});
        row("  ```\n  a\n   b\n  ```", {"{} a\n b"});
        row("``` a`b", {"``` a`b"});
        row("a\n\n    code\n\n     more\n\nb", {"a", "{} code\n\n more", "b"});
        row("a\n    no code", {"a\nno code"});
        row("- a\n- b\n\n- c", {"+• a", "+• b", "+• c"});
        row("- a\n  b\nc", {"+• a\nb\nc"});
        row("- a\n\n  b\n\nc", {"+• a", "• b", "c"});
        row("- a\n  - b\n    - c\n- d", {"+• a", "• +• b", "• • +• c", "+• d"});
        row("- - a", {"+• +• a"});
        row("1. a\n1. b\n3. c", {"+1. a", "+2. b", "+3. c"});
        row("7) a\n8) b\n1. c", {"+7) a", "+8) b", "+1. c"});
        row("1. a\n\n   ```c\n   x\n   ```\n2. b", {"+1. a", "1. {c} x", "+2. b"});
        row("1. a\n\n```\nx\n```\n\n2. b", {"+1. a", "{} x", "+2. b"});
        row("text\n- a\n1. b", {"text", "+• a", "+1. b"});
        row("in the year\n1986. no list", {"in the year\n1986. no list"});
        row("- a\n\n      code", {"+• a", "• {} code"});
        row("-\n  a\n- b", {"+• a", "+• b"});
        row("-\n  ```\n  x\n  ```", {"+• {} x"});
        row("-\na", {"+• ", "a"});
        row("-\n      a", {"+• {} a"});
        row("a\n    ```\nb", {"a\n```\nb"});
        row("a\n1.\nb\n*\nc", {"a\n1.\nb\n*\nc"});
        row("-\n\n  a", {"+• ", "a"});
        row("-a\n1.b\n+", {"-a\n1.b\n+"});
        row("\t- a\n", {"{} - a"});
        row("-\ta\n\tb", {"+• a\nb"});
        row("> a\n> b\n\n> c", {"+> a\nb", "+> c"});
        row("> a\nlazy\n> - b\nlazy", {"+> a\nlazy", "> +• b\nlazy"});
        row("> a\n===", {"+> a\n==="});
        row("> a\n---", {"+> a", "---"});
        row("> ```\n> x\n\ny", {"+> {} x", "y"});
        row(">> a\n> b\n\n>c", {"+> +> a\nb", "+> c"});
        row("> # h\n> 1. a\n>    - b", {"+> h1 h", "> +1. a", "> 1. +• b"});
        row("- > a\n  > b", {"+• +> a\nb"});
        row("- [ ] a\n- [x] b\n- [X]c\n1. [ ] d", {"+☐ a", "+☑ b", "+• [X]c", "+☐ d"});
        row("| a | b |\n|---|:-:|\n| 1 | 2 |\nx\n\ny", {"table a\tb\n1\t2\nx\t", "y"});
        row("a | b\n--|--\n1 | 2 | 3", {"table a\tb\n1\t2"});
        row("head:\n| a |\n|---|\n| 1 |", {"head:", "table a\n1"});
        row("| a \\| b | `c|d` |\n|-|-|-|\n", {"table a | b\t`c\td`"});
        row("| a |\n|---|---|", {"| a |\n|---|---|"});
        row("- | a | b |\n  |---|---|\n  | 1 | 2 |", {"+• table a\tb\n1\t2"});
        row("| a |\n|---|\n> q", {"table a", "+> q"});
        row("a\n---|---", {"a\n---|---"});
        row("[x]: http://a.org\n[y]: <b c>\ntext", {"text"});
        row("text\n[x]: http://a.org", {"text\n[x]: http://a.org"});
        row("<div>\n*a*\n</div>", {"<div>\na\n</div>"});
        row("$$\na\n- b\n= c\n$$\n- d", {QString::fromUtf8("\uFFFC"), "+• d"});
        row("\\[\na\n---\n\\]", {QString::fromUtf8("\uFFFC")});
        row("$$\n- b\n\n- c", {"$$\n- b", "+• c"});
    }
    void readsBlocks() {
        QFETCH(QString, source);
        QFETCH(QStringList, lines);
        QCOMPARE(linesOf(source), lines);
        QString other = source;
        QCOMPARE(linesOf(other.replace(u'\n', QStringLiteral("\r\n"))), lines);
    }

    void itemsOfOneListKnowTheirList() {
        const auto blocks = split(QStringLiteral("1. a\n   - x\n2. b\n\ntext\n\n3. c"));
        QCOMPARE(blocks.size(), 5);
        QCOMPARE(blocks[1].containers[0].id, blocks[0].containers[0].id);
        QCOMPARE(blocks[2].containers[0].listId, blocks[0].containers[0].listId);
        QVERIFY(blocks[4].containers[0].listId != blocks[0].containers[0].listId);
        QCOMPARE(blocks[4].containers[0].number, 3);
    }

    void cellsOfATableAreStretchesOfItsText() {
        const auto blocks = split(QStringLiteral(
            "| a | b | c | d |\n|---|:--|:-:|--:|\n| **1** | $x$ | | [l](http://x.org) |"));
        QCOMPARE(blocks.size(), 1);
        const TextBlock& table = blocks[0];
        QCOMPARE(table.columns,
                 (QList<Align>{Align::Default, Align::Left, Align::Center, Align::Right}));
        QCOMPARE(table.cells.size(), 8);
        QStringList cells;
        for (const TextBlock::Cell& cell : table.cells) {
            cells << table.text.mid(cell.start, cell.length);
        }
        QCOMPARE(cells,
                 (QStringList{"a", "b", "c", "d", "1", QString::fromUtf8("\uFFFC"), "", "l"}));
        QCOMPARE(table.spans[0].start, table.cells[4].start);
        QCOMPARE(table.formulas[0].at, table.cells[5].start);
        QCOMPARE(table.links[0].start, table.cells[7].start);
        QCOMPARE(plainText(table, 0, table.text.size()), QStringLiteral("a\tb\tc\td\n1\t$x$\t\tl"));
    }

    void aDefinitionThatComesLaterIsFollowed() {
        BlockSplitter splitter(TextKind::Markdown);
        QString text = QStringLiteral("First.\n\nSee [it].\n\nMore.\n\n");
        splitter.update(text, Ending::Open);
        QVERIFY(splitter.blocks()[1].links.isEmpty());
        text += QStringLiteral("[it]: https://x.org\n");
        QCOMPARE(splitter.update(text, Ending::Open), 1);
        QCOMPARE(splitter.blocks()[1].text, QStringLiteral("See it."));
        QCOMPARE(splitter.blocks()[1].links.value(0).address, QStringLiteral("https://x.org"));
        QCOMPARE(splitter.blocks().size(), 3);
    }

    /// However a text arrives, the end is the same as if it had come at once.
    void appendingGivesTheSameAsReadingAtOnce() {
        QStringList texts{QString::fromUtf8(kMixed), QString::fromUtf8(kMixed).repeated(3)};
        QString code = QStringLiteral("```c\n");
        QString table = QStringLiteral("Rows:\n| a | b |\n|---|---|\n");
        for (int line = 0; line < 200; ++line) {
            code += QStringLiteral("int x%1 = %1;\n").arg(line);
            table += QStringLiteral("| %1 | *%1* |\n").arg(line);
        }
        texts << code + QStringLiteral("```\nend") << table << code << QStringLiteral("- ") + table;
        texts << QString(20000, u'a') + QStringLiteral(" - tail\n- item");
        texts << QStringLiteral("word ").repeated(5000) + QStringLiteral("\nnext **b**");
        texts << QStringLiteral("short line\n").repeated(130) + QStringLiteral("===\nx");
        texts << QStringLiteral("> ").repeated(40) + QStringLiteral("deep\n- \n  - \n    x\n");
        texts << QStringLiteral("# ") + QStringLiteral("long ").repeated(2000) +
                     QStringLiteral("\n- a");
        QRandomGenerator random(7);
        const QString alphabet = QString::fromUtf8("ab  \n\n\n\n->*+`#=|:[]()$\\1.\t_~<&");
        for (int round = 0; round < 150; ++round) {
            QString text;
            for (int at = 0; at < 120; ++at) {
                text += alphabet.at(random.bounded(static_cast<int>(alphabet.size())));
            }
            texts << text;
        }
        for (const QString& text : texts) {
            for (const TextKind kind : {TextKind::Markdown, TextKind::Plain, TextKind::Python}) {
                const QList<TextBlock> wanted = split(text, kind);
                for (int round = 0; round < 6; ++round) {
                    BlockSplitter splitter(kind);
                    QList<TextBlock> shown;
                    const int most = round < 3 ? 7 : 900;
                    for (qsizetype at = 0; at < text.size();) {
                        at = std::min(text.size(), at + 1 + random.bounded(most));
                        const qsizetype same = splitter.update(text.left(at), Ending::Open);
                        for (qsizetype index = 0; index + 1 < same; ++index) {
                            QCOMPARE(splitter.blocks()[index], shown[index]);
                        }
                        shown = splitter.blocks();
                    }
                    splitter.update(text, Ending::Final);
                    QCOMPARE(splitter.blocks().size(), wanted.size());
                    for (qsizetype index = 0; index < wanted.size(); ++index) {
                        if (splitter.blocks()[index] != wanted[index]) {
                            qWarning() << text << index << lineOf(splitter.blocks(), index)
                                       << lineOf(wanted, index);
                        }
                        QCOMPARE(splitter.blocks()[index], wanted[index]);
                    }
                }
            }
        }
    }

    /// What no rule of Markdown takes away is shown, whatever stands around it.
    void noLetterIsLost() {
        const QStringList pieces{"a",  "b",       " ",       "    ", "\n", "\n",  "\n\n", "- ",
                                 "* ", "1. ",     "2. ",     "> ",   "# ", "---", "=",    "***",
                                 "\t", "\n```\n", "\n~~~\n", "$$",   "$",  "\\[", "`a`",  "_"};
        QRandomGenerator random(11);
        for (int round = 0; round < 4000; ++round) {
            QString text;
            for (int piece = 0; piece < 25; ++piece) {
                text += pieces.at(random.bounded(static_cast<int>(pieces.size())));
            }
            QString shown;
            for (const TextBlock& block : split(text)) {
                shown += plainText(block, 0, block.text.size()) + block.language;
            }
            QVERIFY2(shown.count(u'a') == text.count(u'a') && shown.count(u'b') == text.count(u'b'),
                     qPrintable(text + QStringLiteral("\n-> ") + shown));
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
        const QString table =
            QStringLiteral("|a|b|\n|-|-|\n") + QStringLiteral("|x|y|\n").repeated(5000);
        for (const TextKind kind : {TextKind::Markdown, TextKind::Plain, TextKind::Python}) {
            const QString line = QString(300000, u'x') + QStringLiteral("\ny").repeated(5000);
            for (const QString& text : {line, table, QString(u'\n').repeated(5000) + line}) {
                const auto blocks = split(text, kind);
                QVERIFY(blocks.size() > 1);
                for (const TextBlock& block : blocks) {
                    QVERIFY(block.text.size() <= TextBlock::kBlockChars + 1);
                    QVERIFY(block.cells.size() <= TextBlock::kTableCells + 2);
                    QVERIFY(block.kind == Kind::Table ||
                            block.text.count(u'\n') < TextBlock::kBlockLines);
                }
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

    void whatMayTurnIntoMarkupIsHeldBack() {
        for (const char* beginning : {"``", "```py", "#", "-", "1.", "**", "| a | b", "| a | b |\n",
                                      "| a | b |\n|--", "[x]: http://x.or", "- [", "- [x]"}) {
            BlockSplitter splitter(TextKind::Markdown);
            splitter.update(QStringLiteral("Before\n\n") + QString::fromUtf8(beginning),
                            Ending::Open);
            QCOMPARE(splitter.blocks().size(), 1);
            QCOMPARE(splitter.blocks().first().text, QStringLiteral("Before"));
        }
    }

    void hostileTextTakesLinearTime_data() {
        QTest::addColumn<QString>("text");
        QTest::newRow("stars") << QStringLiteral("*a ").repeated(100000);
        QTest::newRow("ticks") << QStringLiteral("`").repeated(100001);
        QTest::newRow("brackets") << QStringLiteral("[").repeated(100000);
        QTest::newRow("quotes") << QStringLiteral(">").repeated(100000);
        QTest::newRow("quote lines") << QStringLiteral("> > > > > > > > > > a\n").repeated(5000);
        QTest::newRow("lists") << QStringLiteral("- ").repeated(50000);
        QTest::newRow("columns") << QStringLiteral("|a").repeated(100000) + u'\n' +
                                        QStringLiteral("|-").repeated(100000) + u'\n';
        QTest::newRow("wide rows")
            << QStringLiteral("|a|b|\n|-|-|\n") +
                   (QStringLiteral("|x").repeated(2000) + u'\n').repeated(50);
        QTest::newRow("definitions") << QStringLiteral("[a]: b\n[c][a]\n\n").repeated(7000);
        QTest::newRow("empty lines") << QString(200000, u'\n');
        QTest::newRow("code and empty lines") << QStringLiteral("    x") + QString(200000, u'\n');
        QTest::newRow("items") << QStringLiteral("-\n").repeated(50000);
        QTest::newRow("dollars") << QStringLiteral("$$\n").repeated(50000);
        QTest::newRow("zeros") << QString(100000, QChar(0));
    }
    void hostileTextTakesLinearTime() {
        QFETCH(QString, text);
        QElapsedTimer timer;
        timer.start();
        split(text);
        QVERIFY2(timer.elapsed() < 3000, qPrintable(QString::number(timer.elapsed())));
        // And in batches.
        timer.start();
        BlockSplitter splitter(TextKind::Markdown);
        for (qsizetype at = 0; at < text.size(); at += 500) {
            splitter.update(text.left(at), Ending::Open);
        }
        QVERIFY2(timer.elapsed() < 9000, qPrintable(QString::number(timer.elapsed())));
    }
};

QTEST_GUILESS_MAIN(BlockSplitterTest)
#include "block_splitter_test.moc"
