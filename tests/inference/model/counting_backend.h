// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "inference/backend/backend.h"

namespace phidelity::test {

/// What was asked of a backend.
struct StepCounts {
    std::uint64_t steps = 0;
    std::uint64_t rows = 0; ///< of all steps together
    std::uint64_t copiedPages = 0;
};

/// Another backend, whose steps are counted.
class CountingBackend final : public Backend {
public:
    CountingBackend(std::unique_ptr<Backend> real, StepCounts& counts)
        : m_real(std::move(real)), m_counts(counts) {}

    [[nodiscard]] const DeviceInfo& device() const override { return m_real->device(); }
    [[nodiscard]] std::uint64_t memoryAvailable() const override {
        return m_real->memoryAvailable();
    }
    Result<LoadBytes> bytesFor(const LoadPlan& plan) override { return m_real->bytesFor(plan); }
    void expectLoad(const LoadPlan& plan) override { m_real->expectLoad(plan); }
    Result<MatrixId> addMatrix(const TensorView& weights, MatrixUse use) override {
        return m_real->addMatrix(weights, use);
    }
    [[nodiscard]] bool keepsView(MatrixId matrix) const override {
        return m_real->keepsView(matrix);
    }
    Result<VectorId> addVector(const TensorView& vector) override {
        return m_real->addVector(vector);
    }
    Result<Activation> addActivation(std::uint32_t width) override {
        return m_real->addActivation(width);
    }
    Result<void> createCache(const AttentionShape& shape, std::uint32_t pages) override {
        return m_real->createCache(shape, pages);
    }
    [[nodiscard]] std::uint64_t pageBytes(const AttentionShape& shape) const override {
        return m_real->pageBytes(shape);
    }
    Result<void> copyPage(PageId from, PageId to) override {
        ++m_counts.copiedPages;
        return m_real->copyPage(from, to);
    }
    [[nodiscard]] std::uint32_t maxRows() const override { return m_real->maxRows(); }
    [[nodiscard]] std::uint32_t mostRows() const override { return m_real->mostRows(); }
    [[nodiscard]] std::uint32_t rowsAsAlone() const override { return m_real->rowsAsAlone(); }
    Result<void> begin(const Step& step) override {
        m_rows = step.rows.size();
        return m_real->begin(step);
    }
    void embed(Activation x, MatrixId table) override { m_real->embed(x, table); }
    void project(Activation x, const Norm& norm, std::span<const Part> parts,
                 std::uint32_t layer) override {
        m_real->project(x, norm, parts, layer);
    }
    void attend(Activation context, Activation query, std::uint32_t layer) override {
        m_real->attend(context, query, layer);
    }
    void merge(Activation x, std::span<const Term> terms) override { m_real->merge(x, terms); }
    void head(Activation x, const Norm& norm, const Linear& linear) override {
        m_real->head(x, norm, linear);
    }
    void receive(Activation x, std::span<const float> rows) override { m_real->receive(x, rows); }
    void handOver(Activation x, std::span<float> rows) override { m_real->handOver(x, rows); }
    Result<std::span<const float>> submit() override {
        ++m_counts.steps;
        m_counts.rows += m_rows;
        return m_real->submit();
    }
    [[nodiscard]] std::span<const TopLogits> top() const override { return m_real->top(); }
    [[nodiscard]] std::uint64_t weightBytes() const override { return m_real->weightBytes(); }

private:
    std::unique_ptr<Backend> m_real;
    StepCounts& m_counts;
    std::size_t m_rows = 0;
};

} // namespace phidelity::test
