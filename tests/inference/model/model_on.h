// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QtTest>

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "inference/backend/choose.h"
#include "inference/model/model.h"
#include "inference/model/parts.h"
#include "memory_checkpoint.h"

namespace phidelity::test {

/// A checkpoint on a device with two threads.
inline Result<std::unique_ptr<Model>> modelOn(std::string_view device,
                                              std::shared_ptr<const Checkpoint> checkpoint,
                                              const LoadOptions& options = {}) {
    PHIDELITY_TRY(auto backend, createBackend(device, 2));
    return Model::load(std::move(checkpoint), std::move(backend), options);
}

/// The tiny model with formula weights, on a device.
inline Result<std::unique_ptr<Model>> tinyOn(std::string_view device,
                                             const LoadOptions& options = {}) {
    return modelOn(device, std::make_shared<MemoryCheckpoint>(tinyShape()), options);
}

/// A row for the plain loops, one for the fast kernels, and one for each other device of this
/// machine.
inline void addDeviceRows() {
    QTest::addColumn<QByteArray>("device");
    QTest::newRow("plain loops") << QByteArray("cpu:obvious");
    QTest::newRow("fast kernels") << QByteArray("cpu");
    for (const DeviceChoice& device : listDevices()) {
        if (device.usable && device.info.kind != DeviceKind::Cpu) {
            QTest::newRow(device.info.id.c_str()) << QByteArray::fromStdString(device.info.id);
        }
    }
}

/// `count` ids that differ from each other as text does.
inline std::vector<TokenId> someTokens(std::size_t count, TokenId salt = 0) {
    std::vector<TokenId> ids(count);
    for (std::size_t i = 0; i < count; ++i) {
        ids[i] = static_cast<TokenId>((i * i * 31 + i * 7 + salt) % 256);
    }
    return ids;
}

inline std::vector<float> copyOf(std::span<const float> values) {
    return {values.begin(), values.end()};
}

inline std::uint32_t pagesInUse(Model& model) {
    return model.parts().pool->pagesInUse();
}

} // namespace phidelity::test
