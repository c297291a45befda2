// SPDX-License-Identifier: MIT
// The find bar of a conversation, by keys and clicks: what it finds, counts, shows and leaves.
#include <QCheckBox>
#include <QLineEdit>
#include <QMenu>
#include <QMenuBar>
#include <QScrollBar>
#include <QSignalSpy>
#include <QToolButton>

#include "ui/chat_find.h"
#include "ui/elided_label.h"
#include "ui/message_view.h"
#include "window_fixture.h"

using namespace phidelity;

class ChatFindTest : public WindowFixture {
    Q_OBJECT

    MessageView* view() { return m_window->page()->view(); }
    ChatFind* bar() { return m_window->page()->find(); }
    QLineEdit* field() { return find<QLineEdit>("chatFind"); }
    QString said() { return find<ElidedLabel>("chatFindSaid")->text(); }
    QScrollBar* scroll() { return view()->verticalScrollBar(); }
    static Message message(Speaker speaker, const QString& text) {
        Message made;
        made.speaker = speaker;
        made.text = text;
        return made;
    }
    /// So many turns of hay with one needle in the reply of every tenth.
    void fill(int turns) {
        QList<Message> rows;
        for (int turn = 0; turn < turns; ++turn) {
            rows << message(Speaker::User, QStringLiteral("Hay %1?").arg(turn))
                 << message(Speaker::Model, turn % 10 == 3
                                                ? QStringLiteral("Hay with a **nee**dle in it.")
                                                : QStringLiteral("Hay and nothing but hay."));
        }
        messages()->reset(rows);
        settle();
    }
    void press(Qt::Key key, Qt::KeyboardModifiers modifiers = Qt::NoModifier) {
        QTest::keyClick(QApplication::focusWidget(), key, modifiers);
        settle();
    }
    void openBar() {
        press(Qt::Key_F, Qt::ControlModifier);
        QTRY_VERIFY(field()->hasFocus());
    }
    void look(const QString& text) {
        openBar();
        QTest::keyClicks(field(), text);
    }

private slots:
    void ctrlFOpensItAndTypingGoesToTheFirstHitInSight() {
        fill(60);
        view()->showRow(30);
        look(QStringLiteral("needle"));
        QTRY_COMPARE(said(), QStringLiteral("3 of 6")); // turns 3, 13, 23: the first from row 30 on
        QVERIFY(view()->rect().contains(view()->rowRect(47).center()));
        QVERIFY(!view()->isFollowing());
        QCOMPARE(field()->accessibleDescription(), said());
    }

    void enterGoesOnAndShiftEnterBackRoundTheEnds() {
        fill(60);
        view()->showRow(0);
        look(QStringLiteral("needle"));
        QTRY_COMPARE(said(), QStringLiteral("1 of 6"));
        press(Qt::Key_Return);
        QCOMPARE(said(), QStringLiteral("2 of 6"));
        press(Qt::Key_Return, Qt::ShiftModifier);
        press(Qt::Key_Return, Qt::ShiftModifier);
        QCOMPARE(said(), QStringLiteral("6 of 6"));
        press(Qt::Key_Return);
        QCOMPARE(said(), QStringLiteral("1 of 6"));
    }

    void theKeysActWhereverTheCursorIs() {
        fill(60);
        view()->showRow(0);
        look(QStringLiteral("needle"));
        QTRY_COMPARE(said(), QStringLiteral("1 of 6"));
        edit()->setFocus();
        press(Qt::Key_F3);
        QCOMPARE(said(), QStringLiteral("2 of 6"));
        press(Qt::Key_F3, Qt::ShiftModifier);
        QCOMPARE(said(), QStringLiteral("1 of 6"));
        QVERIFY(edit()->hasFocus());
    }

    void buttonsDoWhatTheKeysDo() {
        fill(60);
        view()->showRow(0);
        look(QStringLiteral("needle"));
        QTRY_COMPARE(said(), QStringLiteral("1 of 6"));
        QTest::mouseClick(find<QToolButton>("chatFindNext"), Qt::LeftButton);
        QCOMPARE(said(), QStringLiteral("2 of 6"));
        QTest::mouseClick(find<QToolButton>("chatFindPrevious"), Qt::LeftButton);
        QCOMPARE(said(), QStringLiteral("1 of 6"));
        QTest::mouseClick(find<QToolButton>("chatFindClose"), Qt::LeftButton);
        QVERIFY(!bar()->isVisible());
    }

    void aLongerTextStaysAtTheHitThatItStillFits() {
        fill(60);
        view()->showRow(0);
        look(QStringLiteral("need"));
        QTRY_COMPARE(said(), QStringLiteral("1 of 6"));
        press(Qt::Key_Return);
        press(Qt::Key_Return);
        QCOMPARE(said(), QStringLiteral("3 of 6"));
        QTest::keyClicks(field(), QStringLiteral("le"));
        QTRY_COMPARE(said(), QStringLiteral("3 of 6"));
    }

    void caseCountsWhenItIsAskedFor() {
        messages()->reset({message(Speaker::User, QStringLiteral("Needle needle NEEDLE"))});
        look(QStringLiteral("Needle"));
        QTRY_COMPARE(said(), QStringLiteral("1 of 3"));
        auto* box = find<QCheckBox>("chatFindCase");
        QTest::mouseClick(box, Qt::LeftButton, Qt::NoModifier, QPoint(8, box->height() / 2));
        QTRY_COMPARE(said(), QStringLiteral("1 of 1"));
    }

    void whatIsNotThereIsSaid() {
        fill(3);
        look(QStringLiteral("sand"));
        QTRY_COMPARE(said(), QStringLiteral("Not found"));
        field()->clear();
        QCOMPARE(said(), QString());
    }

    void codeIsFoundAndWhatWasCutIsUnfolded() {
        QList<Message> rows;
        for (int turn = 0; turn < 30; ++turn) {
            rows << message(Speaker::User, QStringLiteral("Hay %1?").arg(turn))
                 << message(Speaker::Model, QStringLiteral("Hay."));
        }
        rows[11].text = QStringLiteral("Look:\n\n```python\nneedle = 1\n```\n");
        rows[21].state = MessageState::TurnCut;
        rows[21].cut = QStringLiteral("\nAlice: Where is the needle?\nBob: Here.");
        messages()->reset(rows);
        settle();
        view()->showRow(0);
        look(QStringLiteral("needle"));
        QTRY_COMPARE(said(), QStringLiteral("1 of 2"));
        const QRect folded = view()->rowRect(21);
        press(Qt::Key_Return);
        QCOMPARE(said(), QStringLiteral("2 of 2"));
        const QRect unfolded = view()->rowRect(21);
        QVERIFY(unfolded.height() > folded.height());
        QVERIFY(view()->viewport()->rect().intersects(unfolded));
        // The marks are there, and gone when the bar is closed.
        const QImage marked = view()->viewport()->grab().toImage();
        press(Qt::Key_Escape);
        QVERIFY(marked != view()->viewport()->grab().toImage());
    }

    void aHitInAWideTableIsMovedIntoSight() {
        QString header = QStringLiteral("|");
        QString line = QStringLiteral("|");
        QString row = QStringLiteral("|");
        for (int column = 0; column < 20; ++column) {
            header += QStringLiteral(" column%1 |").arg(column);
            line += QStringLiteral("---|");
            row += column == 18 ? QStringLiteral(" needle |") : QStringLiteral(" haystraws |");
        }
        messages()->reset({message(Speaker::User, QStringLiteral("Table?")),
                           message(Speaker::Model, header + u'\n' + line + u'\n' + row)});
        settle();
        look(QStringLiteral("needle"));
        QTRY_COMPARE(said(), QStringLiteral("1 of 1"));
        // What a user sees: the word stands within the view.
        const QImage after = view()->viewport()->grab().toImage();
        int marked = 0;
        for (int y = 0; y < after.height(); ++y) {
            for (int x = 0; x < after.width(); ++x) {
                const QColor color = after.pixelColor(x, y);
                marked += color.red() > color.blue() + 90 ? 1 : 0;
            }
        }
        QVERIFY2(marked > 100, qPrintable(QString::number(marked)));
    }

    void escapeGivesTheFocusBackAndKeepsThePlace() {
        fill(60);
        view()->showRow(0);
        QVERIFY(edit()->hasFocus());
        look(QStringLiteral("needle"));
        QTRY_COMPARE(said(), QStringLiteral("1 of 6"));
        press(Qt::Key_Return);
        press(Qt::Key_Return);
        const int place = scroll()->value();
        press(Qt::Key_Escape);
        QVERIFY(!bar()->isVisible());
        QVERIFY(edit()->hasFocus());
        QVERIFY(view()->rect().contains(view()->rowRect(47).center()));
        QVERIFY(std::abs(scroll()->value() - place) < 80);
        QCOMPARE(view()->selectedText(), QStringLiteral("needle"));
        QCOMPARE(view()->hitCount(47), 0);
    }

    void whatIsSelectedIsLookedFor() {
        fill(20);
        look(QStringLiteral("needle"));
        QTRY_COMPARE(said(), QStringLiteral("1 of 2"));
        press(Qt::Key_Escape);
        field()->clear();
        view()->setFocus();
        openBar();
        QCOMPARE(field()->text(), QStringLiteral("needle"));
    }

    void itGoesOnWhileTextStreams() {
        for (int turn = 0; turn < 12; ++turn) {
            type(QStringLiteral("Hay?"));
            answer(turn % 6 == 1 ? QStringLiteral(" Hay with a needle in it.")
                                 : QStringLiteral(" Hay and nothing but hay."));
        }
        type(QStringLiteral("And now?"));
        m_engine->sendText(QStringLiteral(" A needle"));
        view()->showRow(0);
        look(QStringLiteral("needle"));
        QTRY_COMPARE(said(), QStringLiteral("1 of 3"));
        const int place = scroll()->value();
        m_engine->sendText(QStringLiteral(" and another needle"));
        QTRY_COMPARE(said(), QStringLiteral("1 of 4"));
        QCOMPARE(scroll()->value(), place);
        press(Qt::Key_Return);
        press(Qt::Key_Return);
        press(Qt::Key_Return);
        QCOMPARE(said(), QStringLiteral("4 of 4"));
        m_engine->sendText(QStringLiteral("\n\nMore.\n\nAnd more."));
        settle();
        QVERIFY(!view()->isFollowing());
    }

    void escapeInTheBarClosesItBeforeAReplyIsStopped() {
        type(QStringLiteral("And now?"));
        QSignalSpy stopped(m_window.get(), &MainWindow::stopRequested);
        look(QStringLiteral("hay"));
        press(Qt::Key_Escape);
        QVERIFY(!bar()->isVisible());
        QCOMPARE(stopped.size(), 0);
        openBar();
        edit()->setFocus();
        press(Qt::Key_Escape);
        QCOMPARE(stopped.size(), 1);
        QVERIFY(bar()->isVisible());
    }

    void tenThousandMessagesAreCountedInTheBackground() {
        fill(5000);
        look(QStringLiteral("needle"));
        QTRY_VERIFY(said().endsWith(QStringLiteral("of 500")));
        press(Qt::Key_Return, Qt::ShiftModifier);
        QVERIFY(said().endsWith(QStringLiteral("of 500")));
    }

    void anotherConversationIsCountedAnewAndStaysWhereItIs() {
        fill(60);
        look(QStringLiteral("needle"));
        QTRY_VERIFY(said().endsWith(QStringLiteral("of 6")));
        fill(20);
        QTRY_COMPARE(said(), QStringLiteral("2 found"));
        QVERIFY(view()->isFollowing());
    }

    void messagesThatGoTakeTheirHitsWithThem() {
        fill(60);
        view()->showRow(0);
        look(QStringLiteral("needle"));
        QTRY_COMPARE(said(), QStringLiteral("1 of 6"));
        messages()->replaceFrom(30, {});
        QTRY_COMPARE(said(), QStringLiteral("1 of 2"));
        messages()->replaceFrom(2, {});
        QTRY_COMPARE(said(), QStringLiteral("Not found"));
    }

    void anEmptyConversationHasNothing() {
        look(QStringLiteral("needle"));
        QTRY_COMPARE(said(), QStringLiteral("Not found"));
        press(Qt::Key_Return);
        press(Qt::Key_F3, Qt::ShiftModifier);
        type(QStringLiteral("A needle?"));
        QTRY_COMPARE(said(), QStringLiteral("1 found"));
    }

    void theMenuTellsOfIt() {
        for (const char* name : {"actionFind", "actionFindNext", "actionFindPrevious"}) {
            QVERIFY(m_window->page()->actions().contains(find<QAction>(name)));
        }
        trigger("actionFindNext"); // with nothing to look for yet
        QVERIFY(bar()->isVisible());
        QVERIFY(field()->hasFocus());
    }
};

QTEST_MAIN(ChatFindTest)
#include "chat_find_test.moc"
