// SPDX-License-Identifier: MIT
#include <QtTest>

#include "engine/device_list.h"
#include "engine/model_source.h"
#include "inference/model/memory_plan.h"

using namespace phidelity;

namespace {

DeviceChoice device(const char* id, const char* name, bool usable) {
    DeviceChoice choice;
    choice.info.id = id;
    choice.info.name = name;
    choice.info.memory = 8'000'000'000;
    choice.usable = usable;
    choice.reason = usable ? "a GPU" : "its driver is too old";
    return choice;
}

DevicePick pick(const char* id, const char* name) {
    return {QString::fromLatin1(id), QString::fromLatin1(name)};
}

} // namespace

class DeviceListTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { registerEngineMessages(); }

    void aPickIsFoundByItsNameWhereItsNumberHasChanged() {
        const DeviceChoice devices[] = {device("vulkan:0", "Other GPU", true),
                                        device("vulkan:1", "My GPU", true)};
        const FoundPick found = findPick(pick("vulkan:0", "My GPU"), devices);
        QCOMPARE(found.device, QStringLiteral("vulkan:1"));
        QVERIFY(found.notice.isEmpty());
    }

    void ofTwoAlikeTheNumberDecides() {
        const DeviceChoice devices[] = {device("vulkan:0", "My GPU", true),
                                        device("vulkan:1", "My GPU", true)};
        QCOMPARE(findPick(pick("vulkan:1", "My GPU"), devices).device, QStringLiteral("vulkan:1"));
    }

    void aPickThatIsGoneBecomesAutomaticAndSaysSo() {
        const DeviceChoice devices[] = {device("vulkan:0", "Other GPU", true),
                                        device("vulkan:1", "My GPU", false)};
        const FoundPick found = findPick(pick("vulkan:1", "My GPU"), devices);
        QCOMPARE(found.device, QStringLiteral("auto"));
        QVERIFY(found.notice.contains(QStringLiteral("My GPU")));
    }

    void theProcessorIsFoundWhateverItsThreads() {
        const FoundPick found = findPick(pick("cpu", "A CPU (2 threads)"), {});
        QCOMPARE(found.device, QStringLiteral("cpu"));
        QVERIFY(found.notice.isEmpty());
    }

    void aListTellsWhatFitsOrWhyNot() {
        const DeviceChoice devices[] = {device("vulkan:0", "Good GPU", true),
                                        device("vulkan:1", "Old GPU", false)};
        const DevicesListed list = describeDevices(devices);
        QCOMPARE(list.devices.size(), 2);
        QCOMPARE(list.automatic, QStringLiteral("vulkan:0"));
        QVERIFY(list.automaticReason.contains(QStringLiteral("Good GPU")));
        QVERIFY(list.devices.at(0).fits.contains(QStringLiteral("Phi-2")));
        QVERIFY(list.devices.at(1).fits.isEmpty());
        QCOMPARE(list.devices.at(1).reason, QStringLiteral("its driver is too old"));
    }

    void aRememberedDeviceThatIsGoneOpensOnAnotherWithASentence() {
        Engine engine;
        QSignalSpy opened(&engine, &Engine::modelOpened);
        OpenModelRequest request;
        request.id = 1;
        request.device = QStringLiteral("vulkan:7");
        request.deviceName = QStringLiteral("A GPU of Another Machine");
        engine.openModel(request);
        QCOMPARE(opened.size(), 1);
        const auto model = opened.at(0).at(0).value<ModelOpened>();
        QVERIFY(model.notice.contains(request.deviceName));
        QVERIFY(model.deviceReason.startsWith(QStringLiteral("Chosen automatically")));
    }

    void theContextOfARequestIsTheModels() {
        Engine engine;
        QSignalSpy opened(&engine, &Engine::modelOpened);
        OpenModelRequest request;
        request.id = 1;
        request.device = QStringLiteral("cpu");
        request.context = 128;
        engine.openModel(request);
        QCOMPARE(opened.size(), 1);
        QCOMPARE(opened.at(0).at(0).value<ModelOpened>().context, 128);
    }

    void theEngineListsTheProcessorAmongOthers() {
        Engine engine;
        QSignalSpy listed(&engine, &Engine::devicesListed);
        engine.listDevices();
        QCOMPARE(listed.size(), 1);
        const auto list = listed.at(0).at(0).value<DevicesListed>();
        QVERIFY(!list.automatic.isEmpty());
        QVERIFY(std::any_of(list.devices.begin(), list.devices.end(), [](const DeviceEntry& entry) {
            return entry.id == QStringLiteral("cpu") && entry.usable;
        }));
    }

    void thereIsNoAdviceForAModelThatFits() {
        OpenModelRequest request; // the demo model
        request.device = QStringLiteral("cpu");
        QVERIFY(!adviseOnMemory(request, chooseBackend));
    }

    void whatDoesNotFitIsToldWithWhatWould() {
        const auto checkpoint = openCheckpoint({});
        const auto backend = createBackend("cpu");
        QVERIFY(checkpoint && backend);
        const std::uint32_t context = (*checkpoint)->shape().context;
        const auto none = planMemory(**checkpoint, **backend, context, 0);
        QVERIFY(none);
        const auto plan =
            planMemory(**checkpoint, **backend, context, none->missing - none->missing / 8);
        QVERIFY(plan && !plan->fits());
        const MemoryAdvice advice =
            describeShortfall(*plan, QStringLiteral("Some GPU"), QStringLiteral("Some CPU"));
        QVERIFY2(advice.sentence.contains(QStringLiteral("more memory than is free on Some GPU.")),
                 qPrintable(advice.sentence));
        QVERIFY(advice.sentence.endsWith(QStringLiteral(" or on Some CPU.")));
        QVERIFY(advice.fittingContext > 0);
        QVERIFY(advice.sentence.contains(QLocale().toString(advice.fittingContext)));
    }

    void whereNothingFitsNothingIsOffered() {
        MemoryPlan plan;
        plan.missing = 1'000'000'000;
        const MemoryAdvice advice = describeShortfall(plan, QStringLiteral("Some GPU"), {});
        QCOMPARE(advice.fittingContext, 0);
        QVERIFY(advice.sentence.contains(QStringLiteral("1.00 GB more")));
        QVERIFY(!advice.sentence.contains(QStringLiteral("would fit")));
    }
};

QTEST_GUILESS_MAIN(DeviceListTest)
#include "device_list_test.moc"
