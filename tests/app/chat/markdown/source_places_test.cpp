// SPDX-License-Identifier: MIT
#include <QRandomGenerator>
#include <QTest>

#include "chat/markdown/block_splitter.h"
#include "chat/markdown/source_places.h"

using namespace phidelity;

namespace {

QList<TextBlock> blocksOf(const QString& source, TextKind kind = TextKind::Markdown) {
    BlockSplitter splitter(kind);
    splitter.update(source, BlockSplitter::Ending::Final);
    return splitter.blocks();
}

/// Where a word that is shown once stands in the source, by way of its place in the blocks.
qsizetype placeOf(const QString& source, const QString& word) {
    const QList<TextBlock> blocks = blocksOf(source);
    for (qsizetype block = 0; block < blocks.size(); ++block) {
        const qsizetype at = blocks.at(block).text.indexOf(word);
        if (at >= 0) {
            return sourcePlaces(source, blocks, block).at(at);
        }
    }
    return -1;
}

} // namespace

class SourcePlacesTest : public QObject {
    Q_OBJECT

private slots:
    void everyWordIsFoundWhereItWasWritten_data() {
        QTest::addColumn<QString>("source");
        QTest::addColumn<QString>("words");
        QTest::newRow("plain") << "one two three"
                               << "one two three";
        QTest::newRow("markup") << "a **bold** word, _leaning_ and `code` here"
                                << "bold word leaning code here";
        QTest::newRow("paragraphs") << "first line\nsecond line\n\nthird"
                                    << "first second third";
        QTest::newRow("heading") << "# Title\n\ntext"
                                 << "Title text";
        QTest::newRow("list") << "- apples\n- pears\n  1. inner\n"
                              << "apples pears inner";
        QTest::newRow("quote") << "> said\n> again\n\nafter"
                               << "said again after";
        QTest::newRow("code") << "before\n\n```python\nx = 1\nprint(x)\n```\nbehind"
                              << "before print behind";
        QTest::newRow("table") << "| left | right |\n|--|--|\n| cell | other |\n\nend"
                               << "left right cell other end";
        QTest::newRow("formula") << "let $x^2$ be more, $y$ less"
                                 << "more less";
        QTest::newRow("link") << "see [the page](https://example.org/more) then"
                              << "page then";
        QTest::newRow("entity") << "salt &amp; pepper"
                                << "salt pepper";
    }
    void everyWordIsFoundWhereItWasWritten() {
        QFETCH(QString, source);
        QFETCH(QString, words);
        for (const QString& word : words.split(u' ')) {
            QCOMPARE(placeOf(source, word), source.indexOf(word));
        }
    }

    void placesNeverFallAndStayInTheSource() {
        QRandomGenerator random(3);
        const QString letters = QStringLiteral("ab *_`#>-|[](){}$\\&;\n1. ");
        for (int round = 0; round < 500; ++round) {
            QString source;
            for (int at = 0; at < 80; ++at) {
                source += letters.at(
                    static_cast<qsizetype>(random.bounded(static_cast<quint32>(letters.size()))));
            }
            const QList<TextBlock> blocks = blocksOf(source);
            for (qsizetype block = 0; block < blocks.size(); ++block) {
                const QList<qsizetype> places = sourcePlaces(source, blocks, block);
                QCOMPARE(places.size(), blocks.at(block).text.size() + 1);
                QVERIFY(std::is_sorted(places.begin(), places.end()));
                QVERIFY(places.last() <= source.size());
            }
        }
    }

    void theBlockOfAPlaceIsTheOneThatBeginsBeforeIt() {
        const QString source = QStringLiteral("one\n\ntwo\n\nthree");
        const QList<TextBlock> blocks = blocksOf(source);
        QCOMPARE(blockAtSource(blocks, 0), 0);
        QCOMPARE(blockAtSource(blocks, 6), 1);
        QCOMPARE(blockAtSource(blocks, source.size()), 2);
        QCOMPARE(blockAtSource({}, 0), -1);
    }
};

QTEST_GUILESS_MAIN(SourcePlacesTest)
#include "source_places_test.moc"
