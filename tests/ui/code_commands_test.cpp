// SPDX-License-Identifier: MIT
// Commands on a selection by keys and clicks: what is asked, how an answer is shown and taken.
#include <QAccessible>
#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMenu>
#include <QPushButton>
#include <QSignalSpy>
#include <QSplitter>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

#include "ui/code/answer_pane.h"
#include "ui/code/code_commands.h"
#include "ui/code/code_edit.h"
#include "ui/code/code_page.h"
#include "ui/code/command_dialog.h"
#include "ui/code/diff_view.h"
#include "ui/message_view.h"

using namespace phidelity;

namespace {

const QString kCode =
    QStringLiteral("import math\n\ndef area(r):\n    x = r * r\n    return math.pi * "
                   "x\n\ny = 1\nz = 2\n");

} // namespace

class CodeCommandsTest : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<CodePage> m_page;
    std::unique_ptr<QSignalSpy> m_asked;
    std::unique_ptr<QSignalSpy> m_cancelled;

    CodeEdit* edit() { return m_page->edit(); }
    QString text() { return edit()->toPlainText(); }
    CodeCommands* commands() { return m_page->commands(); }
    AnswerPane* pane() { return commands()->pane(); }
    DiffView* diff() { return pane()->diff(); }
    template <class W>
    W* find(const char* name) {
        return m_page->findChild<W*>(QLatin1String(name));
    }
    void click(const char* name) {
        QCoreApplication::processEvents(); // what was shown just now gets its place
        QTest::mouseClick(find<QToolButton>(name), Qt::LeftButton);
        QCoreApplication::processEvents();
    }
    void select(const char* what) {
        QTextCursor cursor = edit()->textCursor();
        const auto from = static_cast<int>(text().indexOf(QLatin1String(what)));
        cursor.setPosition(from);
        cursor.setPosition(from + static_cast<int>(qstrlen(what)), QTextCursor::KeepAnchor);
        edit()->setTextCursor(cursor);
    }
    quint64 ticket() { return m_asked->last().at(0).toULongLong(); }
    CommandTask task() { return m_asked->last().at(1).value<CommandTask>(); }
    /// A command that replaces lines 3 to 8 by others.
    void answerWithTwoChanges() {
        CodeCommand command{QStringLiteral("own"),         QStringLiteral("Tidy"),
                            QStringLiteral("{selection}"), CommandPrompt::Exact,
                            AnswerPlace::Replace,          64};
        edit()->selectAll();
        commands()->run(command);
        const QString fresh = QStringLiteral("import math\n\ndef area(radius):\n    x = radius ** "
                                             "2\n    return math.pi * x\n\ny = 1\nz = 3");
        commands()->showAnswer(ticket(), fresh, {0, kCode.size() - 1, fresh}, QStringLiteral("…"));
        commands()->showEnd(ticket(), QStringLiteral("done"));
        QCOMPARE(diff()->changes().size(), 2);
    }
    ChangeState state(int index) { return diff()->changes().at(index).place.state; }

private slots:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        m_page = std::make_unique<CodePage>(m_folder->filePath(QStringLiteral("swap")));
        m_page->resize(1100, 600);
        m_page->show();
        QVERIFY(QTest::qWaitForWindowActive(m_page.get()));
        m_page->activated();
        edit()->setPlainText(kCode);
        m_asked = std::make_unique<QSignalSpy>(commands(), &CodeCommands::commandWanted);
        m_cancelled = std::make_unique<QSignalSpy>(commands(), &CodeCommands::commandCancelled);
    }
    void cleanup() {
        m_asked.reset();
        m_cancelled.reset();
        m_page.reset();
        m_folder.reset();
    }

    void aKeyAsksAboutWhatIsSelected() {
        select("    x = r * r");
        QTest::keyClick(edit(), Qt::Key_E, Qt::ControlModifier | Qt::AltModifier);
        QCOMPARE(m_asked->size(), 1);
        QCOMPARE(task().command.id, QStringLiteral("explain"));
        QCOMPARE(task().text.mid(task().region.from, task().region.to - task().region.from),
                 QStringLiteral("    x = r * r"));
        QVERIFY(pane()->isVisible());
        QVERIFY(find<QLabel>("answerTitle")->text().contains(QStringLiteral("line 4")));
        QVERIFY(edit()->hasFocus()); // one goes on typing
    }

    void anExplanationIsShownAsTextWhileItIsWritten() {
        select("y = 1");
        QTest::keyClick(edit(), Qt::Key_E, Qt::ControlModifier | Qt::AltModifier);
        commands()->showAnswer(ticket(), QStringLiteral("It sets"), {}, QStringLiteral("Writing"));
        QVERIFY(find<MessageView>("answerText")->isVisible());
        commands()->showAnswer(ticket(), QStringLiteral("It sets `y` to **one**."), {},
                               QStringLiteral("Writing"));
        commands()->showEnd(ticket(), QStringLiteral("5 tokens"));
        auto* view = find<MessageView>("answerText");
        QTest::keyClick(edit(), Qt::Key_F6);
        QVERIFY(view->hasFocus());
        QTest::keyClick(view, Qt::Key_A, Qt::ControlModifier);
        QCOMPARE(view->selectedText(), QStringLiteral("It sets y to one."));
        QVERIFY(!find<QToolButton>("answerTake")->isVisible());
        QTest::keyClick(view, Qt::Key_F6);
        QVERIFY(edit()->hasFocus());
    }

    void changesHaveSignsAndAreTakenOneByOneWithKeys() {
        answerWithTwoChanges();
        const QString shown = diff()->toPlainText();
        QVERIFY2(
            shown.contains(QStringLiteral("- def area(r):\n-     x = r * r\n+ def area(radius)")),
            qPrintable(shown));
        QVERIFY(shown.contains(QStringLiteral("- z = 2\n+ z = 3")));
        QTest::keyClick(edit(), Qt::Key_F6);
        QVERIFY(diff()->hasFocus());
        QTest::keyClick(diff(), Qt::Key_F8);
        QCOMPARE(diff()->current(), 1);
        QTest::keyClick(diff(), Qt::Key_Up);
        QCOMPARE(diff()->current(), 0);
        QTest::keyClick(diff(), Qt::Key_Return);
        QVERIFY(text().contains(QStringLiteral("def area(radius):\n    x = radius ** 2\n")));
        QVERIFY(text().endsWith(QStringLiteral("z = 2\n")));
        QCOMPARE(state(0), ChangeState::Taken);
        QCOMPARE(diff()->current(), 1); // the next that is open
        QTest::keyClick(edit(), Qt::Key_Return, Qt::AltModifier);
        QVERIFY(text().endsWith(QStringLiteral("z = 3\n")));
        // Each is one step to undo, and open again then.
        QTest::keyClick(edit(), Qt::Key_Z, Qt::ControlModifier);
        QVERIFY(text().endsWith(QStringLiteral("z = 2\n")));
        QTRY_COMPARE(state(1), ChangeState::Open);
        QTest::keyClick(diff(), Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(text(), kCode);
        QTRY_COMPARE(state(0), ChangeState::Open);
        QTest::keyClick(edit(), Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        QTRY_COMPARE(state(0), ChangeState::Taken);
    }

    void allChangesAreOneStepToUndo() {
        answerWithTwoChanges();
        click("answerTakeAll");
        QVERIFY(text().contains(QStringLiteral("area(radius)")) &&
                text().endsWith(QStringLiteral("z = 3\n")));
        QVERIFY(!find<QToolButton>("answerTakeAll")->isEnabled());
        edit()->undo();
        QCOMPARE(text(), kCode);
        QTRY_COMPARE(state(0), ChangeState::Open);
        QCOMPARE(state(1), ChangeState::Open);
        QVERIFY(find<QToolButton>("answerTakeAll")->isEnabled());
    }

    void aClickOnAChangeMakesItTheCurrentOne() {
        answerWithTwoChanges();
        QCoreApplication::processEvents();
        QTextCursor last(diff()->document());
        last.movePosition(QTextCursor::End);
        QTest::mouseClick(diff()->viewport(), Qt::LeftButton, {},
                          diff()->cursorRect(last).center());
        QCOMPARE(diff()->current(), 1);
        click("answerPrevious");
        QCOMPARE(diff()->current(), 0);
        click("answerTake");
        QVERIFY(text().contains(QStringLiteral("area(radius)")));
    }

    void changesGoAlongWithTextThatIsTypedAboveThem() {
        answerWithTwoChanges();
        edit()->moveCursor(QTextCursor::Start);
        for (int line = 0; line < 20; ++line) {
            QTest::keyClick(edit(), Qt::Key_Return);
        }
        QTRY_COMPARE(diff()->changes().at(1).place.line, 27);
        click("answerTakeAll");
        QVERIFY(text().contains(QStringLiteral("area(radius)")) &&
                text().endsWith(QStringLiteral("z = 3\n")));
    }

    void aChangeThatDoesNotFitAnyMoreIsToldAndRefused() {
        answerWithTwoChanges();
        select("x = r * r");
        QTest::keyClicks(edit(), QStringLiteral("x = r ** 3"));
        QTRY_COMPARE(state(0), ChangeState::Lost);
        QVERIFY(diff()->toPlainText().contains(QStringLiteral("does not fit any more")));
        const QString before = text();
        click("answerTake");
        QCOMPARE(text(), before);
        QVERIFY2(pane()->sentence().contains(QStringLiteral("does not fit")),
                 qPrintable(pane()->sentence()));
        click("answerTakeAll");
        QVERIFY(text().contains(QStringLiteral("r ** 3")) &&
                text().endsWith(QStringLiteral("z = 3\n")));
        QVERIFY2(pane()->sentence().contains(QStringLiteral("copied")),
                 qPrintable(pane()->sentence()));
        find<QAction>("actionAnswerCopy")->trigger();
        QVERIFY(QGuiApplication::clipboard()->text().contains(QStringLiteral("area(radius)")));
    }

    void textThatIsTypedWhileTheAnswerComesIsKept() {
        select("y = 1");
        QTest::keyClick(edit(), Qt::Key_Return, Qt::ControlModifier | Qt::AltModifier);
        const qsizetype at = task().region.to;
        edit()->moveCursor(QTextCursor::Start);
        QTest::keyClicks(edit(), QStringLiteral("# above"));
        QTest::keyClick(edit(), Qt::Key_Return);
        commands()->showAnswer(ticket(), QStringLiteral("\nw = 0"),
                               {at, at, QStringLiteral("\nw = 0")}, {});
        commands()->showEnd(ticket(), {});
        QCOMPARE(diff()->changes().size(), 1);
        QTest::keyClick(edit(), Qt::Key_Return, Qt::AltModifier);
        QVERIFY(text().startsWith(QStringLiteral("# above\nimport")));
        QVERIFY(text().endsWith(QStringLiteral("y = 1\nw = 0\nz = 2\n")));
    }

    void aNewCommandTakesThePlaceOfTheOneBefore() {
        select("y = 1");
        QTest::keyClick(edit(), Qt::Key_E, Qt::ControlModifier | Qt::AltModifier);
        const quint64 first = ticket();
        QTest::keyClick(edit(), Qt::Key_D, Qt::ControlModifier | Qt::AltModifier);
        QCOMPARE(m_asked->size(), 2);
        QCOMPARE(m_cancelled->size(), 1);
        commands()->showAnswer(first, QStringLiteral("late"), {}, {});
        QVERIFY(!find<MessageView>("answerText")->isVisible());
    }

    void escapeStopsKeepsAndCloses() {
        select("y = 1");
        QTest::keyClick(edit(), Qt::Key_Return, Qt::ControlModifier | Qt::AltModifier);
        const qsizetype at = task().region.to;
        commands()->showAnswer(ticket(), QStringLiteral(" + 1"), {at, at, QStringLiteral(" + 1")},
                               {});
        QVERIFY(m_page->escape());
        QCOMPARE(m_cancelled->size(), 1);
        QVERIFY(pane()->sentence().contains(QStringLiteral("Stopped")));
        QTest::keyClick(edit(), Qt::Key_Return, Qt::AltModifier);
        QVERIFY(text().contains(QStringLiteral("y = 1 + 1\n")));
        QTest::keyClick(edit(), Qt::Key_F6);
        QVERIFY(m_page->escape());
        QVERIFY(!pane()->isVisible());
        QVERIFY(edit()->hasFocus());
        QVERIFY(!m_page->escape());
    }

    void anotherAnswerIsAboutTheSameCode() {
        select("y = 1");
        QTest::keyClick(edit(), Qt::Key_E, Qt::ControlModifier | Qt::AltModifier);
        commands()->showAnswer(ticket(), QStringLiteral("One."), {}, {});
        commands()->showEnd(ticket(), {});
        edit()->moveCursor(QTextCursor::Start);
        QTest::keyClick(edit(), Qt::Key_Return);
        click("answerAgain");
        QCOMPARE(m_asked->size(), 2);
        QCOMPARE(m_asked->last().at(2).toInt(), 1);
        QCOMPARE(task().text.mid(task().region.from, 5), QStringLiteral("y = 1"));
        commands()->showEnd(ticket(), {});
        select("y = 1");
        QTest::keyClicks(edit(), QStringLiteral("q"));
        click("answerAgain");
        QCOMPARE(m_asked->size(), 2);
        QVERIFY(pane()->sentence().contains(QStringLiteral("has changed")));
    }

    void aProblemIsASentenceAndWhatWasWrittenStays() {
        select("y = 1");
        QTest::keyClick(edit(), Qt::Key_E, Qt::ControlModifier | Qt::AltModifier);
        commands()->showAnswer(ticket(), QStringLiteral("It"), {}, {});
        commands()->showProblem(ticket(), QStringLiteral("The device is gone."));
        QVERIFY(pane()->sentence().contains(QStringLiteral("The device is gone.")));
        QVERIFY(find<MessageView>("answerText")->isVisible());
        edit()->setPlainText(QStringLiteral("  \n"));
        QTest::keyClick(edit(), Qt::Key_D, Qt::ControlModifier | Qt::AltModifier);
        QCOMPARE(m_asked->size(), 1);
        QVERIFY(pane()->sentence().contains(QStringLiteral("no code here")));
    }

    void changesOfAFileThatWasClosedAreLost() {
        answerWithTwoChanges();
        m_page->newFile();
        QTest::keyClick(edit(), Qt::Key_F8); // in another tab
        m_page->closeTab(0);
        QTRY_COMPARE(state(0), ChangeState::Lost);
        click("answerTake");
        QVERIFY(pane()->sentence().contains(QStringLiteral("closed")));
        QVERIFY(text().isEmpty());
    }

    void takingAChangeShowsItsFile() {
        answerWithTwoChanges();
        m_page->newFile();
        QTest::keyClick(edit(), Qt::Key_Return, Qt::AltModifier);
        QCOMPARE(find<QTabWidget>("codeTabs")->currentIndex(), 0);
        QVERIFY(text().contains(QStringLiteral("area(radius)")));
    }

    void theMenuOfTheSelectionHasTheCommands() {
        commands()->setOwnCommands(
            {{QStringLiteral("7"), QStringLiteral("Say & do"), QStringLiteral("{selection}"),
              CommandPrompt::Instruction, AnswerPlace::Text, 9}});
        select("y = 1");
        QContextMenuEvent event(QContextMenuEvent::Keyboard, edit()->cursorRect().center(),
                                edit()->mapToGlobal(edit()->cursorRect().center()));
        QApplication::sendEvent(edit()->viewport(), &event);
        auto* menu = edit()->findChild<QMenu*>(QStringLiteral("codeMenu"));
        QVERIFY(menu && menu->isVisible());
        QAction* own = nullptr;
        for (QAction* action : menu->actions()) {
            own = action->text() == QStringLiteral("Say && do") ? action : own;
        }
        QVERIFY(own);
        QTest::mouseClick(menu, Qt::LeftButton, {}, menu->actionGeometry(own).center());
        QCOMPARE(m_asked->size(), 1);
        QCOMPARE(task().command.id, QStringLiteral("7"));
    }

    void ownCommandsAreMadeInADialog() {
        QSignalSpy changed(commands(), &CodeCommands::ownCommandsChanged);
        find<QAction>("actionCodeCommands")->trigger();
        auto* dialog = m_page->findChild<CommandDialog*>();
        QVERIFY(dialog && dialog->isVisible());
        const auto press = [&](const char* name) {
            QTest::mouseClick(dialog->findChild<QPushButton*>(QLatin1String(name)), Qt::LeftButton);
        };
        QTest::keyClick(dialog->focusWidget(), Qt::Key_Space); // New has the focus
        auto* name = dialog->findChild<QLineEdit*>(QStringLiteral("commandName"));
        auto* body = dialog->findChild<QPlainTextEdit*>(QStringLiteral("commandText"));
        auto* save = dialog->findChild<QPushButton*>(QStringLiteral("commandSave"));
        QTest::keyClicks(name, QStringLiteral("Shorter")); // over what is selected
        body->selectAll();
        QTest::keyClicks(body, QStringLiteral("Shorten {selecton} "));
        auto* remarks = dialog->findChild<QLabel*>(QStringLiteral("commandRemarks"));
        QVERIFY2(remarks->text().contains(QStringLiteral("{selecton}")),
                 qPrintable(remarks->text()));
        body->selectAll();
        QTest::keyClicks(body, QStringLiteral("Shorten "));
        press("commandPlaceholder"); // the first is {selection}
        QCOMPARE(body->toPlainText(), QStringLiteral("Shorten {selection}"));
        QVERIFY(remarks->text().isEmpty());
        auto* place = dialog->findChild<QComboBox*>(QStringLiteral("commandPlace"));
        QTest::keyClick(place, Qt::Key_Home);
        QTest::keyClick(place, Qt::Key_Down);
        press("commandCopy");
        QCOMPARE(dialog->findChild<QListWidget*>(QStringLiteral("commandList"))->count(), 2);
        name->clear();
        QTest::keyClick(name, Qt::Key_Space);
        QVERIFY(!save->isEnabled());
        press("commandDelete");
        QVERIFY(save->isEnabled());
        press("commandSave");
        QCOMPARE(changed.size(), 1);
        QCOMPARE(commands()->ownCommands().size(), 1);
        const CodeCommand own = commands()->ownCommands().first();
        QCOMPARE(own.name, QStringLiteral("Shorter"));
        QCOMPARE(own.place, AnswerPlace::Replace);
        QCOMPARE(own.text, QStringLiteral("Shorten {selection}"));
    }

    void thePaneStandsBelowTheCodeWhereThePageIsNarrow() {
        answerWithTwoChanges();
        auto* side = qobject_cast<QSplitter*>(pane()->parentWidget());
        QVERIFY(side);
        QCOMPARE(side->orientation(), Qt::Horizontal);
        m_page->resize(600, 420);
        QTRY_COMPARE(side->orientation(), Qt::Vertical);
        QVERIFY(edit()->height() > 60 && diff()->height() > 60);
    }

    void everythingHasANameForScreenReaders() {
        answerWithTwoChanges();
        QList<QWidget*> widgets = pane()->findChildren<QWidget*>();
        for (QWidget* widget : widgets) {
            if (widget->focusPolicy() != Qt::NoFocus && widget->isVisible()) {
                QAccessibleInterface* face = QAccessible::queryAccessibleInterface(widget);
                QVERIFY2(!face->text(QAccessible::Name).isEmpty(),
                         qPrintable(widget->objectName()));
            }
        }
        QVERIFY(diff()->accessibleDescription().contains(QStringLiteral("Change 1 of 2")));
    }

    void tabsReachEveryButtonOfThePane() {
        answerWithTwoChanges();
        QTest::keyClick(edit(), Qt::Key_F6);
        QStringList reached;
        for (const Qt::Key key : {Qt::Key_Backtab, Qt::Key_Tab}) {
            while (pane()->isAncestorOf(QApplication::focusWidget()) && reached.size() < 20) {
                reached.append(QApplication::focusWidget()->objectName());
                QTest::keyClick(QApplication::focusWidget(), key);
            }
            diff()->setFocus();
        }
        for (const char* name :
             {"answerDiff", "answerTake", "answerTakeAll", "answerClose", "answerAgain"}) {
            QVERIFY2(reached.contains(QLatin1String(name)), name);
        }
    }
};

QTEST_MAIN(CodeCommandsTest)
#include "code_commands_test.moc"
