// SPDX-License-Identifier: MIT
#include "hf_builder.h"

#include <bit>
#include <cstring>

#include "gguf_builder.h"
#include "inference/file/checkpoint.h"

namespace phidelity::test {

namespace {

constexpr int roleNumber(TensorRole role) {
    return static_cast<int>(role);
}

std::vector<float> values(TensorRole role, std::uint32_t layer, std::uint64_t rows,
                          std::uint64_t columns) {
    std::vector<float> result;
    for (std::uint64_t row = 0; row < rows; ++row) {
        for (std::uint64_t column = 0; column < columns; ++column) {
            result.push_back(hfValue(roleNumber(role), layer, row, column));
        }
    }
    return result;
}

/// Query, key and value of a layer in one tensor. A bias is given as rows of one column.
std::vector<float> packed(HfNames names, std::uint32_t layer, bool bias) {
    const TensorRole roles[] = {bias ? TensorRole::QueryBias : TensorRole::QueryWeight,
                                bias ? TensorRole::KeyBias : TensorRole::KeyWeight,
                                bias ? TensorRole::ValueBias : TensorRole::ValueWeight};
    const auto line = [&](int part, std::uint64_t row, std::vector<float>& out) {
        for (std::uint64_t column = 0; column < (bias ? 1 : kHfWidth); ++column) {
            out.push_back(bias ? hfValue(roleNumber(roles[part]), layer, 0, row)
                               : hfValue(roleNumber(roles[part]), layer, row, column));
        }
    };
    std::vector<float> result;
    if (names != HfNames::PerHead) {
        for (int part = 0; part < 3; ++part) {
            for (std::uint64_t row = 0; row < kHfWidth; ++row) {
                line(part, row, result);
            }
        }
        return result;
    }
    constexpr std::uint64_t kHeadSize = kHfWidth / kHfHeads;
    for (std::uint64_t head = 0; head < kHfHeads; ++head) {
        for (int part = 0; part < 3; ++part) {
            for (std::uint64_t row = 0; row < kHeadSize; ++row) {
                line(part, head * kHeadSize + row, result);
            }
        }
    }
    return result;
}

void appendValue(std::vector<std::byte>& out, float value, const std::string& dtype) {
    Bytes bytes;
    if (dtype == "F32") {
        bytes.raw(value);
    } else if (dtype == "F16") {
        bytes.raw(floatToHalf(value));
    } else {
        bytes.raw(static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(value) >> 16));
    }
    out.insert(out.end(), bytes.data.begin(), bytes.data.end());
}

/// Adds `name`.weight and `name`.bias.
void addLinear(std::vector<HfTensor>& tensors, const std::string& name, TensorRole weight,
               std::uint32_t layer, std::uint64_t rows, std::uint64_t columns) {
    const auto bias = static_cast<TensorRole>(roleNumber(weight) + 1);
    tensors.push_back({name + ".weight", {rows, columns}, values(weight, layer, rows, columns)});
    tensors.push_back({name + ".bias", {rows}, values(bias, layer, 1, rows)});
}

void addNorm(std::vector<HfTensor>& tensors, const std::string& name, TensorRole weight,
             std::uint32_t layer) {
    const auto bias = static_cast<TensorRole>(roleNumber(weight) + 1);
    tensors.push_back({name + ".weight", {kHfWidth}, values(weight, layer, 1, kHfWidth)});
    tensors.push_back({name + ".bias", {kHfWidth}, values(bias, layer, 1, kHfWidth)});
}

struct Names {
    std::string embedding;
    std::string block; ///< before the layer's number
    int firstBlock;
    std::string norm;
    std::string attention;
    std::string dense;
    std::string finalNorm;
    std::string head;
};

Names namesOf(HfNames names) {
    switch (names) {
    case HfNames::PhiMsft:
        return {"transformer.embd.wte.weight",
                "transformer.h.",
                0,
                "ln",
                "mixer",
                "mixer.out_proj",
                "lm_head.ln",
                "lm_head.linear"};
    case HfNames::MixFormer:
        return {"layers.0.wte.weight", "layers.",        1, "ln", "mixer", "mixer.out_proj",
                "layers.3.ln",         "layers.3.linear"};
    default:
        return {"model.embed_tokens.weight", "model.layers.", 0,
                "input_layernorm",           "self_attn",     "self_attn.dense",
                "model.final_layernorm",     "lm_head"};
    }
}

} // namespace

float hfValue(int role, std::uint32_t layer, std::uint64_t row, std::uint64_t column) {
    const std::uint64_t mixed =
        static_cast<std::uint64_t>(role) * 7 + layer * 31 + row * 13 + column;
    return static_cast<float>(mixed % 128) - 64.0F;
}

std::vector<HfTensor> hfTensors(HfNames names) {
    const Names n = namesOf(names);
    std::vector<HfTensor> tensors;
    tensors.push_back({n.embedding,
                       {kHfVocabulary, kHfWidth},
                       values(TensorRole::Embedding, 0, kHfVocabulary, kHfWidth)});
    for (std::uint32_t layer = 0; layer < kHfLayers; ++layer) {
        const std::string block =
            std::string(n.block)
                .append(std::to_string(static_cast<int>(layer) + n.firstBlock))
                .append(".");
        const std::string attention = block + n.attention;
        addNorm(tensors, block + n.norm, TensorRole::NormWeight, layer);
        if (names == HfNames::Transformers) {
            addLinear(tensors, attention + ".q_proj", TensorRole::QueryWeight, layer, kHfWidth,
                      kHfWidth);
            addLinear(tensors, attention + ".k_proj", TensorRole::KeyWeight, layer, kHfWidth,
                      kHfWidth);
            addLinear(tensors, attention + ".v_proj", TensorRole::ValueWeight, layer, kHfWidth,
                      kHfWidth);
        } else {
            const std::string name =
                attention + (names == HfNames::PerHead ? ".query_key_value" : ".Wqkv");
            tensors.push_back(
                {name + ".weight", {3 * kHfWidth, kHfWidth}, packed(names, layer, false)});
            tensors.push_back({name + ".bias", {3 * kHfWidth}, packed(names, layer, true)});
        }
        addLinear(tensors, block + n.dense, TensorRole::DenseWeight, layer, kHfWidth, kHfWidth);
        addLinear(tensors, block + "mlp.fc1", TensorRole::UpWeight, layer, kHfHidden, kHfWidth);
        addLinear(tensors, block + "mlp.fc2", TensorRole::DownWeight, layer, kHfWidth, kHfHidden);
        if (names == HfNames::MixFormer) {
            tensors.push_back({block + "mixer.rotary_emb.inv_freq", {4}, {1, 2, 3, 4}});
        }
    }
    addNorm(tensors, n.finalNorm, TensorRole::FinalNormWeight, 0);
    addLinear(tensors, n.head, TensorRole::HeadWeight, 0, kHfVocabulary, kHfWidth);
    return tensors;
}

std::vector<std::byte> rawSafetensors(const std::string& header, std::size_t data) {
    Bytes bytes;
    bytes.text(header);
    bytes.data.resize(bytes.data.size() + data);
    return bytes.data;
}

std::vector<std::byte> safetensors(const std::vector<HfTensor>& tensors, const std::string& dtype) {
    std::string header = "{\"__metadata__\":{\"format\":\"pt\"}";
    std::vector<std::byte> data;
    for (const HfTensor& tensor : tensors) {
        const std::size_t begin = data.size();
        for (const float value : tensor.values) {
            appendValue(data, value, dtype);
        }
        std::string shape;
        for (const std::uint64_t extent : tensor.shape) {
            shape.append(shape.empty() ? "" : ",").append(std::to_string(extent));
        }
        header.append(",\"").append(tensor.name).append("\":{\"dtype\":\"").append(dtype);
        header.append("\",\"shape\":[").append(shape).append("],\"data_offsets\":[");
        header.append(std::to_string(begin)).append(",").append(std::to_string(data.size()));
        header.append("]}");
    }
    header += "}";
    header.resize((header.size() + 7) / 8 * 8, ' ');
    std::vector<std::byte> image = rawSafetensors(header, 0);
    image.insert(image.end(), data.begin(), data.end());
    return image;
}

std::string hfConfig(HfNames names) {
    if (names == HfNames::PhiMsft || names == HfNames::MixFormer) {
        return std::string(R"({"model_type":")")
            .append(names == HfNames::PhiMsft ? "phi-msft" : "mixformer-sequential")
            .append(R"(","n_layer":2,"n_embd":32,"n_head":2,"n_positions":16,"n_inner":null,
"rotary_dim":8,"vocab_size":8,"activation_function":"gelu_new","layer_norm_epsilon":1e-05,
"n_head_kv":null,"tie_word_embeddings":false})");
    }
    return R"({"architectures":["PhiForCausalLM"],"model_type":"phi","vocab_size":8,
"hidden_size":32,"intermediate_size":128,"num_hidden_layers":2,"num_attention_heads":2,
"num_key_value_heads":2,"partial_rotary_factor":0.5,"rope_theta":10000.0,"rope_scaling":null,
"max_position_embeddings":16,"hidden_act":"gelu_new","layer_norm_eps":1e-05,
"tie_word_embeddings":false,"qk_layernorm":false,"eos_token_id":4})";
}

std::string hfTokenizerJson() {
    return R"({"added_tokens":[{"id":4,"content":"<|endoftext|>","special":true},
{"id":5,"content":"  ","special":false}],"model":{"type":"BPE","vocab":{"a":0,"b":1,"ab":2,"c":3,
"<|endoftext|>":4},"merges":["a b"]}})";
}

} // namespace phidelity::test
