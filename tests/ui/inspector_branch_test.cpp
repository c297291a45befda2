// SPDX-License-Identifier: MIT
// Ways that a reply did not take, from the token inspector: written, kept, replayed.
#include "inspector_program.h"

using namespace phidelity;

namespace {
using Program = InspectorProgram;
} // namespace

class InspectorBranchTest : public QObject {
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
};

QTEST_MAIN(InspectorBranchTest)
#include "inspector_branch_test.moc"
