// SPDX-License-Identifier: MIT
// The code page by keys and clicks: editing, files, finding, completion as ghost text.
#include <QApplication>
#include <QCheckBox>
#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QTest>
#include <QTextBlock>
#include <QTextLayout>

#include "ui/code/code_edit.h"
#include "ui/code/code_page.h"
#include "ui/code/code_tab.h"
#include "ui/code/find_bar.h"
#include "ui/code/line_colors.h"
#include "ui/notice_bar.h"

using namespace phidelity;

class CodePageTest : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<CodePage> m_page;

    CodeEdit* edit() { return m_page->edit(); }
    QString text() { return edit()->toPlainText(); }
    void keys(const QString& typed) { QTest::keyClicks(edit(), typed); }
    QString path(const char* name) { return m_folder->filePath(QLatin1String(name)); }
    QString write(const char* name, const QByteArray& bytes) {
        QFile file(path(name));
        if (!file.open(QIODevice::WriteOnly)) {
            qFatal("cannot write");
        }
        file.write(bytes);
        return file.fileName();
    }
    QByteArray read(const char* name) {
        QFile file(path(name));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    void makePage() {
        m_page = std::make_unique<CodePage>(path("swap"));
        m_page->resize(900, 600);
        m_page->show();
        QVERIFY(QTest::qWaitForWindowActive(m_page.get()));
        m_page->activated();
    }
    QAction* action(const char* name) { return m_page->findChild<QAction*>(QLatin1String(name)); }
    template <class W>
    W* find(const char* name) {
        return m_page->findChild<W*>(QLatin1String(name));
    }

private slots:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        makePage();
    }
    void cleanup() {
        m_page.reset();
        m_folder.reset();
    }

    void newLinesAreIndentedAsTheCodeSays() {
        keys(QStringLiteral("def f(x):"));
        QTest::keyClick(edit(), Qt::Key_Return);
        keys(QStringLiteral("if x:"));
        QTest::keyClick(edit(), Qt::Key_Return);
        keys(QStringLiteral("return 1"));
        QTest::keyClick(edit(), Qt::Key_Return);
        keys(QStringLiteral("y"));
        QCOMPARE(text(), QStringLiteral("def f(x):\n    if x:\n        return 1\n    y"));
        QTest::keyClick(edit(), Qt::Key_Z, Qt::ControlModifier);
        QVERIFY(text() != QStringLiteral("def f(x):\n    if x:\n        return 1\n    y"));
    }

    void linesAreIndentedAndCommentedTogether() {
        edit()->setPlainText(QStringLiteral("a\n\n  b\n"));
        edit()->selectAll();
        QTest::keyClick(edit(), Qt::Key_Tab);
        QCOMPARE(text(), QStringLiteral("    a\n\n      b\n"));
        QTest::keyClick(edit(), Qt::Key_Backtab);
        QCOMPARE(text(), QStringLiteral("a\n\n  b\n"));
        edit()->selectAll();
        QTest::keyClick(edit(), Qt::Key_Slash, Qt::ControlModifier);
        QCOMPARE(text(), QStringLiteral("# a\n\n#   b\n"));
        QTest::keyClick(edit(), Qt::Key_Slash, Qt::ControlModifier);
        QCOMPARE(text(), QStringLiteral("a\n\n  b\n"));
    }

    void theBracketThatMatchesIsMarked() {
        edit()->setPlainText(QStringLiteral("f(a[1], (2))"));
        QTextCursor cursor = edit()->textCursor();
        cursor.setPosition(1);
        edit()->setTextCursor(cursor);
        const auto marks = edit()->extraSelections();
        QCOMPARE(marks.size(), 3); // the line and two brackets
        QCOMPARE(marks[2].cursor.selectionStart(), 11);
    }

    void aFileIsSavedWithItsEncodingAndLineEnds() {
        write("x.py", "gr\xFC\xDF"
                      "e = 1\r\nb = 2\r\n");
        QVERIFY(m_page->openFile(path("x.py")));
        QCOMPARE(find<QTabWidget>("codeTabs")->count(), 1);
        QVERIFY(find<QLabel>("codeFacts")->text().contains(QStringLiteral("Latin-1 · CRLF")));
        edit()->moveCursor(QTextCursor::End);
        keys(QStringLiteral("c = 3"));
        QVERIFY(find<QTabWidget>("codeTabs")->tabText(0).startsWith(u'•'));
        QTest::keyClick(edit(), Qt::Key_S, Qt::ControlModifier);
        QCOMPARE(read("x.py"), QByteArray("gr\xFC\xDF"
                                          "e = 1\r\nb = 2\r\nc = 3"));
        QVERIFY(!find<QTabWidget>("codeTabs")->tabText(0).startsWith(u'•'));
    }

    void aFileThatCannotBeReadIsToldAndTheOthersStay() {
        keys(QStringLiteral("typed"));
        QVERIFY(!m_page->openFile(path("not_there.py")));
        QVERIFY(m_page->findChild<NoticeBar*>()->sentence().startsWith(
            QStringLiteral("There is no file")));
        QCOMPARE(find<QTabWidget>("codeTabs")->count(), 1);
        QCOMPARE(text(), QStringLiteral("typed"));
        keys(QStringLiteral(" on"));
        QCOMPARE(text(), QStringLiteral("typed on"));
    }

    void aChangeOnTheDiskIsTold() {
        write("x.py", "a = 1\n");
        QVERIFY(m_page->openFile(path("x.py")));
        auto* notice = m_page->findChild<NoticeBar*>();
        QVERIFY(!notice->isVisible());
        write("x.py", "a = 2\n");
        QTRY_VERIFY(notice->isVisible());
        QCOMPARE(text(), QStringLiteral("a = 1\n"));
        QAbstractButton* again = nullptr;
        for (auto* button : notice->findChildren<QAbstractButton*>()) {
            again = button->text().contains(QStringLiteral("Read")) ? button : again;
        }
        QVERIFY(again);
        QTest::mouseClick(again, Qt::LeftButton);
        QCOMPARE(text(), QStringLiteral("a = 2\n"));
        // One's own saving is no change by another.
        keys(QStringLiteral("x"));
        QVERIFY(m_page->save());
        m_page->checkDisk();
        QTest::qWait(300);
        QVERIFY(!notice->isVisible());
    }

    void nothingIsLostAtACrash() {
        write("x.py", "a = 1\n");
        m_page->openFile(path("x.py"));
        keys(QStringLiteral("typed"));
        m_page->newFile();
        keys(QStringLiteral("unnamed"));
        const QDir swap(path("swap"));
        QTRY_COMPARE_WITH_TIMEOUT(swap.entryList({QStringLiteral("*.swap")}).size(), 2, 6000);
        m_page.release(); // NOLINT: nothing is called any more, as after a crash
        makePage();
        m_page->restore({path("x.py")});
        QStringList texts;
        for (const CodeTab* tab : m_page->tabs()) {
            texts.append(tab->edit()->toPlainText());
        }
        texts.sort();
        QCOMPARE(texts, (QStringList{QStringLiteral("typeda = 1\n"), QStringLiteral("unnamed")}));
        QCOMPARE(read("x.py"), QByteArray("a = 1\n"));
        for (int index = 0; index < 2; ++index) {
            find<QTabWidget>("codeTabs")->setCurrentIndex(index);
            QVERIFY(m_page->saveTo(index == 0 ? path("0.py") : path("1.py")));
        }
        QTRY_VERIFY(swap.entryList({QStringLiteral("*.swap")}).isEmpty());
    }

    void aClosedTabComesBackWithWhatWasNotSaved() {
        keys(QStringLiteral("precious"));
        QTest::keyClick(edit(), Qt::Key_W, Qt::ControlModifier);
        QCOMPARE(text(), QString());
        QTest::keyClick(edit(), Qt::Key_T, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(text(), QStringLiteral("precious"));
    }

    void findAndReplaceKnowRegularExpressions() {
        edit()->setPlainText(QStringLiteral("x1 = 1\nx2 = 2\nX3 = 3\n"));
        QTest::keyClick(edit(), Qt::Key_H, Qt::ControlModifier);
        auto* what = find<QLineEdit>("codeFind");
        QTRY_VERIFY(what->hasFocus());
        find<QCheckBox>("codeFindExpression")->setChecked(true);
        QTest::keyClicks(what, QStringLiteral("x(\\d) ="));
        QTest::keyClick(what, Qt::Key_Return);
        QCOMPARE(edit()->textCursor().selectedText(), QStringLiteral("x1 ="));
        QTest::keyClick(what, Qt::Key_Return, Qt::ShiftModifier);
        QCOMPARE(edit()->textCursor().selectedText(), QStringLiteral("X3 ="));
        QTest::keyClicks(find<QLineEdit>("codeReplace"), QStringLiteral("y[$1] ="));
        QTest::mouseClick(find<QPushButton>("codeReplaceAll"), Qt::LeftButton);
        QCOMPARE(text(), QStringLiteral("y[1] = 1\ny[2] = 2\ny[3] = 3\n"));
        edit()->undo();
        QCOMPARE(text(), QStringLiteral("x1 = 1\nx2 = 2\nX3 = 3\n"));
        what->setText(QStringLiteral("(")); // no expression: said, and nothing happens
        QTest::keyClick(what, Qt::Key_Return);
        QTest::keyClick(what, Qt::Key_Escape);
        QVERIFY(!find<FindBar>("findBar")->isVisible());
        QVERIFY(edit()->hasFocus());
    }

    void ghostTextIsTakenWholeOrByWordsOrDropped() {
        keys(QStringLiteral("x = "));
        QSignalSpy wanted(m_page.get(), &CodePage::completionWanted);
        QTest::keyClick(edit(), Qt::Key_Space, Qt::ControlModifier);
        QCOMPARE(wanted.size(), 1);
        const auto ticket = wanted[0][0].toULongLong();
        m_page->showCompletion(ticket, QStringLiteral("foo(1)"), 0.5, true, true);
        QCOMPARE(edit()->ghost(), QStringLiteral("foo(1)"));
        QCOMPARE(text(), QStringLiteral("x = ")); // it is no text yet
        QTest::keyClick(edit(), Qt::Key_Right, Qt::ControlModifier);
        QCOMPARE(text(), QStringLiteral("x = foo"));
        QCOMPARE(edit()->ghost(), QStringLiteral("(1)"));
        keys(QStringLiteral("(")); // typed as offered
        QCOMPARE(edit()->ghost(), QStringLiteral("1)"));
        QTest::keyClick(edit(), Qt::Key_Tab);
        QCOMPARE(text(), QStringLiteral("x = foo(1)"));
        QVERIFY(edit()->ghost().isEmpty());
        QTest::keyClick(edit(), Qt::Key_Space, Qt::ControlModifier);
        m_page->showCompletion(wanted[1][0].toULongLong(), QStringLiteral(" + 1"), 0.5, true, true);
        QTest::keyClick(edit(), Qt::Key_Escape);
        QVERIFY(edit()->ghost().isEmpty());
        QCOMPARE(text(), QStringLiteral("x = foo(1)"));
    }

    void ghostTextNeverComesForAPlaceThatTheCursorHasLeft() {
        edit()->setPlainText(QStringLiteral("x = \ny"));
        edit()->moveCursor(QTextCursor::EndOfLine);
        QSignalSpy wanted(m_page.get(), &CodePage::completionWanted);
        QSignalSpy cancelled(m_page.get(), &CodePage::completionCancelled);
        const auto ask = [&] {
            QCoreApplication::processEvents();
            wanted.clear();
            cancelled.clear();
            QTest::keyClick(edit(), Qt::Key_Space, Qt::ControlModifier);
            return wanted.value(0).value(0).toULongLong();
        };
        quint64 ticket = ask();
        QTest::keyClick(edit(), Qt::Key_Down);
        QCOMPARE(cancelled.size(), 1);
        m_page->showCompletion(ticket, QStringLiteral("late"), 0.5, true, true);
        QVERIFY(edit()->ghost().isEmpty());
        ticket = ask(); // another key
        keys(QStringLiteral("q"));
        QCOMPARE(cancelled.size(), 1);
        m_page->showCompletion(ticket, QStringLiteral("late"), 0.5, true, true);
        QVERIFY(edit()->ghost().isEmpty());
        ticket = ask(); // another tab
        m_page->newFile();
        m_page->showCompletion(ticket, QStringLiteral("late"), 0.5, true, true);
        QVERIFY(edit()->ghost().isEmpty());
        keys(QStringLiteral("z"));
        ticket = ask(); // another request
        const quint64 second = ask();
        m_page->showCompletion(ticket, QStringLiteral("late"), 0.5, true, true);
        QVERIFY(edit()->ghost().isEmpty());
        m_page->showCompletion(second, QStringLiteral("now"), 0.5, true, false);
        QCOMPARE(edit()->ghost(), QStringLiteral("now"));
        keys(QStringLiteral("no")); // as offered: what comes goes on from there
        m_page->showCompletion(second, QStringLiteral("now and"), 0.5, true, false);
        QCOMPARE(edit()->ghost(), QStringLiteral("w and"));
    }

    void alternativesCycleWithTheirProbability() {
        keys(QStringLiteral("x = "));
        QSignalSpy wanted(m_page.get(), &CodePage::completionWanted);
        QTest::keyClick(edit(), Qt::Key_Space, Qt::ControlModifier);
        const auto ticket = wanted[0][0].toULongLong();
        m_page->showCompletion(ticket, QStringLiteral("one"), 0.5, true, true);
        QVERIFY(find<QLabel>("codeSaid")->text().contains(QStringLiteral("probability 50 %")));
        QSignalSpy others(m_page.get(), &CodePage::alternativesWanted);
        QTest::keyClick(edit(), Qt::Key_BracketRight, Qt::AltModifier);
        QCOMPARE(wanted.size(), 1);
        QCOMPARE(others.size(), 1);
        QCOMPARE(others[0][0].toULongLong(), ticket);
        m_page->showAlternatives(ticket, {{QStringLiteral("tw"), 0, true, 1}, {{}, 0, true, 2}},
                                 false);
        QCOMPARE(edit()->ghost(), QStringLiteral("tw"));
        // What is there already, or says nothing, is no alternative.
        m_page->showAlternatives(ticket,
                                 {{QStringLiteral("two"), 0.25, true, 1},
                                  {QStringLiteral("one"), 0.5, true, 2},
                                  {QStringLiteral(" "), 0.1, true, 3},
                                  {QStringLiteral("three"), 0.2, true, 4}},
                                 true);
        QCOMPARE(edit()->ghost(), QStringLiteral("two"));
        QVERIFY(
            find<QLabel>("codeSaid")->text().contains(QStringLiteral("2 of 3, probability 25 %")));
        QSignalSpy shown(m_page.get(), &CodePage::alternativeShown);
        QTest::keyClick(edit(), Qt::Key_BracketRight, Qt::AltModifier);
        QCOMPARE(edit()->ghost(), QStringLiteral("three"));
        QCOMPARE(shown[0][1].toInt(), 4);
        QTest::keyClick(edit(), Qt::Key_BracketRight, Qt::AltModifier);
        QCOMPARE(edit()->ghost(), QStringLiteral("one"));
        QTest::keyClick(edit(), Qt::Key_BracketLeft, Qt::AltModifier);
        QCOMPARE(edit()->ghost(), QStringLiteral("three"));
        QCOMPARE(others.size(), 1); // asked for once
    }

    void whereThereIsNoOtherCompletionThatIsSaid() {
        keys(QStringLiteral("x = "));
        QSignalSpy wanted(m_page.get(), &CodePage::completionWanted);
        QTest::keyClick(edit(), Qt::Key_Space, Qt::ControlModifier);
        const auto ticket = wanted[0][0].toULongLong();
        m_page->showCompletion(ticket, QStringLiteral("one"), 0.5, true, true);
        QTest::keyClick(edit(), Qt::Key_BracketRight, Qt::AltModifier);
        m_page->showAlternatives(ticket, {{QStringLiteral("one"), 0.5, true, 1}}, true);
        QCOMPARE(edit()->ghost(), QStringLiteral("one"));
        QVERIFY(find<QLabel>("codeSaid")->text().contains(QStringLiteral("no other way")));
        QTest::keyClick(edit(), Qt::Key_Tab);
        QVERIFY(text().endsWith(QStringLiteral("x = one")));
    }

    void aPauseAsksOnlyIfThatIsWanted() {
        QSignalSpy wanted(m_page.get(), &CodePage::completionWanted);
        keys(QStringLiteral("a"));
        QTest::qWait(900);
        QVERIFY(wanted.isEmpty());
        action("actionCodeCompletes")->setChecked(true);
        keys(QStringLiteral("b"));
        QTRY_COMPARE_WITH_TIMEOUT(wanted.size(), 1, 3000);
    }

    void coloursFollowTheLanguageAndAChangeOfALine() {
        write("x.py", "x = 'a'\n" + QByteArray("y = 1\n").repeated(300));
        m_page->openFile(path("x.py"));
        if (edit()->colors()->language().isEmpty()) {
            QSKIP("built without KDE Syntax Highlighting");
        }
        QCOMPARE(edit()->colors()->language(), QStringLiteral("Python"));
        QTextDocument* document = edit()->document();
        const auto coloured = [&](int line) {
            return document->findBlockByNumber(line).layout()->formats().size();
        };
        QTRY_VERIFY(coloured(0) > 0 && coloured(250) > 0);
        const auto before = document->findBlockByNumber(250).layout()->formats();
        edit()->moveCursor(QTextCursor::Start);
        keys(QStringLiteral("'''")); // all that follows is a string now
        QTRY_VERIFY(document->findBlockByNumber(250).layout()->formats() != before);
        QVERIFY(document->isModified());
        edit()->undo();
        edit()->undo();
        edit()->undo();
        QTRY_VERIFY(document->findBlockByNumber(250).layout()->formats() == before);
    }
};

QTEST_MAIN(CodePageTest)
#include "code_page_test.moc"
