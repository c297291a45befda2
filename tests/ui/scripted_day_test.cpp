// SPDX-License-Identifier: MIT
// A day with the program, by keys and clicks: the real engine with the demo model and a real store.
#include <memory>
#include <optional>

#include <QApplication>
#include <QPlainTextEdit>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "app/transcript/rich_writers.h"
#include "app/wiring.h"
#include "chat/transcript/import.h"
#include "chat/transcript/transcript_file.h"
#include "engine/engine_thread.h"
#include "store/store_thread.h"
#include "ui/chat_page.h"
#include "ui/conversation_list.h"
#include "ui/message_model.h"

using namespace phidelity;

namespace {

QStringList g_complaints; ///< what would have stood on stderr

void listen(QtMsgType type, const QMessageLogContext&, const QString& text) {
    // What the platform without a screen cannot do is no complaint about us.
    const bool ofPlatform = text.contains(QLatin1String("plugin does not support")) ||
                            text.contains(QLatin1String("XDG_RUNTIME_DIR"));
    if (type != QtInfoMsg && type != QtDebugMsg && !ofPlatform) {
        g_complaints.append(text);
    }
}

} // namespace

class ScriptedDayTest : public QObject {
    Q_OBJECT

    struct Program {
        ChatController controller;
        MainWindow window;
        StoreThread store;
        std::optional<EngineThread> engine{std::in_place};
        TranscriptSource source{&controller};
        ReplayDesk replays{&window, &controller};
        std::optional<ReplayEnded> replayed;

        explicit Program(const QString& folder) : store(folder) {
            connectWindow(window, controller);
            connectEngine(engine->engine(), controller);
            connectStore(store.worker(), controller, &window);
            connectReplay(engine->engine(), window, replays);
            QObject::connect(&engine->engine(), &Engine::replayEnded, &window,
                             [this](const ReplayEnded& end) { replayed = end; });
            GenerationSettings settings;
            settings.maxTokens = 12;
            controller.setSettings(settings);
            controller.newConversation();
            window.show();
            store.start();
            controller.models()->setDevice(QStringLiteral("cpu"), 2);
            controller.models()->open({});
        }
        ~Program() {
            window.close();
            engine.reset();
            QCoreApplication::sendPostedEvents(&controller);
            controller.library()->keeper().flush();
            store.finish();
        }
        MessageModel* messages() { return window.page()->messages(); }
        QPlainTextEdit* edit() {
            return window.findChild<QPlainTextEdit*>(QStringLiteral("composerEdit"));
        }
        bool isDone() {
            const int last = messages()->rowCount() - 1;
            return last >= 0 && isEndedReply(messages()->at(last)) &&
                   controller.library()->keeper().state() == KeptState::Kept;
        }
        void say(const QString& text) {
            edit()->setFocus();
            QTest::keyClicks(edit(), text);
            QTest::keyClick(edit(), Qt::Key_Return);
            QTRY_VERIFY_WITH_TIMEOUT(isDone(), 30000);
        }
        Transcript transcript() {
            QSignalSpy ready(&source, &TranscriptSource::ready);
            source.want(TranscriptSource::Purpose::Export);
            if (!ready.wait(10000)) {
                qFatal("no transcript");
            }
            return ready.first().at(1).value<Transcript>();
        }
    };

    QTemporaryDir m_folder;

    static QByteArray json(const Transcript& transcript) {
        TranscriptOptions all;
        all.extent = TranscriptExtent::Tree;
        all.parts = kAllTranscriptParts;
        return transcriptBytes(transcript, all, TranscriptFormat::Json);
    }

private slots:
    void initTestCase() {
        registerEngineMessages();
        registerStoreMessages();
        qInstallMessageHandler(listen);
    }
    void cleanupTestCase() { qInstallMessageHandler(nullptr); }

    void theDayEndsWithWhatWasSaid() {
        QByteArray evening;
        {
            Program program(m_folder.path());
            for (int turn = 0; turn < 50; ++turn) {
                if (turn % 10 == 0) {
                    emit program.window.newConversationRequested();
                }
                program.say(QStringLiteral("What is %1 + %2?").arg(turn).arg(turn % 7));
            }
            QCOMPARE(program.controller.library()->conversations().size(), 5);

            emit program.window.messageEdited(2, QStringLiteral("What is a triangle?"));
            QTRY_VERIFY_WITH_TIMEOUT(program.isDone(), 30000);
            QCOMPARE(program.messages()->rowCount(), 4);
            emit program.window.regenerateRequested(1);
            QTRY_VERIFY_WITH_TIMEOUT(program.isDone(), 30000);
            emit program.window.versionRequested(1, 1);
            QTRY_COMPARE(program.messages()->rowCount(), 4);

            QSignalSpy found(program.controller.library(), &Library::found);
            emit program.window.conversations()->searchRequested(QStringLiteral("triangle"));
            QTRY_COMPARE(found.size(), 1);
            QVERIFY(!found.first().first().value<Found>().hits.isEmpty());

            // A reply that was cut short is continued.
            const int last = program.messages()->rowCount() - 1;
            if (canContinue(program.messages()->at(last))) {
                emit program.window.continueRequested();
                QTRY_VERIFY_WITH_TIMEOUT(program.isDone(), 30000);
            }
            emit program.window.replayRequested(last);
            QTRY_VERIFY_WITH_TIMEOUT(program.replayed, 30000);
            QVERIFY2(program.replayed->verdict == ReplayVerdict::Identical,
                     qPrintable(program.replayed->sentence));

            const Transcript transcript = program.transcript();
            TranscriptOptions options;
            options.extent = TranscriptExtent::Tree;
            options.parts = kAllTranscriptParts;
            for (const TranscriptFormat format : kTranscriptFormats) {
                QVERIFY(transcriptBytes(transcript, options, format).size() > 500);
            }
            evening = json(transcript);
            const Import back = importTranscripts(evening);
            QVERIFY2(back.problem.isEmpty(), qPrintable(back.problem));
            QCOMPARE(json(back.transcripts.first()), evening);
            program.source.take(back.transcripts);
            QTRY_COMPARE(program.controller.library()->keeper().state(), KeptState::Kept);
            QCOMPARE(program.controller.library()->conversations().size(), 6);
        }
        Program next(m_folder.path());
        QTRY_COMPARE(next.controller.library()->conversations().size(), 6);
        QTRY_COMPARE(next.messages()->rowCount(), 4);
        const Transcript kept = next.transcript();
        const Import before = importTranscripts(evening);
        QCOMPARE(kept.conversation.nodes(), before.transcripts.first().conversation.nodes());
        QCOMPARE(kept.records, before.transcripts.first().records);
        QTRY_VERIFY(next.controller.models()->isReady());
        emit next.window.replayRequested(next.messages()->rowCount() - 1);
        QTRY_VERIFY_WITH_TIMEOUT(next.replayed, 30000);
        QVERIFY2(next.replayed->verdict == ReplayVerdict::Identical,
                 qPrintable(next.replayed->sentence));
        QCOMPARE(g_complaints, QStringList());
    }
};

QTEST_MAIN(ScriptedDayTest)
#include "scripted_day_test.moc"
