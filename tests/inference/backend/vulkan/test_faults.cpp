// SPDX-License-Identifier: MIT
#include <QtTest>

#include <QDir>
#include <QFile>
#include <QRegularExpression>
#include <QTemporaryDir>

#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

#include "driver_shim.h"
#include "model_on.h"
#include "vulkan_rig.h"

using namespace phidelity;
using namespace phidelity::test;

namespace {

bool isMemory(VkResult result) {
    return result == VK_ERROR_OUT_OF_HOST_MEMORY || result == VK_ERROR_OUT_OF_DEVICE_MEMORY;
}

/// What is not answered by an error: a cache that is not written, the wait at the end, and a wait
/// that lacks memory once, which is tried again.
bool mayPass(const Fault& fault) {
    return fault.function == "vkGetPipelineCacheData" || fault.function == "vkDeviceWaitIdle" ||
           (fault.function == "vkWaitForFences" && isMemory(fault.result));
}

/// At most `count` of the calls 1 .. calls, the first among them.
std::vector<std::uint64_t> someOf(std::uint64_t calls, std::uint64_t count) {
    std::vector<std::uint64_t> some;
    const std::uint64_t taken = std::min(calls, count);
    for (std::uint64_t index = 0; index < taken; ++index) {
        some.push_back(1 + index * calls / taken);
    }
    return some;
}

constexpr std::uint64_t kAll = ~std::uint64_t{0};

} // namespace

class TestFaults : public QObject {
    Q_OBJECT

    FoundDevice m_device;
    QTemporaryDir m_cache;
    std::map<std::string, std::uint64_t> m_calls; ///< of a journey without faults
    std::vector<std::vector<float>> m_logits;

    vulkan::VulkanOptions options(vulkan::Uploads uploads = vulkan::Uploads::Staged) const {
        vulkan::VulkanOptions options;
        options.device.intercept = [](VolkDeviceTable& table) {
            DriverShim::get().intercept(table);
        };
        options.device.uploads = uploads;
        options.topPicks = vulkan::TopPicks::Device;
        options.cacheFolder = m_cache.path().toStdString();
        return options;
    }

    /// Goes on the journey with a fault; after an error the stage is tried once more.
    void travel(const Fault& fault, Shaders shaders) {
        const VkResult result = fault.result;
        DriverShim& shim = DriverShim::get();
        shim.reset();
        shim.setShaders(shaders);
        shim.add(fault);
#ifdef __SANITIZE_ADDRESS__
        // A device that does not end a submission is left alone on purpose, to the end of the
        // process.
        std::optional<__lsan::ScopedDisabler> leftAlone;
        if (result == VK_TIMEOUT) {
            leftAlone.emplace();
        }
#endif
        bool failed = false;
        {
            Journey journey(m_device, options());
            for (int stage = 0; stage < Journey::kStages; ++stage) {
                auto done = journey.run(stage);
                if (!done && !failed) {
                    failed = true;
                    const bool memory = isMemory(result);
                    QCOMPARE(done.error().code,
                             memory ? ErrorCode::OutOfMemory : ErrorCode::DeviceLost);
                    QVERIFY(!done.error().detail.empty());
                    if (stage == 0) {
                        break; // what was loaded is gone
                    }
                    done = journey.run(stage);
                    if (!memory) {
                        QVERIFY2(!done, "a lost device answered");
                        QCOMPARE(done.error().code, ErrorCode::DeviceLost);
                        break;
                    }
                }
                QVERIFY2(done, done ? "" : done.error().detail.c_str());
                if (stage > 0 && shaders == Shaders::Real) {
                    const auto at = static_cast<std::size_t>(stage - 1);
                    QVERIFY2(journey.logits()[at] == m_logits[at], Journey::stageName(stage));
                }
            }
        }
        QCOMPARE(shim.struck(), 1U);
        QVERIFY2(failed != mayPass(fault), failed ? "an error for nothing" : "taken for a success");
        const auto violations = shim.violations();
        QVERIFY2(violations.empty(), violations.empty() ? "" : violations.front().c_str());
        if (result != VK_TIMEOUT) {
            const auto left = shim.leftBehind();
            QVERIFY2(left.empty(), left.empty() ? "" : left.front().c_str());
        }
    }

    void addFunctions() {
        QTest::addColumn<QByteArray>("function");
        QTest::addColumn<int>("result");
        for (const auto& [function, count] : m_calls) {
            if (!DriverShim::canFail(function)) {
                continue;
            }
            for (const VkResult result : {VK_ERROR_DEVICE_LOST, VK_ERROR_OUT_OF_DEVICE_MEMORY,
                                          VK_ERROR_OUT_OF_HOST_MEMORY}) {
                QTest::addRow("%s: %s", function.c_str(), vulkan::resultName(result).c_str())
                    << QByteArray::fromStdString(function) << static_cast<int>(result);
            }
        }
        QTest::newRow("vkWaitForFences: VK_TIMEOUT")
            << QByteArray("vkWaitForFences") << static_cast<int>(VK_TIMEOUT);
    }

    void sweep(Shaders shaders, std::uint64_t most) {
        QFETCH(QByteArray, function);
        QFETCH(int, result);
        const std::string name = function.toStdString();
        for (const std::uint64_t call : someOf(m_calls[name], most)) {
            travel({name, call, static_cast<VkResult>(result), Strikes::Once}, shaders);
            if (QTest::currentTestFailed()) {
                qWarning("call %llu of %llu", static_cast<unsigned long long>(call),
                         static_cast<unsigned long long>(m_calls[name]));
                return;
            }
        }
    }

private slots:
    void initTestCase() {
        m_device = findDevice();
        if (!m_device.missing.empty()) {
            QSKIP(m_device.missing.c_str());
        }
        DriverShim::get().reset();
        {
            Journey first(m_device, options());
            const auto done = first.runAll();
            QVERIFY2(done, done ? "" : done.error().detail.c_str());
        }
        DriverShim::get().reset();
        {
            Journey journey(m_device, options());
            const auto done = journey.runAll();
            QVERIFY2(done, done ? "" : done.error().detail.c_str());
            m_logits = journey.logits();
            QVERIFY(journey.picked());
        }
        m_calls = DriverShim::get().calls();
        QVERIFY(DriverShim::get().leftBehind().empty());
    }

    void everyCallOfTheBackendIsKnownToTheShim() {
        const QDir room(QStringLiteral(PHIDELITY_FIXTURES_DIR "/../../inference/backend/vulkan"));
        const QRegularExpression call(QStringLiteral("\\bvk(?:\\(\\))?\\.(vk\\w+)"));
        int found = 0;
        for (const QString& name : room.entryList({QStringLiteral("*.cpp")})) {
            QFile file(room.filePath(name));
            QVERIFY(file.open(QIODevice::ReadOnly));
            auto match = call.globalMatch(QString::fromUtf8(file.readAll()));
            while (match.hasNext()) {
                const QString function = match.next().captured(1);
                QVERIFY2(DriverShim::knows(function.toStdString()), qPrintable(function));
                ++found;
            }
        }
        QVERIFY(found > 30);
    }

    void theJourneyCallsAllThatCanFail() {
        for (const char* function : {"vkAllocateMemory", "vkCreateComputePipelines",
                                     "vkQueueSubmit", "vkCmdCopyBuffer", "vkWaitForFences"}) {
            QVERIFY2(m_calls[function] > 1, function);
        }
    }

    /// The one call before there is a table of device functions.
    void aDeviceThatCannotBeMadeIsAnError() {
        static VkResult result = VK_SUCCESS;
        const PFN_vkCreateDevice driver = vkCreateDevice;
        vkCreateDevice = [](VkPhysicalDevice, const VkDeviceCreateInfo*,
                            const VkAllocationCallbacks*, VkDevice*) { return result; };
        for (const auto& [failure, code] :
             {std::pair(VK_ERROR_DEVICE_LOST, ErrorCode::DeviceLost),
              std::pair(VK_ERROR_INITIALIZATION_FAILED, ErrorCode::DeviceLost),
              std::pair(VK_ERROR_OUT_OF_HOST_MEMORY, ErrorCode::OutOfMemory),
              std::pair(VK_ERROR_TOO_MANY_OBJECTS, ErrorCode::OutOfMemory)}) {
            result = failure;
            const auto backend = vulkan::createVulkanBackend(m_device.instance, m_device.physical);
            QVERIFY(!backend);
            QCOMPARE(backend.error().code, code);
        }
        vkCreateDevice = driver;
    }

    /// As where pipelines are made ahead: another thread sees the loss and waits for what runs.
    void aLossThatAnotherThreadSawIsWaitedFor() {
        DriverShim& shim = DriverShim::get();
        shim.reset();
        {
            const auto device =
                vulkan::Device::create(m_device.instance, m_device.physical, options().device);
            QVERIFY(device);
            const auto commands = (*device)->allocateCommands();
            QVERIFY(commands);
            const auto begin =
                vulkan::make<VkCommandBufferBeginInfo>(VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO);
            QVERIFY((*device)->vk().vkBeginCommandBuffer(*commands, &begin) == VK_SUCCESS);
            QVERIFY((*device)->vk().vkEndCommandBuffer(*commands) == VK_SUCCESS);
            std::thread other([&] {
                std::this_thread::sleep_for(std::chrono::milliseconds(5));
                shim.failNext("vkCreateFence", VK_ERROR_DEVICE_LOST);
                QVERIFY(!(*device)->createFence());
            });
            while ((*device)->run({&*commands, 1})) {
            }
            (*device)->freeCommands({&*commands, 1});
            other.join();
        }
        const auto violations = shim.violations();
        QVERIFY2(violations.empty(), violations.empty() ? "" : violations.front().c_str());
    }

    void anyFailedCallIsAnErrorAndNothingWorse_data() {
        addFunctions();
    }
    void anyFailedCallIsAnErrorAndNothingWorse() {
        sweep(Shaders::Hollow, kAll);
    }

    /// With shaders that compute, so of some calls only.
    void afterALackOfMemoryTheStepCanBeTriedAgain_data() {
        addFunctions();
    }
    void afterALackOfMemoryTheStepCanBeTriedAgain() {
        QFETCH(int, result);
        if (isMemory(static_cast<VkResult>(result))) {
            sweep(Shaders::Real, 2);
        }
    }
};

QTEST_GUILESS_MAIN(TestFaults)
#include "test_faults.moc"
