// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "inference/file/tensor_type.h"
#include "inference/result.h"

namespace phidelity {

/// The numbers that fix a Phi-style model (PHI-2 reference section 1.1). All counts are >= 1.
struct ModelShape {
    std::uint32_t layers = 0;     ///< blocks
    std::uint32_t width = 0;      ///< residual stream (hidden_size) = heads * headSize
    std::uint32_t heads = 0;      ///< attention heads; keys and values have as many
    std::uint32_t headSize = 0;   ///< numbers per head
    std::uint32_t hidden = 0;     ///< MLP width (intermediate_size)
    std::uint32_t rotary = 0;     ///< leading numbers of a head that are rotated, even, <= headSize
    std::uint32_t vocabulary = 0; ///< rows of embedding and head; may exceed the tokenizer's size
    std::uint32_t context = 0;    ///< positions the model was trained for
    float normEpsilon = 1e-5F;
    float ropeTheta = 10000.0F;

    bool operator==(const ModelShape&) const = default;
};

/// What a tensor is for. One table (file/tensor_table.h) gives each role its names and shape in
/// every format.
enum class TensorRole : std::uint8_t {
    Embedding, ///< (vocabulary, width)
    NormWeight,
    NormBias, ///< (width), per layer
    QueryWeight,
    QueryBias, ///< (width, width), (width), per layer; as are key and value
    KeyWeight,
    KeyBias,
    ValueWeight,
    ValueBias,
    DenseWeight,
    DenseBias, ///< attention output (width, width), (width), per layer
    UpWeight,
    UpBias, ///< fc1 (hidden, width), (hidden), per layer
    DownWeight,
    DownBias, ///< fc2 (width, hidden), (width), per layer
    FinalNormWeight,
    FinalNormBias, ///< (width)
    HeadWeight,
    HeadBias, ///< (vocabulary, width), (vocabulary)
};
inline constexpr int kTensorRoles = static_cast<int>(TensorRole::HeadBias) + 1;

/// Kind of a vocabulary entry, as GGUF numbers them.
enum class TokenKind : std::uint8_t {
    Normal = 1,
    Unknown = 2,
    Control = 3,
    UserDefined = 4,
    Unused = 5,
    Byte = 6
};

/// Vocabulary and merges as a file gives them, in the byte alphabet of GPT-2 (section 5.1); not yet
/// checked for consistency: Tokenizer::create does that.
struct TokenizerData {
    std::vector<std::string>
        tokens; ///< by id; normal ones in the byte alphabet, others as literal text
    std::vector<TokenKind> kinds;                            ///< by id, as many as tokens
    std::vector<std::pair<std::string, std::string>> merges; ///< by rank
    std::uint32_t endOfText = 0;                             ///< id that ends a generation
};

/// A model file or folder, opened and checked: every tensor is there, has the right shape and lies
/// inside its file. Memory-mapped; cheap to open, nothing is converted. Immutable and safe to read
/// from any thread. Views stay valid as long as any copy of the shared_ptr lives.
class Checkpoint {
public:
    /// A `.gguf` file (of a split set: the first), a Hugging Face folder, or one of its files.
    /// Errors name file, field, expected and found.
    static Result<std::shared_ptr<const Checkpoint>> open(const std::filesystem::path& path);

    /// A GGUF image in memory that outlives the checkpoint, such as the embedded demo model.
    static Result<std::shared_ptr<const Checkpoint>> openMemory(std::span<const std::byte> gguf,
                                                                std::string name);

    /// Random weights of a shape, each matrix of `type` (vectors F32), the same for the same seed.
    /// Values are spread as in trained models (about normal, 0.02), so that text is noise but
    /// arithmetic is realistic. Takes the memory of the weights; made with all cores. The tokenizer
    /// is a plain byte vocabulary.
    static Result<std::shared_ptr<const Checkpoint>> random(const ModelShape& shape,
                                                            TensorType type, std::uint64_t seed);

    virtual ~Checkpoint() = default;

    [[nodiscard]] virtual const ModelShape& shape() const = 0;
    /// The tensor of a role; `layer` is ignored for roles that exist once. A vector is one row.
    /// A bias that the file may leave out never is empty here: it is a row of zeros.
    [[nodiscard]] virtual TensorView tensor(TensorRole role, std::uint32_t layer = 0) const = 0;
    [[nodiscard]] virtual const TokenizerData& tokenizer() const = 0;
    /// The model's own name, else the file's.
    [[nodiscard]] virtual const std::string& name() const = 0;
    /// "Q4_0", or a mix by share of bytes: "Q4_K + Q6_K"; what a user calls the file type.
    [[nodiscard]] virtual std::string typeSummary() const = 0;
    /// The files that were read, in order; empty for a model in memory.
    [[nodiscard]] virtual const std::vector<std::filesystem::path>& files() const = 0;
    /// SHA-256 of the model file as lower-case hex (`sha256sum` agrees); of several files, the
    /// SHA-256 of their "<hash>  <file name>\n" lines. Reads everything (about 1 to 2 GB/s); cached
    /// after the first call. `stop` ends it with Error{BadArgument,"stopped"}.
    [[nodiscard]] virtual Result<std::string>
    sha256(const std::atomic<bool>* stop = nullptr) const = 0;
    /// Tells the system that these bytes were copied elsewhere and need not stay in this process'
    /// memory.
    virtual void release(const TensorView& view) const = 0;
};

/// Published shapes by name: "phi-1", "phi-1.5", "phi-2", and "tiny" (a mini model for quick
/// tries).
Result<ModelShape> shapeByName(std::string_view name);

} // namespace phidelity
