// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "inference/file/checkpoint.h"
#include "inference/file/mapped_file.h"

namespace phidelity {

/// Everything a loader found, ready to be served; whatever the views point into is kept alive here.
struct CheckpointParts {
    ModelShape shape;
    TokenizerData tokenizer;
    std::string name;
    std::vector<std::shared_ptr<const MappedFile>> mappings; ///< hold weights
    std::vector<std::filesystem::path> files;                ///< all that were read, in order
    std::vector<std::shared_ptr<const std::byte[]>> owned;   ///< weights that lie in no file
    std::span<const std::byte> image; ///< the model in memory, where there are no files
    std::vector<TensorView> tensors; ///< at layer * kTensorRoles + role; once-only roles in layer 0
};

/// Where `tensors` keeps a role of a layer.
[[nodiscard]] std::size_t tensorIndex(TensorRole role, std::uint32_t layer);

/// The Checkpoint of every loader.
class LoadedCheckpoint final : public Checkpoint {
public:
    explicit LoadedCheckpoint(CheckpointParts parts) : m_parts(std::move(parts)) {}

    [[nodiscard]] const ModelShape& shape() const override { return m_parts.shape; }
    [[nodiscard]] TensorView tensor(TensorRole role, std::uint32_t layer) const override;
    [[nodiscard]] const TokenizerData& tokenizer() const override { return m_parts.tokenizer; }
    [[nodiscard]] const std::string& name() const override { return m_parts.name; }
    [[nodiscard]] std::string typeSummary() const override;
    [[nodiscard]] const std::vector<std::filesystem::path>& files() const override {
        return m_parts.files;
    }
    [[nodiscard]] Result<std::string> sha256(const std::atomic<bool>* stop) const override;
    void release(const TensorView& view) const override;

private:
    [[nodiscard]] Result<std::string> computeSha256(const std::atomic<bool>* stop) const;

    CheckpointParts m_parts;
    mutable std::mutex m_hashMutex;
    mutable std::optional<std::string> m_hash; ///< once computed; guarded by m_hashMutex
};

} // namespace phidelity
