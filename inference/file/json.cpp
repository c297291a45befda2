// SPDX-License-Identifier: MIT
#include "inference/file/json.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "inference/file/utf8_check.h"

namespace phidelity {

namespace {

constexpr std::size_t kDeepest = 64;
constexpr std::size_t kMostValues = 1'000'000;
constexpr std::size_t kLongestString = std::size_t{4} << 20;

/// Builds the tree from the parser's events; an event returns false to stop the parser.
class TreeBuilder : public nlohmann::json_sax<nlohmann::json> {
public:
    explicit TreeBuilder(std::string name) : m_name(std::move(name)) {}

    JsonValue root;
    std::string problem;

    bool null() override { return next() != nullptr; }
    bool boolean(bool value) override { return add(value); }
    bool number_integer(number_integer_t value) override {
        // The parser reports integers >= 0 as unsigned, so this one is negative.
        return add(static_cast<double>(value));
    }
    bool number_unsigned(number_unsigned_t value) override { return add(std::uint64_t{value}); }
    bool number_float(number_float_t value, const string_t&) override { return add(value); }
    bool string(string_t& value) override { return add(std::move(value)); }
    bool binary(binary_t&) override { return stop("binary data"); }

    bool start_object(std::size_t) override { return open<JsonValue::Object>(); }
    bool start_array(std::size_t) override { return open<JsonValue::Array>(); }
    bool key(string_t& value) override {
        m_open.back()->object()->emplace_back().first = std::move(value);
        return true;
    }
    bool end_object() override {
        // Sorting pointers once an object finds duplicates without hashing hostile keys.
        std::vector<const std::string*> keys;
        for (const JsonValue::Member& member : *m_open.back()->object()) {
            keys.push_back(&member.first);
        }
        std::sort(keys.begin(), keys.end(), [](const auto* a, const auto* b) { return *a < *b; });
        const auto twin = std::adjacent_find(keys.begin(), keys.end(),
                                             [](const auto* a, const auto* b) { return *a == *b; });
        if (twin != keys.end()) {
            return stop("key \"" + forMessage(**twin) + "\" is there twice");
        }
        m_open.pop_back();
        return true;
    }
    bool end_array() override {
        m_open.pop_back();
        return true;
    }
    bool parse_error(std::size_t position, const std::string&,
                     const nlohmann::json::exception&) override {
        return stop("not valid JSON at byte " + std::to_string(position));
    }

private:
    bool stop(const std::string& what) {
        problem = m_name + ": " + what;
        return false;
    }

    /// The null that the next value replaces, where the innermost open container expects one; null
    /// pointer after too many.
    JsonValue* next() {
        if (++m_values > kMostValues) {
            stop("more than " + std::to_string(kMostValues) + " values");
            return nullptr;
        }
        if (m_open.empty()) {
            return &root;
        }
        if (JsonValue::Array* array = m_open.back()->array()) {
            return &array->emplace_back();
        }
        return &m_open.back()->object()->back().second;
    }

    template <class T>
    bool add(T value) {
        JsonValue* slot = next();
        if (slot == nullptr) {
            return false;
        }
        slot->set(std::move(value));
        return true;
    }

    template <class Container>
    bool open() {
        if (m_open.size() >= kDeepest) {
            return stop("more than " + std::to_string(kDeepest) + " levels");
        }
        JsonValue* slot = next();
        if (slot == nullptr) {
            return false;
        }
        slot->set(Container());
        m_open.push_back(slot);
        return true;
    }

    std::string m_name;
    std::vector<JsonValue*>
        m_open; ///< from the root inwards; only the last one grows, so none moves
    std::size_t m_values = 0;
};

} // namespace

std::optional<bool> JsonValue::boolean() const {
    const bool* value = std::get_if<bool>(&m_value);
    return value != nullptr ? std::optional(*value) : std::nullopt;
}

std::optional<std::uint64_t> JsonValue::unsignedInteger() const {
    const auto* value = std::get_if<std::uint64_t>(&m_value);
    return value != nullptr ? std::optional(*value) : std::nullopt;
}

std::optional<double> JsonValue::number() const {
    if (const auto* integer = std::get_if<std::uint64_t>(&m_value)) {
        return static_cast<double>(*integer);
    }
    const double* value = std::get_if<double>(&m_value);
    return value != nullptr ? std::optional(*value) : std::nullopt;
}

const JsonValue* JsonValue::find(std::string_view key) const {
    const Object* members = object();
    if (members == nullptr) {
        return nullptr;
    }
    const auto found = std::find_if(members->begin(), members->end(),
                                    [&](const Member& member) { return member.first == key; });
    return found == members->end() ? nullptr : &found->second;
}

std::string_view JsonValue::kind() const {
    constexpr std::string_view kKinds[] = {"null",     "a boolean", "an integer", "a number",
                                           "a string", "an array",  "an object"};
    return kKinds[m_value.index()];
}

Result<JsonValue> parseJson(std::string_view text, const std::string& name) {
    // The parser copies a string several times before it reports it, so the longest is limited
    // here.
    const std::size_t used = text.find_last_not_of(' ') + 1;
    for (std::size_t from = 0; from < used;) {
        const std::size_t quote = std::min(text.find('"', from), used);
        if (quote - from > kLongestString) {
            return fail(ErrorCode::BadFile, name + ": a piece without quotes of more than " +
                                                std::to_string(kLongestString) + " bytes");
        }
        from = quote + 1;
    }
    TreeBuilder builder(name);
    if (!nlohmann::json::sax_parse(text.begin(), text.end(), &builder)) {
        return fail(ErrorCode::BadFile,
                    builder.problem.empty() ? name + ": not valid JSON" : builder.problem);
    }
    return std::move(builder.root);
}

} // namespace phidelity
