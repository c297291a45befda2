// SPDX-License-Identifier: MIT
#include <QAbstractButton>
#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QElapsedTimer>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QScrollBar>
#include <QSettings>
#include <QSpinBox>
#include <QStandardPaths>
#include <QTest>
#include <QToolButton>

#include "app/preferences.h"
#include "app/wiring.h"
#include "fake_engine.h"
#include "ui/chat_page.h"
#include "ui/composer.h"
#include "ui/main_window.h"
#include "ui/message_model.h"
#include "ui/message_view.h"
#include "ui/theme.h"

using namespace phidelity;

class WindowTest : public QObject {
    Q_OBJECT

    std::unique_ptr<ChatController> m_controller;
    std::unique_ptr<MainWindow> m_window;
    std::unique_ptr<FakeEngine> m_engine;

    template <class Widget>
    Widget* find(const char* name) {
        auto* widget = m_window->findChild<Widget*>(QLatin1String(name));
        if (!widget) {
            qFatal("no widget named %s", name);
        }
        return widget;
    }
    QPlainTextEdit* edit() { return find<QPlainTextEdit>("composerEdit"); }
    MessageModel* messages() { return m_window->page()->messages(); }
    static void settle() {
        for (int round = 0; round < 5; ++round) {
            QApplication::processEvents();
        }
    }
    void type(const QString& text) {
        QTest::keyClicks(edit(), text);
        QTest::keyClick(edit(), Qt::Key_Return);
        settle();
    }
    void answer(const QString& text, EndReason reason = EndReason::EndOfText,
                const QString& cut = {}) {
        m_engine->sendText(text);
        settle();
        m_engine->end(reason, cut);
        settle();
    }
    void trigger(const char* action) {
        find<QAction>(action)->trigger();
        settle();
    }

private slots:
    void initTestCase() { registerEngineMessages(); }

    void init() {
        m_controller = std::make_unique<ChatController>();
        m_window = std::make_unique<MainWindow>();
        m_engine = std::make_unique<FakeEngine>();
        connectWindow(*m_window, *m_controller);
        connectEngine(*m_engine, *m_controller);
        m_controller->newConversation();
        m_window->show();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
        m_controller->openModel({});
        settle();
        m_engine->answerOpen();
        settle();
        edit()->setFocus();
    }
    void cleanup() {
        m_window.reset();
        m_controller.reset();
        m_engine.reset();
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

    void shiftEnterBreaksTheLine() {
        QTest::keyClicks(edit(), QStringLiteral("a"));
        const int height = edit()->height();
        QTest::keyClick(edit(), Qt::Key_Return, Qt::ShiftModifier);
        QTest::keyClicks(edit(), QStringLiteral("b"));
        settle();
        QCOMPARE(edit()->toPlainText(), QStringLiteral("a\nb"));
        QVERIFY(edit()->height() > height);
        QCOMPARE(m_engine->generations, 0);
    }

    void composerGrowsToAThirdOfTheWindowAtMost() {
        edit()->setPlainText(QStringLiteral("line\n").repeated(200));
        settle();
        QVERIFY(edit()->height() <= m_window->height() / 3 + 1);
        QVERIFY(m_window->page()->view()->parentWidget()->height() > 100);
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

    void sendTurnsIntoStopWhileWriting() {
        auto* button = find<QAbstractButton>("sendButton");
        QVERIFY(!button->isEnabled());
        QTest::keyClicks(edit(), QStringLiteral("Go"));
        QVERIFY(button->isEnabled());
        QCOMPARE(button->accessibleName(), QStringLiteral("Send"));
        QTest::mouseClick(button, Qt::LeftButton);
        settle();
        QCOMPARE(button->accessibleName(), QStringLiteral("Stop"));
        QTest::keyClicks(edit(), QStringLiteral("draft"));
        QTest::keyClick(edit(), Qt::Key_Return);
        QCOMPARE(edit()->toPlainText(), QStringLiteral("draft"));
        QTest::mouseClick(button, Qt::LeftButton);
        QVERIFY(m_engine->lastGenerate.stop->load());
        m_engine->end(EndReason::Stopped);
        settle();
        QCOMPARE(button->accessibleName(), QStringLiteral("Send"));
        QCOMPARE(edit()->toPlainText(), QStringLiteral("draft"));
    }

    void upRecallsTheLastMessageInTheEmptyBox() {
        type(QStringLiteral("Remember me"));
        answer(QStringLiteral(" ok"));
        QTest::keyClick(edit(), Qt::Key_Up);
        QCOMPARE(edit()->toPlainText(), QStringLiteral("Remember me"));
        QTest::keyClick(edit(), Qt::Key_Z, Qt::ControlModifier);
        QVERIFY(edit()->toPlainText().isEmpty());
    }

    void aMegabyteCanBePastedAndUndone() {
        const QString big = QStringLiteral("A line of text to be pasted.\n").repeated(36000);
        QApplication::clipboard()->setText(big);
        edit()->paste();
        settle();
        QCOMPARE(m_window->page()->composer()->text(), big);
        QTest::keyClicks(edit(), QStringLiteral("x"));
        edit()->undo();
        edit()->undo();
        QVERIFY(edit()->toPlainText().isEmpty());
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
        QCOMPARE(chooser->count(), 4);
        chooser->setFocus();
        chooser->setCurrentIndex(chooser->findData(static_cast<int>(FormatId::Qa)));
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
        QCOMPARE(find<QLabel>("noticeSentence")->text(), QStringLiteral("There is no such file."));
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

    void aMessageSentWhileAModelOpensIsAnsweredThen() {
        emit m_window->openModelRequested(QStringLiteral("/models/phi-2.gguf"));
        settle();
        QVERIFY(find<QProgressBar>("openingProgress")->isVisible());
        type(QStringLiteral("Early"));
        QCOMPARE(m_engine->generations, 0);
        QCOMPARE(messages()->at(1).state, MessageState::Waiting);
        m_engine->answerOpen();
        settle();
        QCOMPARE(m_engine->generations, 1);
        QVERIFY(!find<QProgressBar>("openingProgress")->isVisible());
    }

    void openingCanBeCancelled() {
        emit m_window->openModelRequested(QStringLiteral("/models/phi-2.gguf"));
        settle();
        QTest::mouseClick(find<QAbstractButton>("cancelOpening"), Qt::LeftButton);
        QVERIFY(m_engine->lastOpen.stop->load());
        m_engine->answerFailure(m_engine->lastOpen.id, QStringLiteral("Stopped."), {});
        settle();
        QVERIFY(!find<QWidget>("noticeBar")->isVisible());
        QVERIFY(!find<QProgressBar>("openingProgress")->isVisible());
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
        auto* list = find<QListWidget>("conversations");
        QCOMPARE(list->count(), 2);
        type(QStringLiteral("Second topic"));
        QCOMPARE(m_engine->lastGenerate.prompt, QStringLiteral("Alice: Second topic\nBob:"));
        m_engine->sendText(QStringLiteral(" two"));
        settle();
        list->setCurrentRow(1);
        settle();
        QCOMPARE(shownText(messages()->at(1)), QStringLiteral("one"));
        QCOMPARE(find<QAbstractButton>("sendButton")->accessibleName(), QStringLiteral("Send"));
        type(QStringLiteral("Meanwhile"));
        QCOMPARE(messages()->at(3).state, MessageState::Waiting);
        m_engine->end(EndReason::EndOfText);
        settle();
        QVERIFY(m_engine->lastGenerate.prompt.contains(QStringLiteral("Meanwhile")));
        answer(QStringLiteral(" three"));
        list->setCurrentRow(0);
        settle();
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

    void nothingIsClippedInASmallWindow() {
        type(QStringLiteral("Go"));
        answer(QStringLiteral(" ok"));
        m_window->resize(640, 480);
        settle();
        QCOMPARE(m_window->size(), QSize(640, 480));
        const QList<QWidget*> widgets = m_window->findChildren<QWidget*>();
        for (const QWidget* widget : widgets) {
            if (!widget->isVisible() || widget->objectName().isEmpty() ||
                widget->objectName().startsWith(QLatin1String("qt_"))) {
                continue;
            }
            const bool scrolls = qobject_cast<const QAbstractScrollArea*>(widget->parentWidget()) ||
                                 widget->objectName() == QLatin1String("settingsContent");
            const bool floats = widget->parentWidget() == m_window->page()->view()->viewport();
            if (!scrolls && !floats && widget->parentWidget()) {
                QVERIFY2(widget->parentWidget()->rect().contains(widget->geometry()),
                         qPrintable(widget->objectName()));
            }
            const auto* label = qobject_cast<const QLabel*>(widget);
            if (label && !label->wordWrap() &&
                label->objectName() != QLatin1String("conversationTitle")) {
                QVERIFY2(label->fontMetrics().horizontalAdvance(label->text()) <=
                             label->width() + 1,
                         qPrintable(label->objectName() + label->text()));
            }
        }
    }

    void everyControlHasAName() {
        const QList<QWidget*> widgets = m_window->findChildren<QWidget*>();
        for (QWidget* widget : widgets) {
            if (widget->focusPolicy() == Qt::NoFocus || !widget->isVisible() ||
                widget->objectName().startsWith(QLatin1String("qt_"))) {
                continue;
            }
            const auto* button = qobject_cast<QAbstractButton*>(widget);
            const bool named =
                !widget->accessibleName().isEmpty() || (button && !button->text().isEmpty());
            QVERIFY2(named, qPrintable(QString::fromLatin1(widget->metaObject()->className()) +
                                       widget->objectName()));
        }
    }

    void tabReachesEveryControlAndComesBack() {
        edit()->setFocus();
        QSet<QString> seen;
        for (int step = 0; step < 60; ++step) {
            QTest::keyClick(m_window->focusWidget(), Qt::Key_Tab);
            seen.insert(m_window->focusWidget()->objectName());
        }
        for (const char* name :
             {"composerEdit", "formatChooser", "newConversation", "conversations", "temperature",
              "topP", "topK", "maxTokens", "seed", "newSeed", "moreSettings"}) {
            QVERIFY2(seen.contains(QLatin1String(name)), name);
        }
    }

    void zoomScalesAndIsBounded() {
        const double before = QApplication::font().pointSizeF();
        connect(m_window.get(), &MainWindow::zoomChosen, qApp,
                [](double factor) { applyZoom(*qApp, factor); });
        for (int step = 0; step < 20; ++step) {
            trigger("actionZoomIn");
        }
        QVERIFY(std::abs(QApplication::font().pointSizeF() - 2 * before) < 0.6);
        QVERIFY(m_window->page()->composer()->height() > 40);
        trigger("actionZoomReset");
        QVERIFY(std::abs(QApplication::font().pointSizeF() - before) < 0.1);
    }

    void panelsAreRememberedAndHideWhenNarrow() {
        auto* panel = find<QWidget>("settingsPanel");
        m_window->resize(1200, 700);
        settle();
        QVERIFY(panel->isVisible());
        trigger("actionSettings");
        QVERIFY(!panel->isVisible());
        QVERIFY(!m_window->state().settingsShown);
        trigger("actionSettings");
        m_window->resize(640, 480);
        settle();
        QVERIFY(!panel->isVisible());
        QVERIFY(m_window->state().settingsShown);
        trigger("actionSettings");
        QVERIFY(panel->isVisible());
        auto* button = find<QToolButton>("actionSettingsButton");
        QCOMPARE(button->toolButtonStyle(), Qt::ToolButtonIconOnly);
        QVERIFY(!button->icon().isNull());
    }

    void theWindowStaysAsItIsWhileAModelOpens() {
        const int top = edit()->mapTo(m_window.get(), QPoint()).y();
        emit m_window->openModelRequested(QStringLiteral("/models/phi-2.gguf"));
        settle();
        QCOMPARE(edit()->mapTo(m_window.get(), QPoint()).y(), top);
    }

    void fewLinesFitTheComposerWithoutScrolling() {
        edit()->setPlainText(QStringLiteral("one\ntwo\n\nfour"));
        settle();
        QVERIFY(!edit()->verticalScrollBar()->isVisible());
    }

    void aMegabyteOnOneLineCanBePasted() {
        QApplication::clipboard()->setText(QStringLiteral("word ").repeated(200000));
        QElapsedTimer timer;
        timer.start();
        edit()->paste();
        settle();
        const qint64 pasted = timer.restart();
        QTest::keyClicks(edit(), QStringLiteral("x"));
        settle();
        qInfo("paste %lld ms, key %lld ms", static_cast<long long>(pasted),
              static_cast<long long>(timer.elapsed()));
        QCOMPARE(m_window->page()->composer()->text(),
                 QStringLiteral("word ").repeated(200000) + u'x');
        edit()->undo();
        edit()->undo();
        QVERIFY(edit()->toPlainText().isEmpty());
    }

    void preferencesComeBack() {
        Preferences preferences;
        preferences.settings.seed = Q_UINT64_C(18446744073709551614);
        preferences.settings.temperature = 1.25;
        preferences.format = FormatId::Raw;
        preferences.window.zoom = 1.3;
        preferences.window.settingsShown = false;
        preferences.window.appearance = Appearance::Dark;
        QSettings::setPath(
            QSettings::IniFormat, QSettings::UserScope,
            QStandardPaths::writableLocation(QStandardPaths::TempLocation) +
                QStringLiteral("/phidelity-test-%1").arg(QCoreApplication::applicationPid()));
        savePreferences(preferences);
        const Preferences loaded = loadPreferences();
        QCOMPARE(loaded.settings, preferences.settings);
        QCOMPARE(loaded.format, FormatId::Raw);
        QCOMPARE(loaded.window.zoom, 1.3);
        QVERIFY(!loaded.window.settingsShown);
        QCOMPARE(loaded.window.appearance, Appearance::Dark);
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
