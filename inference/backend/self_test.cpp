// SPDX-License-Identifier: MIT
#include "inference/backend/self_test.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "inference/backend/cpu/cpu_backend.h"
#include "inference/relative_error.h"
#include "inference/sample/candidates.h"

namespace phidelity {
namespace {

constexpr std::uint32_t kWidth = 256; ///< a super-block of the K types
constexpr std::uint32_t kHidden = 256;
constexpr AttentionShape kShape{1, 4, 64, 32, 10000.0F, 64};
constexpr std::uint32_t kTokens = 64;    ///< rows of the embedding
constexpr std::uint32_t kOutputs = 5000; ///< of the head whose largest are picked: several tiles
/// Kernels differ by rounding; whoever leaves out or misplaces anything is wrong by far more.
constexpr double kTolerance = 1e-2;
/// Of the logarithm of a sum of a few thousand F32 numbers.
constexpr double kLogTolerance = 1e-3;

/// Positions of a step.
struct Rows {
    std::uint32_t first = 0;
    std::uint32_t end = 0;
};
/// A prompt in two steps, the second of which goes over the end of a page; a token; a few, as when
/// drafts are checked.
constexpr Rows kSession[] = {{0, 24}, {24, 40}, {40, 41}, {41, 44}};
/// Of a weight type: as in a prompt and as in decoding.
constexpr Rows kRowsOfType[] = {{0, 24}, {24, 25}};

/// The verbs that take part: each program adds some to those before.
enum class Program { Embed, Products, Attention };

const char* verbsOf(Program program) {
    switch (program) {
    case Program::Embed:
        return "embed or head";
    case Program::Products:
        return "project or merge";
    case Program::Attention:
        return "attend";
    }
    return "";
}

/// Stored weights; they stay where they are while backends use them. Others each time: what an
/// earlier test of this process left in memory is not to be right.
class Numbers {
public:
    Numbers() {
        static std::atomic<unsigned> seed = 1;
        m_generator.seed(seed++);
    }

    TensorView matrix(TensorType type, std::uint32_t rows, std::uint32_t columns, float spread) {
        const std::size_t bytes = rowBytes(type, columns);
        std::vector<std::byte>& stored = m_stored.emplace_back(bytes * rows);
        std::vector<float> row(columns);
        for (std::uint32_t index = 0; index < rows; ++index) {
            for (float& value : row) {
                // Not a standard distribution: those differ from library to library.
                value = spread * (static_cast<float>(m_generator() % 2001) / 1000.0F - 1.0F);
            }
            quantizeRow(type, row, stored.data() + index * bytes);
        }
        return {type, stored.data(), rows, columns};
    }

private:
    std::mt19937 m_generator;
    std::vector<std::vector<std::byte>> m_stored;
};

struct StoredLinear {
    TensorView weight;
    TensorView bias;
};

/// What all blocks share.
struct Common {
    Numbers numbers;
    TensorView normWeight = numbers.matrix(TensorType::F32, 1, kWidth, 2);
    TensorView normBias = numbers.matrix(TensorType::F32, 1, kWidth, 0.5F);
};

/// How the matrices of a block are stored.
struct BlockTypes {
    TensorType embedding, up, down, head;
};
struct AttentionTypes {
    TensorType query, key, value, dense;
};

/// The products of one block of a Phi-like model, as stored.
struct Stored {
    Stored(Numbers& numbers, const BlockTypes& types, std::uint32_t outputs = kTokens)
        : embedding(numbers.matrix(types.embedding, kTokens, kWidth, 1)),
          up(linear(numbers, types.up, kHidden, kWidth, 0.05F)),
          down(linear(numbers, types.down, kWidth, kHidden, 0.05F)),
          head(linear(numbers, types.head, outputs, kWidth, 0.1F)) {}

    static StoredLinear linear(Numbers& numbers, TensorType type, std::uint32_t outputs,
                               std::uint32_t inputs, float spread) {
        return {numbers.matrix(type, outputs, inputs, spread),
                numbers.matrix(TensorType::F32, 1, outputs, spread)};
    }

    TensorView embedding;
    StoredLinear up, down, head;
};

/// And those of its attention, large enough that it is far from uniform.
struct StoredAttention {
    StoredAttention(Numbers& numbers, const AttentionTypes& types)
        : query(Stored::linear(numbers, types.query, kWidth, kWidth, 0.1F)),
          key(Stored::linear(numbers, types.key, kWidth, kWidth, 0.1F)),
          value(Stored::linear(numbers, types.value, kWidth, kWidth, 0.05F)),
          dense(Stored::linear(numbers, types.dense, kWidth, kWidth, 0.05F)) {}

    StoredLinear query, key, value, dense;
};

/// What all blocks on a backend share.
struct Bench {
    static Result<Bench> prepare(Backend& backend, const Common& common) {
        Bench bench;
        bench.backend = &backend;
        PHIDELITY_CHECK(backend.createCache(kShape, 2));
        PHIDELITY_TRY(bench.x, backend.addActivation(kWidth));
        PHIDELITY_TRY(bench.query, backend.addActivation(kWidth));
        PHIDELITY_TRY(bench.context, backend.addActivation(kWidth));
        PHIDELITY_TRY(bench.hidden, backend.addActivation(kHidden));
        PHIDELITY_TRY(bench.norm.weight, backend.addVector(common.normWeight));
        PHIDELITY_TRY(bench.norm.bias, backend.addVector(common.normBias));
        return bench;
    }

    Backend* backend = nullptr;
    Activation x, query, context, hidden;
    Norm norm;
};

/// A block on a backend.
class Block {
public:
    static Result<Block> load(const Bench& bench, const Stored& stored,
                              const StoredAttention* attention = nullptr) {
        Block block(bench);
        PHIDELITY_TRY(block.m_embedding,
                      bench.backend->addMatrix(stored.embedding, MatrixUse::Table));
        PHIDELITY_TRY(block.m_up, block.add(stored.up));
        PHIDELITY_TRY(block.m_down, block.add(stored.down));
        PHIDELITY_TRY(block.m_head, block.add(stored.head));
        if (attention != nullptr) {
            PHIDELITY_TRY(block.m_query, block.add(attention->query));
            PHIDELITY_TRY(block.m_key, block.add(attention->key));
            PHIDELITY_TRY(block.m_value, block.add(attention->value));
            PHIDELITY_TRY(block.m_dense, block.add(attention->dense));
        }
        return block;
    }

    /// Logits of all rows, unless the wish for the largest of them came true. Each run has tokens
    /// of its own: nothing that an earlier one left behind is right by chance.
    Result<std::span<const float>> run(Program program, const Rows& positions,
                                       const TopRequest& wish = {}) {
        static constexpr PageId kPages[] = {1, 0};
        static constexpr std::span<const PageId> kTables[] = {kPages};
        std::vector<StepRow> rows;
        std::vector<std::uint32_t> wanted;
        for (std::uint32_t position = positions.first; position < positions.end; ++position) {
            rows.push_back({(position * 29 + m_runs) % kTokens, position, 0});
            wanted.push_back(position - positions.first);
        }
        ++m_runs;
        const auto& [backend, x, query, context, hidden, norm] = m_bench;
        PHIDELITY_CHECK(backend->begin({rows, kTables, wanted, wish}));
        backend->embed(x, m_embedding);
        const Part parts[] = {{m_up, Epilogue::Gelu, hidden},
                              {m_query, Epilogue::RotateQuery, query},
                              {m_key, Epilogue::RotateToKeys, {}},
                              {m_value, Epilogue::ToValues, {}}};
        const Term terms[] = {{hidden, m_down}, {context, m_dense}};
        if (program != Program::Embed) {
            const bool attends = program == Program::Attention;
            backend->project(x, norm, std::span(parts).first(attends ? 4 : 1), 0);
            if (attends) {
                backend->attend(context, query, 0);
            }
            backend->merge(x, std::span(terms).first(attends ? 2 : 1));
        }
        backend->head(x, norm, m_head);
        return backend->submit();
    }

    [[nodiscard]] Backend& backend() const { return *m_bench.backend; }
    /// The next run has the tokens of the last one.
    void repeat() { --m_runs; }

private:
    explicit Block(const Bench& bench) : m_bench(bench) {}

    Result<Linear> add(const StoredLinear& stored) {
        Linear linear;
        PHIDELITY_TRY(linear.weight, backend().addMatrix(stored.weight, MatrixUse::Product));
        PHIDELITY_TRY(linear.bias, backend().addVector(stored.bias));
        return linear;
    }

    Bench m_bench;
    std::uint32_t m_runs = 0;
    MatrixId m_embedding{};
    Linear m_query, m_key, m_value, m_up, m_dense, m_down, m_head;
};

/// The same block where it is tested and on the obvious loops.
struct Pair {
    Block tested;
    Block oracle;
};

Result<void> wrong(const std::string& what) {
    return fail(ErrorCode::NoDevice, "self-test: " + what);
}

Result<void> compare(Pair& pair, Program program, const Rows& rows, std::string_view types) {
    PHIDELITY_TRY(const auto expected, pair.oracle.run(program, rows));
    PHIDELITY_TRY(const auto found, pair.tested.run(program, rows));
    const double error = relativeError(found, expected);
    if (!(error <= kTolerance)) { // also where it is no number
        char numbers[96];
        std::snprintf(numbers, sizeof numbers,
                      " with %u rows: expected a relative error up to %g, found %g",
                      rows.end - rows.first, kTolerance, error);
        return wrong(verbsOf(program) + std::string(types) + numbers);
    }
    return {};
}

/// The largest of the logits that the same step gives; nothing where the device does not pick.
Result<void> comparePicks(Pair& pair, const Rows& rows) {
    PHIDELITY_CHECK(compare(pair, Program::Embed, rows, " of many logits"));
    for (const TopRequest wish : {TopRequest{1, kOutputs}, TopRequest{5, kOutputs - 3}}) {
        PHIDELITY_TRY(const auto all, pair.tested.run(Program::Embed, rows));
        const std::vector<float> logits(all.begin(), all.end());
        pair.tested.repeat();
        PHIDELITY_CHECK(pair.tested.run(Program::Embed, rows, wish));
        std::size_t row = 0;
        for (const TopLogits& top : pair.tested.backend().top()) {
            const auto those = std::span(logits).subspan(row++ * kOutputs, kOutputs);
            double sum = 0;
            for (const float logit : those) {
                sum += std::exp(double{logit});
            }
            std::vector<RankedLogit> best;
            for (const std::uint32_t id :
                 largestIndices(those.first(wish.vocabulary), wish.count)) {
                best.push_back({those[id], id});
            }
            if (!std::ranges::equal(top.best, best) || !top.allFinite ||
                !(std::abs(top.logTotal - std::log(sum)) <= kLogTolerance)) {
                return wrong("the largest " + std::to_string(wish.count) +
                             " logits: expected other tokens or another sum than were found");
            }
        }
    }
    return {};
}

} // namespace

Result<void> selfTest(Backend& backend) {
    Common common;
    const Stored mixed(common.numbers,
                       {TensorType::F16, TensorType::Q8_0, TensorType::Q4_K, TensorType::Q6_K});
    const StoredAttention attention(
        common.numbers, {TensorType::Q4_0, TensorType::Q4_0, TensorType::Q8_0, TensorType::F16});
    std::vector<Stored> ofTypes;
    for (const TensorType type : kTensorTypes) {
        ofTypes.emplace_back(common.numbers, BlockTypes{type, type, type, type});
    }
    constexpr auto kHalf = TensorType::F16;
    const Stored manyOutputs(common.numbers, {kHalf, kHalf, kHalf, kHalf}, kOutputs);

    PHIDELITY_TRY(const auto plain, createCpuBackend({CpuKernels::Obvious, 1}));
    PHIDELITY_TRY(const Bench tested, Bench::prepare(backend, common));
    PHIDELITY_TRY(const Bench oracle, Bench::prepare(*plain, common));
    const auto load = [&](const Stored& stored,
                          const StoredAttention* itsAttention = nullptr) -> Result<Pair> {
        PHIDELITY_TRY(Block here, Block::load(tested, stored, itsAttention));
        PHIDELITY_TRY(Block there, Block::load(oracle, stored, itsAttention));
        return Pair{here, there};
    };

    PHIDELITY_TRY(Pair session, load(mixed, &attention));
    for (const Program program : {Program::Embed, Program::Products, Program::Attention}) {
        for (const Rows& rows : kSession) {
            PHIDELITY_CHECK(compare(session, program, rows, {}));
        }
    }
    for (std::size_t index = 0; index < ofTypes.size(); ++index) {
        const std::string types = " of " + std::string(tensorTypeName(kTensorTypes[index]));
        PHIDELITY_TRY(Pair pair, load(ofTypes[index]));
        for (const Rows& rows : kRowsOfType) {
            PHIDELITY_CHECK(compare(pair, Program::Products, rows, types));
        }
    }
    PHIDELITY_TRY(Pair picking, load(manyOutputs));
    return comparePicks(picking, {0, 3});
}

} // namespace phidelity
