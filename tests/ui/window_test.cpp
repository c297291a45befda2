// SPDX-License-Identifier: MIT
// What happens in a conversation, from the keys to the request and back.
#include <QAbstractButton>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QMimeData>
#include <QSpinBox>

#include "ui/thin_bar.h"
#include "window_fixture.h"

using namespace phidelity;

class WindowTest : public WindowFixture {
    Q_OBJECT

private slots:
    void stopStringsOfTheUserAreSentOnce() {
        GenerationSettings settings = m_controller->settings();
        settings.extraStops = {QStringLiteral("The end")};
        m_controller->setSettings(settings);
        type(QStringLiteral("Hello"));
        QCOMPARE(m_engine->lastGenerate.settings.extraStops, settings.extraStops);
        QVERIFY(!m_engine->lastGenerate.stops.contains(QStringLiteral("The end")));
        // It still is no more than a stop where it is all that was cut.
        answer(QStringLiteral(" So be it. "), EndReason::StopString, QStringLiteral("The end"));
        QCOMPARE(messages()->at(1).state, MessageState::Complete);
    }

    void anAnswerStreamsIntoTheList() {
        QVERIFY(find<QWidget>("welcomePage")->isVisible());
        type(QStringLiteral("Hello"));
        QCOMPARE(m_engine->generations, 1);
        QCOMPARE(m_engine->lastGenerate.prompt, QStringLiteral("Alice: Hello\nBob:"));
        QVERIFY(m_engine->lastGenerate.stops.contains(QStringLiteral("\nAlice:")));
        QVERIFY(edit()->toPlainText().isEmpty());
        QVERIFY(find<QWidget>("messageView")->isVisible());
        m_engine->sendText(QStringLiteral(" Hi"));
        settle();
        QCOMPARE(shownText(messages()->at(1)), QStringLiteral("Hi"));
        QCOMPARE(find<QLabel>("statusActivity")->text(), QStringLiteral("24.3 tokens/s"));
        m_engine->sendText(QStringLiteral(" there"));
        m_engine->end(EndReason::EndOfText);
        settle();
        QCOMPARE(shownText(messages()->at(1)), QStringLiteral("Hi there"));
        QCOMPARE(messages()->at(1).state, MessageState::Complete);
        type(QStringLiteral("More"));
        QCOMPARE(m_engine->lastGenerate.prompt,
                 QStringLiteral("Alice: Hello\nBob: Hi there\nAlice: More\nBob:"));
    }

    void escapeStopsWhereverTheFocusIs() {
        for (QWidget* focus :
             {static_cast<QWidget*>(edit()), find<QWidget>("messageView"), find<QWidget>("seed")}) {
            type(QStringLiteral("Go"));
            m_engine->sendText(QStringLiteral(" part"));
            settle();
            focus->setFocus();
            QTest::keyClick(focus, Qt::Key_Escape);
            QVERIFY(m_engine->lastGenerate.stop->load());
            m_engine->end(EndReason::Stopped);
            settle();
            const Message& last = messages()->at(messages()->rowCount() - 1);
            QCOMPARE(last.state, MessageState::Stopped);
            QCOMPARE(shownText(last), QStringLiteral("part"));
            edit()->setFocus();
        }
    }

    void answersToOldRequestsAreDropped() {
        type(QStringLiteral("One"));
        const GenerateRequest old = m_engine->lastGenerate;
        answer(QStringLiteral(" first"));
        type(QStringLiteral("Two"));
        TextArrived late;
        late.id = old.id;
        late.text = QStringLiteral("LATE");
        emit m_engine->textArrived(late);
        GenerationEnded end;
        end.id = old.id;
        end.text = QStringLiteral("LATE");
        emit m_engine->generationEnded(end);
        m_engine->answerFailure(old.id, QStringLiteral("LATE"), {});
        settle();
        QCOMPARE(messages()->at(3).state, MessageState::Writing);
        QVERIFY(messages()->at(3).text.isEmpty());
    }

    void inventedTurnsAreCutAndNotPartOfThePrompt() {
        type(QStringLiteral("Hi"));
        answer(QStringLiteral(" Hello."), EndReason::StopString,
               QStringLiteral("\nAlice: Bye\nBob: Bye"));
        QCOMPARE(messages()->at(1).state, MessageState::TurnCut);
        QCOMPARE(messages()->at(1).cut, QStringLiteral("\nAlice: Bye\nBob: Bye"));
        QVERIFY(!noteOf(messages()->at(1)).isEmpty());
        type(QStringLiteral("Next"));
        QVERIFY(!m_engine->lastGenerate.prompt.contains(QStringLiteral("Bye")));
    }

    void continuingBringsBackWhatWasCut() {
        type(QStringLiteral("Hi"));
        answer(QStringLiteral(" Hello."), EndReason::StopString, QStringLiteral("\nAlice:"));
        QCOMPARE(messages()->at(1).state, MessageState::Complete);
        QVERIFY(noteOf(messages()->at(1)).isEmpty());
        trigger("actionContinue");
        QCOMPARE(m_engine->lastGenerate.prompt, QStringLiteral("Alice: Hi\nBob: Hello.\nAlice:"));
        answer(QStringLiteral(" How are you?"));
        QCOMPARE(shownText(messages()->at(1)), QStringLiteral("Hello.\nAlice: How are you?"));
    }

    void regeneratingKeepsTheFirstVersion() {
        type(QStringLiteral("Hi"));
        answer(QStringLiteral(" one"));
        trigger("actionRegenerate");
        QCOMPARE(m_engine->generations, 2);
        QCOMPARE(m_engine->lastGenerate.prompt, QStringLiteral("Alice: Hi\nBob:"));
        answer(QStringLiteral(" two"));
        QCOMPARE(messages()->at(1).versions, 2);
        QCOMPARE(shownText(messages()->at(1)), QStringLiteral("two"));
        QWidget* actions = find<QWidget>("lastReplyActions");
        QTest::mouseClick(actions->findChild<QAbstractButton*>(QStringLiteral("previousVersion")),
                          Qt::LeftButton);
        settle();
        QCOMPARE(shownText(messages()->at(1)), QStringLiteral("one"));
    }

    void continuingGoesOnWithTheSameMessage() {
        type(QStringLiteral("Hi"));
        answer(QStringLiteral(" one"), EndReason::MaxTokens);
        QCOMPARE(messages()->at(1).state, MessageState::LengthReached);
        trigger("actionContinue");
        QCOMPARE(m_engine->lastGenerate.prompt, QStringLiteral("Alice: Hi\nBob: one"));
        answer(QStringLiteral(" two"));
        QCOMPARE(messages()->rowCount(), 2);
        QCOMPARE(shownText(messages()->at(1)), QStringLiteral("one two"));
    }

    void theChosenFormatMakesThePrompt() {
        auto* chooser = find<QComboBox>("formatChooser");
        QCOMPARE(chooser->count(), 6);
        chooser->setFocus();
        chooser->setCurrentIndex(chooser->findData(PromptFormat(FormatId::Qa).key()));
        emit chooser->activated(chooser->currentIndex());
        edit()->setFocus();
        type(QStringLiteral("What is 1+1?"));
        QCOMPARE(m_engine->lastGenerate.prompt, QStringLiteral("Instruct: What is 1+1?\nOutput:"));
        QVERIFY(m_engine->lastGenerate.stops.contains(QStringLiteral("\nInstruct:")));
    }

    void settingsReachTheNextRequest() {
        find<QDoubleSpinBox>("temperature")->setValue(0.35);
        find<QDoubleSpinBox>("topP")->setValue(0.5);
        find<QDoubleSpinBox>("topK")->setValue(7);
        find<QSpinBox>("maxTokens")->setValue(99);
        auto* seed = find<QLineEdit>("seed");
        seed->setFocus();
        seed->selectAll();
        QTest::keyClicks(seed, QStringLiteral("18446744073709551615"));
        edit()->setFocus();
        type(QStringLiteral("Go"));
        const GenerationSettings& used = m_engine->lastGenerate.settings;
        QCOMPARE(used.temperature, 0.35);
        QCOMPARE(used.topP, 0.5);
        QCOMPARE(used.topK, 7);
        QCOMPARE(used.maxTokens, 99);
        QCOMPARE(used.seed, Q_UINT64_C(18446744073709551615));
        QVERIFY(!used.randomSeed);
        find<QDoubleSpinBox>("temperature")->setValue(1.5);
        answer(QStringLiteral(" ok"));
        QTest::mouseClick(find<QAbstractButton>("preset0"), Qt::LeftButton);
        type(QStringLiteral("Again"));
        QCOMPARE(m_engine->lastGenerate.settings.temperature, 0.0);
    }

    void errorsAreSentencesInTheWindowAndLoseNothing() {
        QTest::keyClicks(edit(), QStringLiteral("my draft"));
        emit m_window->openModelRequested(QStringLiteral("/nowhere/x.gguf"));
        settle();
        m_engine->answerFailure(m_engine->lastOpen.id, QStringLiteral("There is no such file."),
                                QStringLiteral("x.gguf: missing"));
        settle();
        auto* bar = find<QWidget>("noticeBar");
        QVERIFY(bar->isVisible());
        QCOMPARE(find<QLabel>("noticeSentence")->text(),
                 QStringLiteral("x.gguf could not be opened. There is no such file. "
                                "Phidelity demo stays open."));
        QVERIFY(!find<QLabel>("noticeDetail")->isVisible());
        QTest::mouseClick(find<QAbstractButton>("noticeDetails"), Qt::LeftButton);
        QVERIFY(find<QLabel>("noticeDetail")->isVisible());
        QCOMPARE(edit()->toPlainText(), QStringLiteral("my draft"));
        QTest::mouseClick(find<QAbstractButton>("noticeClose"), Qt::LeftButton);
        QVERIFY(!bar->isVisible());
        QTest::keyClick(edit(), Qt::Key_Return);
        settle();
        QCOMPARE(m_engine->generations, 1);
        m_engine->sendText(QStringLiteral(" partly"));
        settle();
        m_engine->answerFailure(m_engine->lastGenerate.id, QStringLiteral("The device is gone."),
                                {});
        settle();
        QCOMPARE(messages()->at(1).state, MessageState::Failed);
        QCOMPARE(shownText(messages()->at(1)), QStringLiteral("partly"));
        QVERIFY(bar->isVisible());
    }

    void whatFailedInAReplyIsToldOnlyWhereItIsShown() {
        type(QStringLiteral("Too long"));
        m_engine->answerFailure(m_engine->lastGenerate.id, QStringLiteral("It does not fit."), {});
        settle();
        QVERIFY(find<QWidget>("noticeBar")->isVisible());
        trigger("actionNew");
        QVERIFY(!find<QWidget>("noticeBar")->isVisible());
        emit m_window->openModelRequested(QStringLiteral("/nowhere/x.gguf"));
        settle();
        m_engine->answerFailure(m_engine->lastOpen.id, QStringLiteral("There is none."), {});
        settle();
        clickListed(QStringLiteral("Too long"));
        settle();
        QVERIFY(find<QWidget>("noticeBar")->isVisible());
    }

    void aModelThatWasLostIsNoLongerShown() {
        emit m_window->openModelRequested(QStringLiteral("/models/huge.gguf"));
        settle();
        EngineFailed failure;
        failure.id = m_engine->lastOpen.id;
        failure.sentence = QStringLiteral("There is not enough memory.");
        failure.modelClosed = true;
        emit m_engine->failed(failure);
        settle();
        QCOMPARE(find<QLabel>("noticeSentence")->text(),
                 QStringLiteral("huge.gguf could not be opened. There is not enough memory."));
        QCOMPARE(find<QLabel>("statusModel")->text(), QStringLiteral("No model"));
        type(QStringLiteral("Hello"));
        QCOMPARE(m_engine->generations, 0);
        QCOMPARE(messages()->at(1).state, MessageState::Waiting);
    }

    void aMessageSentWhileAModelOpensIsAnsweredThen() {
        emit m_window->openModelRequested(QStringLiteral("/models/phi-2.gguf"));
        settle();
        QVERIFY(find<ThinBar>("openingProgress")->isVisible());
        type(QStringLiteral("Early"));
        QCOMPARE(m_engine->generations, 0);
        QCOMPARE(messages()->at(1).state, MessageState::Waiting);
        m_engine->answerOpen();
        settle();
        QCOMPARE(m_engine->generations, 1);
        QVERIFY(!find<ThinBar>("openingProgress")->isVisible());
    }

    void openingCanBeCancelled() {
        emit m_window->openModelRequested(QStringLiteral("/models/phi-2.gguf"));
        settle();
        QTest::mouseClick(find<QAbstractButton>("cancelOpening"), Qt::LeftButton);
        QVERIFY(m_engine->lastOpen.stop->load());
        m_engine->answerFailure(m_engine->lastOpen.id, QStringLiteral("Stopped."), {});
        settle();
        QVERIFY(!find<QWidget>("noticeBar")->isVisible());
        QVERIFY(!find<ThinBar>("openingProgress")->isVisible());
    }

    void openingAModelStopsTheReplyAndKeepsIt() {
        type(QStringLiteral("Go"));
        m_engine->sendText(QStringLiteral(" half"));
        settle();
        emit m_window->openModelRequested(QStringLiteral("/models/other.gguf"));
        settle();
        QVERIFY(m_engine->lastGenerate.stop->load());
        m_engine->end(EndReason::Stopped);
        settle();
        QCOMPARE(shownText(messages()->at(1)), QStringLiteral("half"));
    }

    void aFileCanBeDroppedOnTheWindow() {
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(QStringLiteral("/models/phi-2.gguf"))});
        QDragEnterEvent enter({200, 200}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(m_window.get(), &enter);
        QVERIFY(enter.isAccepted());
        QVERIFY(find<QWidget>("dropHint")->isVisible());
        QDropEvent drop({200, 200}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(m_window.get(), &drop);
        settle();
        QVERIFY(!find<QWidget>("dropHint")->isVisible());
        QCOMPARE(m_engine->lastOpen.path, QStringLiteral("/models/phi-2.gguf"));
    }

    void aNewConversationKeepsTheOldOne() {
        type(QStringLiteral("First topic"));
        answer(QStringLiteral(" one"));
        trigger("actionNew");
        QCOMPARE(messages()->rowCount(), 0);
        trigger("actionNew");
        QCOMPARE(listed().size(), 1); // one without messages is not listed yet
        type(QStringLiteral("Second topic"));
        QCOMPARE(listed().size(), 2);
        QCOMPARE(m_engine->lastGenerate.prompt, QStringLiteral("Alice: Second topic\nBob:"));
        m_engine->sendText(QStringLiteral(" two"));
        settle();
        clickListed(QStringLiteral("First topic"));
        QCOMPARE(shownText(messages()->at(1)), QStringLiteral("one"));
        QCOMPARE(find<QAbstractButton>("sendButton")->accessibleName(), QStringLiteral("Send"));
        type(QStringLiteral("Meanwhile"));
        QCOMPARE(messages()->at(3).state, MessageState::Waiting);
        m_engine->end(EndReason::EndOfText);
        settle();
        QVERIFY(m_engine->lastGenerate.prompt.contains(QStringLiteral("Meanwhile")));
        QTest::qWait(2); // changes are told apart by the millisecond
        answer(QStringLiteral(" three"));
        QCOMPARE(listed().first(), QStringLiteral("First topic")); // it changed last
        clickListed(QStringLiteral("Second topic"));
        QCOMPARE(shownText(messages()->at(1)), QStringLiteral("two"));
    }

    void examplesSuitTheFormatAndAreAsked() {
        auto* example = find<QAbstractButton>("example0");
        const QString chat = example->text();
        m_window->setFormat(FormatId::Code);
        QVERIFY(example->text() != chat);
        QVERIFY(example->text().startsWith(QStringLiteral("def ")));
        QTest::mouseClick(example, Qt::LeftButton);
        settle();
        QCOMPARE(m_engine->generations, 1);
    }

    void statusTellsModelDeviceAndContext() {
        QVERIFY(find<QLabel>("statusModel")->text().contains(QStringLiteral("Phidelity demo")));
        QVERIFY(find<QLabel>("statusDevice")->toolTip().contains(QStringLiteral("No GPU")));
        type(QStringLiteral("Go"));
        PromptProgress progress;
        progress.id = m_engine->lastGenerate.id;
        progress.done = 512;
        progress.total = 1800;
        emit m_engine->promptProgress(progress);
        settle();
        QVERIFY(find<QLabel>("statusActivity")->text().contains(QStringLiteral("512 / 1,800")));
        answer(QStringLiteral(" ok"));
        QVERIFY(find<QLabel>("statusContext")->text().endsWith(QStringLiteral("2,048 tokens")));
        QVERIFY(find<QLabel>("statusFirstToken")->text().contains(QStringLiteral("0.31 s")));
    }

    void closingStopsWhatRuns() {
        type(QStringLiteral("Go"));
        const SharedStop stop = m_engine->lastGenerate.stop;
        m_window->close();
        QVERIFY(stop->load());
    }
};

QTEST_MAIN(WindowTest)
#include "window_test.moc"
