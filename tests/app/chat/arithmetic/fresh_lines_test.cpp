// SPDX-License-Identifier: MIT
// Lines of replies that were written without looking at the reader: what is promised of marks is
// measured on them. They are read as a reply is, Markdown and formulas included.
//
// The first set, at its first reading: 142 of 166 checkable lines marked, no mark wrong. It was
// then used for mending (157 since), so that the second measured what came of it: 171 of 186
// marked, three marks wrong ("-15 / -3 = -5" right, "90 min / 60 = 1.5 h" wrong, "limit x→0 = 1 +
// 1" wrong), which were mended by rule; nothing else was mended for it.
#include <QFile>
#include <QTest>

#include "chat/arithmetic/block_checks.h"
#include "chat/markdown/block_splitter.h"

using namespace phidelity;

namespace {

struct Line {
    QString expected;
    QString text;
};

QList<Line> linesOf(const QString& name) {
    QFile file(QStringLiteral(PHIDELITY_FIXTURES_DIR "/arithmetic/") + name);
    QList<Line> lines;
    if (file.open(QIODevice::ReadOnly)) {
        for (const QString& row : QString::fromUtf8(file.readAll()).split(u'\n')) {
            if (const qsizetype tab = row.indexOf(u'\t'); tab > 0) {
                QString text = row.mid(tab + 1);
                lines.append(
                    {row.left(tab), text.replace(QLatin1String("\\n"), QLatin1String("\n"))});
            }
        }
    }
    return lines;
}

/// "right", "wrong" or "none": a wrong mark anywhere makes the line wrong.
QString verdictOn(const QString& text) {
    BlockSplitter splitter(TextKind::Markdown);
    splitter.update(text, BlockSplitter::Ending::Final);
    QString verdict = QStringLiteral("none");
    for (const TextBlock& block : splitter.blocks()) {
        for (const ArithmeticMark& mark : checksOfBlock(block)) {
            if (mark.verdict == ArithmeticVerdict::Wrong) {
                return QStringLiteral("wrong");
            }
            if (mark.verdict != ArithmeticVerdict::Value) {
                verdict = QStringLiteral("right");
            }
        }
    }
    return verdict;
}

} // namespace

class FreshLinesTest : public QObject {
    Q_OBJECT

private slots:
    void noLineIsMarkedWronglyAndNineOfTenAreMarked_data();
    void noLineIsMarkedWronglyAndNineOfTenAreMarked();
};

void FreshLinesTest::noLineIsMarkedWronglyAndNineOfTenAreMarked_data() {
    QTest::addColumn<QString>("file");
    QTest::newRow("first") << QStringLiteral("fresh_1.tsv");
    QTest::newRow("second") << QStringLiteral("fresh_2.tsv");
}

/// "right" and "wrong" are to be marked so; "none" not at all; "right?" may be marked right or not.
void FreshLinesTest::noLineIsMarkedWronglyAndNineOfTenAreMarked() {
    QFETCH(QString, file);
    const QList<Line> lines = linesOf(file);
    qsizetype checkable = 0;
    QStringList mistaken;
    QStringList missed;
    for (const Line& line : lines) {
        const bool open = line.expected.endsWith(u'?');
        const bool counted = !open && line.expected != QLatin1String("none");
        checkable += counted ? 1 : 0;
        const QString verdict = verdictOn(line.text);
        if (verdict == QLatin1String("none")) {
            if (counted) {
                missed.append(line.expected + u'\t' + line.text);
            }
        } else if (!line.expected.startsWith(verdict)) {
            mistaken.append(verdict + QStringLiteral(", not ") + line.expected + u'\t' + line.text);
        }
    }
    const qsizetype marked = checkable - missed.size();
    qInfo().noquote() << marked << "of" << checkable << "checkable lines are marked; not marked:\n "
                      << missed.join(QStringLiteral("\n  "));
    QVERIFY(lines.size() >= 200);
    QVERIFY2(mistaken.isEmpty(), qPrintable(mistaken.join(QStringLiteral("\n"))));
    QVERIFY(marked * 10 >= checkable * 9);
}

QTEST_GUILESS_MAIN(FreshLinesTest)
#include "fresh_lines_test.moc"
