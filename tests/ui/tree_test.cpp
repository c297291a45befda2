// SPDX-License-Identifier: MIT
// Editing, writing again, stepping through versions and branching, by clicks and keys.
#include <QListView>
#include <QToolButton>

#include "ui/message_view.h"
#include "window_fixture.h"

namespace phidelity {

class TreeTest : public WindowFixture {
    Q_OBJECT

    MessageView* view() { return m_window->page()->view(); }
    QStringList texts() {
        QStringList list;
        for (int row = 0; row < messages()->rowCount(); ++row) {
            list.append(shownText(messages()->at(row)));
        }
        return list;
    }
    /// Moves the pointer over a message and clicks one of the buttons that appear.
    void clickAction(int row, const char* name) {
        const bool last =
            row == messages()->rowCount() - 1 && messages()->at(row).speaker == Speaker::Model;
        QTest::mouseMove(view()->viewport(), QPoint(2, 2));
        QTest::mouseMove(view()->viewport(), view()->rowRect(row).center());
        settle();
        auto* actions = find<QWidget>(last ? "lastReplyActions" : "hoverActions");
        auto* button = actions->findChild<QToolButton*>(QLatin1String(name));
        QVERIFY(button && button->isVisible());
        QTest::mouseClick(button, Qt::LeftButton);
        settle();
    }
    void twoTurns() {
        type(QStringLiteral("First question"));
        answer(QStringLiteral(" First answer"));
        type(QStringLiteral("Second question"));
        answer(QStringLiteral(" Second answer"));
    }

private slots:
    void anEditedQuestionGetsAnAnswerOfItsOwn() {
        twoTurns();
        QTest::keyClicks(edit(), QStringLiteral("half a thought"));
        clickAction(0, "editMessage");
        QVERIFY(find<QWidget>("editingStrip")->isVisible());
        QCOMPARE(edit()->toPlainText(), QStringLiteral("First question"));
        edit()->selectAll();
        QTest::keyClicks(edit(), QStringLiteral("Other question"));
        QTest::keyClick(edit(), Qt::Key_Return);
        settle();
        QVERIFY(!find<QWidget>("editingStrip")->isVisible());
        QCOMPARE(edit()->toPlainText(), QStringLiteral("half a thought"));
        QCOMPARE(m_engine->lastGenerate.prompt, QStringLiteral("Alice: Other question\nBob:"));
        answer(QStringLiteral(" Other answer"));
        QCOMPARE(texts(), QStringList({"Other question", "Other answer"}));
        QCOMPARE(messages()->at(0).version, 2);
        QCOMPARE(messages()->at(0).versions, 2);
        // The arrows bring the whole old line back.
        clickAction(0, "previousVersion");
        QCOMPARE(texts(), QStringList({"First question", "First answer", "Second question",
                                       "Second answer"}));
        clickAction(0, "nextVersion");
        QCOMPARE(texts(), QStringList({"Other question", "Other answer"}));
    }

    void escapeLeavesTheMessageAsItWas() {
        twoTurns();
        clickAction(2, "editMessage");
        QTest::keyClicks(edit(), QStringLiteral(" and more"));
        QTest::keyClick(m_window.get(), Qt::Key_Escape);
        settle();
        QVERIFY(edit()->toPlainText().isEmpty());
        QVERIFY(!find<QWidget>("editingStrip")->isVisible());
        QCOMPARE(texts().at(2), QStringLiteral("Second question"));
        QCOMPARE(messages()->at(2).versions, 1);
    }

    void aChangedReplyIsWhatTheModelSeesNext() {
        twoTurns();
        clickAction(1, "editMessage");
        QCOMPARE(edit()->toPlainText(), QStringLiteral("First answer"));
        edit()->selectAll();
        QTest::keyClicks(edit(), QStringLiteral("Better answer"));
        const int asked = m_engine->generations;
        QTest::keyClick(edit(), Qt::Key_Return);
        settle();
        QCOMPARE(m_engine->generations, asked);
        QCOMPARE(texts(), QStringList({"First question", "Better answer"}));
        QCOMPARE(messages()->at(1).state, MessageState::Edited);
        type(QStringLiteral("And now?"));
        QCOMPARE(
            m_engine->lastGenerate.prompt,
            QStringLiteral("Alice: First question\nBob: Better answer\nAlice: And now?\nBob:"));
    }

    void aReplyInTheMiddleIsWrittenAgain() {
        twoTurns();
        clickAction(1, "regenerate");
        QCOMPARE(m_engine->lastGenerate.prompt, QStringLiteral("Alice: First question\nBob:"));
        answer(QStringLiteral(" Another first answer"));
        QCOMPARE(texts(), QStringList({"First question", "Another first answer"}));
        clickAction(1, "previousVersion");
        QCOMPARE(texts().size(), 4);
        QCOMPARE(texts().last(), QStringLiteral("Second answer"));
    }

    void textGoesOnArrivingWhereItBelongsWhileAnotherVersionIsRead() {
        twoTurns();
        clickAction(3, "regenerate");
        m_engine->sendText(QStringLiteral(" Hidden"));
        settle();
        clickAction(3, "previousVersion");
        m_engine->sendText(QStringLiteral(" words"));
        settle();
        QCOMPARE(texts().last(), QStringLiteral("Second answer"));
        m_engine->end(EndReason::EndOfText);
        settle();
        QCOMPARE(texts().last(), QStringLiteral("Second answer"));
        clickAction(3, "nextVersion");
        QCOMPARE(texts().last(), QStringLiteral("Hidden words"));
        QCOMPARE(messages()->at(3).state, MessageState::Complete);
    }

    void aBranchIsAConversationOfItsOwn() {
        twoTurns();
        clickAction(1, "branch");
        QCOMPARE(texts(), QStringList({"First question", "First answer"}));
        QCOMPARE(listed(), QStringList({"First question (branch)", "First question"}));
        type(QStringLiteral("Elsewhere"));
        answer(QStringLiteral(" Yes"));
        clickListed(QStringLiteral("First question"));
        QCOMPARE(texts().size(), 4);
        QCOMPARE(texts().last(), QStringLiteral("Second answer"));
    }
};

} // namespace phidelity

QTEST_MAIN(phidelity::TreeTest)
#include "tree_test.moc"
