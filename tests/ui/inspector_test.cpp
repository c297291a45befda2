// SPDX-License-Identifier: MIT
// The token inspector in the window: real clicks and keys, the real engine, the demo model, a
// store.
#include <cmath>
#include <memory>
#include <optional>

#include <QAbstractButton>
#include <QAction>
#include <QLabel>
#include <QMenu>
#include <QPlainTextEdit>
#include <QSignalSpy>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>

#include "app/inspector_wiring.h"
#include "app/wiring.h"
#include "engine/engine_thread.h"
#include "store/store_thread.h"
#include "ui/chat_page.h"
#include "ui/inspector/alternative_list.h"
#include "ui/inspector/branch_tree_view.h"
#include "ui/inspector/inspector_view.h"
#include "ui/inspector/token_chips.h"
#include "ui/message_model.h"
#include "ui/message_view.h"

using namespace phidelity;

namespace {

struct Program {
    ChatController controller;
    MainWindow window;
    StoreThread store;
    std::optional<EngineThread> engine{std::in_place};
    ReplayDesk replays{&window, &controller};
    InspectorDesk desk{&controller};
    InspectorView* panel = nullptr;
    std::optional<ReplayEnded> replayed;
    QList<GenerationEnded> ended;
    QStringList notices;

    explicit Program(const QString& folder) : store(folder) {
        connectWindow(window, controller);
        connectEngine(engine->engine(), controller);
        connectStore(store.worker(), controller, &window);
        connectReplay(engine->engine(), window, replays);
        panel = addInspector(window, desk);
        connectInspector(engine->engine(), desk);
        QObject::connect(&engine->engine(), &Engine::replayEnded, &window,
                         [this](const ReplayEnded& end) { replayed = end; });
        QObject::connect(&controller, &ChatController::noticeRaised, &window,
                         [this](const QString& sentence) { notices.append(sentence); });
        QObject::connect(&engine->engine(), &Engine::generationEnded, &window,
                         [this](const GenerationEnded& end) { ended.append(end); });
        GenerationSettings settings;
        settings.temperature = 0;
        settings.maxTokens = 12;
        controller.setSettings(settings);
        controller.newConversation();
        window.resize(1200, 800);
        window.show();
        if (!QTest::qWaitForWindowActive(&window)) {
            qFatal("no window");
        }
        // Nobody types before the store has answered; a test would.
        QSignalSpy listed(controller.library(), &Library::listed);
        store.start();
        if (listed.isEmpty() && !listed.wait(30000)) {
            qFatal("no store");
        }
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
    MessageView* view() { return window.page()->view(); }
    template <class Widget>
    Widget* find(const char* name) {
        auto* widget = window.findChild<Widget*>(QLatin1String(name));
        if (!widget) {
            qFatal("no widget named %s", name);
        }
        return widget;
    }
    TokenChips* chips() { return find<TokenChips>("tokenChips"); }
    const QList<TokenDetail>& tokens() { return chips()->tokens()->tokens(); }
    AlternativeList* others() { return find<AlternativeList>("alternatives"); }
    BranchTreeView* tree() { return find<BranchTreeView>("branchTree"); }
    QString text(const char* label) { return find<QLabel>(label)->text(); }

    bool isDone() {
        const int last = messages()->rowCount() - 1;
        return last >= 0 && isEndedReply(messages()->at(last)) &&
               controller.library()->keeper().state() == KeptState::Kept;
    }
    void say(const QString& text) {
        auto* edit = find<QPlainTextEdit>("composerEdit");
        edit->setFocus();
        QTest::keyClicks(edit, text);
        QTest::keyClick(edit, Qt::Key_Return);
        QTRY_VERIFY_WITH_TIMEOUT(isDone(), 60000);
    }
    void openInspector() {
        QAction* toggle = find<QAction>("actionInspector");
        if (!toggle->isChecked()) {
            QTest::keyClick(&window, Qt::Key_I, Qt::ControlModifier | Qt::ShiftModifier);
        }
        QTRY_VERIFY(panel->isVisible());
    }
    /// All is known of every token but a text's first.
    bool isKnown() {
        return !tokens().isEmpty() &&
               std::all_of(tokens().begin() + 1, tokens().end(), [](const TokenDetail& token) {
                   return token.rank >= 0 && !std::isnan(token.entropy) && token.top.size() == 20;
               });
    }
    QByteArray bytes() {
        QByteArray all;
        for (const TokenDetail& token : tokens()) {
            all += token.bytes;
        }
        return all;
    }
    QString reply(int row) { return messages()->at(row).text; }
    static void clickRow(QAbstractItemView* list, int row) {
        const QModelIndex index = list->model()->index(row, 0);
        list->scrollTo(index);
        QTest::mouseClick(list->viewport(), Qt::LeftButton, Qt::NoModifier,
                          list->visualRect(index).center());
    }
    void clickText(int row, qsizetype offset) {
        const QRect place = view()->textRect(row, offset, offset + 1);
        QTest::mouseClick(view()->viewport(), Qt::LeftButton, Qt::NoModifier, place.center());
    }
    /// The first alternative of a token that is a word and not the one that was chosen.
    int otherWord(int token) {
        const TokenDetail& detail = tokens().at(token);
        for (int at = 0; at < detail.top.size(); ++at) {
            const TokenAlternative& other = detail.top.at(at);
            if (other.id != detail.id && other.bytes.trimmed().size() > 1 &&
                !other.bytes.contains('\n')) {
                return at;
            }
        }
        return -1;
    }
    void branchAt(int token, int row) {
        clickRow(chips(), token);
        clickRow(others(), row);
    }
};

} // namespace

class InspectorTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    QString freshFolder() {
        return m_folder.filePath(QString::number(QDateTime::currentMSecsSinceEpoch()));
    }

private slots:
    void initTestCase() {
        registerEngineMessages();
        registerStoreMessages();
    }

    void detailsComeWithTheReplyWhileThePanelIsOpen() {
        Program program(freshFolder());
        program.openInspector();
        program.say(QStringLiteral("Hello! Who are you?"));
        QTRY_VERIFY(program.isKnown());
        QCOMPARE(program.ended.size(), 1);
        QCOMPARE(program.ended.first().details.size(), program.ended.first().tokens.size());
        // What is shown is what was written.
        QVERIFY(QString::fromUtf8(program.bytes()).startsWith(program.reply(1)));
        QCOMPARE(program.tokens().first().id, program.ended.first().record.tokens.first());
        // Temperature 0: each was the first choice.
        for (const TokenDetail& token : program.tokens()) {
            QCOMPARE(token.rank, 0);
            QCOMPARE(token.top.first().id, token.id);
        }
        QVERIFY(program.text("inspectorSummary").startsWith(QStringLiteral("Perplexity")));
        QCOMPARE(program.notices, QStringList()); // nothing is asked of what is not kept yet
    }

    void aReplyWrittenBeforeIsLookedAtLater() {
        Program program(freshFolder());
        program.say(QStringLiteral("Hello! Who are you?"));
        QVERIFY(program.ended.first().details.isEmpty());
        program.openInspector();
        QTRY_VERIFY_WITH_TIMEOUT(program.isKnown(), 30000);
        const GenerationRecord& record = program.ended.first().record;
        for (qsizetype at = 0; at < program.tokens().size(); ++at) {
            QCOMPARE(program.tokens().at(at).id, record.tokens.at(at));
            QVERIFY(std::abs(program.tokens().at(at).logprob - record.logprobs.at(at)) < 1e-2F);
        }
    }

    void aWordIsPointedAtAndTheTokenFollows() {
        Program program(freshFolder());
        program.openInspector();
        program.say(QStringLiteral("Hello! Who are you?"));
        QTRY_VERIFY(program.isKnown());
        qsizetype begin = 0;
        for (int token = 0; token < std::min<qsizetype>(6, program.tokens().size()); ++token) {
            const QString text = QString::fromUtf8(program.tokens().at(token).bytes);
            const qsizetype end = begin + text.size();
            if (!text.trimmed().isEmpty()) {
                program.clickText(1, end - 1);
                QCOMPARE(program.chips()->current(), token);
            }
            begin = end;
        }
    }

    void theTokenThatIsWalkedToIsMarkedInTheText() {
        Program program(freshFolder());
        program.openInspector();
        program.say(QStringLiteral("Hello! Who are you?"));
        QTRY_VERIFY(program.isKnown());
        Program::clickRow(program.chips(), 0);
        QSignalSpy marked(&program.desk, &InspectorDesk::tokenMarked);
        const QImage before = program.view()->grab().toImage();
        program.chips()->setFocus();
        QTest::keyClick(program.chips(), Qt::Key_Right);
        QCOMPARE(marked.size(), 1);
        QCOMPARE(marked.first().first().toInt(), 1);
        const QString first = QString::fromUtf8(program.tokens().at(0).bytes);
        QCOMPARE(marked.first().at(1).value<qsizetype>(), first.size());
        QVERIFY(program.view()->grab().toImage() != before);
    }

    void theMenuOfAMessageOpensTheInspectorThere() {
        Program program(freshFolder());
        program.say(QStringLiteral("Hello! Who are you?"));
        const QString text = program.reply(1);
        const qsizetype word = text.indexOf(u' ', 3) + 1;
        QVERIFY(word > 0);
        QTimer::singleShot(0, &program.window, [] {
            auto* menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
            QVERIFY(menu);
            for (QAction* action : menu->actions()) {
                if (action->text() == QStringLiteral("Inspect Tokens")) {
                    menu->setActiveAction(action);
                    QTest::keyClick(menu, Qt::Key_Return);
                    return;
                }
            }
            menu->close();
            QFAIL("the menu does not offer it");
        });
        const QPoint point = program.view()->textRect(1, word, word + 1).center();
        QContextMenuEvent event(QContextMenuEvent::Mouse, point,
                                program.view()->viewport()->mapToGlobal(point));
        QApplication::sendEvent(program.view()->viewport(), &event);
        QTRY_VERIFY(program.panel->isVisible());
        QTRY_VERIFY_WITH_TIMEOUT(program.isKnown(), 30000);
        const int current = program.chips()->current();
        QVERIFY(current >= 0);
        qsizetype begin = 0;
        for (int token = 0; token < current; ++token) {
            begin += QString::fromUtf8(program.tokens().at(token).bytes).size();
        }
        const qsizetype end = begin + QString::fromUtf8(program.tokens().at(current).bytes).size();
        QVERIFY(begin <= word && word < end);
    }

    void anAlternativeBecomesAVersionThatBeginsWithIt() {
        Program program(freshFolder());
        program.openInspector();
        program.say(QStringLiteral("Hello! Who are you?"));
        QTRY_VERIFY(program.isKnown());
        const QString before = program.reply(1);
        const QList<TokenDetail> first = program.tokens();
        constexpr int kFork = 3;
        const int row = program.otherWord(kFork);
        QVERIFY(row >= 0);
        const TokenAlternative other = first.at(kFork).top.at(row);
        program.branchAt(kFork, row);
        QTRY_COMPARE_WITH_TIMEOUT(program.ended.size(), 2, 60000);
        QTRY_VERIFY(program.isDone());

        const Message reply = program.messages()->at(1);
        QCOMPARE(reply.versions, 2);
        QCOMPARE(reply.version, 2);
        const GenerationEnded& end = program.ended.last();
        // It follows the very tokens, and nothing was computed again but the alternative.
        QList<quint32> given = program.ended.first().record.prompt;
        QByteArray begin;
        for (int at = 0; at < kFork; ++at) {
            given.append(first.at(at).id);
            begin += first.at(at).bytes;
        }
        given.append(other.id);
        begin += other.bytes;
        QCOMPARE(end.record.prompt, given);
        QVERIFY(end.promptTokens - end.reusedTokens <= 2);
        QVERIFY(reply.text.startsWith(QString::fromUtf8(begin)));
        QVERIFY(reply.text.size() > begin.size());
        QTRY_VERIFY(program.isKnown());
        QCOMPARE(program.tokens().at(kFork).id, other.id);
        QCOMPARE(program.tokens().at(kFork).logprob, other.logprob);

        // The first version is as it was.
        emit program.window.versionRequested(1, 1);
        QTRY_COMPARE(program.reply(1), before);
        QTRY_COMPARE(program.tokens().at(kFork).id, first.at(kFork).id);
    }

    void aBranchReplays() {
        Program program(freshFolder());
        program.openInspector();
        program.say(QStringLiteral("Hello! Who are you?"));
        QTRY_VERIFY(program.isKnown());
        program.branchAt(2, program.otherWord(2));
        QTRY_COMPARE_WITH_TIMEOUT(program.ended.size(), 2, 60000);
        QTRY_VERIFY(program.isDone());
        emit program.window.replayRequested(1);
        QTRY_VERIFY_WITH_TIMEOUT(program.replayed, 30000);
        QVERIFY2(program.replayed->verdict == ReplayVerdict::Identical,
                 qPrintable(program.replayed->sentence));
    }

    void theTreeOfWhatWasTriedIsThereAgainAfterARestart() {
        const QString folder = freshFolder();
        QStringList texts;
        QStringList paths;
        QString secondVersion;
        const auto rowsOf = [](Program& program, QStringList* chances) {
            QStringList all;
            const BranchRows* rows = program.tree()->rows();
            for (int row = 0; row < rows->rowCount(); ++row) {
                all.append(rows->at(row).text + u'|' + rows->at(row).versions);
                chances->append(rows->at(row).path);
            }
            return all;
        };
        {
            Program program(folder);
            program.openInspector();
            program.say(QStringLiteral("Hello! Who are you?"));
            QTRY_VERIFY(program.isKnown());
            program.branchAt(3, program.otherWord(3));
            QTRY_COMPARE_WITH_TIMEOUT(program.ended.size(), 2, 60000);
            QTRY_VERIFY(program.isDone());
            QTRY_VERIFY(program.isKnown());
            secondVersion = program.reply(1);
            program.branchAt(1, program.otherWord(1));
            QTRY_COMPARE_WITH_TIMEOUT(program.ended.size(), 3, 60000);
            QTRY_VERIFY(program.isDone());
            QTRY_VERIFY(program.isKnown());
            QTRY_COMPARE(program.tree()->rows()->rowCount(), 5);
            texts = rowsOf(program, &paths);
            QVERIFY(!paths.join(u' ').contains(QStringLiteral("unknown")));
            const BranchRows* rows = program.tree()->rows();
            QVERIFY(rows->at(0).versions.isEmpty()); // what all three share
            QCOMPARE(rows->at(4).versions, QStringLiteral("version 3"));
            QCOMPARE(rows->shownRow(), 4);

            // A click on a way shows its version.
            auto* tabs = program.find<QTabWidget>("inspectorTabs");
            tabs->setCurrentIndex(1);
            int second = -1;
            for (int row = 0; row < rows->rowCount(); ++row) {
                second = rows->at(row).versions == QStringLiteral("version 2") ? row : second;
            }
            QVERIFY(second > 0);
            Program::clickRow(program.tree(), second);
            QTRY_COMPARE(program.reply(1), secondVersion);
            QTRY_COMPARE(program.tree()->rows()->shownRow(), second);
            QTRY_COMPARE(program.controller.library()->keeper().state(), KeptState::Kept);
        }
        Program next(folder);
        QTRY_COMPARE(next.controller.library()->conversations().size(), 1);
        QTRY_COMPARE(next.messages()->rowCount(), 2);
        QTRY_VERIFY(next.controller.models()->isReady());
        next.openInspector();
        QTRY_COMPARE_WITH_TIMEOUT(next.tree()->rows()->rowCount(), 5, 30000);
        QTRY_VERIFY_WITH_TIMEOUT(next.isKnown(), 30000);
        QStringList again;
        QCOMPARE(rowsOf(next, &again), texts);
        QVERIFY(!again.join(u' ').contains(QStringLiteral("unknown")));
        QCOMPARE(next.reply(1), secondVersion);
        // And it can be gone on from there.
        next.branchAt(0, next.otherWord(0));
        QTRY_COMPARE_WITH_TIMEOUT(next.messages()->at(1).versions, 4, 60000);
        QTRY_COMPARE_WITH_TIMEOUT(next.ended.size(), 1, 60000);
    }

    void whatWasTypedIsScoredOnDemand() {
        Program program(freshFolder());
        program.openInspector();
        program.say(QStringLiteral("Hello! Who are you?"));
        program.clickText(0, 2);
        auto* button = program.find<QAbstractButton>("scoreText");
        QTRY_VERIFY(button->isVisible());
        QVERIFY(program.tokens().isEmpty());
        QTest::mouseClick(button, Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(program.isKnown() && !button->isVisible(), 30000);
        QCOMPARE(QString::fromUtf8(program.bytes()).trimmed(),
                 QStringLiteral("Hello! Who are you?"));
        double sum = 0;
        for (const TokenDetail& token : program.tokens()) {
            sum += static_cast<double>(token.logprob);
        }
        const double perplexity = std::exp(-sum / static_cast<double>(program.tokens().size()));
        QVERIFY(perplexity > 1);
        const QString summary = program.text("inspectorSummary");
        QVERIFY2(summary.startsWith(QStringLiteral("Perplexity ")), qPrintable(summary));
        QVERIFY(!program.tree()->rows()->rowCount());
        // Its first token carries the blank of the prompt; the word is the word all the same.
        program.clickText(0, 1);
        QCOMPARE(program.chips()->current(), 0);
        program.clickText(0, program.reply(0).indexOf(QStringLiteral("you")) + 1);
        QVERIFY(program.tokens().at(program.chips()->current()).bytes.contains("you"));
    }

    void anEditedReplyIsScoredAndBranchedFrom() {
        Program program(freshFolder());
        program.openInspector();
        program.say(QStringLiteral("Hello! Who are you?"));
        QTRY_VERIFY(program.isKnown());
        emit program.window.messageEdited(1, QStringLiteral("I am a small red robot."));
        QTRY_COMPARE(program.messages()->at(1).versions, 2);
        auto* button = program.find<QAbstractButton>("scoreText");
        QTRY_VERIFY(button->isVisible());
        QTest::mouseClick(button, Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(program.isKnown() && !button->isVisible(), 30000);
        QCOMPARE(QString::fromUtf8(program.bytes()).trimmed(), program.reply(1));
        QCOMPARE(program.tree()->rows()->rowCount() > 1, true);
        const int row = program.otherWord(2);
        const QByteArray other = program.tokens().at(2).top.at(row).bytes;
        QByteArray begin;
        for (int at = 0; at < 2; ++at) {
            begin += program.tokens().at(at).bytes;
        }
        program.branchAt(2, row);
        QTRY_COMPARE_WITH_TIMEOUT(program.ended.size(), 2, 60000);
        QTRY_VERIFY(program.isDone());
        QVERIFY(program.reply(1).startsWith(QString::fromUtf8((begin + other)).trimmed()));
        QCOMPARE(program.messages()->at(1).versions, 3);
    }

    void aReplyThatIsWrittenCanBeBranchedFrom() {
        Program program(freshFolder());
        GenerationSettings settings;
        settings.temperature = 0.9;
        settings.maxTokens = 0;
        program.controller.setSettings(settings);
        program.controller.setFormat(FormatId::Raw);
        program.openInspector();
        auto* edit = program.find<QPlainTextEdit>("composerEdit");
        QTest::keyClicks(edit, QStringLiteral("Once upon a time"));
        QTest::keyClick(edit, Qt::Key_Return);
        QTRY_VERIFY_WITH_TIMEOUT(program.tokens().size() > 6 || program.isDone(), 60000);
        const int row = program.otherWord(3);
        const quint32 other = program.tokens().at(3).top.at(row).id;
        settings.maxTokens = 5;
        program.controller.setSettings(settings);
        program.branchAt(3, row);
        QTRY_COMPARE_WITH_TIMEOUT(program.ended.size(), 2, 60000);
        QTRY_VERIFY(program.isDone());
        QCOMPARE(program.messages()->at(1).versions, 2);
        QCOMPARE(program.ended.last().record.prompt.last(), other);
    }

    void anotherConversationIsFollowed() {
        Program program(freshFolder());
        program.openInspector();
        program.say(QStringLiteral("Hello! Who are you?"));
        QTRY_VERIFY(program.isKnown());
        emit program.window.newConversationRequested();
        QTRY_VERIFY(program.tokens().isEmpty());
        QVERIFY(program.text("inspectorSummary").startsWith(QStringLiteral("Click a word")));
        program.say(QStringLiteral("What is 2 + 2?"));
        QTRY_VERIFY(program.isKnown());
    }

    void withThePanelClosedNothingIsAskedFor() {
        Program program(freshFolder());
        program.openInspector();
        program.say(QStringLiteral("Hello! Who are you?"));
        QTRY_VERIFY(program.isKnown());
        QTest::keyClick(&program.window, Qt::Key_I, Qt::ControlModifier | Qt::ShiftModifier);
        QTRY_VERIFY(!program.panel->isVisible());
        program.say(QStringLiteral("What is 2 + 2?"));
        QVERIFY(program.ended.last().details.isEmpty());
        QCOMPARE(program.ended.last().record.alternativesAsked, 0);
    }
};

QTEST_MAIN(InspectorTest)
#include "inspector_test.moc"
