// SPDX-License-Identifier: MIT
#include "inference/model/schedule.h"

namespace phidelity {

void Schedule::add(const StepRun& run) {
    if (run.times == 0 || run.kept == 0) {
        return;
    }
    m_positions += std::uint64_t{run.times} * run.kept;
    StepRun* last = m_runs.empty() ? nullptr : &m_runs.back();
    if (last != nullptr && last->rows == run.rows && last->kept == run.kept &&
        last->beside == run.beside && last->place == run.place) {
        last->times += run.times;
    } else {
        m_runs.push_back(run);
    }
}

void Schedule::truncate(std::uint64_t positions) {
    while (m_positions > positions) {
        const StepRun last = m_runs.back();
        m_runs.pop_back();
        m_positions -= std::uint64_t{last.times} * last.kept;
        if (m_positions < positions) {
            const auto left = static_cast<std::uint32_t>(positions - m_positions);
            add({left / last.kept, last.rows, last.kept, last.beside, last.place});
            add({1, last.rows, left % last.kept, last.beside, last.place});
        }
    }
}

StepRun Schedule::stepAt(std::uint64_t position) const {
    std::uint64_t end = 0;
    for (const StepRun& run : m_runs) {
        end += std::uint64_t{run.times} * run.kept;
        if (position < end) {
            return {1, run.rows, run.kept, run.beside, run.place};
        }
    }
    return {};
}

} // namespace phidelity
