// SPDX-License-Identifier: MIT
#include "inference/file/random_model.h"

#include <sys/mman.h>

#include <cstring>
#include <new>

#include "inference/file/gguf_model.h"
#include "inference/file/parallel_for.h"
#include "inference/file/tensor_table.h"
#include "inference/file/tokenizer_rules.h"

namespace phidelity {

namespace {

constexpr float kSpread = 0.02F; ///< standard deviation of the weights: Phi's initializer_range
constexpr std::uint64_t kPoolBits = 11;
constexpr std::uint64_t kPoolUnits = std::uint64_t{1} << kPoolBits;
constexpr std::size_t kPoolElements = 256; ///< of a unit: whole blocks of every type
constexpr std::size_t kAlignment = 64;
constexpr std::size_t kHugePage = std::size_t{2} << 20;

/// SplitMix64: tiny, fast, and each stream is one addition and a mix away from its seed.
class Random {
public:
    explicit Random(std::uint64_t seed) : m_state(seed) {}

    std::uint64_t next() {
        m_state += 0x9E3779B97F4A7C15U;
        std::uint64_t z = m_state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
        return z ^ (z >> 31);
    }

    /// About standard normal: twelve uniform numbers, so that every machine gets the same bits.
    float normal() {
        std::uint64_t sum = 0;
        for (int i = 0; i < 3; ++i) {
            const std::uint64_t bits = next();
            sum +=
                (bits & 0xFFFF) + ((bits >> 16) & 0xFFFF) + ((bits >> 32) & 0xFFFF) + (bits >> 48);
        }
        return (static_cast<float>(sum) - 6.0F * 65535.0F) / 65536.0F;
    }

private:
    std::uint64_t m_state;
};

/// A seed for stream `index` of `seed` that shares nothing visible with its neighbours.
std::uint64_t derivedSeed(std::uint64_t seed, std::uint64_t index) {
    Random mixer(seed ^ (index + 1) * 0xD1342543DE82EF95U);
    return mixer.next();
}

/// Pre-quantised pieces of rows, drawn from to fill matrices.
class Pool {
public:
    Pool(TensorType type, std::uint64_t seed)
        : m_bytes(rowBytes(type, kPoolElements)), m_data(kPoolUnits * m_bytes) {
        parallelFor(kPoolUnits, 1, [&](std::uint64_t first, std::uint64_t last) {
            std::vector<float> numbers(kPoolElements);
            for (std::uint64_t unit = first; unit < last; ++unit) {
                Random random(derivedSeed(seed, unit));
                for (float& number : numbers) {
                    number = kSpread * random.normal();
                }
                quantizeRow(type, numbers, m_data.data() + unit * m_bytes);
            }
        });
    }

    /// Fills `bytes` bytes of a row; a last piece may be cut.
    void fillRow(std::byte* out, std::size_t bytes, Random random) const {
        while (bytes > 0) {
            const std::size_t piece = std::min(bytes, m_bytes);
            std::memcpy(out, m_data.data() + (random.next() >> (64 - kPoolBits)) * m_bytes, piece);
            out += piece;
            bytes -= piece;
        }
    }

private:
    std::size_t m_bytes;
    std::vector<std::byte> m_data;
};

Result<void> checkShape(const ModelShape& shape, TensorType type) {
    const auto bad = [](const std::string& what) { return fail(ErrorCode::BadArgument, what); };
    if (shape.layers < 1 || shape.layers > kMostLayers || shape.width < 1 ||
        shape.width > kMostWidth || shape.hidden < 1 || shape.hidden > kMostWidth ||
        shape.vocabulary > kMostTokens || shape.context < 1 || shape.context > kMostContext) {
        return bad("shape: a count is zero or beyond any real model");
    }
    if (std::uint64_t{shape.heads} * shape.headSize != shape.width || shape.rotary < 2 ||
        shape.rotary % 2 != 0 || shape.rotary > shape.headSize) {
        return bad("shape: heads times head size must be the width, and the rotary part even and "
                   "within a head");
    }
    const std::uint32_t block = blockLayout(type).elements;
    for (const std::uint32_t columns : {shape.width, shape.hidden}) {
        if (columns % block != 0) {
            return bad("rows of " + std::to_string(columns) + " numbers cannot be stored as " +
                       std::string(tensorTypeName(type)) + ": expected a multiple of " +
                       std::to_string(block));
        }
    }
    return {};
}

/// Makes any rows of a random model, the same whatever the order in which they are asked for.
class RandomWeights {
public:
    RandomWeights(const ModelShape& shape, TensorType type, std::uint64_t seed)
        : m_shape(shape), m_type(type), m_seed(seed), m_pool(type, derivedSeed(seed, 0)) {}

    /// Type and extents of a tensor, without data.
    [[nodiscard]] TensorView layout(TensorRole role) const {
        const TensorSpec& spec = tensorSpec(role);
        return {spec.isVector() ? TensorType::F32 : m_type, nullptr, extentOf(spec.rows, m_shape),
                extentOf(spec.columns, m_shape)};
    }

    /// Writes `count` rows from `first` on to `out`, with all cores.
    void fill(TensorRole role, std::uint32_t layer, std::uint64_t first, std::uint64_t count,
              std::byte* out) const {
        const TensorView view = layout(role);
        const std::uint64_t seed = derivedSeed(m_seed, 1 + tensorIndex(role, layer));
        if (tensorSpec(role).isVector()) {
            return fillVector(role, out, view.columns, seed);
        }
        const std::size_t bytes = rowBytes(view.type, view.columns);
        parallelFor(count, 64, [&](std::uint64_t begin, std::uint64_t end) {
            for (std::uint64_t row = begin; row < end; ++row) {
                m_pool.fillRow(out + row * bytes, bytes, Random(derivedSeed(seed, first + row)));
            }
        });
    }

private:
    static void fillVector(TensorRole role, std::byte* out, std::uint64_t count,
                           std::uint64_t seed) {
        const bool isGain = role == TensorRole::NormWeight || role == TensorRole::FinalNormWeight;
        Random random(seed);
        for (std::uint64_t i = 0; i < count; ++i) {
            const float value = (isGain ? 1.0F : 0.0F) + kSpread * random.normal();
            std::memcpy(out + i * sizeof(float), &value, sizeof value);
        }
    }

    ModelShape m_shape;
    TensorType m_type;
    std::uint64_t m_seed;
    Pool m_pool;
};

std::string randomName(TensorType type, std::uint64_t seed) {
    return "random " + std::string(tensorTypeName(type)) + " seed " + std::to_string(seed);
}

class RandomRows final : public RowSource {
public:
    RandomRows(const ModelShape& shape, TensorType type, std::uint64_t seed,
               TokenizerData tokenizer)
        : m_shape(shape), m_tokenizer(std::move(tokenizer)), m_name(randomName(type, seed)),
          m_weights(shape, type, seed) {}

    [[nodiscard]] const ModelShape& shape() const override { return m_shape; }
    [[nodiscard]] const TokenizerData& tokenizer() const override { return m_tokenizer; }
    [[nodiscard]] const std::string& name() const override { return m_name; }
    [[nodiscard]] TensorView layout(TensorRole role, std::uint32_t) const override {
        return m_weights.layout(role);
    }
    [[nodiscard]] const std::byte* rows(TensorRole role, std::uint32_t layer, std::uint64_t first,
                                        std::uint64_t count) override {
        const TensorView view = m_weights.layout(role);
        m_piece.resize(count * rowBytes(view.type, view.columns));
        m_weights.fill(role, layer, first, count, m_piece.data());
        return m_piece.data();
    }
    void finished(TensorRole, std::uint32_t) override {}

private:
    ModelShape m_shape;
    TokenizerData m_tokenizer;
    std::string m_name;
    RandomWeights m_weights;
    std::vector<std::byte> m_piece; ///< what was asked for last
};

} // namespace

Result<std::unique_ptr<RowSource>> randomRows(const ModelShape& shape, TensorType type,
                                              std::uint64_t seed) {
    PHIDELITY_CHECK(checkShape(shape, type));
    PHIDELITY_TRY(TokenizerData tokenizer, byteVocabulary(shape.vocabulary));
    return std::make_unique<RandomRows>(shape, type, seed, std::move(tokenizer));
}

Result<CheckpointParts> makeRandomModel(const ModelShape& shape, TensorType type,
                                        std::uint64_t seed) {
    PHIDELITY_CHECK(checkShape(shape, type));
    CheckpointParts parts;
    parts.shape = shape;
    parts.name = randomName(type, seed);
    PHIDELITY_TRY(parts.tokenizer, byteVocabulary(shape.vocabulary));

    // Lay out first, so that one allocation holds everything.
    struct Place {
        TensorRole role;
        std::uint32_t layer;
        std::uint64_t offset;
    };
    const RandomWeights weights(shape, type, seed);
    std::vector<Place> places;
    parts.tensors.assign(std::size_t{shape.layers} * kTensorRoles, TensorView{});
    std::uint64_t total = 0;
    for (std::uint32_t layer = 0; layer < shape.layers; ++layer) {
        for (const TensorSpec& spec : tensorTable()) {
            if (!spec.perLayer && layer != 0) {
                continue;
            }
            TensorView& view = parts.tensors[tensorIndex(spec.role, layer)];
            view = weights.layout(spec.role);
            places.push_back({spec.role, layer, total});
            total += (view.bytes() + kAlignment - 1) / kAlignment * kAlignment;
        }
    }
    auto* memory =
        static_cast<std::byte*>(::operator new (total, std::align_val_t{kHugePage}, std::nothrow));
    if (memory == nullptr) {
        return fail(ErrorCode::OutOfMemory,
                    "random weights need " + std::to_string(total) + " bytes");
    }
    // Filling gigabytes in small pages would spend most of the time in page faults. Only a hint.
    ::madvise(memory, total, MADV_HUGEPAGE);
    parts.owned.emplace_back(memory, [](const std::byte* p) {
        ::operator delete (const_cast<std::byte*>(p), std::align_val_t{kHugePage});
    });

    for (const Place& place : places) {
        TensorView& view = parts.tensors[tensorIndex(place.role, place.layer)];
        view.data = memory + place.offset;
        weights.fill(place.role, place.layer, 0, view.rows, memory + place.offset);
    }
    return parts;
}

} // namespace phidelity
