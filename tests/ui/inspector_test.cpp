// SPDX-License-Identifier: MIT
// The token inspector in the window: real clicks and keys, the real engine, the demo model, a
// store.
#include "inspector_program.h"

using namespace phidelity;

namespace {
using Program = InspectorProgram;
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
