// SPDX-License-Identifier: MIT
#include "inference/backend/cpu/host_backend.h"

#include <algorithm>
#include <cassert>
#include <string>

#include "inference/backend/cpu/cpu_info.h"

namespace phidelity {
namespace {

tl::unexpected<Error> noMemory(const char* what, std::uint64_t bytes) {
    return fail(ErrorCode::OutOfMemory,
                std::string(what) + ": could not take " + std::to_string(bytes) + " bytes");
}

} // namespace

std::uint64_t HostBackend::memoryAvailable() const {
    return availableMemory();
}

/// A mapped file counts even where it is used as it lies: it must stay resident to be of use.
/// Weights in memory count only if they are copied. What repacking adds is a few per cent.
Result<LoadBytes> HostBackend::bytesFor(const LoadPlan& plan) {
    LoadBytes bytes;
    for (const PlannedMatrix& matrix : plan.matrices) {
        if (!matrix.inMemory || !usesInPlace(matrix.type, matrix.use)) {
            bytes.weights += matrix.rows * rowBytes(matrix.type, matrix.columns);
        }
    }
    bytes.cache = plan.pages * pageBytes(plan.attention);
    std::uint64_t width = 0;
    for (const std::uint32_t activation : plan.activations) {
        width += activation;
    }
    const std::uint64_t rows = std::min(maxRows(), plan.attention.context);
    bytes.scratch = (rows * width + plan.vectorNumbers() + plan.outputs) * sizeof(float);
    return bytes;
}

Result<VectorId> HostBackend::addVector(const TensorView& vector) {
    assert(vector.rows == 1);
    HostArray<float> values;
    if (!values.reserve(vector.columns)) {
        return noMemory("vector", vector.columns * sizeof(float));
    }
    dequantizeRow(vector.type, vector.data, values.span());
    countWeights(vector.columns * sizeof(float));
    m_vectors.push_back(std::move(values));
    return static_cast<VectorId>(m_vectors.size() - 1);
}

Result<Activation> HostBackend::addActivation(std::uint32_t width) {
    // Memory follows in begin, for as many rows as steps really have.
    m_activations.push_back({width, {}});
    return Activation{static_cast<std::uint32_t>(m_activations.size() - 1), width};
}

std::uint64_t HostBackend::pageBytes(const AttentionShape& shape) const {
    return std::uint64_t{shape.layers} * 2 * shape.heads * headBytes(shape);
}

Result<void> HostBackend::createCache(const AttentionShape& shape, std::uint32_t pages) {
    m_attention = shape;
    m_headBytes = headBytes(shape);
    m_pages.clear();
    m_pages.resize(pages);
    return {};
}

Result<void> HostBackend::providePage(PageId page) {
    if (!m_pages[page].reserve(pageBytes(m_attention))) {
        return noMemory("cache page", pageBytes(m_attention));
    }
    return {};
}

Result<void> HostBackend::copyPage(PageId from, PageId to) {
    PHIDELITY_CHECK(providePage(to));
    std::ranges::copy(m_pages[from].span(), m_pages[to].data());
    return {};
}

Result<void> HostBackend::begin(const Step& step) {
    assert(step.rows.size() <= maxRows());
    m_step = step;
    m_logitCount = 0;
    m_outOfMemory = false;
    for (const StepRow& row : step.rows) {
        PHIDELITY_CHECK(providePage(page(row, row.position)));
    }
    for (Scratch& scratch : m_activations) {
        const std::size_t numbers = step.rows.size() * scratch.width;
        if (!scratch.values.reserve(numbers)) {
            return noMemory("activations", numbers * sizeof(float));
        }
    }
    return {};
}

void HostBackend::receive(Activation x, std::span<const float> rows) {
    std::ranges::copy(rows, rowsOf(x).begin());
}

void HostBackend::handOver(Activation x, std::span<float> rows) {
    std::ranges::copy(rowsOf(x), rows.begin());
}

std::span<float> HostBackend::takeLogits(std::size_t outputs) {
    m_logitCount = m_step.logitRows.size() * outputs;
    if (!m_logits.reserve(m_logitCount)) {
        m_logitCount = 0;
        failStep();
    }
    return m_logits.span().first(m_logitCount);
}

Result<std::span<const float>> HostBackend::submit() {
    if (m_outOfMemory) {
        return fail(ErrorCode::OutOfMemory, "step: no memory for intermediate results");
    }
    return m_logits.span().first(m_logitCount);
}

} // namespace phidelity
