// SPDX-License-Identifier: MIT
// Changes of lines: found, placed in a text that was edited since, applied.
#include <random>

#include <QTest>

#include "code/code_change.h"
#include "code/line_diff.h"

using namespace phidelity;

namespace {

QStringList lines(const char* text) {
    return QString::fromUtf8(text).split(u' ', Qt::SkipEmptyParts);
}

QStringList applied(const QStringList& before, const QList<LineChange>& changes) {
    QStringList result;
    int at = 0;
    for (const LineChange& change : changes) {
        result += before.mid(at, change.at - at);
        result += change.added;
        at = change.at + static_cast<int>(change.removed.size());
    }
    return result + before.mid(at);
}

/// The length of a longest common subsequence, by the obvious table.
int common(const QStringList& a, const QStringList& b) {
    QList<QList<int>> table(a.size() + 1, QList<int>(b.size() + 1, 0));
    for (qsizetype x = 1; x <= a.size(); ++x) {
        for (qsizetype y = 1; y <= b.size(); ++y) {
            table[x][y] = a.at(x - 1) == b.at(y - 1) ? table[x - 1][y - 1] + 1
                                                     : std::max(table[x - 1][y], table[x][y - 1]);
        }
    }
    return table.last().last();
}

LineSource sourceOf(const QStringList& text) {
    return {static_cast<int>(text.size()), [text](int line) { return text.at(line); }};
}

/// As an editor does it.
QString withLineEdit(const QString& text, const LineEdit& edit) {
    const QStringList all = text.split(u'\n');
    const auto offset = [&](int line, bool end) {
        qsizetype at = 0;
        for (int before = 0; before < line; ++before) {
            at += all.at(before).size() + 1;
        }
        return at + (end ? all.at(line).size() : 0);
    };
    const qsizetype from = offset(edit.fromLine, edit.fromEnd);
    const qsizetype to = offset(edit.toLine, edit.toEnd);
    return text.left(from) + edit.text + text.mid(to);
}

QString taken(QString text, const QList<CodeChange>& changes) {
    int shift = 0;
    for (const CodeChange& change : changes) {
        const ChangePlace place = placeOf(change, sourceOf(text.split(u'\n')), change.at + shift);
        if (place.state != ChangeState::Open) {
            return QStringLiteral("lost");
        }
        text = withLineEdit(text,
                            editFor(change, place.line, static_cast<int>(text.count(u'\n')) + 1));
        shift += static_cast<int>(change.added.size() - change.removed.size());
    }
    return text;
}

} // namespace

class LineDiffTest : public QObject {
    Q_OBJECT

private slots:
    void equalTextsHaveNoChanges() {
        QVERIFY(lineDiff(lines("a b c"), lines("a b c")).isEmpty());
        QVERIFY(lineDiff({}, {}).isEmpty());
    }

    void aChangeSaysWhatGoesAndWhatComes() {
        const QList<LineChange> changes = lineDiff(lines("a b c d"), lines("a x c d e"));
        QCOMPARE(changes.size(), 2);
        QCOMPARE(changes.at(0), (LineChange{1, lines("b"), lines("x")}));
        QCOMPARE(changes.at(1), (LineChange{4, {}, lines("e")}));
        QCOMPARE(lineDiff(lines("a b"), {}), (QList<LineChange>{{0, lines("a b"), {}}}));
        QCOMPARE(lineDiff({}, lines("a b")), (QList<LineChange>{{0, {}, lines("a b")}}));
    }

    void noWayIsShorterOnRandomTexts() {
        std::mt19937 random(7);
        for (int round = 0; round < 300; ++round) {
            QStringList a;
            QStringList b;
            for (auto left = random() % 30; left > 0; --left) {
                a.append(QString(QChar(u'a' + static_cast<char16_t>(random() % 5))));
            }
            for (auto left = random() % 30; left > 0; --left) {
                b.append(QString(QChar(u'a' + static_cast<char16_t>(random() % 5))));
            }
            const QList<LineChange> changes = lineDiff(a, b);
            QCOMPARE(applied(a, changes), b);
            qsizetype removed = 0;
            for (const LineChange& change : changes) {
                QCOMPARE(a.mid(change.at, change.removed.size()), change.removed);
                removed += change.removed.size();
            }
            QCOMPARE(a.size() - removed, common(a, b));
        }
    }

    void textsThatHaveNothingInCommonAreOneChange() {
        QStringList a;
        QStringList b;
        for (int line = 0; line < 3 * kMostEdits; ++line) {
            a.append(QStringLiteral("a%1").arg(line));
            b.append(QStringLiteral("b%1").arg(line));
        }
        const QList<LineChange> changes = lineDiff(a, b);
        QCOMPARE(changes.size(), 1);
        QCOMPARE(applied(a, changes), b);
    }

    void anEditIsTakenWholeWhereverItStands_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<int>("from");
        QTest::addColumn<int>("to");
        QTest::addColumn<QString>("fresh");
        const auto row = [](const char* name, const char* text, int from, int to,
                            const char* fresh) {
            QTest::newRow(name) << QString::fromUtf8(text) << from << to
                                << QString::fromUtf8(fresh);
        };
        row("in the middle", "a\nb\nc\n", 2, 3, "x\ny");
        row("at the beginning", "a\nb", 0, 0, "x\n");
        row("behind the last line", "a\nb", 3, 3, "\nx\ny");
        row("in an empty text", "", 0, 0, "x\ny");
        row("in a line", "a = \nb", 4, 4, "1");
        row("all goes", "a\nb\nc", 0, 5, "");
        row("the last lines go", "a\nb\nc", 1, 5, "");
        row("the first lines go", "a\nb\nc", 0, 4, "");
        row("lines in the middle go", "a\nb\nc\nd", 2, 6, "");
        row("two changes", "a\nb\nc\nd\ne", 0, 9, "A\nb\nc\nd\nE\nF");
        row("blank lines", "\n\n\n", 1, 2, "\n\nx\n");
    }
    void anEditIsTakenWholeWhereverItStands() {
        QFETCH(QString, text);
        QFETCH(int, from);
        QFETCH(int, to);
        QFETCH(QString, fresh);
        const QList<CodeChange> changes = changesOf(text, {from, to, fresh});
        QVERIFY(!changes.isEmpty());
        QCOMPARE(taken(text, changes), text.left(from) + fresh + text.mid(to));
    }

    void whatIsTakenIsKnownAsTaken() {
        const QString text = QStringLiteral("def f():\n    return 1\nx\n");
        const QList<CodeChange> changes =
            changesOf(text, {9, 9, QStringLiteral("    \"\"\"F.\"\"\"\n")});
        QCOMPARE(changes.size(), 1);
        QCOMPARE(placeOf(changes.first(), sourceOf(text.split(u'\n')), 1).state, ChangeState::Open);
        const QString after = taken(text, changes);
        QCOMPARE(placeOf(changes.first(), sourceOf(after.split(u'\n')), 1).state,
                 ChangeState::Taken);
        const QList<CodeChange> removal = changesOf(text, {9, 22, {}});
        const QString without = taken(text, removal);
        QCOMPARE(without, QStringLiteral("def f():\nx\n"));
        QCOMPARE(placeOf(removal.first(), sourceOf(without.split(u'\n')), 1).state,
                 ChangeState::Taken);
    }

    void aChangeIsFoundAFewLinesAwayAndNotFurther() {
        const QString text = QStringLiteral("a\nb\nc\n");
        const QList<CodeChange> changes = changesOf(text, {2, 3, QStringLiteral("B")});
        const QStringList moved = QStringLiteral("new\nnew\na\nb\nc\n").split(u'\n');
        const ChangePlace place = placeOf(changes.first(), sourceOf(moved), 1);
        QCOMPARE(place.state, ChangeState::Open);
        QCOMPARE(place.line, 3);
        const QStringList far = QStringLiteral("1\n2\n3\n4\n5\na\nb\nc\n").split(u'\n');
        QCOMPARE(placeOf(changes.first(), sourceOf(far), 1).state, ChangeState::Lost);
    }

    void aChangeOfLinesThatWereEditedIsLost() {
        const QString text = QStringLiteral("a\nb\nc\nd\n");
        const CodeChange replaced = changesOf(text, {2, 3, QStringLiteral("B")}).first();
        const CodeChange inserted = changesOf(text, {4, 4, QStringLiteral("new\n")}).first();
        const auto state = [](const CodeChange& change, const char* now, int near) {
            return placeOf(change, sourceOf(QString::fromUtf8(now).split(u'\n')), near).state;
        };
        QCOMPARE(state(replaced, "a\nb2\nc\nd\n", 1), ChangeState::Lost);
        QCOMPARE(state(replaced, "a2\nb\nc\nd\n", 1), ChangeState::Open); // one side still stands
        QCOMPARE(state(replaced, "a2\nb\nc2\nd\n", 1), ChangeState::Lost);
        QCOMPARE(state(inserted, "a\nb2\nc\nd\n", 2), ChangeState::Lost);
        QCOMPARE(state(inserted, "a\nb\nc\nd2\n", 2), ChangeState::Open);
        QCOMPARE(state(inserted, "", 2), ChangeState::Lost);
    }

    void whatIsNotYetWrittenIsNotRemoved() {
        const QString text = QStringLiteral("a\nb\nc\nd");
        const QList<CodeChange> begun =
            changesOf(text, {0, 7, QStringLiteral("a\nx")}, EditState::Unfinished);
        for (const CodeChange& change : begun) {
            QVERIFY(change.removed.isEmpty());
        }
        const QList<CodeChange> whole = changesOf(text, {0, 7, QStringLiteral("a\nx")});
        QCOMPARE(whole.size(), 1);
        QCOMPARE(whole.first().removed, lines("b c d"));
    }
};

QTEST_APPLESS_MAIN(LineDiffTest)
#include "line_diff_test.moc"
