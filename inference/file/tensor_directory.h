// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "inference/file/loaded_checkpoint.h"
#include "inference/file/tensor_table.h"

namespace phidelity {

/// A tensor as a file describes it, its bytes already checked to lie inside the file.
struct StoredTensor {
    std::optional<TensorType> type;     ///< nothing: a type that we cannot run
    std::string typeName;               ///< as the file calls it
    std::vector<std::uint64_t> extents; ///< outermost first: {rows, columns} or {columns}
    std::span<const std::byte> data;
    std::string file; ///< for error details
};

/// In which order a format's users write extents.
enum class ExtentOrder { OutermostFirst, ContiguousFirst };

/// All tensors of a model by name, whatever the format.
struct TensorDirectory {
    std::map<std::string, StoredTensor, std::less<>> tensors;
    std::vector<NameStyle> styles; ///< in which they may be named
    ExtentOrder order = ExtentOrder::OutermostFirst;
    std::string layersField; ///< the field that told the number of layers, for error details
    std::string file;        ///< the same for the model as a whole
};

/// Finds every tensor of `parts.shape` in the directory, checks types and extents and fills
/// `parts.tensors`. Packed q|k|v are sliced where they lie; per-head ones are gathered into
/// `parts.owned`. Errors: TensorMissing, ShapeMismatch, Unsupported (a type, or a tensor that Phi
/// models do not have).
[[nodiscard]] Result<void> placeTensors(const TensorDirectory& directory, CheckpointParts& parts);

} // namespace phidelity
