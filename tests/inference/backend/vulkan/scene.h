// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "inference/backend/backend.h"
#include "kernels_random.h"

namespace phidelity::test {

/// Rows of one sequence in a step.
struct SceneRows {
    std::uint32_t first = 0; ///< position of the first
    std::uint32_t count = 0;
    std::vector<PageId> pages;
};

/// Weights and steps of a test's making on one backend. Everything follows from the order of the
/// calls, so that the same calls on two backends are to give the same logits.
class Scene {
public:
    /// Takes the backend with a cache of `shape` made. Aborts the test program on an error: a scene
    /// is expected to fit.
    Scene(std::unique_ptr<Backend> backend, const AttentionShape& shape, std::uint32_t pages);

    /// Random bits of the type; F32 numbers such that products of norms come out about 1.
    MatrixId matrix(TensorType type, std::uint32_t outputs, std::uint32_t inputs,
                    MatrixUse use = MatrixUse::Product);
    /// As matrix, with a random bias.
    Linear linear(TensorType type, std::uint32_t outputs, std::uint32_t inputs);
    /// `factor` times the identity, F32, no bias.
    Linear scaled(std::uint32_t size, float factor);
    /// A table of zeros: embed with it clears an activation.
    MatrixId zeros(std::uint32_t rows, std::uint32_t width);
    Norm norm(std::uint32_t width);
    Activation activation(std::uint32_t width);

    /// Runs a step whose tokens are random ids below `vocabulary`; `verbs` records it. Returns the
    /// logits of the rows in `wanted`.
    std::vector<float> step(const std::vector<SceneRows>& sequences, std::uint32_t vocabulary,
                            const std::vector<std::uint32_t>& wanted,
                            const std::function<void(Backend&)>& verbs);

    [[nodiscard]] Backend& backend() { return *m_backend; }

private:
    VectorId vector(const std::vector<float>& values);

    std::unique_ptr<Backend> m_backend;
    std::vector<std::unique_ptr<RandomMatrix>> m_matrices; ///< some backends read them in place
    std::uint32_t m_seed = 1;
};

/// A scene on the plain loops.
[[nodiscard]] Scene obviousScene(const AttentionShape& shape, std::uint32_t pages);

/// 0, 1 ... count - 1.
[[nodiscard]] std::vector<std::uint32_t> allRows(std::uint32_t count);

/// The largest difference, in units of the root mean square of what was expected.
[[nodiscard]] double worstError(const std::vector<float>& found,
                                const std::vector<float>& expected);

} // namespace phidelity::test
