// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <variant>

#include "inference/backend/cuda/kernel_tables.h"
#include "inference/file/tensor_type.h"

namespace phidelity::cuda {

/// Where a launch stands among those of a step.
enum class Lane : std::uint8_t {
    Main, ///< after everything before it
    Side, ///< beside what follows on the main lane, until a launch joins
    Join, ///< on the main lane, after everything before it on both
};

/// A kernel with what it is told: which one is said by the kind of table, the type of weights and,
/// for few rows, their number.
struct Launch {
    std::variant<ProductTable, ManyTable, AttendTable, EmbedTable, HalveTable> table;
    TensorType type = TensorType::F32; ///< of the weights, where there are any
    std::uint32_t blocksX = 1;
    std::uint32_t blocksY = 1;
    Lane lane = Lane::Main;
    bool operator==(const Launch&) const = default;
};

} // namespace phidelity::cuda
