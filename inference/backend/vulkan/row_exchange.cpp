// SPDX-License-Identifier: MIT
#include "inference/backend/vulkan/row_exchange.h"

#include <algorithm>
#include <cstring>

namespace phidelity::vulkan {
namespace {

std::uint64_t bytesFor(std::uint32_t stride) {
    return std::uint64_t{StepMemory::kMostRows} * stride * sizeof(float);
}

} // namespace

std::vector<PlannedBuffer> RowExchange::buffersFor(const LoadPlan& plan) {
    std::vector<PlannedBuffer> buffers;
    if (plan.received > 0) {
        buffers.push_back({bytesFor(StepMemory::strideOf(plan.received)), MemoryUse::Upload});
    }
    if (plan.handedOver > 0) {
        buffers.push_back({bytesFor(StepMemory::strideOf(plan.handedOver)), MemoryUse::Readback});
    }
    return buffers;
}

void RowExchange::clear() {
    m_received.reset();
    m_handedOver.reset();
}

Result<bool> RowExchange::prepare() {
    bool made = false;
    if (m_handedOver) {
        PHIDELITY_TRY(made, reserve(m_outgoing, m_handedOver->x, MemoryUse::Readback));
    }
    if (!m_received) {
        return made;
    }
    const Activation x = m_received->x;
    PHIDELITY_TRY(const bool madeIncoming, reserve(m_incoming, x, MemoryUse::Upload));
    // What stands past the width of a row is multiplied by weights that are zero: it stays as it
    // was made, zero.
    const std::uint32_t stride = m_memory.place(x).stride;
    const std::span<float> to = m_incoming.as<float>();
    for (std::size_t row = 0; row * x.width < m_received->rows.size(); ++row) {
        std::ranges::copy(m_received->rows.subspan(row * x.width, x.width),
                          to.subspan(row * stride).begin());
    }
    return made || madeIncoming;
}

void RowExchange::deliver() const {
    if (!m_handedOver) {
        return;
    }
    const Activation x = m_handedOver->x;
    const std::uint32_t stride = m_memory.place(x).stride;
    const std::span<const float> from = m_outgoing.as<const float>();
    for (std::size_t row = 0; row * x.width < m_handedOver->rows.size(); ++row) {
        std::ranges::copy(from.subspan(row * stride, x.width),
                          m_handedOver->rows.subspan(row * x.width).begin());
    }
}

Result<bool> RowExchange::reserve(Buffer& buffer, Activation x, MemoryUse use) {
    const std::uint64_t bytes = bytesFor(m_memory.place(x).stride);
    if (buffer.bytes() >= bytes) {
        return false;
    }
    PHIDELITY_TRY(buffer, m_device.createBuffer(bytes, use));
    std::memset(buffer.mapped(), 0, buffer.bytes());
    return true;
}

} // namespace phidelity::vulkan
