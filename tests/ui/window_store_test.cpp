// SPDX-License-Identifier: MIT
// The window with a real store: what comes back after a restart.
#include <optional>

#include <QDir>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPushButton>
#include <QScrollBar>
#include <QSignalSpy>
#include <QToolButton>

#include "stored_window_fixture.h"
#include "ui/conversation_list.h"
#include "ui/conversation_model.h"
#include "ui/message_view.h"

namespace phidelity {

class WindowStoreTest : public StoredWindowFixture {
    Q_OBJECT

    QString longText() {
        QString text;
        for (int line = 0; line < 200; ++line) {
            text += QStringLiteral("Line %1 of a long reply.\n\n").arg(line);
        }
        return text;
    }

private slots:
    void aConversationComesBackWithItsBranches() {
        say("First question", " First answer");
        say("Second question", " Second answer");
        emit m_window->messageEdited(2, QStringLiteral("Other question"));
        QTRY_COMPARE(m_engine->generations, 3);
        answer(" Other answer");
        emit m_window->versionRequested(2, 1);
        settle();
        restart();
        QTRY_COMPARE(messages()->rowCount(), 4);
        QCOMPARE(shownText(messages()->at(3)), QStringLiteral("Second answer"));
        QCOMPARE(messages()->at(2).versions, 2);
        emit m_window->versionRequested(2, 2);
        settle();
        QCOMPARE(shownText(messages()->at(3)), QStringLiteral("Other answer"));
        QCOMPARE(listed(), QStringList({"First question"}));
    }

    void aChangedReplyComesBackAsOne() {
        say("Question", " Answer");
        emit m_window->messageEdited(1, QStringLiteral("Better answer"));
        settle();
        restart();
        QTRY_COMPARE(messages()->rowCount(), 2);
        QCOMPARE(messages()->at(1).text, QStringLiteral("Better answer"));
        QCOMPARE(messages()->at(1).state, MessageState::Edited);
        QCOMPARE(messages()->at(1).versions, 2);
    }

    void aDraftAndTheReadPlaceComeBack() {
        say("Tell me all", longText());
        QScrollBar* bar = m_window->page()->view()->verticalScrollBar();
        bar->setValue(bar->maximum() / 3);
        QTest::keyClicks(edit(), "half a thought");
        const double place = m_window->page()->view()->place();
        QVERIFY(place > 1);
        restart();
        QTRY_COMPARE(edit()->toPlainText(), QStringLiteral("half a thought"));
        QTRY_VERIFY(std::abs(m_window->page()->view()->place() - place) < 0.02);
    }

    void aDraftStaysWithItsConversation() {
        say("Cats", " Meow");
        QTest::keyClicks(edit(), "about cats");
        trigger("actionNew");
        QVERIFY(edit()->toPlainText().isEmpty());
        clickListed("Cats");
        QTRY_COMPARE(edit()->toPlainText(), QStringLiteral("about cats"));
    }

    void aReplyThatWasCutOffSaysSo() {
        type("Go on");
        QTRY_COMPARE(m_engine->generations, 1);
        m_engine->sendText(" Once upon a time");
        settle();
        QTRY_COMPARE(find<QLabel>("statusKept")->text(), QStringLiteral("Saved"));
        restart();
        QTRY_COMPARE(messages()->rowCount(), 2);
        QCOMPARE(shownText(messages()->at(1)), QStringLiteral("Once upon a time"));
        QCOMPARE(messages()->at(1).state, MessageState::Interrupted);
        QVERIFY(!messages()->at(1).problem.isEmpty());
    }

    void aSearchLeadsToTheMessageInItsBranch() {
        say("Where do zebras live?", " In Africa.");
        emit m_window->messageEdited(0, QStringLiteral("Where do penguins live?"));
        QTRY_COMPARE(m_engine->generations, 2);
        answer(" In the south.");
        trigger("actionNew");
        QTest::keyClicks(find<QLineEdit>("conversationSearch"), "afric");
        const auto found = [this] {
            return conversationList()
                ->model()
                ->index(0, 0)
                .data(ConversationModel::NodeRole)
                .toUInt();
        };
        QTRY_COMPARE(found(), 2U);
        QTest::mouseClick(
            conversationList()->viewport(), Qt::LeftButton, Qt::NoModifier,
            conversationList()->visualRect(conversationList()->model()->index(0, 0)).center());
        QTRY_COMPARE(messages()->rowCount(), 2);
        QCOMPARE(shownText(messages()->at(1)), QStringLiteral("In Africa."));
        QCOMPARE(m_window->page()->view()->hitCount(1), 1);
        find<QLineEdit>("conversationSearch")->clear();
        settle();
        QCOMPARE(m_window->page()->view()->hitCount(1), 0);
    }

    void whatIsExportedComesBackTheSame() {
        say("First question", " First answer");
        GenerationRecord record;
        record.reason = "end_of_text";
        m_controller->library()->keeper().addRecord(m_controller->conversation().info.id, 2,
                                                    record);
        TranscriptSource source(m_controller.get());
        QSignalSpy ready(&source, &TranscriptSource::ready);
        source.want(TranscriptSource::Purpose::Export);
        QTRY_COMPARE(ready.size(), 1);
        const auto transcript = ready.first().at(1).value<Transcript>();
        QCOMPARE(transcript.records.value(2).last(), record);
        source.take({transcript});
        settle();
        QCOMPARE(listed(), QStringList({"First question", "First question"}));
        QVERIFY(m_controller->conversation().info.id != transcript.conversation.info.id);
        restart();
        QTRY_COMPARE(messages()->rowCount(), 2);
        TranscriptSource again(m_controller.get());
        QSignalSpy readyAgain(&again, &TranscriptSource::ready);
        again.want(TranscriptSource::Purpose::Export);
        QTRY_COMPARE(readyAgain.size(), 1);
        const auto back = readyAgain.first().at(1).value<Transcript>();
        QCOMPARE(back.records, transcript.records);
        QCOMPARE(back.conversation.nodes(), transcript.conversation.nodes());
    }

    void theTrashOutlivesARestart() {
        say("Cats", " Meow");
        say("More", " Purr");
        emit m_window->conversations()->trashed(m_controller->conversation().info.id);
        settle();
        restart();
        QTRY_COMPARE(m_controller->library()->conversations().size(), 1);
        QVERIFY(listed().isEmpty());
        QCOMPARE(messages()->rowCount(), 0);
        emit m_window->conversations()->restored(
            m_controller->library()->conversations().first().id);
        settle();
        QCOMPARE(listed(), QStringList({"Cats"}));
    }

    void whatIsDeletedForGoodIsGoneFromTheDisk() {
        FormatRules rules;
        rules.name = QStringLiteral("Formatzebra");
        rules.userPrefix = QStringLiteral("Sailor: ");
        rules.replyPrefix = QStringLiteral("Parrot:");
        m_controller->setFormat(PromptFormat::own(rules));
        GenerationSettings settings = m_controller->settings();
        settings.extraStops = {QStringLiteral("settingswalrus")};
        settings.maxTokens = 4;
        m_controller->setSettings(settings);
        say("First wordgiraffe", " Yes");
        say("Second", " No");
        type("Third");
        QTRY_COMPARE(m_engine->generations, 3);
        m_engine->refuseForRoom(16);
        settle();
        QTest::mouseClick(find<QPushButton>("contextSummarise"), Qt::LeftButton);
        settle();
        find<QPlainTextEdit>("summaryEdit")->selectAll();
        QTest::keyClicks(find<QPlainTextEdit>("summaryEdit"), "plantortoise");
        QTest::mouseClick(find<QPushButton>("useSummary"), Qt::LeftButton);
        QTRY_COMPARE(m_engine->generations, 4);
        answer(" Aye");
        QTRY_COMPARE(find<QLabel>("statusKept")->text(), QStringLiteral("Saved"));
        restart();
        const QStringList words{"zebra", "walrus", "giraffe", "tortoise"};
        const auto found = [&] {
            QStringList there;
            const QDir data(m_folder->filePath(QStringLiteral("data")));
            for (const QString& name : data.entryList(QDir::Files)) {
                QFile file(data.filePath(name));
                const QByteArray bytes =
                    file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
                for (const QString& word : words) {
                    if (bytes.contains(word.toUtf8()) && !there.contains(word)) {
                        there.append(word);
                    }
                }
            }
            return there.size();
        };
        QCOMPARE(found(), words.size());

        clickListed("First wordgiraffe");
        conversationList()->setFocus();
        QTest::keyClick(conversationList(), Qt::Key_Delete);
        settle();
        QTest::mouseClick(find<QToolButton>("showTrash"), Qt::LeftButton);
        settle();
        clickListed("First wordgiraffe");
        QTest::keyClick(conversationList(), Qt::Key_Delete);
        settle();
        auto* box = m_window->findChild<QMessageBox*>();
        QVERIFY(box);
        for (QAbstractButton* button : box->buttons()) {
            if (box->buttonRole(button) == QMessageBox::DestructiveRole) {
                QTest::mouseClick(button, Qt::LeftButton);
            }
        }
        settle();
        QTRY_COMPARE(found(), 0);
        restart();
        QCOMPARE(found(), 0);
        QVERIFY(listed().isEmpty());
    }
};

} // namespace phidelity

QTEST_MAIN(phidelity::WindowStoreTest)
#include "window_store_test.moc"
