// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "inference/file/checkpoint.h"

/// The one table that says which tensors a Phi model has, under which names each format keeps them,
/// and which shape they have (PHI-2 reference sections 2.2, 2.3, 3.4). It drives the loaders and
/// the writer.
namespace phidelity {

/// Who chose the names.
enum class NameStyle : std::uint8_t {
    Gguf,         ///< llama.cpp's `phi2`
    Transformers, ///< current Hugging Face names
    PhiMsft,      ///< Phi-2 until January 2024
    MixFormer,    ///< first release of Phi-1 and Phi-1.5: blocks are numbered from 1
};

/// How a role's rows lie in the tensor of that name.
enum class Packing : std::uint8_t {
    Alone,         ///< the tensor is the role's
    QueryKeyValue, ///< all rows of q, then all of k, then all of v
    PerHead,       ///< for each head its rows of q, k and v: must be gathered
};

/// A name of a tensor, where `{}` stands for the layer.
struct TensorName {
    NameStyle style;
    Packing packing;
    std::string_view pattern;
};

/// The numbers of ModelShape that are extents of tensors.
enum class Extent : std::uint8_t { One, Width, Hidden, Vocabulary };

/// One row of the table.
struct TensorSpec {
    TensorRole role;
    bool perLayer;
    Extent rows; ///< One for vectors
    Extent columns;
    std::span<const TensorName> names; ///< the first one of style Gguf is what we write

    [[nodiscard]] bool isVector() const { return rows == Extent::One; }
};

/// All roles, by role.
[[nodiscard]] std::span<const TensorSpec> tensorTable();
[[nodiscard]] const TensorSpec& tensorSpec(TensorRole role);

[[nodiscard]] std::uint64_t extentOf(Extent extent, const ModelShape& shape);

/// The name of a role's tensor in a layer; `layers` places MixFormer's head, which follows the
/// blocks.
[[nodiscard]] std::string tensorName(const TensorName& name, std::uint32_t layer,
                                     std::uint32_t layers);

/// Which third of a packed tensor a role is: 0 query, 1 key, 2 value.
[[nodiscard]] std::uint32_t packedPart(TensorRole role);

} // namespace phidelity
