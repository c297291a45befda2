// SPDX-License-Identifier: MIT
#include "gguf_builder.h"

#include <algorithm>
#include <cstring>

namespace phidelity::test {

namespace {

constexpr std::uint32_t kU32 = 4;
constexpr std::uint32_t kI32 = 5;
constexpr std::uint32_t kF32 = 6;
constexpr std::uint32_t kString = 8;
constexpr std::uint32_t kArray = 9;
constexpr std::uint32_t kTensorF32 = 0;
constexpr std::uint32_t kTensorQ8 = 8;

} // namespace

Bytes& Bytes::append(const void* from, std::size_t size) {
    const auto* bytes = static_cast<const std::byte*>(from);
    data.insert(data.end(), bytes, bytes + size);
    return *this;
}

Bytes& Bytes::text(std::string_view value) {
    return raw(std::uint64_t{value.size()}).plain(value);
}

GgufKey& GgufBuilder::key(std::string_view name) {
    const auto found =
        std::find_if(keys.begin(), keys.end(), [&](const GgufKey& k) { return k.name == name; });
    if (found != keys.end()) {
        return *found;
    }
    keys.push_back({std::string(name), 0, {}});
    return keys.back();
}

GgufTensorSpec& GgufBuilder::tensor(std::string_view name) {
    const auto found = std::find_if(tensors.begin(), tensors.end(),
                                    [&](const GgufTensorSpec& t) { return t.name == name; });
    if (found != tensors.end()) {
        return *found;
    }
    tensors.push_back({std::string(name), {}, 0, 0, {}});
    return tensors.back();
}

void GgufBuilder::erase(std::string_view keyName) {
    std::erase_if(keys, [&](const GgufKey& k) { return k.name == keyName; });
}

void GgufBuilder::set(std::string_view name, std::uint32_t value) {
    key(name) = {std::string(name), kU32, Bytes().raw(value)};
}

void GgufBuilder::set(std::string_view name, float value) {
    key(name) = {std::string(name), kF32, Bytes().raw(value)};
}

void GgufBuilder::set(std::string_view name, std::string_view value) {
    key(name) = {std::string(name), kString, Bytes().text(value)};
}

void GgufBuilder::setStrings(std::string_view name, const std::vector<std::string>& values) {
    Bytes bytes;
    bytes.raw(kString).raw(std::uint64_t{values.size()});
    for (const std::string& value : values) {
        bytes.text(value);
    }
    key(name) = {std::string(name), kArray, bytes};
}

void GgufBuilder::setInts(std::string_view name, const std::vector<std::int32_t>& values) {
    Bytes bytes;
    bytes.raw(kI32).raw(std::uint64_t{values.size()});
    for (const std::int32_t value : values) {
        bytes.raw(value);
    }
    key(name) = {std::string(name), kArray, bytes};
}

void GgufBuilder::layOut() {
    std::uint64_t offset = 0;
    for (GgufTensorSpec& tensor : tensors) {
        tensor.offset = offset;
        offset += (tensor.data.size() + alignment - 1) / alignment * alignment;
    }
}

std::vector<std::byte> GgufBuilder::header() const {
    Bytes bytes;
    bytes.plain("GGUF").raw(version);
    bytes.raw(countedTensors != UINT64_MAX ? countedTensors : std::uint64_t{tensors.size()});
    bytes.raw(countedKeys != UINT64_MAX ? countedKeys : std::uint64_t{keys.size()});
    for (const GgufKey& key : keys) {
        bytes.text(key.name).raw(key.type);
        bytes.data.insert(bytes.data.end(), key.value.data.begin(), key.value.data.end());
    }
    for (const GgufTensorSpec& tensor : tensors) {
        bytes.text(tensor.name).raw(static_cast<std::uint32_t>(tensor.extents.size()));
        for (const std::uint64_t extent : tensor.extents) {
            bytes.raw(extent);
        }
        bytes.raw(tensor.type).raw(tensor.offset);
    }
    return bytes.data;
}

std::vector<std::byte> GgufBuilder::build() const {
    std::vector<std::byte> image = header();
    image.resize((image.size() + alignment - 1) / alignment * alignment);
    const std::size_t begin = image.size();
    for (const GgufTensorSpec& tensor : tensors) {
        const std::size_t at = begin + tensor.offset;
        if (tensor.offset <= (std::uint64_t{1} << 20) && image.size() < at + tensor.data.size()) {
            image.resize(at + tensor.data.size());
        }
        if (tensor.offset <= (std::uint64_t{1} << 20) && !tensor.data.empty()) {
            std::memcpy(image.data() + at, tensor.data.data(), tensor.data.size());
        }
    }
    return image;
}

GgufBuilder smallModel() {
    GgufBuilder gguf;
    gguf.set("general.architecture", std::string_view("phi2"));
    gguf.set("general.name", std::string_view("small"));
    gguf.set("phi2.context_length", 16U);
    gguf.set("phi2.embedding_length", 32U);
    gguf.set("phi2.feed_forward_length", 64U);
    gguf.set("phi2.block_count", 1U);
    gguf.set("phi2.attention.head_count", 1U);
    gguf.set("phi2.attention.head_count_kv", 1U);
    gguf.set("phi2.attention.layer_norm_epsilon", 1e-5F);
    gguf.set("phi2.rope.dimension_count", 32U);
    gguf.set("tokenizer.ggml.model", std::string_view("gpt2"));
    gguf.setStrings("tokenizer.ggml.tokens",
                    {"a", "b", "ab", "c", "<|endoftext|>", "  ", "[PAD6]", "[PAD7]"});
    gguf.setInts("tokenizer.ggml.token_type", {1, 1, 1, 1, 3, 4, 4, 5});
    gguf.setStrings("tokenizer.ggml.merges", {"a b"});
    gguf.set("tokenizer.ggml.eos_token_id", 4U);

    const auto vector = [&](const std::string& name, std::uint64_t size) {
        GgufTensorSpec& tensor = gguf.tensor(name);
        tensor.extents = {size};
        tensor.type = kTensorF32;
        Bytes bytes;
        for (std::uint64_t i = 0; i < size; ++i) {
            bytes.raw(static_cast<float>(i) * 0.25F);
        }
        tensor.data = bytes.data;
    };
    const auto matrix = [&](const std::string& name, std::uint64_t columns, std::uint64_t rows) {
        GgufTensorSpec& tensor = gguf.tensor(name);
        tensor.extents = {columns, rows};
        tensor.type = kTensorQ8;
        Bytes bytes;
        for (std::uint64_t block = 0; block < columns / 32 * rows; ++block) {
            bytes.raw(std::uint16_t{0x3000}); // 0.125
            for (int i = 0; i < 32; ++i) {
                bytes.raw(static_cast<std::int8_t>(static_cast<int>(block) % 100 + i));
            }
        }
        tensor.data = bytes.data;
    };
    matrix("token_embd.weight", 32, 8);
    for (const char* part : {"q", "k", "v", "output"}) {
        const std::string name = std::string("blk.0.attn_").append(part);
        matrix(name + ".weight", 32, 32);
        vector(name + ".bias", 32);
    }
    vector("blk.0.attn_norm.weight", 32);
    vector("blk.0.attn_norm.bias", 32);
    matrix("blk.0.ffn_up.weight", 32, 64);
    vector("blk.0.ffn_up.bias", 64);
    matrix("blk.0.ffn_down.weight", 64, 32);
    vector("blk.0.ffn_down.bias", 32);
    vector("output_norm.weight", 32);
    vector("output_norm.bias", 32);
    matrix("output.weight", 32, 8);
    vector("output.bias", 8);
    gguf.layOut();
    return gguf;
}

} // namespace phidelity::test
