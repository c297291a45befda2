// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "inference/model/generator.h"

namespace phidelity {

/// A token's text for JSON, which holds only UTF-8: a token that is a part of a character shows
/// U+FFFD and gives its bytes beside it.
void putText(nlohmann::ordered_json& object, std::string_view bytes);

/// As "alternatives": id, text and logprob of each.
[[nodiscard]] nlohmann::ordered_json alternativesJson(const Tokenizer& tokenizer,
                                                      const std::vector<Candidate>& candidates);

/// Each token with what is known of it; rank and entropy where there are alternatives.
[[nodiscard]] nlohmann::ordered_json tokensJson(const Tokenizer& tokenizer,
                                                const FinishedGeneration& generation);

} // namespace phidelity
