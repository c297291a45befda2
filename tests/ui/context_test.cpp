// SPDX-License-Identifier: MIT
// What happens, by the user's choice alone, where a conversation has outgrown the model.
#include <QCheckBox>
#include <QLabel>
#include <QPushButton>

#include "ui/context_bar.h"
#include "ui/status_line.h"
#include "window_fixture.h"

using namespace phidelity;

class ContextTest : public WindowFixture {
    Q_OBJECT

    ContextBar* bar() { return find<ContextBar>("contextQuestion"); }
    void click(const char* button) {
        QTest::mouseClick(find<QPushButton>(button), Qt::LeftButton);
        settle();
    }
    void wantShortReplies() {
        GenerationSettings settings = m_controller->settings();
        settings.maxTokens = 4;
        m_controller->setSettings(settings);
    }
    /// Two rounds, and a third question for which the engine has no room.
    void outgrow(int context) {
        wantShortReplies();
        type(QStringLiteral("First question here"));
        answer(QStringLiteral(" First answer here"));
        type(QStringLiteral("Second question here"));
        answer(QStringLiteral(" Second answer here"));
        type(QStringLiteral("Third"));
        refuse(context);
    }
    void refuse(int context) {
        m_engine->refuseForRoom(context);
        settle();
    }
    QList<bool> unsent() {
        QList<bool> flags;
        for (int row = 0; row < messages()->rowCount(); ++row) {
            flags.append(messages()->at(row).unsent);
        }
        return flags;
    }

private slots:
    void theEngineIsToldHowMuchRoomAReplyWants() {
        wantShortReplies();
        type(QStringLiteral("First"));
        QCOMPARE(m_engine->lastGenerate.room, 1); // nothing could be left out
        answer(QStringLiteral(" Yes."));
        type(QStringLiteral("Second"));
        QCOMPARE(m_engine->lastGenerate.room, 4);
    }

    void aConversationThatIsTooLongIsAsked() {
        QVERIFY(!bar()->isVisible());
        outgrow(14);
        QVERIFY(bar()->isVisible());
        QVERIFY(find<QLabel>("contextSentence")->text().contains(QStringLiteral("14")));
        QCOMPARE(m_engine->generations, 3); // and nothing is sent on its own
        QCOMPARE(messages()->at(5).state, MessageState::ContextFull);
        QVERIFY(find<QPushButton>("contextDrop")->text().contains(QStringLiteral("4 Messages")));
    }

    void stoppingSendsNothing() {
        outgrow(14);
        click("contextStop");
        QVERIFY(!bar()->isVisible());
        QCOMPARE(m_engine->generations, 3);
        QCOMPARE(messages()->at(5).state, MessageState::ContextFull);
        // Asking for the reply again asks the question again.
        trigger("actionRegenerate");
        refuse(14);
        QVERIFY(bar()->isVisible());
    }

    void droppedTurnsStayAndAreMarked() {
        outgrow(14);
        click("contextDrop");
        QVERIFY(!bar()->isVisible());
        QCOMPARE(m_engine->lastGenerate.prompt, QStringLiteral("Alice: Third\nBob:"));
        QCOMPARE(messages()->rowCount(), 6);
        QCOMPARE(unsent(), QList<bool>({true, true, true, true, false, false}));
        QVERIFY(noteOf(messages()->at(0)).contains(QStringLiteral("Not sent")));
        answer(QStringLiteral(" Answered."));
        QCOMPARE(messages()->at(5).text, QStringLiteral(" Answered."));
        type(QStringLiteral("Fourth"));
        QCOMPARE(m_engine->lastGenerate.prompt,
                 QStringLiteral("Alice: Third\nBob: Answered.\nAlice: Fourth\nBob:"));
        // A further question is asked anew.
        refuse(7);
        QVERIFY(bar()->isVisible());
    }

    void theWholeConversationCanBeSentAgain() {
        outgrow(14);
        click("contextDrop");
        answer(QStringLiteral(" Answered."));
        trigger("actionSendWhole");
        QVERIFY(!unsent().contains(true));
        type(QStringLiteral("Fourth"));
        QVERIFY(m_engine->lastGenerate.prompt.startsWith(QStringLiteral("Alice: First question")));
    }

    void aSummaryByHandIsSentInTheirPlace() {
        outgrow(14);
        click("contextSummarise");
        auto* summary = find<QPlainTextEdit>("summaryEdit");
        QCOMPARE(summary->toPlainText(),
                 QStringLiteral("First question here\nFirst answer here\nSecond question "
                                "here\nSecond answer here"));
        summary->selectAll();
        QTest::keyClicks(summary, QStringLiteral("They talked."));
        click("useSummary");
        QCOMPARE(m_engine->lastGenerate.prompt, QStringLiteral("They talked.\nAlice: Third\nBob:"));
        QVERIFY(!bar()->isVisible());
    }

    void aSummaryThatIsCancelledLeavesTheQuestion() {
        outgrow(14);
        click("contextSummarise");
        QTest::keyClick(find<QPlainTextEdit>("summaryEdit"), Qt::Key_Escape);
        settle();
        QVERIFY(bar()->isVisible());
        QCOMPARE(m_engine->generations, 3);
    }

    void aReplyMayBeShorterForOnce() {
        outgrow(21);
        click("contextSqueeze");
        QCOMPARE(m_engine->lastGenerate.room, 1);
        QVERIFY(m_engine->lastGenerate.prompt.startsWith(QStringLiteral("Alice: First")));
        QVERIFY(!unsent().contains(true));
        answer(QStringLiteral(" Ok."));
        type(QStringLiteral("Fourth"));
        QCOMPARE(m_engine->lastGenerate.room, 4);
    }

    void theChoiceIsRememberedIfTheUserSaysSo() {
        outgrow(14);
        find<QCheckBox>("contextAlways")->click();
        click("contextDrop");
        answer(QStringLiteral(" Answered."));
        type(QStringLiteral("Fourth"));
        const int before = m_engine->generations;
        refuse(8);
        QVERIFY(!bar()->isVisible());
        QCOMPARE(m_engine->generations, before + 1);
        QCOMPARE(m_engine->lastGenerate.prompt, QStringLiteral("Alice: Fourth\nBob:"));
        QVERIFY(unsent().at(5)); // told by the mark
        // In this conversation alone.
        trigger("actionNew");
        outgrow(14);
        QVERIFY(bar()->isVisible());
    }

    void theQuestionBelongsToItsConversation() {
        outgrow(14);
        const QString id = m_controller->conversation().info.id;
        trigger("actionNew");
        QVERIFY(!bar()->isVisible());
        m_controller->selectConversation(id);
        settle();
        QVERIFY(bar()->isVisible());
        click("contextDrop");
        QCOMPARE(m_engine->lastGenerate.prompt, QStringLiteral("Alice: Third\nBob:"));
    }

    void aQuestionThatIsTooLongByItselfCannotBeMadeShorter() {
        wantShortReplies();
        type(QStringLiteral("one two three four five six"));
        refuse(5);
        QVERIFY(bar()->isVisible());
        QVERIFY(!find<QPushButton>("contextDrop")->isVisible());
        QVERIFY(!find<QPushButton>("contextSqueeze")->isVisible());
        QVERIFY(find<QPushButton>("contextStop")->isVisible());
    }

    void aReplyThatFilledTheContextCanGoOn() {
        wantShortReplies();
        type(QStringLiteral("First"));
        answer(QStringLiteral(" One."));
        type(QStringLiteral("Second"));
        answer(QStringLiteral(" Two and"), EndReason::ContextFull);
        trigger("actionContinue");
        refuse(13);
        QVERIFY(bar()->isVisible());
        click("contextDrop");
        QCOMPARE(m_engine->lastGenerate.prompt, QStringLiteral("Alice: Second\nBob: Two and"));
        answer(QStringLiteral(" three."));
        QCOMPARE(messages()->at(3).text, QStringLiteral(" Two and three."));
    }
};

QTEST_MAIN(ContextTest)
#include "context_test.moc"
