// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "inference/backend/cpu/host_backend.h"

namespace phidelity {

/// The five verbs as plain loops on one thread: sums in double, weights dequantised row by row
/// where they lie, activations and cache in F32. The oracle of all faster paths; not meant to be
/// quick. The keys, or values, of a head in a page: F32 (kPageTokens, headSize).
class ObviousBackend final : public HostBackend {
public:
    explicit ObviousBackend(DeviceInfo device) : HostBackend(std::move(device)) {}

    Result<MatrixId> addMatrix(const TensorView& weights, MatrixUse use) override;
    [[nodiscard]] bool keepsView(MatrixId) const override { return true; }
    [[nodiscard]] std::uint32_t maxRows() const override { return 512; }
    [[nodiscard]] std::uint32_t rowsAsAlone() const override { return maxRows(); }

    void embed(Activation x, MatrixId table) override;
    void project(Activation x, const Norm& norm, std::span<const Part> parts,
                 std::uint32_t layer) override;
    void attend(Activation context, Activation query, std::uint32_t layer) override;
    void merge(Activation x, std::span<const Term> terms) override;
    void head(Activation x, const Norm& norm, const Linear& linear) override;

protected:
    [[nodiscard]] std::size_t headBytes(const AttentionShape& shape) const override {
        return std::size_t{kPageTokens} * shape.headSize * sizeof(float);
    }
    [[nodiscard]] bool usesInPlace(TensorType, MatrixUse) const override { return true; }

private:
    [[nodiscard]] const TensorView& weights(MatrixId id) const {
        return m_matrices[static_cast<std::size_t>(id)];
    }
    [[nodiscard]] std::vector<float> normalised(const Norm& norm, std::span<const float> x) const;
    [[nodiscard]] std::vector<float> product(const Linear& linear, std::span<const float> h) const;
    /// The key, or value, of a head at a position of a row's sequence.
    [[nodiscard]] std::span<float> keyAt(const StepRow& row, std::uint32_t position,
                                         std::uint32_t layer, std::uint32_t head);
    [[nodiscard]] std::span<float> valueAt(const StepRow& row, std::uint32_t position,
                                           std::uint32_t layer, std::uint32_t head);
    void rotate(std::span<float> head, std::uint32_t position) const;
    void finish(const Part& part, std::size_t row, std::uint32_t layer, std::span<float> y);

    std::vector<TensorView> m_matrices;
};

} // namespace phidelity
