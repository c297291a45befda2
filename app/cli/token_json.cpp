// SPDX-License-Identifier: MIT
#include "token_json.h"

#include <string>
#include <utility>

#include "inference/text/utf8_stream.h"
#include "numbers.h"

namespace phidelity {

using Json = nlohmann::ordered_json;

void putText(Json& object, std::string_view bytes) {
    std::string text = sanitizeUtf8(bytes);
    if (text != bytes) {
        Json numbers = Json::array();
        for (const char byte : bytes) {
            numbers.push_back(static_cast<unsigned char>(byte));
        }
        object["bytes"] = std::move(numbers);
    }
    object["text"] = std::move(text);
}

Json alternativesJson(const Tokenizer& tokenizer, const std::vector<Candidate>& candidates) {
    Json all = Json::array();
    for (const Candidate& candidate : candidates) {
        Json other{{"id", candidate.id}};
        putText(other, tokenizer.bytes(candidate.id));
        other["logprob"] = asWritten(candidate.logprob);
        all.push_back(std::move(other));
    }
    return all;
}

Json tokensJson(const Tokenizer& tokenizer, const FinishedGeneration& generation) {
    Json tokens = Json::array();
    for (const GeneratedToken& token : generation.tokens) {
        Json entry{{"id", token.id}};
        putText(entry, token.bytes);
        entry["logprob"] = asWritten(token.logprob);
        entry["chain_probability"] = asWritten(token.chainProbability);
        if (!token.alternatives.empty()) {
            entry["rank"] = token.rank;
            entry["entropy"] = asWritten(token.entropy);
        }
        entry["alternatives"] = alternativesJson(tokenizer, token.alternatives);
        tokens.push_back(std::move(entry));
    }
    return tokens;
}

} // namespace phidelity
