// SPDX-License-Identifier: MIT
// The sampling lab in the whole window: real clicks and keys, the real engine, the demo model.
#include <cmath>
#include <limits>
#include <memory>

#include <QAbstractButton>
#include <QAction>
#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QDoubleSpinBox>
#include <QFile>
#include <QFileDialog>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QScrollArea>
#include <QSignalSpy>
#include <QSlider>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

#include "app/lab_desk.h"
#include "app/wiring.h"
#include "engine/engine_thread.h"
#include "ui/chat_page.h"
#include "ui/lab/distribution_view.h"
#include "ui/lab/stage_list.h"
#include "ui/message_model.h"
#include "ui/notice_bar.h"
#include "ui/settings_panel.h"

using namespace phidelity;

class LabWindowTest : public QObject {
    Q_OBJECT

    struct Program {
        ChatController controller;
        MainWindow window;
        std::unique_ptr<EngineThread> engine = std::make_unique<EngineThread>();
        LabDesk lab;

        explicit Program(const QString& presets) : lab(window, controller, PresetStore(presets)) {
            connectWindow(window, controller);
            connectEngine(engine->engine(), controller);
            connectLab(engine->engine(), lab);
            controller.newConversation();
            window.resize(1280, 800);
            window.show();
            controller.models()->open({});
        }
        template <class Widget>
        Widget* find(const char* name) {
            auto* widget = window.findChild<Widget*>(QLatin1String(name));
            if (!widget) {
                qFatal("no widget named %s", name);
            }
            return widget;
        }
        void click(const char* name) {
            auto* widget = find<QWidget>(name);
            find<QScrollArea>("labScroll")->ensureWidgetVisible(widget);
            QApplication::processEvents();
            QTest::mouseClick(widget, Qt::LeftButton, {}, QPoint(8, widget->height() / 2));
            QApplication::processEvents();
        }
        [[nodiscard]] const LabDistribution& chances() const {
            return lab.panel()->distribution()->distribution();
        }
        [[nodiscard]] bool known() const { return !chances().steps.isEmpty(); }
        void openLab() {
            QTest::mouseClick(find<QAbstractButton>("openLab"), Qt::LeftButton);
            QApplication::processEvents();
        }
        /// Of the stage, or of the model where there is none.
        [[nodiscard]] LabStep step(std::optional<SamplingStage> stage) const {
            for (const LabStep& each : chances().steps) {
                if (each.stage == stage) {
                    return each;
                }
            }
            return {};
        }
    };

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<Program> m_program;

    QString presets() const { return m_folder->filePath(QStringLiteral("own/presets.json")); }

private slots:
    void initTestCase() { registerEngineMessages(); }
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        m_program = std::make_unique<Program>(presets());
    }
    void cleanup() { m_program.reset(); }

    void theSimpleViewComesFirstAndTheLabIsOneClickAway() {
        QVERIFY(!m_program->lab.panel()->isVisible());
        QVERIFY(m_program->find<QWidget>("temperature")->isVisible());
        m_program->openLab();
        QTRY_VERIFY(m_program->lab.panel()->isVisible());
        QVERIFY(!m_program->find<QLabel>("distributionNote")->text().isEmpty()); // what to do next
        auto* action = m_program->find<QAction>("actionLab");
        QVERIFY(action->isChecked());
        // Its keys are its own.
        const QList<QAction*> actions = m_program->window.findChildren<QAction*>();
        for (const QAction* other : actions) {
            QVERIFY2(other == action || !other->shortcuts().contains(action->shortcut()),
                     qPrintable(other->objectName()));
        }
        action->trigger();
        QTRY_VERIFY(!m_program->lab.panel()->isVisible());
    }

    void nothingIsAskedWhileTheLabIsNotSeen() {
        QSignalSpy asked(&m_program->lab, &LabDesk::nextRequested);
        QTest::keyClicks(m_program->find<QPlainTextEdit>("composerEdit"), QStringLiteral("Hello"));
        QTest::qWait(500);
        QCOMPARE(asked.size(), 0);
        m_program->openLab();
        QTRY_COMPARE_WITH_TIMEOUT(asked.size(), 1, 20000);
        QTRY_VERIFY_WITH_TIMEOUT(m_program->known(), 60000);
        QVERIFY(m_program->chances().text.contains(QLatin1String("Hello")));
    }

    void aLongTextIsReadOnlyIfOneSaysSo() {
        m_program->openLab();
        QSignalSpy asked(&m_program->lab, &LabDesk::nextRequested);
        const QString text = QStringLiteral("one two three four five ").repeated(20);
        QTRY_VERIFY_WITH_TIMEOUT(m_program->controller.models()->model().context > 0, 60000);
        QTest::qWait(300); // the chat has told that it has no text
        m_program->lab.setPageText(QStringLiteral("chat"), text);
        auto* read = m_program->find<QAbstractButton>("distributionAction");
        QTRY_VERIFY(read->isVisible());
        QTest::qWait(300);
        QCOMPARE(asked.size(), 0);
        QTest::mouseClick(read, Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(m_program->known(), 60000);
        // A few more words are read without a question.
        m_program->lab.setPageText(QStringLiteral("chat"), text + QStringLiteral("six seven"));
        QTRY_COMPARE_WITH_TIMEOUT(asked.size(), 2, 60000);
    }

    void slidersChangeTheChancesAtOnceWithoutTheModel() {
        m_program->openLab();
        QTest::keyClicks(m_program->find<QLineEdit>("labText"), QStringLiteral("The"));
        QTRY_VERIFY_WITH_TIMEOUT(
            m_program->known() && m_program->chances().text == QLatin1String("The"), 60000);
        QSignalSpy asked(&m_program->lab, &LabDesk::nextRequested);
        const LabDistribution before = m_program->chances();
        const double top = m_program->step(SamplingStage::Temperature).tokens.front().after;
        m_program->click("fold_temperature");
        auto* slider = m_program->find<QSlider>("labTemperatureSlider");
        slider->setFocus();
        QTest::keyClick(slider, Qt::Key_End); // the temperature 2
        const LabDistribution after = m_program->chances();
        QVERIFY(after != before);
        QVERIFY(m_program->step(SamplingStage::Temperature).tokens.front().after < top);
        QCOMPARE(m_program->step({}), before.steps.front()); // the model's own stay
        QCOMPARE(m_program->controller.settings().temperature, 2.0);
        QCOMPARE(m_program->find<QDoubleSpinBox>("temperature")->value(), 2.0); // simple view, too
        QTest::qWait(400);
        QCOMPARE(asked.size(), 0);

        // The chances behind a stage are those of the sampler's formulas.
        GenerationSettings plain;
        plain.temperature = 0.5;
        plain.topK = 3;
        plain.topP = 1;
        plain.minP = 0;
        m_program->window.settings()->change(plain);
        const LabStep cut = m_program->step(SamplingStage::TopK);
        QCOMPARE(cut.left, 3);
        double squares = 0;
        for (int row = 0; row < 3; ++row) {
            squares += std::pow(cut.tokens.at(row).before, 2.0);
        }
        const LabStep cold = m_program->step(SamplingStage::Temperature);
        for (int row = 0; row < 3; ++row) {
            const double expected = std::pow(cut.tokens.at(row).before, 2.0) / squares;
            QVERIFY(std::abs(cold.tokens.at(row).after - expected) < 1e-4);
        }
        QCOMPARE(cold.tokens.at(3).removedBy, SamplingStage::TopK);
    }

    void anotherOrderOfTheSameNumbersIsAnotherDistribution() {
        m_program->openLab();
        QTest::keyClicks(m_program->find<QLineEdit>("labText"), QStringLiteral("The"));
        QTRY_VERIFY_WITH_TIMEOUT(m_program->known(), 60000);
        GenerationSettings settings;
        settings.temperature = 2;
        settings.topK = 0;
        settings.minP = 0;
        settings.topP = 0.8;
        m_program->window.settings()->change(settings);
        const int last = m_program->chances().steps.back().left;
        auto* box = m_program->find<QComboBox>("stageOrder");
        box->setFocus();
        QTest::keyClick(box, Qt::Key_Down); // temperature first
        QCOMPARE(m_program->chances().steps.at(1).stage, SamplingStage::Temperature);
        QVERIFY(m_program->chances().steps.back().left > last);
        QCOMPARE(orderOf(m_program->controller.settings()), StageOrder::HuggingFace);
        auto* grip = m_program->find<QToolButton>("grip_temperature");
        grip->setFocus();
        for (int place = 0; place < 6; ++place) {
            QTest::keyClick(grip, Qt::Key_Down, Qt::AltModifier);
        }
        QCOMPARE(m_program->chances().steps.back().stage, SamplingStage::Temperature);
        QCOMPARE(m_program->chances().steps.back().left, last);
    }

    void aTypedTextShowsItsTokensAndIsForbidden() {
        m_program->openLab();
        QTest::keyClicks(m_program->find<QLineEdit>("labText"), QStringLiteral("Once upon a"));
        QTRY_VERIFY_WITH_TIMEOUT(m_program->known(), 60000);
        m_program->click("fold_logit_bias");
        auto* text = m_program->find<QLineEdit>("biasText");
        text->setFocus();
        const LabToken likely = m_program->step({}).tokens.front();
        QTest::keyClicks(text, QString(likely.text).replace(QChar(0x00B7), QLatin1Char(' ')));
        auto* note = m_program->find<QLabel>("biasNote");
        QTRY_VERIFY_WITH_TIMEOUT(note->text().contains(QString::number(likely.id)), 20000);
        m_program->click("biasNever");
        QCOMPARE(
            m_program->controller.settings().logitBias,
            (QList<QPair<quint32, float>>{{likely.id, -std::numeric_limits<float>::infinity()}}));
        const LabStep biased = m_program->step(SamplingStage::LogitBias);
        QCOMPARE(biased.tokens.front().id, likely.id);
        QCOMPARE(biased.tokens.front().removedBy, SamplingStage::LogitBias);
        QTest::keyClicks(text, QStringLiteral("zxqv unbelievable"));
        QTRY_VERIFY_WITH_TIMEOUT(note->text().contains(QLatin1String("tokens: ")), 20000);
    }

    void theReplyIsWrittenWithTheLabsSettings() {
        m_program->openLab();
        m_program->click("seedDie");
        const quint64 seed = m_program->controller.settings().seed;
        auto* stops = m_program->find<QPlainTextEdit>("stopStrings");
        stops->setFocus();
        QTest::keyClicks(stops, QStringLiteral("\\n\\n"));
        auto* length = m_program->find<QWidget>("labMaxTokens");
        length->setFocus();
        QTest::keyClick(length, Qt::Key_A, Qt::ControlModifier);
        QTest::keyClicks(length, QStringLiteral("12"));
        QTest::keyClick(length, Qt::Key_Return);
        m_program->click("switch_dry");
        QList<GenerationEnded> ended;
        connect(&m_program->engine->engine(), &Engine::generationEnded, &m_program->window,
                [&](const GenerationEnded& end) { ended << end; });
        auto* edit = m_program->find<QPlainTextEdit>("composerEdit");
        QTest::keyClicks(edit, QStringLiteral("Tell me a story."));
        QTest::keyClick(edit, Qt::Key_Return);
        QTRY_COMPARE_WITH_TIMEOUT(ended.size(), 1, 60000);
        const GenerationRecord& record = ended.front().record;
        QCOMPARE(record.settings.seed, seed);
        QCOMPARE(ended.front().seed, seed);
        QCOMPARE(record.settings.maxTokens, 12);
        QVERIFY(record.settings.dryMultiplier > 0);
        QCOMPARE(record.settings.dryBreakers, GenerationSettings().dryBreakers);
        QVERIFY(record.stops.contains(QStringLiteral("\n\n")));
        QVERIFY(ended.front().generatedTokens <= 12);
        // Locked: the next one has it, too. The record comes back from its JSON.
        QCOMPARE(m_program->find<QLineEdit>("labSeed")->text(), QString::number(seed));
        QCOMPARE(settingsFromJson(toJson(record.settings)), record.settings);
    }

    void presetsLiveOnTheDiskAndGoFromOneMachineToAnother() {
        m_program->openLab();
        m_program->window.settings()->change(withPreset(Preset::Creative, {}));
        GenerationSettings own = m_program->controller.settings();
        own.temperature = 1.3;
        emit m_program->lab.panel()->ownPresetsChanged({{QStringLiteral("Wild"), own}});
        QVERIFY(QFile::exists(presets()));

        Program second(presets());
        QCOMPARE(second.lab.panel()->ownPresets().size(), 1);
        QCOMPARE(second.lab.panel()->ownPresets().front().settings, own);
        const QString file = m_folder->filePath(QStringLiteral("shared.json"));
        emit second.lab.panel()->exportRequested(file);
        QVERIFY(QFile::exists(file));

        Program third(m_folder->filePath(QStringLiteral("third/presets.json")));
        emit third.lab.panel()->importRequested(file);
        QCOMPARE(third.lab.panel()->ownPresets(), second.lab.panel()->ownPresets());
        emit third.lab.panel()->importRequested(file);
        QCOMPARE(third.lab.panel()->ownPresets().size(), 1); // it is there already
    }

    void aFaultyFileOfPresetsIsToldAndChangesNothing() {
        const QString path = m_folder->filePath(QStringLiteral("bad.json"));
        const auto write = [&path](const QByteArray& bytes) {
            QFile file(path);
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(bytes);
        };
        m_program->openLab();
        auto* notice = m_program->lab.panel()->findChild<NoticeBar*>(QStringLiteral("labNotice"));
        write("{ \"format\": oops");
        m_program->find<QAction>("presetImport")->trigger();
        auto* dialog = m_program->find<QFileDialog>("importPresetsDialog");
        emit dialog->fileSelected(path);
        dialog->close();
        QVERIFY2(notice->sentence().contains(QLatin1String("line 1, column")),
                 qPrintable(notice->sentence()));
        write(R"({"format":"phidelity-presets","version":1,"presets":[
                  {"name":"A","settings":{"top_p":7}},{"name":"B","settings":{"top_k":3}}]})");
        emit m_program->lab.panel()->importRequested(path);
        QCOMPARE(m_program->lab.panel()->ownPresets().size(), 1);
        QVERIFY(notice->isVisible());
        emit m_program->lab.panel()->exportRequested(QStringLiteral("/proc/none/presets.json"));
        QVERIFY(notice->sentence().contains(QLatin1String("could not be written")));
    }

    void aDamagedStoreOfPresetsIsSetAside() {
        QDir().mkpath(QFileInfo(presets()).path());
        QFile file(presets());
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("nonsense");
        file.close();
        Program program(presets());
        auto* notice = program.lab.panel()->findChild<NoticeBar*>(QStringLiteral("labNotice"));
        QVERIFY(notice->sentence().contains(presets() + QLatin1String(".damaged")));
        QFile kept(presets() + QStringLiteral(".damaged"));
        QVERIFY(kept.open(QIODevice::ReadOnly));
        QCOMPARE(kept.readAll(), QByteArray("nonsense"));
    }
};

QTEST_MAIN(LabWindowTest)
#include "lab_window_test.moc"
