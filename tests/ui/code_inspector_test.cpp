// SPDX-License-Identifier: MIT
// The token inspector beside the code page: real keys and clicks, the real engine, the demo model.
#include <QAbstractButton>
#include <QTabWidget>

#include "code_program.h"

using namespace phidelity;

namespace {

const QString kCode =
    QStringLiteral("def is_prime(n):\n    \"\"\"Return True if n is a prime number.\"\"\"\n    "
                   "if n < 2:\n        return False\n    for divisor in range(2, n):\n        "
                   "if n % divisor == 0:\n            ");

} // namespace

class CodeInspectorTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QStandardPaths::setTestModeEnabled(false);
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m_home.path());
        registerEngineMessages();
    }

    void tokensOfAnOfferAndOfWhatWasTakenAreShown() {
        CodeProgram program;
        program.write(kCode);
        program.openInspector();
        QTRY_VERIFY(program.panelLabel("inspectorSummary").startsWith(QStringLiteral("Complete")));
        program.complete();
        const QString offered = program.edit()->ghost();
        QTRY_VERIFY(!program.tokens().isEmpty());
        QVERIFY2(program.tokensText().startsWith(offered), qPrintable(program.tokensText()));
        for (const TokenDetail& token : program.tokens()) {
            QCOMPARE(token.rank, 0); // the most likely ones
            QCOMPARE(token.top.size(), 20);
        }
        const qsizetype count = program.tokens().size();
        QTest::keyClick(program.edit(), Qt::Key_Tab);
        QCOMPARE(program.text(), kCode + offered);
        QTest::qWait(20);
        QCOMPARE(program.tokens().size(), count);
        // What is typed elsewhere moves them and changes none.
        QTextCursor cursor(program.edit()->document());
        cursor.insertText(QStringLiteral("# first\n"));
        QTest::qWait(20);
        QCOMPARE(program.tokens().size(), count);
        // Undone, it is not there any more; done again, it is.
        program.edit()->undo();
        program.edit()->undo();
        QTRY_COMPARE(program.text(), kCode);
        QTRY_VERIFY(program.tokens().isEmpty());
        program.edit()->redo();
        QTRY_COMPARE(program.tokens().size(), count);
    }

    void theCursorPointsAndTheKeyboardWalks() {
        CodeProgram program;
        program.write(kCode);
        program.openInspector();
        program.complete();
        QTRY_VERIFY(program.tokens().size() > 1);
        QTest::keyClick(program.edit(), Qt::Key_Tab);
        const int begin = static_cast<int>(kCode.size());
        QTextCursor cursor = program.edit()->textCursor();
        cursor.setPosition(begin);
        program.edit()->setTextCursor(cursor);
        QTRY_COMPARE(program.chips()->current(), 0);
        program.chips()->setFocus();
        QTest::keyClick(program.chips(), Qt::Key_Right);
        QCOMPARE(program.chips()->current(), 1);
        const auto first = QString::fromUtf8(program.tokens().at(0).bytes).size();
        const auto second = QString::fromUtf8(program.tokens().at(1).bytes).size();
        bool marked = false;
        for (const QTextEdit::ExtraSelection& mark : program.edit()->extraSelections()) {
            marked = marked || (mark.cursor.selectionStart() == begin + first &&
                                mark.cursor.selectionEnd() == begin + first + second);
        }
        QVERIFY(marked);
        QCOMPARE(program.edit()->textCursor().position(), begin); // the cursor stays
    }

    void anAlternativeReplacesTheCompletionFromThere() {
        CodeProgram program;
        program.write(kCode);
        program.openInspector();
        program.complete();
        QTRY_VERIFY(program.tokens().size() > 1);
        QTest::keyClick(program.edit(), Qt::Key_Tab);
        QTest::qWait(20);
        const QString taken = program.text();
        const QList<TokenDetail> before = program.tokens();
        QSignalSpy asked(program.desk.get(), &CodeDesk::generateRequested);
        const int row = program.otherWord(1);
        QVERIFY(row >= 0);
        const TokenAlternative other = before.at(1).top.at(row);
        CodeProgram::clickRow(program.chips(), 1);
        CodeProgram::clickRow(program.others(), row);
        const QString begun =
            kCode + QString::fromUtf8(before.at(0).bytes) + QString::fromUtf8(other.bytes);
        QCOMPARE(program.text(), begun);
        // It goes on from the very tokens.
        QCOMPARE(asked.size(), 1);
        const auto request = asked.first().first().value<GenerateRequest>();
        QCOMPARE(request.promptTokens.last(), other.id);
        QCOMPARE(request.promptTokens.at(request.promptTokens.size() - 2), before.at(0).id);
        QTRY_VERIFY_WITH_TIMEOUT(
            program.label("codeSaid").contains(QStringLiteral("probability")) ||
                program.label("codeSaid").contains(QStringLiteral("nothing to add")),
            30000);
        QTRY_VERIFY(program.tokens().size() >= 2);
        QCOMPARE(program.tokens().at(0).id, before.at(0).id);
        QCOMPARE(program.tokens().at(1).id, other.id);
        // Both ways stand in the tree, and a click brings the first one back.
        QTRY_VERIFY(program.tree()->rows()->rowCount() >= 3);
        program.panel->findChild<QTabWidget*>(QStringLiteral("inspectorTabs"))->setCurrentIndex(1);
        const int shown = program.tree()->rows()->shownRow();
        int first = -1;
        for (int at = 1; at < program.tree()->rows()->rowCount(); ++at) {
            first = at != shown && !program.tree()->rows()->at(at).versions.isEmpty() ? at : first;
        }
        QVERIFY(first > 0);
        CodeProgram::clickRow(program.tree(), first);
        QTRY_COMPARE(program.text(), taken);
        // All of it can be undone.
        program.edit()->undo();
        program.edit()->undo();
        QCOMPARE(program.text(), taken);
    }

    void anAlternativeOfWhatIsOnlyOfferedTakesWhatStandsBeforeIt() {
        CodeProgram program;
        program.write(kCode);
        program.openInspector();
        program.complete();
        QTRY_VERIFY(program.tokens().size() > 1);
        const QList<TokenDetail> before = program.tokens();
        const int row = program.otherWord(1);
        CodeProgram::clickRow(program.chips(), 1);
        QCOMPARE(program.text(), kCode); // walking takes nothing
        CodeProgram::clickRow(program.others(), row);
        QCOMPARE(program.text(), kCode + QString::fromUtf8(before.at(0).bytes) +
                                     QString::fromUtf8(before.at(1).top.at(row).bytes));
        program.edit()->undo();
        QCOMPARE(program.text(), kCode);
    }

    void aSelectionIsScored() {
        CodeProgram program;
        program.write(kCode);
        program.openInspector();
        QTextCursor cursor = program.edit()->textCursor();
        const auto from = static_cast<int>(kCode.indexOf(QStringLiteral("if n < 2")));
        const auto to = static_cast<int>(kCode.indexOf(QStringLiteral("    for")));
        cursor.setPosition(from);
        cursor.setPosition(to, QTextCursor::KeepAnchor);
        program.edit()->setTextCursor(cursor);
        auto* button = program.panel->findChild<QAbstractButton*>(QStringLiteral("scoreText"));
        QTRY_VERIFY(button->isVisible());
        QTest::mouseClick(button, Qt::LeftButton);
        const QString selected = kCode.mid(from, to - from);
        QTRY_VERIFY_WITH_TIMEOUT(program.tokensText().trimmed() == selected.trimmed(), 30000);
        for (const TokenDetail& token : program.tokens()) {
            QVERIFY(token.rank >= 0);
            QVERIFY(token.logprob <= 0);
        }
        QTRY_VERIFY(
            program.panelLabel("inspectorSummary").startsWith(QStringLiteral("Perplexity")));
        // Another token there replaces only the one that stood there.
        const int row = program.otherWord(1);
        QVERIFY(row >= 0);
        const TokenDetail replaced = program.tokens().at(1);
        CodeProgram::clickRow(program.chips(), 1);
        CodeProgram::clickRow(program.others(), row);
        const QString after = program.text();
        QVERIFY(after.endsWith(kCode.mid(to)));
        QVERIFY(after.startsWith(kCode.left(from)));
        QCOMPARE(after.size(), kCode.size() - QString::fromUtf8(replaced.bytes).size() +
                                   QString::fromUtf8(replaced.top.at(row).bytes).size());
    }

    void ofALongFileItsBeginningIsScored() {
        CodeProgram program;
        QString text;
        for (int line = 0; line < 3000; ++line) {
            text += QStringLiteral("x = %1\n").arg(line);
        }
        program.write(text);
        program.openInspector();
        auto* button = program.panel->findChild<QAbstractButton*>(QStringLiteral("scoreText"));
        QTRY_VERIFY(button->isVisible());
        QTest::mouseClick(button, Qt::LeftButton);
        program.edit()->moveCursor(QTextCursor::Start);
        QTRY_VERIFY_WITH_TIMEOUT(program.tokens().size() > 20, 60000);
        QVERIFY(text.startsWith(program.tokensText()));
        QTest::mouseClick(button, Qt::LeftButton); // it can be stopped
        QTRY_COMPARE(button->text().remove(u'&'), QStringLiteral("Score"));
    }

    void eachFileHasTokensOfItsOwn() {
        CodeProgram program;
        program.write(kCode);
        program.openInspector();
        program.complete();
        QTRY_VERIFY(!program.tokens().isEmpty());
        QTest::keyClick(program.edit(), Qt::Key_Tab);
        const qsizetype count = program.tokens().size();
        for (int round = 0; round < 3; ++round) {
            program.page->newFile();
            QTRY_VERIFY(program.tokens().isEmpty());
            program.write(kCode);
            program.complete();
            QTRY_VERIFY(!program.tokens().isEmpty());
            QTest::keyClick(program.edit(), Qt::Key_W, Qt::ControlModifier);
            QTRY_COMPARE(program.tokens().size(), count);
        }
    }

    void withThePanelClosedNothingIsAskedFor() {
        CodeProgram program;
        program.write(kCode);
        QSignalSpy asked(program.desk.get(), &CodeDesk::generateRequested);
        program.complete();
        QCOMPARE(asked.first().first().value<GenerateRequest>().alternatives, 0);
    }

private:
    QTemporaryDir m_home;
};

QTEST_MAIN(CodeInspectorTest)
#include "code_inspector_test.moc"
