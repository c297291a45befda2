// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "inference/file/checkpoint.h"
#include "inference/text/token_id.h"

namespace phidelity::test {

/// A checkpoint whose weights a test writes. Until set, each weight follows from seed, role, layer
/// and index by a formula that tests/fixtures/tiny_phi/make_golden_logits.py repeats. The
/// vocabulary: ids 0 to 255 are the bytes, 256 is end of text, the rest is padding.
class MemoryCheckpoint final : public Checkpoint {
public:
    static constexpr TokenId kEndOfText = 256;
    static constexpr std::uint32_t kTokens = 257;

    /// Matrices are stored as `matrices`, vectors as F32.
    explicit MemoryCheckpoint(const ModelShape& shape, TensorType matrices = TensorType::F32,
                              std::uint64_t seed = 0);

    /// A model whose most likely token after `from` is `to` for each pair, and `otherwise` after
    /// all other tokens, whatever came before. Width 128.
    static std::shared_ptr<MemoryCheckpoint>
    chain(const std::vector<std::pair<TokenId, TokenId>>& pairs, TokenId otherwise,
          std::uint32_t context = 64);

    void set(TensorRole role, std::uint32_t layer, const std::vector<float>& values);
    /// Bytes of all views that were released.
    [[nodiscard]] std::uint64_t released() const { return m_released; }
    [[nodiscard]] std::vector<float> values(TensorRole role, std::uint32_t layer) const;

    [[nodiscard]] const ModelShape& shape() const override { return m_shape; }
    [[nodiscard]] TensorView tensor(TensorRole role, std::uint32_t layer) const override;
    [[nodiscard]] const TokenizerData& tokenizer() const override { return m_tokenizer; }
    [[nodiscard]] const std::string& name() const override { return m_name; }
    [[nodiscard]] std::string typeSummary() const override { return "test"; }
    [[nodiscard]] const std::vector<std::filesystem::path>& files() const override {
        return m_files;
    }
    [[nodiscard]] Result<std::string> sha256(const std::atomic<bool>*) const override {
        return std::string(64, '0');
    }
    void release(const TensorView& view) const override { m_released += view.bytes(); }

    /// For tests of what Model::load makes of a vocabulary.
    TokenizerData& editTokenizer() { return m_tokenizer; }

private:
    struct Tensor {
        TensorType type = TensorType::F32;
        std::uint64_t rows = 0;
        std::uint64_t columns = 0;
        std::vector<std::byte> bytes;
    };
    [[nodiscard]] std::size_t index(TensorRole role, std::uint32_t layer) const;

    ModelShape m_shape;
    std::vector<Tensor> m_tensors;
    TokenizerData m_tokenizer;
    std::string m_name = "memory";
    std::vector<std::filesystem::path> m_files;
    mutable std::uint64_t m_released = 0;
};

/// The shape of the committed golden logits: 2 layers, width 64.
[[nodiscard]] ModelShape tinyShape();

} // namespace phidelity::test
