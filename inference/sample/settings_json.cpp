// SPDX-License-Identifier: MIT
#include "inference/sample/settings_json.h"

#include <array>
#include <charconv>
#include <limits>
#include <type_traits>

#include <nlohmann/json.hpp>

#include "inference/file/utf8_check.h"

namespace phidelity {

namespace {

using Json = nlohmann::json;
using Bias = std::vector<std::pair<TokenId, float>>;

/// Names each field once, for both directions.
template <class Settings, class Visitor>
void forEachField(Settings& s, Visitor&& visit) {
    visit("order", s.order);
    visit("logit_bias", s.logitBias);
    visit("repeat_penalty", s.repeatPenalty);
    visit("frequency_penalty", s.frequencyPenalty);
    visit("presence_penalty", s.presencePenalty);
    visit("penalty_window", s.penaltyWindow);
    visit("dry_multiplier", s.dryMultiplier);
    visit("dry_base", s.dryBase);
    visit("dry_allowed_length", s.dryAllowedLength);
    visit("dry_window", s.dryWindow);
    visit("dry_breakers", s.dryBreakers);
    visit("top_n_sigma", s.topNSigma);
    visit("top_k", s.topK);
    visit("typical_p", s.typicalP);
    visit("top_p", s.topP);
    visit("min_p", s.minP);
    visit("xtc_probability", s.xtcProbability);
    visit("xtc_threshold", s.xtcThreshold);
    visit("temperature", s.temperature);
    visit("mirostat", s.mirostat);
    visit("mirostat_tau", s.mirostatTau);
    visit("mirostat_eta", s.mirostatEta);
    visit("seed", s.seed);
}

/// The double whose shortest text is that of the float: 0.8, not 0.800000011920929.
double shortDouble(float value) {
    std::array<char, 32> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    double wide = 0;
    std::from_chars(text.data(), end, wide);
    return wide;
}

Json written(float value) {
    return shortDouble(value);
}
Json written(bool value) {
    return value;
}
Json written(std::int32_t value) {
    return value;
}
Json written(std::uint64_t value) {
    return value;
}
Json written(const std::vector<std::string>& value) {
    return value;
}

Json written(const std::vector<StageKind>& order) {
    Json list = Json::array();
    for (const StageKind kind : order) {
        list.push_back(std::string(stageName(kind)));
    }
    return list;
}

Json written(const Bias& biases) {
    Json list = Json::array();
    for (const auto& [id, bias] : biases) {
        const bool ban = bias == -std::numeric_limits<float>::infinity();
        list.push_back(Json::array({id, ban ? Json() : written(bias)}));
    }
    return list;
}

bool read(const Json& json, float& value) {
    if (!json.is_number()) {
        return false;
    }
    value = static_cast<float>(json.get<double>());
    return true;
}

bool read(const Json& json, bool& value) {
    if (!json.is_boolean()) {
        return false;
    }
    value = json.get<bool>();
    return true;
}

template <class Integer>
bool readInteger(const Json& json, Integer& value) {
    // nlohmann keeps numbers without a sign as unsigned; others are below zero.
    if (json.is_number_unsigned()) {
        const auto wide = json.get<std::uint64_t>();
        value = static_cast<Integer>(wide);
        return wide <= static_cast<std::uint64_t>(std::numeric_limits<Integer>::max());
    }
    if (!std::is_signed_v<Integer> || !json.is_number_integer()) {
        return false;
    }
    const auto wide = json.get<std::int64_t>();
    value = static_cast<Integer>(wide);
    return wide >= static_cast<std::int64_t>(std::numeric_limits<Integer>::min());
}

bool read(const Json& json, std::int32_t& value) {
    return readInteger(json, value);
}
bool read(const Json& json, std::uint64_t& value) {
    return readInteger(json, value);
}

bool read(const Json& json, std::vector<std::string>& list) {
    if (!json.is_array()) {
        return false;
    }
    list.clear();
    for (const Json& entry : json) {
        if (!entry.is_string()) {
            return false;
        }
        list.push_back(entry.get<std::string>());
    }
    return true;
}

bool read(const Json& json, std::vector<StageKind>& order) {
    std::vector<std::string> names;
    if (!read(json, names)) {
        return false;
    }
    order.clear();
    for (const std::string& name : names) {
        const auto kind = stageFromName(name);
        if (!kind) {
            return false;
        }
        order.push_back(*kind);
    }
    return true;
}

bool read(const Json& json, Bias& biases) {
    if (!json.is_array()) {
        return false;
    }
    biases.clear();
    for (const Json& entry : json) {
        TokenId id = 0;
        float bias = -std::numeric_limits<float>::infinity();
        if (!entry.is_array() || entry.size() != 2 || !readInteger(entry[0], id) ||
            !(entry[1].is_null() || read(entry[1], bias))) {
            return false;
        }
        biases.emplace_back(id, bias);
    }
    return true;
}

} // namespace

std::string toJson(const SamplerSettings& settings) {
    Json object = Json::object();
    forEachField(settings,
                 [&](const char* name, const auto& value) { object[name] = written(value); });
    // Breakers are any bytes; those that are not UTF-8 cannot be written otherwise.
    return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<SamplerSettings> samplerSettingsFromJson(std::string_view json) {
    const Json object = Json::parse(json, nullptr, false);
    if (!object.is_object()) {
        return fail(ErrorCode::BadArgument, "sampler settings: expected a JSON object");
    }
    SamplerSettings settings;
    std::size_t known = 0;
    std::string wrong;
    forEachField(settings, [&](const char* name, auto& value) {
        const auto found = object.find(name);
        if (found == object.end()) {
            return;
        }
        ++known;
        if (!read(*found, value)) {
            wrong = name;
        }
    });
    if (!wrong.empty()) {
        return fail(
            ErrorCode::BadArgument,
            "sampler settings: " + wrong + ": unfit value " +
                forMessage(object[wrong].dump(-1, ' ', true, Json::error_handler_t::replace)));
    }
    if (known != object.size()) {
        SamplerSettings defaults;
        Json names = Json::parse(toJson(defaults));
        for (const auto& [name, value] : object.items()) {
            if (!names.contains(name)) {
                return fail(ErrorCode::BadArgument,
                            "sampler settings: unknown key " + forMessage(name));
            }
        }
    }
    PHIDELITY_CHECK(validate(settings));
    return settings;
}

} // namespace phidelity
