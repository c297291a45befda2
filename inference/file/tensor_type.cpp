// SPDX-License-Identifier: MIT
#include "inference/file/tensor_type.h"

#include <array>
#include <bit>

namespace phidelity {

namespace {

constexpr std::array<std::string_view, 43> kGgmlNames = {
    "F32",
    "F16",
    "Q4_0",
    "Q4_1",
    "Q4_2 (removed)",
    "Q4_3 (removed)",
    "Q5_0",
    "Q5_1",
    "Q8_0",
    "Q8_1",
    "Q2_K",
    "Q3_K",
    "Q4_K",
    "Q5_K",
    "Q6_K",
    "Q8_K",
    "IQ2_XXS",
    "IQ2_XS",
    "IQ3_XXS",
    "IQ1_S",
    "IQ4_NL",
    "IQ3_S",
    "IQ2_S",
    "IQ4_XS",
    "I8",
    "I16",
    "I32",
    "I64",
    "F64",
    "IQ1_M",
    "BF16",
    "Q4_0_4_4 (removed)",
    "Q4_0_4_8 (removed)",
    "Q4_0_8_8 (removed)",
    "TQ1_0",
    "TQ2_0",
    "IQ4_NL_4_4 (removed)",
    "IQ4_NL_4_8 (removed)",
    "IQ4_NL_8_8 (removed)",
    "MXFP4",
    "NVFP4",
    "Q1_0",
    "Q2_0",
};

} // namespace

std::string_view tensorTypeName(TensorType type) {
    return ggmlTypeName(static_cast<std::uint32_t>(type));
}

std::optional<TensorType> tensorTypeFromId(std::uint32_t id) {
    for (const TensorType type : kTensorTypes) {
        if (static_cast<std::uint32_t>(type) == id) {
            return type;
        }
    }
    return std::nullopt;
}

std::optional<TensorType> tensorTypeFromName(std::string_view name) {
    for (const TensorType type : kTensorTypes) {
        if (tensorTypeName(type) == name) {
            return type;
        }
    }
    return std::nullopt;
}

std::string_view ggmlTypeName(std::uint32_t id) {
    return id < kGgmlNames.size() ? kGgmlNames[id] : std::string_view("an unknown type");
}

float halfToFloat(std::uint16_t bits) {
    const std::uint32_t sign = (bits & 0x8000U) << 16;
    const std::uint32_t exponent = (bits >> 10) & 31U;
    const std::uint32_t fraction = bits & 0x3FFU;
    if (exponent == 31) {
        return std::bit_cast<float>(sign | 0x7F800000U | fraction << 13);
    }
    if (exponent == 0) {
        // A subnormal half is a small integer times 2^-24, which single precision holds exactly.
        const float magnitude = static_cast<float>(fraction) * 0x1p-24F;
        return sign != 0 ? -magnitude : magnitude;
    }
    return std::bit_cast<float>(sign | (exponent + 112) << 23 | fraction << 13);
}

std::uint16_t floatToHalf(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t sign = (bits >> 16) & 0x8000U;
    const std::uint32_t magnitude = bits & 0x7FFFFFFFU;
    if (magnitude > 0x7F800000U) {
        return static_cast<std::uint16_t>(sign | 0x7E00U);
    }
    if (magnitude >= 0x47800000U) {
        return static_cast<std::uint16_t>(sign | 0x7C00U);
    }
    if (magnitude < 0x38800000U) {
        // Below 2^-14 the result is subnormal: adding 2^-1 aligns the last half bit with the last
        // bit of the sum, so that the addition itself rounds to nearest even.
        const float shifted = std::bit_cast<float>(magnitude) + 0.5F;
        return static_cast<std::uint16_t>(sign |
                                          (std::bit_cast<std::uint32_t>(shifted) - 0x3F000000U));
    }
    const std::uint32_t roundUp = 0xFFFU + ((magnitude >> 13) & 1U);
    return static_cast<std::uint16_t>(sign | ((magnitude + roundUp - 0x38000000U) >> 13));
}

} // namespace phidelity
