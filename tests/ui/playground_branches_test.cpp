// SPDX-License-Identifier: MIT
// The ways that a page of the playground takes: drawn as a tree, shown by a click, deleted and
// brought back. The real engine and the demo model.
#include <algorithm>
#include <memory>

#include <QDir>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QTest>

#include "playground_fixture.h"
#include "ui/inspector/branch_tree_view.h"

using namespace phidelity;

class PlaygroundBranchesTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::unique_ptr<PlaygroundProgram> m_program;

    PlaygroundProgram& program() { return *m_program; }
    BranchTreeView* tree() { return program().openInspector()->findChild<BranchTreeView*>(); }
    [[nodiscard]] const BranchRows::Row& row(int at) { return tree()->rows()->at(at); }
    int rows() { return tree()->rows()->rowCount(); }
    /// The row in which a branch ends.
    int rowOf(int branch) {
        for (int at = 0; at < rows(); ++at) {
            if (row(at).versions == QStringLiteral("branch %1").arg(branch)) {
                return at;
            }
        }
        return -1;
    }
    void openTree() {
        tree();
        program().find<QTabWidget>("inspectorTabs")->setCurrentIndex(1);
        QApplication::processEvents();
    }
    void writeOn() {
        const auto before = program().ended.size();
        program().key(Qt::Key_Return);
        QTRY_COMPARE_WITH_TIMEOUT(program().ended.size(), before + 1, 60000);
        QTRY_VERIFY_WITH_TIMEOUT(program().isIdle(), 60000);
    }
    /// Goes on with the first other whole word there is at a token.
    void branchAt(int token) {
        const QList<TokenAlternative> top = program().tokens().at(token).top;
        for (int at = 0; at < top.size(); ++at) {
            if (top.at(at).id != program().tokens().at(token).id &&
                top.at(at).bytes.trimmed().size() > 1) {
                program().clickRow(program().chips(), token);
                program().find<QTabWidget>("inspectorTabs")->setCurrentIndex(0);
                program().clickRow(program().others(), at);
                break;
            }
        }
        QVERIFY(!program().isIdle());
        QTRY_VERIFY_WITH_TIMEOUT(program().isIdle(), 60000);
        openTree();
    }
    /// A page with what was written, and a branch from the third token of it.
    void makeTwo() {
        QTest::keyClicks(program().edit(), QStringLiteral("What is water?"));
        program().openInspector();
        writeOn();
        int first = 0;
        while (program().tokens().at(first).rank < 0) {
            ++first;
        }
        branchAt(first + 2);
        QCOMPARE(program().desk.pages().first().branches.size(), 2);
    }
    void restart() {
        program().page->tellEdited();
        m_program.reset();
        m_program = std::make_unique<PlaygroundProgram>(m_folder.path());
        openTree();
    }

private slots:
    void initTestCase() { registerEngineMessages(); }

    void init() {
        QVERIFY(QDir(m_folder.path()).removeRecursively());
        m_program = std::make_unique<PlaygroundProgram>(m_folder.path());
        QVERIFY(QTest::qWaitForWindowActive(&program().window));
        QTRY_VERIFY_WITH_TIMEOUT(program().isReady(), 60000);
        program().edit()->setFocus();
    }
    void cleanup() { m_program.reset(); }

    void theTreeShowsWhatBranchesShareAndHowLikelyEachPathIs() {
        makeTwo();
        QVERIFY(rows() >= 3);
        // What was typed is given, and what both have stands once; then two ways.
        QVERIFY2(row(0).text.startsWith(QStringLiteral("What·is·water?")), qPrintable(row(0).text));
        QCOMPARE(row(0).chance, QStringLiteral("typed"));
        const int one = rowOf(1);
        const int other = rowOf(2);
        QVERIFY(one > 0 && other > 0);
        QCOMPARE(row(one).rails.size(), row(other).rails.size());
        QVERIFY(!row(one).path.isEmpty() && row(one).path != QStringLiteral("unknown"));
        QVERIFY(!row(other).path.isEmpty() && row(other).path != QStringLiteral("unknown"));
        QVERIFY(row(one).chance != row(other).chance);
        QCOMPARE(tree()->rows()->shownRow(), other);
    }

    void aClickShowsABranch() {
        makeTwo();
        const QString second = program().text();
        program().clickRow(tree(), rowOf(1));
        QVERIFY(program().text() != second);
        QCOMPARE(program().desk.pages().first().current, 1);
        QCOMPARE(tree()->rows()->shownRow(), rowOf(1));
        // By keys as well.
        tree()->setFocus();
        tree()->setCurrentIndex(tree()->model()->index(rowOf(2), 0));
        QTest::keyClick(tree(), Qt::Key_Return);
        QCOMPARE(program().text(), second);
    }

    void aDeletedBranchComesBackAtOnceOrLater() {
        makeTwo();
        const QString second = program().text();
        auto* strip = program().openInspector()->findChild<QWidget*>("branchUndoStrip");
        QVERIFY(!strip->isVisible());
        tree()->setFocus();
        tree()->setCurrentIndex(tree()->model()->index(rowOf(2), 0));
        QTest::keyClick(tree(), Qt::Key_Delete);
        QCOMPARE(rowOf(2), -1);
        QCOMPARE(program().desk.pages().first().current, 1); // the one that it had left
        QVERIFY(strip->isVisible());
        // The last one stays.
        QTest::keyClick(tree(), Qt::Key_Delete);
        QVERIFY(rowOf(1) >= 0);
        program().press("branchUndo");
        QVERIFY(!strip->isVisible());
        QCOMPARE(program().text(), second);
        QVERIFY(rowOf(2) > 0);
        // From the menu, and after a restart.
        program().find<QAction>("playActionRemoveBranch")->trigger();
        QCOMPARE(rowOf(2), -1);
        restart();
        QCOMPARE(rowOf(2), -1);
        program().find<QAction>("playActionRestoreBranch")->trigger();
        QCOMPARE(program().text(), second);
        QVERIFY(rowOf(2) > 0);
        QVERIFY(!program().find<QAction>("playActionRestoreBranch")->isEnabled());
    }

    void theTreeIsThereAfterARestart() {
        makeTwo();
        QStringList before;
        for (int at = 0; at < rows(); ++at) {
            before.append(row(at).text + row(at).chance + row(at).path + row(at).versions);
        }
        restart();
        QStringList after;
        for (int at = 0; at < rows(); ++at) {
            after.append(row(at).text + row(at).chance + row(at).path + row(at).versions);
        }
        QCOMPARE(after, before);
    }

    void continuationsSideBySideAreBranchesOfTheTree() {
        program().setLength(8, 1.5);
        QTest::keyClicks(program().edit(), QStringLiteral("My favourite animal is"));
        openTree();
        program().key(Qt::Key_Return, Qt::ControlModifier | Qt::ShiftModifier);
        QTRY_VERIFY_WITH_TIMEOUT(program().isIdle(), 60000);
        const PlayPage& page = program().desk.pages().first();
        QCOMPARE(page.branches.size(), 5);
        QVERIFY(rowOf(1) == 0); // they all begin with it
        QCOMPARE(row(0).text, QStringLiteral("My·favourite·animal·is"));
        QVERIFY(row(0).path.isEmpty()); // nothing was drawn yet
        QStringList ends;
        for (int at = 1; at < rows(); ++at) {
            QVERIFY(row(at).rails.size() >= 1 && row(at).chance != QStringLiteral("typed"));
            ends.append(row(at).versions);
        }
        for (int branch = 2; branch <= 5; ++branch) {
            QVERIFY(ends.join(u' ').contains(QString::number(branch)));
        }
    }
};

QTEST_MAIN(PlaygroundBranchesTest)
#include "playground_branches_test.moc"
