// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "inference/backend/backend.h"
#include "inference/backend/vulkan/step_memory.h"
#include "inference/backend/vulkan/vulkan_device.h"

namespace phidelity::vulkan {

/// The rows of a step that come from the host and go back to it, where another backend holds the
/// layers before or after: at most one activation each way. Takes memory with the first step that
/// needs it, for as many rows as a step may have.
class RowExchange {
public:
    RowExchange(Device& device, const StepMemory& memory) : m_device(device), m_memory(memory) {}

    /// The buffers that a load is going to need.
    [[nodiscard]] static std::vector<PlannedBuffer> buffersFor(const LoadPlan& plan);

    /// A step begins: nothing is noted yet.
    void clear();
    /// See Backend::receive and handOver.
    void receive(Activation x, std::span<const float> rows) { m_received = {x, rows}; }
    void handOver(Activation x, std::span<float> rows) { m_handedOver = {x, rows}; }

    /// Makes what the step needs and writes what it receives. True if a buffer was made: nothing
    /// that names an old one may be used again. The activations must have been prepared.
    /// OutOfMemory, DeviceLost.
    Result<bool> prepare();
    /// After the step: gives the host its rows.
    void deliver() const;

    [[nodiscard]] const Buffer& incoming() const { return m_incoming; }
    [[nodiscard]] const Buffer& outgoing() const { return m_outgoing; }

private:
    struct Received {
        Activation x;
        std::span<const float> rows;
    };
    struct HandedOver {
        Activation x;
        std::span<float> rows;
    };
    Result<bool> reserve(Buffer& buffer, Activation x, MemoryUse use);

    Device& m_device;
    const StepMemory& m_memory;
    std::optional<Received> m_received;
    std::optional<HandedOver> m_handedOver;
    Buffer m_incoming; ///< rows as they stand among the activations
    Buffer m_outgoing;
};

} // namespace phidelity::vulkan
