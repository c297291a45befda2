// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "inference/file/tensor_type.h"
#include "inference/result.h"

namespace phidelity {

/// Types of metadata values, numbered as in files (PHI-2 reference section 3.1).
enum class GgufType : std::uint32_t {
    U8 = 0,
    I8 = 1,
    U16 = 2,
    I16 = 3,
    U32 = 4,
    I32 = 5,
    F32 = 6,
    Bool = 7,
    String = 8,
    Array = 9,
    U64 = 10,
    I64 = 11,
    F64 = 12,
};

[[nodiscard]] std::string_view ggufTypeName(GgufType type);

/// One metadata value as it lies in the file: a view, nothing is copied.
struct GgufValue {
    GgufType type = GgufType::U8; ///< of the value; of its elements where isArray
    bool isArray = false;
    std::uint64_t count = 1; ///< elements of an array
    std::span<const std::byte>
        data; ///< the packed value or elements; of a single string only its bytes

    /// The value as an integer >= 0, if it is a single integer of any type and not negative.
    [[nodiscard]] std::optional<std::uint64_t> asUnsigned() const;
    /// The value as a number, if it is a single f32 or f64.
    [[nodiscard]] std::optional<double> asFloat() const;
    /// The bytes of a single string.
    [[nodiscard]] std::optional<std::string_view> asString() const;
};

/// Where and what a tensor is, checked against the file.
struct GgufTensor {
    std::string_view name;
    TensorType type = TensorType::F32;
    std::uint32_t dimensions = 1;
    std::array<std::uint64_t, 4> extent{1, 1, 1, 1}; ///< ne[0] first: the contiguous one
    std::span<const std::byte> data;
};

/// A GGUF image of version 2 or 3, split into its parts and checked: every length lies inside the
/// image, keys and tensor names are unique UTF-8, tensors neither overlap nor leave holes. What the
/// values mean is not its business. Views point into the image, which must outlive this.
class GgufFile {
public:
    /// Limits of counts, far above real files (hundreds), so that no header can ask for much
    /// memory.
    static constexpr std::uint64_t kMostKeys = 65536;
    static constexpr std::uint64_t kMostTensors = 65536;

    /// Parses `image`; `name` begins every error detail. Takes a pass over the header only.
    static Result<GgufFile> parse(std::span<const std::byte> image, std::string name);

    [[nodiscard]] const std::string& name() const { return m_name; }
    [[nodiscard]] const std::vector<GgufTensor>& tensors() const { return m_tensors; }
    [[nodiscard]] const GgufValue* find(std::string_view key) const;

    /// An integer key within low..high, `missing` where the file lacks it (nothing: then an error).
    [[nodiscard]] Result<std::uint64_t> integer(std::string_view key, std::uint64_t low,
                                                std::uint64_t high,
                                                std::optional<std::uint64_t> missing = {}) const;
    /// A finite number key within low..high, `missing` as above.
    [[nodiscard]] Result<double> number(std::string_view key, double low, double high,
                                        std::optional<double> missing = {}) const;
    /// A UTF-8 string key, `missing` as above.
    [[nodiscard]] Result<std::string> text(std::string_view key,
                                           std::optional<std::string> missing = {}) const;

private:
    class Parser;

    std::string m_name;
    std::map<std::string_view, GgufValue> m_values;
    std::vector<GgufTensor> m_tensors;
};

} // namespace phidelity
