// SPDX-License-Identifier: MIT
#include "inference/file/hf_config.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>
#include <limits>

#include "inference/file/gguf_model.h"
#include "inference/file/tokenizer_rules.h"
#include "inference/file/utf8_check.h"

namespace phidelity {

namespace {

constexpr std::string_view kModelTypes[] = {"phi", "phi-msft", "mixformer-sequential"};
/// All of them are the tanh form of GELU.
constexpr std::string_view kActivations[] = {"gelu_new", "gelu_pytorch_tanh", "gelu_fast"};

class Reader {
public:
    Reader(const JsonValue& root, const std::string& name) : m_root(root), m_name(name) {}

    Result<HfConfig> run() {
        PHIDELITY_CHECK(checkModelType());
        HfConfig config;
        ModelShape& shape = config.shape;
        PHIDELITY_TRY(shape.layers, count({"num_hidden_layers", "n_layer"}, kMostLayers));
        config.layersField = m_lastField;
        PHIDELITY_TRY(shape.width, count({"hidden_size", "n_embd"}, kMostWidth));
        PHIDELITY_TRY(shape.heads, count({"num_attention_heads", "n_head"}, shape.width));
        PHIDELITY_TRY(shape.hidden, count({"intermediate_size", "n_inner"}, kMostWidth,
                                          std::uint64_t{4} * shape.width));
        PHIDELITY_TRY(shape.vocabulary, count({"vocab_size"}, kMostTokens));
        PHIDELITY_TRY(shape.context,
                      count({"max_position_embeddings", "n_positions"}, kMostContext));
        if (shape.width % shape.heads != 0) {
            return fail(ErrorCode::ShapeMismatch,
                        m_name + ": num_attention_heads: expected a divisor of " +
                            std::to_string(shape.width) + ", found " + std::to_string(shape.heads));
        }
        shape.headSize = shape.width / shape.heads;
        PHIDELITY_CHECK(checkKeyHeads(shape.heads));
        PHIDELITY_TRY(const double epsilon,
                      number({"layer_norm_eps", "layer_norm_epsilon"}, 1e-12, 1.0, 1e-5));
        PHIDELITY_TRY(const double theta, number({"rope_theta"}, 1.0, 1e12, 10000.0));
        shape.normEpsilon = static_cast<float>(epsilon);
        shape.ropeTheta = static_cast<float>(theta);
        PHIDELITY_TRY(shape.rotary, rotary(shape.headSize));
        PHIDELITY_CHECK(checkArithmetic());
        if (const JsonValue* end = find({"eos_token_id"})) {
            config.endOfText = end->unsignedInteger();
        }
        return config;
    }

private:
    /// The first of some names that is there and not null; newer files keep the rotary ones in an
    /// object.
    const JsonValue* find(std::initializer_list<std::string_view> names) {
        for (const std::string_view name : names) {
            const JsonValue* value = m_root.find(name);
            if (value == nullptr) {
                const JsonValue* rope = m_root.find("rope_parameters");
                value = rope != nullptr ? rope->find(name) : nullptr;
            }
            if (value != nullptr && !value->isNull()) {
                m_lastField = name;
                return value;
            }
        }
        m_lastField = *names.begin();
        return nullptr;
    }

    tl::unexpected<Error> wrong(ErrorCode code, const std::string& expected,
                                const std::string& found) const {
        return fail(code,
                    m_name + ": " + m_lastField + ": expected " + expected + ", found " + found);
    }

    tl::unexpected<Error> missingField() const {
        return fail(ErrorCode::BadFile,
                    m_name + ": " + m_lastField + ": expected in the file, not found");
    }

    Result<std::uint32_t> count(std::initializer_list<std::string_view> names, std::uint64_t most,
                                std::optional<std::uint64_t> missing = {}) {
        const JsonValue* value = find(names);
        if (value == nullptr && !missing) {
            return missingField();
        }
        const auto result = value != nullptr ? value->unsignedInteger() : missing;
        if (!result || *result < 1 || *result > most) {
            return wrong(ErrorCode::BadFile, "an integer from 1 to " + std::to_string(most),
                         result ? std::to_string(*result) : std::string(value->kind()));
        }
        return static_cast<std::uint32_t>(*result);
    }

    Result<double> number(std::initializer_list<std::string_view> names, double low, double high,
                          double missing) {
        const JsonValue* value = find(names);
        if (value == nullptr) {
            return missing;
        }
        const auto result = value->number();
        if (!result || !(*result >= low && *result <= high)) {
            return wrong(ErrorCode::BadFile,
                         "a number from " + std::to_string(low) + " to " + std::to_string(high),
                         result ? std::to_string(*result) : std::string(value->kind()));
        }
        return *result;
    }

    Result<void> checkModelType() {
        const JsonValue* type = find({"model_type"});
        if (type == nullptr) {
            return missingField();
        }
        if (type->string() == nullptr || std::find(std::begin(kModelTypes), std::end(kModelTypes),
                                                   *type->string()) == std::end(kModelTypes)) {
            return wrong(ErrorCode::Unsupported,
                         "phi, phi-msft or mixformer-sequential (Phi-1, Phi-1.5, Phi-2)",
                         type->string() != nullptr ? forMessage(*type->string())
                                                   : std::string(type->kind()));
        }
        return {};
    }

    Result<void> checkKeyHeads(std::uint32_t heads) {
        const JsonValue* value = find({"num_key_value_heads", "n_head_kv"});
        if (value != nullptr && value->unsignedInteger() != heads) {
            return wrong(ErrorCode::Unsupported,
                         "as many as attention heads (" + std::to_string(heads) + ")",
                         value->unsignedInteger() ? std::to_string(*value->unsignedInteger())
                                                  : std::string(value->kind()));
        }
        return {};
    }

    /// Old files give the rotated numbers of a head, newer ones their share.
    Result<std::uint32_t> rotary(std::uint32_t headSize) {
        std::uint32_t result = 0;
        if (find({"rotary_dim"}) != nullptr) {
            PHIDELITY_TRY(result, count({"rotary_dim"}, headSize));
        } else {
            PHIDELITY_TRY(const double share, number({"partial_rotary_factor"}, 0.0, 1.0, 0.5));
            result = static_cast<std::uint32_t>(share * headSize);
        }
        if (result < 2 || result % 2 != 0) {
            return wrong(ErrorCode::ShapeMismatch, "an even number of rotated dimensions",
                         std::to_string(result));
        }
        return result;
    }

    Result<void> checkArithmetic() {
        if (const JsonValue* activation = find({"hidden_act", "activation_function"})) {
            if (activation->string() == nullptr ||
                std::find(std::begin(kActivations), std::end(kActivations),
                          *activation->string()) == std::end(kActivations)) {
                return wrong(ErrorCode::Unsupported, "gelu_new or gelu_pytorch_tanh",
                             activation->string() != nullptr ? forMessage(*activation->string())
                                                             : std::string(activation->kind()));
            }
        }
        for (const std::string_view flag : {"qk_layernorm", "tie_word_embeddings"}) {
            const JsonValue* value = find({flag});
            if (value != nullptr && value->boolean() != false) {
                return wrong(ErrorCode::Unsupported, "false", std::string("true"));
            }
        }
        if (find({"rope_scaling"}) != nullptr) {
            return wrong(ErrorCode::Unsupported, "null", "a scaling");
        }
        if (const JsonValue* type = find({"rope_type"})) {
            if (type->string() == nullptr || *type->string() != "default") {
                return wrong(ErrorCode::Unsupported, "default", "another type");
            }
        }
        return {};
    }

    const JsonValue& m_root;
    const std::string& m_name;
    std::string m_lastField; ///< the one looked up last, for error details
};

} // namespace

Result<HfConfig> readHfConfig(const JsonValue& root, const std::string& name) {
    if (root.object() == nullptr) {
        return fail(ErrorCode::BadFile,
                    name + ": expected an object, found " + std::string(root.kind()));
    }
    return Reader(root, name).run();
}

} // namespace phidelity
