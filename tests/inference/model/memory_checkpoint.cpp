// SPDX-License-Identifier: MIT
#include "memory_checkpoint.h"

#include <cmath>
#include <numeric>

#include "inference/text/byte_alphabet.h"

namespace phidelity::test {
namespace {

/// SplitMix64 (Steele, Lea, Flood 2014) of a key.
std::uint64_t scramble(std::uint64_t key) {
    key += 0x9E3779B97F4A7C15ULL;
    key = (key ^ (key >> 30)) * 0xBF58476D1CE4E5B9ULL;
    key = (key ^ (key >> 27)) * 0x94D049BB133111EBULL;
    return key ^ (key >> 31);
}

/// A multiple of 1/8192 in [-1/16, 1/16): exact in F16.
float smallNumber(std::uint64_t seed, TensorRole role, std::uint32_t layer, std::uint64_t index) {
    const std::uint64_t key = (seed << 56) + (static_cast<std::uint64_t>(role) << 48) +
                              (std::uint64_t{layer} << 40) + index;
    const auto number = static_cast<int>(scramble(key) >> 54) - 512;
    return static_cast<float>(number) / 8192.0F;
}

/// Queries and keys are large, so that attention is far from uniform; norms lie around 1.
float initialValue(std::uint64_t seed, TensorRole role, std::uint32_t layer, std::uint64_t index) {
    const float number = smallNumber(seed, role, layer, index);
    switch (role) {
    case TensorRole::Embedding:
        return 16 * number;
    case TensorRole::QueryWeight:
    case TensorRole::KeyWeight:
        return 8 * number;
    case TensorRole::NormWeight:
    case TensorRole::FinalNormWeight:
        return 1 + 4 * number;
    default:
        return number;
    }
}

bool isMatrix(TensorRole role) {
    using enum TensorRole;
    switch (role) {
    case Embedding:
    case QueryWeight:
    case KeyWeight:
    case ValueWeight:
    case DenseWeight:
    case UpWeight:
    case DownWeight:
    case HeadWeight:
        return true;
    default:
        return false;
    }
}

std::pair<std::uint64_t, std::uint64_t> sizeOf(const ModelShape& shape, TensorRole role) {
    using enum TensorRole;
    switch (role) {
    case Embedding:
    case HeadWeight:
        return {shape.vocabulary, shape.width};
    case HeadBias:
        return {1, shape.vocabulary};
    case UpWeight:
        return {shape.hidden, shape.width};
    case UpBias:
        return {1, shape.hidden};
    case DownWeight:
        return {shape.width, shape.hidden};
    default:
        return {isMatrix(role) ? shape.width : 1, shape.width};
    }
}

} // namespace

ModelShape tinyShape() {
    ModelShape shape;
    shape.layers = 2;
    shape.width = 64;
    shape.heads = 2;
    shape.headSize = 32;
    shape.hidden = 128;
    shape.rotary = 16;
    shape.vocabulary = 272;
    shape.context = 1024;
    return shape;
}

MemoryCheckpoint::MemoryCheckpoint(const ModelShape& shape, TensorType matrices, std::uint64_t seed)
    : m_shape(shape) {
    m_tensors.resize(std::size_t{shape.layers} * kTensorRoles);
    for (std::uint32_t layer = 0; layer < shape.layers; ++layer) {
        for (int number = 0; number < kTensorRoles; ++number) {
            const auto role = static_cast<TensorRole>(number);
            const auto [rows, columns] = sizeOf(shape, role);
            Tensor& tensor = m_tensors[index(role, layer)];
            tensor.type = isMatrix(role) ? matrices : TensorType::F32;
            tensor.rows = rows;
            tensor.columns = columns;
            std::vector<float> values(rows * columns);
            for (std::size_t i = 0; i < values.size(); ++i) {
                values[i] = initialValue(seed, role, layer, i);
            }
            set(role, layer, values);
        }
    }
    for (int byte = 0; byte < 256; ++byte) {
        m_tokenizer.tokens.push_back(alphabetFromBytes(std::string(1, static_cast<char>(byte))));
    }
    m_tokenizer.tokens.push_back("<|endoftext|>");
    m_tokenizer.kinds.assign(256, TokenKind::Normal);
    m_tokenizer.kinds.push_back(TokenKind::Control);
    m_tokenizer.endOfText = kEndOfText;
}

std::size_t MemoryCheckpoint::index(TensorRole role, std::uint32_t layer) const {
    return std::size_t{layer} * kTensorRoles + static_cast<std::size_t>(role);
}

void MemoryCheckpoint::set(TensorRole role, std::uint32_t layer, const std::vector<float>& values) {
    Tensor& tensor = m_tensors[index(role, layer)];
    const std::size_t bytes = rowBytes(tensor.type, tensor.columns);
    tensor.bytes.resize(bytes * tensor.rows);
    for (std::size_t row = 0; row < tensor.rows; ++row) {
        quantizeRow(tensor.type, std::span(values).subspan(row * tensor.columns, tensor.columns),
                    tensor.bytes.data() + row * bytes);
    }
}

std::vector<float> MemoryCheckpoint::values(TensorRole role, std::uint32_t layer) const {
    const TensorView view = tensor(role, layer);
    std::vector<float> result(view.rows * view.columns);
    for (std::uint64_t row = 0; row < view.rows; ++row) {
        dequantizeRow(view.type, view.slice(row, 1).data,
                      std::span(result).subspan(row * view.columns, view.columns));
    }
    return result;
}

TensorView MemoryCheckpoint::tensor(TensorRole role, std::uint32_t layer) const {
    const Tensor& tensor = m_tensors[index(role, layer)];
    return {tensor.type, tensor.bytes.data(), tensor.rows, tensor.columns};
}

std::shared_ptr<MemoryCheckpoint>
MemoryCheckpoint::chain(const std::vector<std::pair<TokenId, TokenId>>& pairs, TokenId otherwise,
                        std::uint32_t context) {
    ModelShape shape = tinyShape();
    shape.layers = 1;
    shape.width = 128;
    shape.headSize = 64;
    shape.context = context;
    const auto checkpoint = std::make_shared<MemoryCheckpoint>(shape);
    const std::size_t width = shape.width;

    // The block adds nothing, so the head sees the norm of the last token's embedding. These are
    // nearly orthogonal: a head row that equals one answers `width` to its own token and little to
    // others.
    for (const TensorRole role : {TensorRole::DenseBias, TensorRole::DownBias}) {
        checkpoint->set(role, 0, std::vector<float>(width));
    }
    checkpoint->set(TensorRole::DenseWeight, 0, std::vector<float>(width * width));
    checkpoint->set(TensorRole::DownWeight, 0, std::vector<float>(width * shape.hidden));
    checkpoint->set(TensorRole::FinalNormWeight, 0, std::vector<float>(width, 1.0F));
    checkpoint->set(TensorRole::FinalNormBias, 0, std::vector<float>(width));

    const std::vector<float> embedding = checkpoint->values(TensorRole::Embedding, 0);
    std::vector<float> head(shape.vocabulary * width);
    for (const auto& [from, to] : pairs) {
        const std::span<const float> row = std::span(embedding).subspan(from * width, width);
        const float mean =
            std::accumulate(row.begin(), row.end(), 0.0F) / static_cast<float>(width);
        float variance = 0;
        for (const float value : row) {
            variance += (value - mean) * (value - mean) / static_cast<float>(width);
        }
        for (std::size_t i = 0; i < width; ++i) {
            head[to * width + i] += (row[i] - mean) / std::sqrt(variance);
        }
    }
    checkpoint->set(TensorRole::HeadWeight, 0, head);
    std::vector<float> bias(shape.vocabulary);
    bias[otherwise] = static_cast<float>(width) / 2;
    checkpoint->set(TensorRole::HeadBias, 0, bias);
    return checkpoint;
}

} // namespace phidelity::test
