// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "inference/backend/cuda/step_memory.h"

namespace phidelity::cuda {

/// A matrix on the device, in tiles.
struct DeviceMatrix {
    TensorType type = TensorType::F32;
    std::uint32_t rows = 0;
    std::uint32_t columns = 0;
    Block tiles;

    [[nodiscard]] std::uint32_t supers() const;
    [[nodiscard]] std::uint32_t groups() const;
};

/// Turns the verbs of a step into launches. What it reads must live as long as itself; the memory
/// must be prepared. `splits`: blocks that share the keys of the longest row.
class Recorder {
public:
    Recorder(const StepMemory& memory, std::span<const DeviceMatrix> matrices, std::uint32_t rows,
             std::uint32_t logitRows, std::uint32_t splits)
        : m_memory(memory), m_matrices(matrices), m_rows(rows), m_logitRows(logitRows),
          m_splits(splits) {}

    void embed(Activation x, MatrixId table);
    void project(Activation x, const Norm& norm, std::span<const Part> parts, std::uint32_t layer);
    void attend(Activation context, Activation query, std::uint32_t layer);
    void merge(Activation x, std::span<const Term> terms);
    void head(Activation x, const Norm& norm, const Linear& linear);

    [[nodiscard]] const std::vector<Launch>& launches() const { return m_launches; }

private:
    /// Input rows of a product, and which of them.
    struct Input {
        Activation from;
        const Norm* norm = nullptr;
        bool gathers = false; ///< the step's logit rows only
        std::uint32_t rows = 0;
    };
    struct Piece {
        const DeviceMatrix* matrix = nullptr;
        PartView part;
    };

    [[nodiscard]] const DeviceMatrix& matrix(MatrixId id) const {
        return m_matrices[static_cast<std::size_t>(id)];
    }
    [[nodiscard]] NormView view(const Norm& norm, std::uint32_t width) const;
    [[nodiscard]] Piece piece(const Linear& linear, Output output, float* out,
                              std::uint32_t outStride) const;
    /// The product of matrices of one type, at `place` of the launches.
    void addProduct(std::size_t place, std::span<const Piece> pieces, const Input& input,
                    std::uint32_t layer, Lane lane);

    const StepMemory& m_memory;
    std::span<const DeviceMatrix> m_matrices;
    std::uint32_t m_rows;
    std::uint32_t m_logitRows;
    std::uint32_t m_splits;
    std::vector<Launch> m_launches;
    /// Of the attention that no merge has followed yet: its launch, and where it writes.
    std::optional<std::size_t> m_attendAt;
    Activation m_context;
};

} // namespace phidelity::cuda
