// SPDX-License-Identifier: MIT
#include <QTest>

#include "chat/context_plan.h"

using namespace phidelity;

namespace {

/// Questions q1, q2, ... and answers a1, a2, ... of ten letters each.
Conversation talk(int rounds) {
    Conversation conversation;
    for (int round = 1; round <= rounds; ++round) {
        Message question;
        question.text = QStringLiteral("q%1").arg(round).leftJustified(10, u'.');
        conversation.add(conversation.leaf(), question, 0);
        Message reply;
        reply.speaker = Speaker::Model;
        reply.text = QStringLiteral(" a%1").arg(round).leftJustified(10, u'.');
        conversation.add(conversation.leaf(), reply, 0);
    }
    Message question;
    question.text = QStringLiteral("last");
    conversation.add(conversation.leaf(), question, 0);
    return conversation;
}

/// One token a byte: what fits can be counted by hand.
QList<int> bytewise(const SentTurns& sent) {
    return QList<int>(buildPrompt(FormatId::Chat, sent).toUtf8().size(), 1);
}

} // namespace

class ContextPlanTest : public QObject {
    Q_OBJECT

private slots:
    void aPlanIsReadBack() {
        const ContextPlan plan{7, QStringLiteral("“So far”\n"), ContextHabit::Drop};
        QCOMPARE(planFromJson(toJson(plan)), plan);
        QCOMPARE(planFromJson({}), ContextPlan());
        QCOMPARE(planFromJson({{"first_sent", -3}, {"habit", "sing"}}), ContextPlan());
    }

    void aSetupIsReadBack() {
        ConversationSetup setup;
        QVERIFY(toJson(setup).isEmpty());
        QCOMPARE(setupFromJson({}), setup);
        setup.plan = {7, QStringLiteral("So far"), ContextHabit::Squeeze};
        QCOMPARE(setupFromJson(toJson(setup)), setup);
        setup.settings = GenerationSettings();
        setup.settings->temperature = 0.3;
        QCOMPARE(setupFromJson(toJson(setup)), setup);
        setup.plan = {};
        QCOMPARE(setupFromJson(toJson(setup)), setup);
    }

    void aBranchKeepsWhatIsSaidOfItsMessages() {
        Conversation conversation = talk(3);
        conversation.setup.plan = {5, QStringLiteral("So far"), ContextHabit::Drop};
        const ContextPlan longer = conversation.setupFor({1, 2, 5, 6}).plan;
        QCOMPARE(longer, (ContextPlan{3, QStringLiteral("So far"), ContextHabit::Drop}));
        const ContextPlan shorter = conversation.setupFor({1, 2}).plan;
        QCOMPARE(shorter, (ContextPlan{0, QString(), ContextHabit::Drop}));
    }

    void theOpeningStandsBeforeTheSummary() {
        FormatRules rules = PromptFormat(FormatId::Chat).rules();
        rules.name = QStringLiteral("Own");
        rules.opening = QStringLiteral("A talk.\n");
        SentTurns sent;
        sent.summary = QStringLiteral("They counted.");
        sent.turns = {{Speaker::User, QStringLiteral("last")}};
        QCOMPARE(buildPrompt(PromptFormat::own(rules), sent),
                 QStringLiteral("A talk.\nThey counted.\nAlice: last\nBob:"));
    }

    void withoutAPlanEverythingIsSent() {
        const Conversation conversation = talk(2);
        const SentTurns sent = sentTurns(conversation, conversation.leaf(), {});
        QCOMPARE(sent.turns.size(), 5);
        QVERIFY(sent.dropped.isEmpty());
        QCOMPARE(buildPrompt(FormatId::Chat, sent),
                 buildPrompt(FormatId::Chat, conversation.turnsTo(conversation.leaf())));
    }

    void theSummaryStandsInPlaceOfWhatIsDropped() {
        const Conversation conversation = talk(2);
        const ContextPlan plan{5, QStringLiteral(" They counted. \n"), ContextHabit::Ask};
        const SentTurns sent = sentTurns(conversation, conversation.leaf(), plan);
        QCOMPARE(sent.dropped, QList<NodeId>({1, 2, 3, 4}));
        QCOMPARE(buildPrompt(FormatId::Chat, sent),
                 QStringLiteral("They counted.\nAlice: last\nBob:"));
    }

    void onAnotherBranchEverythingIsSent() {
        Conversation conversation = talk(2);
        Message other;
        other.text = QStringLiteral("other");
        const NodeId branch = conversation.add(0, other, 0);
        const SentTurns sent =
            sentTurns(conversation, branch, {5, QStringLiteral("no"), ContextHabit::Ask});
        QCOMPARE(buildPrompt(FormatId::Chat, sent), QStringLiteral("Alice: other\nBob:"));
    }

    void asFewTurnsAreDroppedAsLeaveAQuarterFree() {
        const Conversation conversation = talk(5);
        const SentTurns sent = sentTurns(conversation, conversation.leaf(), {});
        // Behind "Alice: last\nBob:" of 16 bytes a round takes 18 + 15.
        const auto drop = [&](int context, int room) {
            return turnsToDrop(FormatId::Chat, sent, bytewise(sent), context, room);
        };
        QCOMPARE(drop(132, 20), 6); // 16 + 2 rounds are 82, and 33 are a quarter
        QCOMPARE(drop(109, 20), 6); // 82 + 27 is just 109
        QCOMPARE(drop(108, 20), 8);
        QCOMPARE(drop(64, 30), 10); // only the last question, 16 + 30
        QCOMPARE(drop(40, 24), 10); // exactly
        QCOMPARE(drop(40, 25), 0);  // not even that
    }

    void whatStaysFitsAndBeginsWithAQuestion_data() {
        QTest::addColumn<int>("context");
        for (const int context : {50, 64, 80, 100, 150, 180}) {
            QTest::newRow(qPrintable(QString::number(context))) << context;
        }
    }
    void whatStaysFitsAndBeginsWithAQuestion() {
        QFETCH(const int, context);
        const Conversation conversation = talk(5);
        const SentTurns sent = sentTurns(conversation, conversation.leaf(), {});
        const int turns = turnsToDrop(FormatId::Chat, sent, bytewise(sent), context, 10);
        QVERIFY(turns > 0);
        QCOMPARE(sent.turns.at(turns).speaker, Speaker::User);
        const ContextPlan plan{sent.nodes.at(turns), {}, ContextHabit::Ask};
        const SentTurns rest = sentTurns(conversation, conversation.leaf(), plan);
        QVERIFY(buildPrompt(FormatId::Chat, rest).size() + 10 <= context);
    }

    void aSingleQuestionCannotBeDropped() {
        const Conversation conversation = talk(0);
        const SentTurns sent = sentTurns(conversation, conversation.leaf(), {});
        QCOMPARE(turnsToDrop(FormatId::Chat, sent, bytewise(sent), 10, 1), 0);
    }
};

QTEST_GUILESS_MAIN(ContextPlanTest)
#include "context_plan_test.moc"
