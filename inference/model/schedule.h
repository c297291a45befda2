// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

namespace phidelity {

/// Steps of one kind that followed each other, as one sequence saw them.
struct StepRun {
    std::uint32_t times = 1; ///< how many
    std::uint32_t rows = 1;  ///< of the sequence in each of them, at consecutive positions
    /// Of each step's rows those that are still there, the first ones: fewer than `rows` where a
    /// sequence was cut in the middle of a step and went on from there.
    std::uint32_t kept = 1;
    /// Sequences in the step; more than 1: one row of each. 1 also where others were in it that
    /// changed no bit (Backend::rowsAsAlone).
    std::uint32_t beside = 1;
    std::uint32_t place = 0; ///< of this sequence among them

    bool operator==(const StepRun&) const = default;
};

/// How the positions of a KV cache were computed, from the first on.
///
/// What a row comes to depends on the number of rows of its step (kernels differ), on its place
/// among them and on the positions before it, but not on what stands in the other rows: scales and
/// sums are a row's own on every device. So the same tokens in steps of the same shapes give the
/// same cache to the bit, on the same device and build. (tests/inference/model/test_replay.cpp)
class Schedule {
public:
    /// Steps after those already here. Runs without a step or without a row that was kept add
    /// nothing.
    void add(const StepRun& run);
    /// Forgets all but the first `positions`.
    void truncate(std::uint64_t positions);

    [[nodiscard]] std::uint64_t positions() const { return m_positions; }
    /// The step, alone, that computed a position; a step of a single row beyond the last one.
    [[nodiscard]] StepRun stepAt(std::uint64_t position) const;
    /// Neighbours differ in kind.
    [[nodiscard]] const std::vector<StepRun>& runs() const { return m_runs; }

    bool operator==(const Schedule&) const = default;

private:
    std::vector<StepRun> m_runs;
    std::uint64_t m_positions = 0;
};

} // namespace phidelity
