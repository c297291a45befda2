// SPDX-License-Identifier: MIT
#include "inference/file/tensor_table.h"

namespace phidelity {

namespace {

using enum NameStyle;
using enum Packing;

// `{}` is the layer, `{+1}` the layer counted from 1, `{end}` the number after the last of those.

constexpr TensorName kEmbedding[] = {
    {Gguf, Alone, "token_embd.weight"},
    {Transformers, Alone, "model.embed_tokens.weight"},
    {PhiMsft, Alone, "transformer.embd.wte.weight"},
    {MixFormer, Alone, "layers.0.wte.weight"},
};
constexpr TensorName kNormWeight[] = {
    {Gguf, Alone, "blk.{}.attn_norm.weight"},
    {Transformers, Alone, "model.layers.{}.input_layernorm.weight"},
    {PhiMsft, Alone, "transformer.h.{}.ln.weight"},
    {MixFormer, Alone, "layers.{+1}.ln.weight"},
};
constexpr TensorName kNormBias[] = {
    {Gguf, Alone, "blk.{}.attn_norm.bias"},
    {Transformers, Alone, "model.layers.{}.input_layernorm.bias"},
    {PhiMsft, Alone, "transformer.h.{}.ln.bias"},
    {MixFormer, Alone, "layers.{+1}.ln.bias"},
};
constexpr TensorName kQueryWeight[] = {
    {Gguf, Alone, "blk.{}.attn_q.weight"},
    {Gguf, QueryKeyValue, "blk.{}.attn_qkv.weight"},
    {Transformers, Alone, "model.layers.{}.self_attn.q_proj.weight"},
    {Transformers, PerHead, "model.layers.{}.self_attn.query_key_value.weight"},
    {PhiMsft, QueryKeyValue, "transformer.h.{}.mixer.Wqkv.weight"},
    {MixFormer, QueryKeyValue, "layers.{+1}.mixer.Wqkv.weight"},
};
constexpr TensorName kQueryBias[] = {
    {Gguf, Alone, "blk.{}.attn_q.bias"},
    {Gguf, QueryKeyValue, "blk.{}.attn_qkv.bias"},
    {Transformers, Alone, "model.layers.{}.self_attn.q_proj.bias"},
    {Transformers, PerHead, "model.layers.{}.self_attn.query_key_value.bias"},
    {PhiMsft, QueryKeyValue, "transformer.h.{}.mixer.Wqkv.bias"},
    {MixFormer, QueryKeyValue, "layers.{+1}.mixer.Wqkv.bias"},
};
constexpr TensorName kKeyWeight[] = {
    {Gguf, Alone, "blk.{}.attn_k.weight"},
    {Gguf, QueryKeyValue, "blk.{}.attn_qkv.weight"},
    {Transformers, Alone, "model.layers.{}.self_attn.k_proj.weight"},
    {Transformers, PerHead, "model.layers.{}.self_attn.query_key_value.weight"},
    {PhiMsft, QueryKeyValue, "transformer.h.{}.mixer.Wqkv.weight"},
    {MixFormer, QueryKeyValue, "layers.{+1}.mixer.Wqkv.weight"},
};
constexpr TensorName kKeyBias[] = {
    {Gguf, Alone, "blk.{}.attn_k.bias"},
    {Gguf, QueryKeyValue, "blk.{}.attn_qkv.bias"},
    {Transformers, Alone, "model.layers.{}.self_attn.k_proj.bias"},
    {Transformers, PerHead, "model.layers.{}.self_attn.query_key_value.bias"},
    {PhiMsft, QueryKeyValue, "transformer.h.{}.mixer.Wqkv.bias"},
    {MixFormer, QueryKeyValue, "layers.{+1}.mixer.Wqkv.bias"},
};
constexpr TensorName kValueWeight[] = {
    {Gguf, Alone, "blk.{}.attn_v.weight"},
    {Gguf, QueryKeyValue, "blk.{}.attn_qkv.weight"},
    {Transformers, Alone, "model.layers.{}.self_attn.v_proj.weight"},
    {Transformers, PerHead, "model.layers.{}.self_attn.query_key_value.weight"},
    {PhiMsft, QueryKeyValue, "transformer.h.{}.mixer.Wqkv.weight"},
    {MixFormer, QueryKeyValue, "layers.{+1}.mixer.Wqkv.weight"},
};
constexpr TensorName kValueBias[] = {
    {Gguf, Alone, "blk.{}.attn_v.bias"},
    {Gguf, QueryKeyValue, "blk.{}.attn_qkv.bias"},
    {Transformers, Alone, "model.layers.{}.self_attn.v_proj.bias"},
    {Transformers, PerHead, "model.layers.{}.self_attn.query_key_value.bias"},
    {PhiMsft, QueryKeyValue, "transformer.h.{}.mixer.Wqkv.bias"},
    {MixFormer, QueryKeyValue, "layers.{+1}.mixer.Wqkv.bias"},
};
constexpr TensorName kDenseWeight[] = {
    {Gguf, Alone, "blk.{}.attn_output.weight"},
    {Transformers, Alone, "model.layers.{}.self_attn.dense.weight"},
    {PhiMsft, Alone, "transformer.h.{}.mixer.out_proj.weight"},
    {MixFormer, Alone, "layers.{+1}.mixer.out_proj.weight"},
};
constexpr TensorName kDenseBias[] = {
    {Gguf, Alone, "blk.{}.attn_output.bias"},
    {Transformers, Alone, "model.layers.{}.self_attn.dense.bias"},
    {PhiMsft, Alone, "transformer.h.{}.mixer.out_proj.bias"},
    {MixFormer, Alone, "layers.{+1}.mixer.out_proj.bias"},
};
constexpr TensorName kUpWeight[] = {
    {Gguf, Alone, "blk.{}.ffn_up.weight"},
    {Transformers, Alone, "model.layers.{}.mlp.fc1.weight"},
    {PhiMsft, Alone, "transformer.h.{}.mlp.fc1.weight"},
    {MixFormer, Alone, "layers.{+1}.mlp.fc1.weight"},
};
constexpr TensorName kUpBias[] = {
    {Gguf, Alone, "blk.{}.ffn_up.bias"},
    {Transformers, Alone, "model.layers.{}.mlp.fc1.bias"},
    {PhiMsft, Alone, "transformer.h.{}.mlp.fc1.bias"},
    {MixFormer, Alone, "layers.{+1}.mlp.fc1.bias"},
};
constexpr TensorName kDownWeight[] = {
    {Gguf, Alone, "blk.{}.ffn_down.weight"},
    {Transformers, Alone, "model.layers.{}.mlp.fc2.weight"},
    {PhiMsft, Alone, "transformer.h.{}.mlp.fc2.weight"},
    {MixFormer, Alone, "layers.{+1}.mlp.fc2.weight"},
};
constexpr TensorName kDownBias[] = {
    {Gguf, Alone, "blk.{}.ffn_down.bias"},
    {Transformers, Alone, "model.layers.{}.mlp.fc2.bias"},
    {PhiMsft, Alone, "transformer.h.{}.mlp.fc2.bias"},
    {MixFormer, Alone, "layers.{+1}.mlp.fc2.bias"},
};
constexpr TensorName kFinalNormWeight[] = {
    {Gguf, Alone, "output_norm.weight"},
    {Transformers, Alone, "model.final_layernorm.weight"},
    {PhiMsft, Alone, "lm_head.ln.weight"},
    {MixFormer, Alone, "layers.{end}.ln.weight"},
};
constexpr TensorName kFinalNormBias[] = {
    {Gguf, Alone, "output_norm.bias"},
    {Transformers, Alone, "model.final_layernorm.bias"},
    {PhiMsft, Alone, "lm_head.ln.bias"},
    {MixFormer, Alone, "layers.{end}.ln.bias"},
};
constexpr TensorName kHeadWeight[] = {
    {Gguf, Alone, "output.weight"},
    {Transformers, Alone, "lm_head.weight"},
    {PhiMsft, Alone, "lm_head.linear.weight"},
    {MixFormer, Alone, "layers.{end}.linear.weight"},
};
constexpr TensorName kHeadBias[] = {
    {Gguf, Alone, "output.bias"},
    {Transformers, Alone, "lm_head.bias"},
    {PhiMsft, Alone, "lm_head.linear.bias"},
    {MixFormer, Alone, "layers.{end}.linear.bias"},
};

constexpr TensorSpec kTable[] = {
    {TensorRole::Embedding, false, Extent::Vocabulary, Extent::Width, kEmbedding},
    {TensorRole::NormWeight, true, Extent::One, Extent::Width, kNormWeight},
    {TensorRole::NormBias, true, Extent::One, Extent::Width, kNormBias},
    {TensorRole::QueryWeight, true, Extent::Width, Extent::Width, kQueryWeight},
    {TensorRole::QueryBias, true, Extent::One, Extent::Width, kQueryBias},
    {TensorRole::KeyWeight, true, Extent::Width, Extent::Width, kKeyWeight},
    {TensorRole::KeyBias, true, Extent::One, Extent::Width, kKeyBias},
    {TensorRole::ValueWeight, true, Extent::Width, Extent::Width, kValueWeight},
    {TensorRole::ValueBias, true, Extent::One, Extent::Width, kValueBias},
    {TensorRole::DenseWeight, true, Extent::Width, Extent::Width, kDenseWeight},
    {TensorRole::DenseBias, true, Extent::One, Extent::Width, kDenseBias},
    {TensorRole::UpWeight, true, Extent::Hidden, Extent::Width, kUpWeight},
    {TensorRole::UpBias, true, Extent::One, Extent::Hidden, kUpBias},
    {TensorRole::DownWeight, true, Extent::Width, Extent::Hidden, kDownWeight},
    {TensorRole::DownBias, true, Extent::One, Extent::Width, kDownBias},
    {TensorRole::FinalNormWeight, false, Extent::One, Extent::Width, kFinalNormWeight},
    {TensorRole::FinalNormBias, false, Extent::One, Extent::Width, kFinalNormBias},
    {TensorRole::HeadWeight, false, Extent::Vocabulary, Extent::Width, kHeadWeight},
    {TensorRole::HeadBias, false, Extent::One, Extent::Vocabulary, kHeadBias},
};

constexpr bool rowsAreInOrderOfRoles() {
    for (int i = 0; i < kTensorRoles; ++i) {
        if (static_cast<int>(kTable[i].role) != i) {
            return false;
        }
    }
    return std::size(kTable) == kTensorRoles;
}
static_assert(rowsAreInOrderOfRoles());

} // namespace

std::span<const TensorSpec> tensorTable() {
    return kTable;
}

const TensorSpec& tensorSpec(TensorRole role) {
    return kTable[static_cast<std::size_t>(role)];
}

std::uint64_t extentOf(Extent extent, const ModelShape& shape) {
    switch (extent) {
    case Extent::One:
        return 1;
    case Extent::Width:
        return shape.width;
    case Extent::Hidden:
        return shape.hidden;
    case Extent::Vocabulary:
        return shape.vocabulary;
    }
    return 1;
}

std::string tensorName(const TensorName& name, std::uint32_t layer, std::uint32_t layers) {
    const std::size_t open = name.pattern.find('{');
    if (open == std::string_view::npos) {
        return std::string(name.pattern);
    }
    const std::size_t close = name.pattern.find('}', open);
    const std::string_view field = name.pattern.substr(open + 1, close - open - 1);
    const std::uint64_t number = field == "end"  ? std::uint64_t{layers} + 1
                                 : field == "+1" ? std::uint64_t{layer} + 1
                                                 : layer;
    return std::string(name.pattern.substr(0, open)) + std::to_string(number) +
           std::string(name.pattern.substr(close + 1));
}

std::uint32_t packedPart(TensorRole role) {
    switch (role) {
    case TensorRole::KeyWeight:
    case TensorRole::KeyBias:
        return 1;
    case TensorRole::ValueWeight:
    case TensorRole::ValueBias:
        return 2;
    default:
        return 0;
    }
}

} // namespace phidelity
