// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace phidelity {

/// An object as lines for standard output. Names and paths may hold bytes that are not UTF-8; they
/// become U+FFFD.
[[nodiscard]] inline std::string jsonText(const nlohmann::ordered_json& json) {
    return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

} // namespace phidelity
