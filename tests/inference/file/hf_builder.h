// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// Writes Hugging Face folders by hand, right or wrong: the names are spelt out here again,
/// independent of the table under test.
namespace phidelity::test {

struct HfTensor {
    std::string name;
    std::vector<std::uint64_t> shape;
    std::vector<float> values; ///< written as `dtype`
};

/// A safetensors image; `dtype` is F32, F16 or BF16 and holds for all tensors.
[[nodiscard]] std::vector<std::byte> safetensors(const std::vector<HfTensor>& tensors,
                                                 const std::string& dtype);
/// The same with a header of one's own before `data` bytes of zeros.
[[nodiscard]] std::vector<std::byte> rawSafetensors(const std::string& header, std::size_t data);

enum class HfNames { Transformers, PerHead, PhiMsft, MixFormer };

/// The numbers of the folders below: 2 layers, width 32, 2 heads, hidden 128, rotary 8, 8 tokens.
inline constexpr std::uint32_t kHfLayers = 2;
inline constexpr std::uint32_t kHfWidth = 32;
inline constexpr std::uint32_t kHfHeads = 2;
inline constexpr std::uint32_t kHfHidden = 128;
inline constexpr std::uint32_t kHfVocabulary = 8;

/// The value at a place of a role's tensor, the same whatever the names: exact in every type.
[[nodiscard]] float hfValue(int role, std::uint32_t layer, std::uint64_t row, std::uint64_t column);

/// All tensors of that model.
[[nodiscard]] std::vector<HfTensor> hfTensors(HfNames names);
[[nodiscard]] std::string hfConfig(HfNames names);
[[nodiscard]] std::string hfTokenizerJson();

} // namespace phidelity::test
