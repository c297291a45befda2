// SPDX-License-Identifier: MIT
#include <QtTest>

#include <QRandomGenerator>

#include "chat/conversation.h"

using namespace phidelity;

namespace {

Message said(const QString& text) {
    Message message;
    message.text = text;
    return message;
}

Message replied(const QString& text) {
    Message message;
    message.speaker = Speaker::Model;
    message.text = text;
    return message;
}

QStringList shownTexts(const Conversation& conversation) {
    QStringList texts;
    for (qsizetype row = 0; row < conversation.path().size(); ++row) {
        texts.append(conversation.messageAt(row).text);
    }
    return texts;
}

} // namespace

class ConversationTest : public QObject {
    Q_OBJECT

private slots:
    void messagesFollowEachOther() {
        Conversation talk;
        QVERIFY(talk.isEmpty());
        QCOMPARE(talk.leaf(), NodeId(0));
        const NodeId hello = talk.add(0, said("hello"), 10);
        const NodeId hi = talk.add(hello, replied("hi"), 20);
        QCOMPARE(shownTexts(talk), QStringList({"hello", "hi"}));
        QCOMPARE(talk.leaf(), hi);
        QCOMPARE(talk.rowOf(hello), 0);
        QCOMPARE(talk.rowOf(hi), 1);
        QCOMPARE(talk.rowOf(77), -1);
        QCOMPARE(talk.info.changedMs, 20);
    }

    void aSecondAnswerStandsBesideTheFirst() {
        Conversation talk;
        const NodeId hello = talk.add(0, said("hello"), 1);
        const NodeId first = talk.add(hello, replied("hi"), 2);
        const NodeId second = talk.add(hello, replied("good day"), 3);
        QCOMPARE(shownTexts(talk), QStringList({"hello", "good day"}));
        QCOMPARE(talk.siblings(first), QList<NodeId>({first, second}));
        QCOMPARE(talk.find(first)->message.version, 1);
        QCOMPARE(talk.find(first)->message.versions, 2);
        QCOMPARE(talk.find(second)->message.version, 2);
        QCOMPARE(talk.rowOf(first), -1);
        QCOMPARE(talk.find(first)->message.text, QStringLiteral("hi"));
    }

    void anEditedFirstMessageKeepsTheOldTalk() {
        Conversation talk;
        const NodeId before = talk.add(0, said("old"), 1);
        talk.add(before, replied("answer to old"), 2);
        const NodeId after = talk.add(0, said("new"), 3);
        QCOMPARE(shownTexts(talk), QStringList({"new"}));
        QCOMPARE(talk.show(before), 0);
        QCOMPARE(shownTexts(talk), QStringList({"old", "answer to old"}));
        QCOMPARE(talk.show(after), 0);
        QCOMPARE(shownTexts(talk), QStringList({"new"}));
    }

    void aBranchComesBackAsItWasLastLookedAt() {
        Conversation talk;
        const NodeId a = talk.add(0, said("a"), 1);
        const NodeId b = talk.add(a, replied("b"), 2);
        const NodeId c1 = talk.add(b, said("c1"), 3);
        talk.add(b, said("c2"), 4);
        QCOMPARE(talk.show(c1), 2);
        talk.add(a, replied("other b"), 5);
        QCOMPARE(shownTexts(talk), QStringList({"a", "other b"}));
        QCOMPARE(talk.show(b), 1);
        QCOMPARE(shownTexts(talk), QStringList({"a", "b", "c1"}));
    }

    void showingWhatIsShownChangesNothing() {
        Conversation talk;
        const NodeId a = talk.add(0, said("a"), 1);
        talk.add(a, replied("b"), 2);
        QCOMPARE(talk.show(a), talk.path().size());
        QCOMPARE(talk.show(99), talk.path().size());
        QCOMPARE(shownTexts(talk), QStringList({"a", "b"}));
    }

    void aMessageOfAHiddenBranchIsFoundWithItsLine() {
        Conversation talk;
        const NodeId a = talk.add(0, said("a"), 1);
        const NodeId b = talk.add(a, replied("b"), 2);
        const NodeId c = talk.add(b, said("c"), 3);
        talk.add(0, said("elsewhere"), 4);
        QCOMPARE(talk.lineTo(c), QList<NodeId>({a, b, c}));
        QCOMPARE(talk.show(c), 0);
        QCOMPARE(shownTexts(talk), QStringList({"a", "b", "c"}));
    }

    void growingTextKeepsItsPlaceAmongVersions() {
        Conversation talk;
        const NodeId a = talk.add(0, said("a"), 1);
        talk.add(a, replied("one"), 2);
        const NodeId second = talk.add(a, replied(""), 3);
        talk.appendText(second, "two");
        Message done = talk.find(second)->message;
        QCOMPARE(done.text, QStringLiteral("two"));
        done.version = 7; // whatever the caller holds
        done.state = MessageState::Stopped;
        talk.setMessage(second, done);
        QCOMPARE(talk.find(second)->message.version, 2);
        QCOMPARE(talk.find(second)->message.versions, 2);
        QCOMPARE(talk.find(second)->message.state, MessageState::Stopped);
    }

    void aPromptLeavesEmptyRepliesOut() {
        Conversation talk;
        const NodeId a = talk.add(0, said("a"), 1);
        const NodeId empty = talk.add(a, replied(""), 2);
        QCOMPARE(talk.turnsTo(empty).size(), 1);
        const NodeId b = talk.add(a, replied("b"), 3);
        QCOMPARE(talk.turnsTo(b).size(), 2);
        QCOMPARE(talk.turnsTo(b).last().text, QStringLiteral("b"));
    }

    void whatWasStoredComesBack() {
        Conversation talk;
        talk.info.id = "x";
        QRandomGenerator random(7);
        NodeId last = 0;
        for (int i = 0; i < 300; ++i) {
            const NodeId parent = random.bounded(4) == 0 ? random.bounded(last + 1) : last;
            last = talk.add(parent, said(QString::number(i)), i);
        }
        talk.show(random.bounded(last) + 1);
        qsizetype leftOut = 77;
        const Conversation again(talk.info, talk.nodes(), &leftOut);
        QCOMPARE(leftOut, 0);
        QCOMPARE(again.nodes(), talk.nodes());
        QCOMPARE(again.path(), talk.path());
    }

    void damagedTreesLoseOnlyWhatHangsInTheAir_data() {
        QTest::addColumn<NodeId>("id");
        QTest::addColumn<NodeId>("parent");
        QTest::newRow("no id") << NodeId(0) << NodeId(1);
        QTest::newRow("an id twice") << NodeId(1) << NodeId(0);
        QTest::newRow("its own parent") << NodeId(9) << NodeId(9);
        QTest::newRow("a parent after it") << NodeId(8) << NodeId(9);
        QTest::newRow("a parent that is not there") << NodeId(9) << NodeId(5);
    }
    void damagedTreesLoseOnlyWhatHangsInTheAir() {
        QFETCH(NodeId, id);
        QFETCH(NodeId, parent);
        MessageNode good;
        good.id = 1;
        good.message = said("good");
        MessageNode bad;
        bad.id = id;
        bad.parent = parent;
        MessageNode behind;
        behind.id = 20;
        behind.parent = 1;
        behind.shown = 400; // nobody: the newest is shown
        qsizetype leftOut = 0;
        Conversation talk({}, {good, bad, behind}, &leftOut);
        QCOMPARE(leftOut, 1);
        QCOMPARE(talk.path(), QList<NodeId>({1, 20}));
        QCOMPARE(talk.add(20, said("next"), 1), NodeId(21));
    }

    /// Against the definition, over random trees: the path follows what was shown last.
    void thePathIsWhatItsDefinitionSays() {
        QRandomGenerator random(3);
        for (int round = 0; round < 50; ++round) {
            Conversation talk;
            for (int step = 0; step < 60; ++step) {
                const auto count = static_cast<quint32>(talk.nodes().size());
                if (count > 0 && random.bounded(2) == 0) {
                    const QList<NodeId> before = talk.path();
                    const qsizetype changed = talk.show(random.bounded(count) + 1);
                    QCOMPARE(talk.path().first(changed), before.first(changed));
                } else {
                    talk.add(random.bounded(count + 1), said("x"), step);
                }
                QList<NodeId> wanted;
                NodeId at = 0;
                while (!talk.followers(at).isEmpty()) {
                    const NodeId shown = at == 0 ? talk.info.firstShown : talk.find(at)->shown;
                    at = shown ? shown : talk.followers(at).last();
                    QCOMPARE(talk.rowOf(at), wanted.size());
                    wanted.append(at);
                }
                QCOMPARE(talk.path(), wanted);
                for (const MessageNode& node : talk.nodes()) {
                    QCOMPARE(talk.rowOf(node.id), wanted.indexOf(node.id));
                }
            }
        }
    }
};

QTEST_GUILESS_MAIN(ConversationTest)
#include "conversation_test.moc"
