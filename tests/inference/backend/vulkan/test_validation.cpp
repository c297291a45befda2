// SPDX-License-Identifier: MIT
#include <QtTest>

#include "vulkan_rig.h"

using namespace phidelity;
using namespace phidelity::test;
using namespace phidelity::vulkan;

/// The Khronos validation layer with synchronisation checks has nothing to say.
class TestValidation : public QObject {
    Q_OBJECT

    FoundDevice m_device;

private slots:
    void init() {
        m_device = findDevice(Validation::On); // a fresh instance: messages belong to one test
        if (!m_device.missing.empty()) {
            QSKIP(m_device.missing.c_str());
        }
    }

    void theLayerComplainsWhereItShould() {
        const auto device = Device::create(m_device.instance, m_device.physical);
        QVERIFY(device);
        (*device)->vk().vkResetFences((*device)->handle(), 0, nullptr); // none is not allowed
        QVERIFY(!m_device.instance->validationMessages().empty());
    }

    void theLayerSeesWritesThatAreNotOrdered() {
        const auto device = Device::create(m_device.instance, m_device.physical);
        QVERIFY(device);
        const auto buffer = (*device)->createBuffer(1024, MemoryUse::Device);
        QVERIFY(buffer);
        QVERIFY((*device)->runOnce([&](VkCommandBuffer commands) {
            (*device)->vk().vkCmdFillBuffer(commands, buffer->handle(), 0, 1024, 1);
            (*device)->vk().vkCmdFillBuffer(commands, buffer->handle(), 0, 1024, 2);
        }));
        QVERIFY(!m_device.instance->validationMessages().empty());
    }

    void aWholeSessionRaisesNoMessage_data() {
        QTest::addColumn<int>("reads");
        QTest::addColumn<int>("uploads");
        QTest::addColumn<bool>("shared");
        for (const auto& [reads, readsName] :
             {std::pair(ReadPath::Texels, "texels"), std::pair(ReadPath::Buffers, "buffers")}) {
            for (const auto& [uploads, uploadsName] :
                 {std::pair(Uploads::Auto, "in place"), std::pair(Uploads::Staged, "staged")}) {
                QTest::addRow("%s, %s", readsName, uploadsName)
                    << static_cast<int>(reads) << static_cast<int>(uploads) << false;
            }
        }
        QTest::addRow("shared with the CPU")
            << static_cast<int>(ReadPath::Auto) << static_cast<int>(Uploads::Staged) << true;
    }
    void aWholeSessionRaisesNoMessage() {
        QFETCH(int, reads);
        QFETCH(int, uploads);
        QFETCH(bool, shared);
        VulkanOptions options;
        options.reads = static_cast<ReadPath>(reads);
        options.device.uploads = static_cast<Uploads>(uploads);
        options.topPicks = TopPicks::Device;
        {
            Journey journey(m_device, options,
                            shared ? DeviceShare{DeviceShare::Kind::Layers, 1} : DeviceShare{});
            const auto done = journey.runAll();
            QVERIFY2(done, done ? "" : done.error().detail.c_str());
            QCOMPARE(journey.picked(), !shared); // the head is the CPU's then
        }
        const auto& messages = m_device.instance->validationMessages();
        for (const std::string& message : messages) {
            qWarning("%s", message.c_str());
        }
        QCOMPARE(messages.size(), 0U);
    }
};

QTEST_GUILESS_MAIN(TestValidation)
#include "test_validation.moc"
