// SPDX-License-Identifier: MIT
// Picking a device in the window, and what comes of it.
#include <QAbstractButton>
#include <QLabel>
#include <QLocale>
#include <QTest>

#include "window_fixture.h"

using namespace phidelity;

class DeviceChoiceTest : public WindowFixture {
    Q_OBJECT

private slots:
    void aDeviceIsPickedByKeyboardAndTheConversationStays() {
        type(QStringLiteral("Hello"));
        answer(QStringLiteral(" Hi"));
        QTest::keyClick(m_window.get(), Qt::Key_D, Qt::ControlModifier | Qt::ShiftModifier);
        settle();
        QCOMPARE(m_engine->lists, 1);
        QVERIFY(!find<QAbstractButton>("useDevice")->isEnabled());
        m_engine->answerList();
        settle();
        auto* automatic = find<QAbstractButton>("device:auto");
        QVERIFY(automatic->isChecked());
        QVERIFY(automatic->hasFocus());
        QTest::keyClick(automatic, Qt::Key_Down);
        auto* gpu = find<QAbstractButton>("device:vulkan:0");
        QVERIFY(gpu->isChecked());
        QVERIFY(gpu->accessibleDescription().contains(QStringLiteral("15.9 GB of 17.1 GB free")));
        QTest::keyClick(gpu, Qt::Key_Return);
        settle();
        QCOMPARE(m_engine->opens, 2);
        QCOMPARE(m_engine->lastOpen.device, QStringLiteral("vulkan:0"));
        QCOMPARE(m_engine->lastOpen.deviceName, QStringLiteral("Radeon RX 7800 XT"));
        QCOMPARE(m_controller->models()->devicePick(), DevicePick()); // not before it worked
        m_engine->answerOpen();
        settle();
        QCOMPARE(m_controller->models()->devicePick().id, QStringLiteral("vulkan:0"));
        QCOMPARE(messages()->rowCount(), 2);
        type(QStringLiteral("More"));
        QVERIFY(m_engine->lastGenerate.prompt.contains(QStringLiteral("Bob: Hi\nAlice: More")));
    }

    void aRefusedDeviceSaysWhyAndCannotBePicked() {
        QTest::mouseClick(find<QLabel>("statusDevice"), Qt::LeftButton);
        settle();
        m_engine->answerList();
        settle();
        auto* old = find<QAbstractButton>("device:vulkan:1");
        QVERIFY(!old->isEnabled());
        QVERIFY(old->accessibleDescription().contains(QStringLiteral("1.2 is needed")));
        QTest::mouseClick(old, Qt::LeftButton);
        QVERIFY(find<QAbstractButton>("device:auto")->isChecked());
    }

    void aPickThatFailsIsTakenBack() {
        m_controller->models()->chooseDevice(
            {QStringLiteral("vulkan:0"), QStringLiteral("Some GPU")});
        settle();
        m_engine->answerFailure(m_engine->lastOpen.id, QStringLiteral("It did not start."), {});
        settle();
        QCOMPARE(m_controller->models()->devicePick(), DevicePick());
        m_controller->models()->open({});
        settle();
        QCOMPARE(m_engine->lastOpen.device, QStringLiteral("auto"));
    }

    void theCommandLineGoesBeforeWhatIsRemembered() {
        const DevicePick pick{QStringLiteral("vulkan:0"), QStringLiteral("Some GPU")};
        m_controller->models()->setDevicePick(pick);
        m_controller->models()->setDevice(QStringLiteral("cpu"), 0);
        m_controller->models()->open({});
        settle();
        QCOMPARE(m_engine->lastOpen.device, QStringLiteral("cpu"));
        QVERIFY(m_engine->lastOpen.deviceName.isEmpty());
        m_engine->answerOpen();
        settle();
        QCOMPARE(m_controller->models()->devicePick(), pick); // still remembered for the next start
    }

    void aModelThatIsTooLargeCanBeOpenedWithAShorterContext() {
        emit m_window->openModelRequested(QStringLiteral("/models/large.gguf"));
        settle();
        EngineFailed failure;
        failure.id = m_engine->lastOpen.id;
        failure.sentence = QStringLiteral("It needs 2.10 GB more memory than is free.");
        failure.fittingContext = 1024;
        emit m_engine->failed(failure);
        settle();
        auto* offer = find<QAbstractButton>("offerContext");
        QVERIFY(offer->isVisible());
        QVERIFY(offer->text().contains(QLocale().toString(1024)));
        QTest::mouseClick(offer, Qt::LeftButton);
        settle();
        QCOMPARE(m_engine->lastOpen.path, QStringLiteral("/models/large.gguf"));
        QCOMPARE(m_engine->lastOpen.context, 1024);
    }

    void layersThatDoNotFitMayRunOnTheProcessor() {
        QTest::mouseClick(find<QLabel>("statusDevice"), Qt::LeftButton);
        settle();
        auto* share = find<QAbstractButton>("shareWithProcessor");
        QVERIFY(!share->isEnabled());
        m_engine->answerList();
        settle();
        QVERIFY(share->isEnabled() && !share->isChecked());
        QTest::mouseClick(share, Qt::LeftButton, {}, QPoint(10, share->height() / 2));
        QVERIFY(share->isChecked());
        m_engine->answerList(); // a list that comes later does not change what was clicked
        settle();
        QVERIFY(share->isChecked());
        QTest::mouseClick(find<QAbstractButton>("useDevice"), Qt::LeftButton);
        settle();
        QVERIFY(m_engine->lastOpen.sharesWithCpu);
        QVERIFY(!m_controller->models()->devicePick().sharesWithCpu); // not before it worked
        m_engine->answerOpen();
        settle();
        QVERIFY(m_controller->models()->devicePick().sharesWithCpu);

        QTest::mouseClick(find<QLabel>("statusDevice"), Qt::LeftButton);
        settle();
        m_engine->answerList();
        settle();
        QVERIFY(find<QAbstractButton>("shareWithProcessor")->isChecked());
    }

    void aModelThatIsTooLargeIsOfferedToBothWhereThatWasNotAllowed() {
        m_controller->models()->chooseDevice(
            {QStringLiteral("vulkan:0"), QStringLiteral("Some GPU")});
        settle();
        EngineFailed failure;
        failure.id = m_engine->lastOpen.id;
        failure.sentence = QStringLiteral("It needs 2.10 GB more memory than is free.");
        failure.fittingContext = 1024;
        failure.fittingLayers = 20;
        failure.layers = 32;
        emit m_engine->failed(failure);
        settle();
        QVERIFY(find<QAbstractButton>("offerContext")->isVisible());
        auto* offer = find<QAbstractButton>("offerSharing");
        QVERIFY(offer->isVisible());
        QCOMPARE(offer->text(), QStringLiteral("Run 12 of its 32 layers on the processor"));
        QTest::mouseClick(offer, Qt::LeftButton);
        settle();
        QCOMPARE(m_engine->lastOpen.device, QStringLiteral("vulkan:0")); // where it was too large
        QVERIFY(m_engine->lastOpen.sharesWithCpu);
        ModelOpened model = FakeEngine::demoModel(m_engine->lastOpen.id);
        model.device = QStringLiteral("Some GPU (20 of 32 layers), CPU (12 layers)");
        emit m_engine->modelOpened(model);
        settle();
        QCOMPARE(find<QLabel>("statusDevice")->text(), model.device);
        const DevicePick pick = m_controller->models()->devicePick();
        QCOMPARE(pick.name, QStringLiteral("Some GPU"));
        QVERIFY(pick.sharesWithCpu);
        QVERIFY(!find<QWidget>("noticeBar")->isVisible());
    }

    void whatIsAllowedHoldsForADeviceOfTheCommandLineToo() {
        DevicePick pick{QStringLiteral("vulkan:0"), QStringLiteral("Some GPU"), true};
        m_controller->models()->setDevicePick(pick);
        m_controller->models()->setDevice(QStringLiteral("vulkan:1"), 0);
        m_controller->models()->open({});
        settle();
        QVERIFY(m_engine->lastOpen.sharesWithCpu);
        m_engine->answerOpen();
        settle();
        QCOMPARE(m_controller->models()->devicePick(), pick);
    }

    void whatTheEngineHasToSayOfTheDeviceIsShown() {
        m_controller->models()->open({});
        settle();
        ModelOpened model = FakeEngine::demoModel(m_engine->lastOpen.id);
        model.notice = QStringLiteral("Some GPU cannot be found any more.");
        emit m_engine->modelOpened(model);
        settle();
        QCOMPARE(find<QLabel>("noticeSentence")->text(), model.notice);
    }
};

QTEST_MAIN(DeviceChoiceTest)
#include "device_choice_test.moc"
