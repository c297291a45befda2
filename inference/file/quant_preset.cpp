// SPDX-License-Identifier: MIT
#include "inference/file/quant_preset.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

#include "inference/file/tensor_table.h"

namespace phidelity {

namespace {

struct PresetRow {
    QuantPreset preset;
    std::string_view name;
    TensorType base;
    std::uint32_t fileType;
};

constexpr PresetRow kPresets[] = {
    {QuantPreset::Keep, "keep", TensorType::F16, 1},
    {QuantPreset::F32, "F32", TensorType::F32, 0},
    {QuantPreset::F16, "F16", TensorType::F16, 1},
    {QuantPreset::BF16, "BF16", TensorType::BF16, 32},
    {QuantPreset::Q8_0, "Q8_0", TensorType::Q8_0, 7},
    {QuantPreset::Q4_0, "Q4_0", TensorType::Q4_0, 2},
    {QuantPreset::Q4_1, "Q4_1", TensorType::Q4_1, 3},
    {QuantPreset::Q5_0, "Q5_0", TensorType::Q5_0, 8},
    {QuantPreset::Q5_1, "Q5_1", TensorType::Q5_1, 9},
    {QuantPreset::Q2_K, "Q2_K", TensorType::Q2_K, 10},
    {QuantPreset::Q3_K_S, "Q3_K_S", TensorType::Q3_K, 11},
    {QuantPreset::Q3_K_M, "Q3_K_M", TensorType::Q3_K, 12},
    {QuantPreset::Q3_K_L, "Q3_K_L", TensorType::Q3_K, 13},
    {QuantPreset::Q4_K_S, "Q4_K_S", TensorType::Q4_K, 14},
    {QuantPreset::Q4_K_M, "Q4_K_M", TensorType::Q4_K, 15},
    {QuantPreset::Q5_K_S, "Q5_K_S", TensorType::Q5_K, 16},
    {QuantPreset::Q5_K_M, "Q5_K_M", TensorType::Q5_K, 17},
    {QuantPreset::Q6_K, "Q6_K", TensorType::Q6_K, 18},
};

const PresetRow& rowOf(QuantPreset preset) {
    return kPresets[static_cast<std::size_t>(preset)];
}

/// The layers at both ends and every third between, where the _M mixes spend more bits.
bool usesMoreBits(std::uint32_t layer, std::uint32_t layers) {
    const std::uint32_t eighth = layers / 8;
    return layer < eighth || layer >= 7 * layers / 8 || (layer - eighth) % 3 == 2;
}

/// The table of section 4.1 for separate q, k and v.
TensorType mixedType(QuantPreset preset, TensorRole role, std::uint32_t layer,
                     std::uint32_t layers) {
    using enum QuantPreset;
    const TensorType base = presetBaseType(preset);
    if (blockLayout(base).elements == 1) {
        return base;
    }
    if (role == TensorRole::HeadWeight) {
        return preset == Q8_0 ? base : TensorType::Q6_K;
    }
    const bool isValue = role == TensorRole::ValueWeight;
    const bool isDown = role == TensorRole::DownWeight;
    const bool isDense = role == TensorRole::DenseWeight;
    switch (preset) {
    case Q2_K:
        return isValue || isDown || isDense ? TensorType::Q3_K : base;
    case Q3_K_M:
        if (isValue || isDown) {
            return layer < 2 ? TensorType::Q5_K : TensorType::Q4_K;
        }
        return isDense ? TensorType::Q4_K : base;
    case Q3_K_L:
        return isValue || isDown || isDense ? TensorType::Q5_K : base;
    case Q4_K_S:
        return (isValue || isDown) && layer < 4 ? TensorType::Q5_K : base;
    case Q4_K_M:
    case Q5_K_M:
        return (isValue || isDown) && usesMoreBits(layer, layers) ? TensorType::Q6_K : base;
    default:
        return base;
    }
}

TensorType fallback(TensorType type) {
    switch (type) {
    case TensorType::Q2_K:
    case TensorType::Q3_K:
        return TensorType::Q4_0;
    case TensorType::Q4_K:
        return TensorType::Q5_0;
    case TensorType::Q5_K:
        return TensorType::Q5_1;
    case TensorType::Q6_K:
        return TensorType::Q8_0;
    default:
        return TensorType::F16;
    }
}

std::string upperCase(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return result;
}

} // namespace

std::span<const QuantPreset> quantPresets() {
    static constexpr auto kAll = [] {
        std::array<QuantPreset, std::size(kPresets) - 1> all{};
        for (std::size_t i = 0; i < all.size(); ++i) {
            all[i] = kPresets[i + 1].preset;
        }
        return all;
    }();
    return kAll;
}

std::string_view presetName(QuantPreset preset) {
    return rowOf(preset).name;
}

std::optional<QuantPreset> presetFromName(std::string_view name) {
    std::string wanted = upperCase(name);
    if (wanted == "Q3_K" || wanted == "Q4_K" || wanted == "Q5_K") {
        wanted += "_M";
    }
    for (const QuantPreset preset : quantPresets()) {
        if (presetName(preset) == wanted) {
            return preset;
        }
    }
    return std::nullopt;
}

TensorType presetBaseType(QuantPreset preset) {
    return rowOf(preset).base;
}

std::uint32_t presetFileType(QuantPreset preset) {
    return rowOf(preset).fileType;
}

TensorType presetTensorType(QuantPreset preset, TensorRole role, std::uint32_t layer,
                            const ModelShape& shape, TensorType present) {
    const TensorSpec& spec = tensorSpec(role);
    if (spec.isVector()) {
        return TensorType::F32;
    }
    if (preset == QuantPreset::Keep) {
        return present;
    }
    TensorType type = mixedType(preset, role, layer, shape.layers);
    const std::uint64_t columns = extentOf(spec.columns, shape);
    while (columns % blockLayout(type).elements != 0) {
        type = fallback(type);
    }
    return type;
}

} // namespace phidelity
