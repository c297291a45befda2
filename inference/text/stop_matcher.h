// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace phidelity {

/// Finds stop strings in streamed text across token borders: text that could still become a stop
/// string is held back until it is decided.
class StopMatcher {
public:
    /// Empty strings are ignored.
    explicit StopMatcher(std::vector<std::string> stops);

    struct Step {
        std::string text;     ///< safe to show now
        bool stopped = false; ///< a stop string was completed by this push
        std::string stop;     ///< which one (the one that begins first; of those the longest)
        std::string cut;      ///< the stop string and what came after it, so that nothing is lost
    };
    [[nodiscard]] Step push(std::string_view text);
    /// End of input without a stop: what was held back.
    [[nodiscard]] std::string finish();

private:
    std::vector<std::string> m_stops;
    std::string m_held;
};

} // namespace phidelity
