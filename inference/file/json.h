// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "inference/result.h"

namespace phidelity {

/// One value of a JSON text. Objects keep the order of the text and have no duplicate keys.
class JsonValue {
public:
    using Array = std::vector<JsonValue>;
    using Member = std::pair<std::string, JsonValue>;
    using Object = std::vector<Member>;

    JsonValue() = default;
    /// Makes this the given value, of one of the types below.
    template <class T>
    void set(T value) {
        m_value.template emplace<T>(std::move(value));
    }

    [[nodiscard]] bool isNull() const { return std::holds_alternative<std::monostate>(m_value); }
    /// Null unless the value is of that kind.
    [[nodiscard]] const Array* array() const { return std::get_if<Array>(&m_value); }
    [[nodiscard]] const Object* object() const { return std::get_if<Object>(&m_value); }
    [[nodiscard]] const std::string* string() const { return std::get_if<std::string>(&m_value); }
    [[nodiscard]] Array* array() { return std::get_if<Array>(&m_value); }
    [[nodiscard]] Object* object() { return std::get_if<Object>(&m_value); }
    [[nodiscard]] std::optional<bool> boolean() const;
    /// An integer >= 0 that was written as an integer.
    [[nodiscard]] std::optional<std::uint64_t> unsignedInteger() const;
    /// Any number.
    [[nodiscard]] std::optional<double> number() const;
    /// A member of an object; null where there is none, or where this is no object. Takes time
    /// linear in the number of members.
    [[nodiscard]] const JsonValue* find(std::string_view key) const;
    /// What the value is, for error details: "a string".
    [[nodiscard]] std::string_view kind() const;

private:
    std::variant<std::monostate, bool, std::uint64_t, double, std::string, Array, Object> m_value;
};

/// Parses a whole JSON text. Refused: anything after the value, invalid UTF-8, a key that an object
/// has twice, more than 64 levels, more than a million values, a string of more than 4 MiB (so that
/// memory stays within about 128 MiB and the text's own size). `name` begins the detail of an error
/// (BadFile).
[[nodiscard]] Result<JsonValue> parseJson(std::string_view text, const std::string& name);

} // namespace phidelity
