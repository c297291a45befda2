// SPDX-License-Identifier: MIT
// The window, the real engine and a graphics driver that fails when it is told to.
#include <QAbstractButton>
#include <QApplication>
#include <QLabel>
#include <QPlainTextEdit>
#include <QTest>

#include "app/wiring.h"
#include "driver_shim.h"
#include "engine/engine_thread.h"
#include "engine/model_source.h"
#include "ui/chat_page.h"
#include "ui/main_window.h"
#include "ui/message_model.h"
#include "vulkan_rig.h"

using namespace phidelity;
using namespace phidelity::test;

class WindowDeviceTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { registerEngineMessages(); }

    void aModelThatIsTooLargeIsSharedAtAClickAndAnswers() {
        const FoundDevice device = findDevice();
        if (!device.missing.empty()) {
            QSKIP(device.missing.c_str());
        }
        const auto demo = openCheckpoint({});
        QVERIFY(demo);
        const auto room = roomForLayers(device, **demo, 2);
        QVERIFY(room);
        vulkan::DeviceOptions options;
        options.memoryLimit = *room + *room / 30;
        ChatController controller;
        MainWindow window;
        EngineThread engine([&](std::string_view spec, std::uint32_t threads) {
            return openThroughShim(device, spec, threads, options);
        });
        connectWindow(window, controller);
        connectEngine(engine.engine(), controller);
        controller.newConversation();
        window.resize(1500, 800);
        window.show();
        GenerationSettings settings;
        settings.temperature = 0;
        settings.maxTokens = 12;
        controller.setSettings(settings);
        controller.models()->setDevice(QStringLiteral("vulkan"), 0);
        controller.models()->open({});
        const auto button = [&] {
            return window.findChild<QAbstractButton*>(QStringLiteral("offerSharing"));
        };
        QTRY_VERIFY_WITH_TIMEOUT(button() && button()->isVisible(), 120000);
        QTest::mouseClick(button(), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(controller.models()->isReady(), 120000);
        QVERIFY2(controller.models()->model().device.contains(QLatin1String("CPU (")),
                 qPrintable(controller.models()->model().device));
        QVERIFY(window.findChild<QLabel*>(QStringLiteral("statusDevice"))
                    ->text()
                    .contains(QLatin1String("layers), CPU (")));
        QVERIFY(controller.models()->devicePick().sharesWithCpu);

        auto* edit = window.findChild<QWidget*>(QStringLiteral("composerEdit"));
        QTest::keyClicks(edit, QStringLiteral("Hello"));
        QTest::keyClick(edit, Qt::Key_Return);
        const MessageModel& messages = *window.page()->messages();
        QTRY_VERIFY_WITH_TIMEOUT(messages.rowCount() == 2 && isEndedReply(messages.at(1)), 120000);
        QVERIFY(!shownText(messages.at(1)).isEmpty());
    }

    void aLostDeviceIsASentenceAndTheConversationGoesOn() {
        const FoundDevice device = findDevice();
        if (!device.missing.empty()) {
            QSKIP(device.missing.c_str());
        }
        ChatController controller;
        MainWindow window;
        EngineThread engine([&](std::string_view spec, std::uint32_t threads) {
            return openThroughShim(device, spec, threads);
        });
        connectWindow(window, controller);
        connectEngine(engine.engine(), controller);
        controller.newConversation();
        window.show();
        GenerationSettings settings;
        settings.temperature = 0;
        settings.maxTokens = 60;
        controller.setSettings(settings);
        controller.setFormat(FormatId::Raw);
        controller.models()->open({});
        const MessageModel& messages = *window.page()->messages();
        const auto find = [&](const char* name) {
            return window.findChild<QWidget*>(QLatin1String(name));
        };

        connect(
            &engine.engine(), &Engine::textArrived, &engine.engine(),
            [] { DriverShim::get().failNext("vkQueueSubmit", VK_ERROR_DEVICE_LOST); },
            static_cast<Qt::ConnectionType>(Qt::DirectConnection | Qt::SingleShotConnection));
        QTest::keyClicks(find("composerEdit"), QStringLiteral("Once upon a time"));
        QTest::keyClick(find("composerEdit"), Qt::Key_Return);
        QTRY_VERIFY_WITH_TIMEOUT(messages.rowCount() == 2 && isEndedReply(messages.at(1)), 120000);
        const Message reply = messages.at(1);
        QCOMPARE(reply.state, MessageState::Interrupted);
        QVERIFY(!shownText(reply).isEmpty());
        QVERIFY(noteOf(reply).contains(QLatin1String("kept")));

        QTRY_VERIFY_WITH_TIMEOUT(find("noticeBar")->isVisible(), 120000);
        const QString sentence = qobject_cast<QLabel*>(find("noticeSentence"))->text();
        QVERIFY2(sentence.contains(QString::fromStdString(device.physical.info.name)),
                 qPrintable(sentence));
        QVERIFY2(sentence.contains(QLatin1String("started again")), qPrintable(sentence));

        controller.continueReply();
        QTRY_VERIFY_WITH_TIMEOUT(isEndedReply(messages.at(1)), 120000);
        QVERIFY(messages.at(1).state != MessageState::Interrupted);
        QVERIFY(noteOf(messages.at(1)) != noteOf(reply));
        QVERIFY(messages.at(1).text.startsWith(reply.text));
        QVERIFY(messages.at(1).text.size() > reply.text.size());
        QVERIFY(window.isVisible());
    }
};

QTEST_MAIN(WindowDeviceTest)
#include "window_device_test.moc"
