// SPDX-License-Identifier: MIT
#include "inference/backend/self_test.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "inference/backend/cpu/cpu_backend.h"

namespace phidelity {
namespace {

constexpr std::uint32_t kWidth = 256; ///< a super-block of the K types
constexpr std::uint32_t kHidden = 512;
constexpr AttentionShape kShape{1, 4, 64, 32, 10000.0F, 64};
constexpr std::uint32_t kTokens = 64; ///< rows of the embedding and of the head
/// The prompt comes in two steps, the second of which goes over the end of a page.
constexpr std::uint32_t kFirstRows = 24;
constexpr std::uint32_t kPrompt = 40;
/// Kernels differ by rounding; whoever leaves out or misplaces anything is wrong by far more.
constexpr double kTolerance = 1e-2;

/// The verbs that take part: each program adds some to those before.
enum class Program { Embed, Products, Attention };
constexpr std::array kPrograms = {Program::Embed, Program::Products, Program::Attention};

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

/// Stored weights; they stay where they are while backends use them.
class Numbers {
public:
    Numbers() : m_generator(1) {}

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

/// One block of a Phi-like model, as stored.
struct Stored {
    Numbers numbers;
    TensorView embedding = numbers.matrix(TensorType::F16, kTokens, kWidth, 1);
    TensorView normWeight = numbers.matrix(TensorType::F32, 1, kWidth, 2);
    TensorView normBias = numbers.matrix(TensorType::F32, 1, kWidth, 0.5F);
    // Large enough that attention is far from uniform.
    StoredLinear query = linear(TensorType::Q4_0, kWidth, kWidth, 0.1F);
    StoredLinear key = linear(TensorType::Q4_0, kWidth, kWidth, 0.1F);
    StoredLinear value = linear(TensorType::Q8_0, kWidth, kWidth, 0.05F);
    StoredLinear up = linear(TensorType::Q8_0, kHidden, kWidth, 0.05F);
    StoredLinear dense = linear(TensorType::F16, kWidth, kWidth, 0.05F);
    StoredLinear down = linear(TensorType::F16, kWidth, kHidden, 0.05F);
    StoredLinear head = linear(TensorType::Q6_K, kTokens, kWidth, 0.1F);

    StoredLinear linear(TensorType type, std::uint32_t outputs, std::uint32_t inputs,
                        float spread) {
        return {numbers.matrix(type, outputs, inputs, spread),
                numbers.matrix(TensorType::F32, 1, outputs, spread)};
    }
};

/// The block on a backend.
class Block {
public:
    static Result<Block> load(Backend& backend, const Stored& stored) {
        Block block(backend);
        PHIDELITY_CHECK(backend.createCache(kShape, 2));
        PHIDELITY_TRY(block.m_x, backend.addActivation(kWidth));
        PHIDELITY_TRY(block.m_query, backend.addActivation(kWidth));
        PHIDELITY_TRY(block.m_context, backend.addActivation(kWidth));
        PHIDELITY_TRY(block.m_hidden, backend.addActivation(kHidden));
        PHIDELITY_TRY(block.m_embedding, backend.addMatrix(stored.embedding, MatrixUse::Table));
        PHIDELITY_TRY(block.m_norm.weight, backend.addVector(stored.normWeight));
        PHIDELITY_TRY(block.m_norm.bias, backend.addVector(stored.normBias));
        PHIDELITY_TRY(block.m_queryOf, block.add(stored.query));
        PHIDELITY_TRY(block.m_keyOf, block.add(stored.key));
        PHIDELITY_TRY(block.m_valueOf, block.add(stored.value));
        PHIDELITY_TRY(block.m_up, block.add(stored.up));
        PHIDELITY_TRY(block.m_dense, block.add(stored.dense));
        PHIDELITY_TRY(block.m_down, block.add(stored.down));
        PHIDELITY_TRY(block.m_head, block.add(stored.head));
        return block;
    }

    /// Logits of all rows at positions first .. end - 1.
    Result<std::vector<float>> run(Program program, std::uint32_t first, std::uint32_t end) {
        static constexpr PageId kPages[] = {1, 0};
        static constexpr std::span<const PageId> kTables[] = {kPages};
        std::vector<StepRow> rows;
        std::vector<std::uint32_t> wanted;
        for (std::uint32_t position = first; position < end; ++position) {
            rows.push_back({position * 29 % kTokens, position, 0});
            wanted.push_back(position - first);
        }
        PHIDELITY_CHECK(m_backend->begin({rows, kTables, wanted}));
        m_backend->embed(m_x, m_embedding);
        const Part parts[] = {{m_up, Epilogue::Gelu, m_hidden},
                              {m_queryOf, Epilogue::RotateQuery, m_query},
                              {m_keyOf, Epilogue::RotateToKeys, {}},
                              {m_valueOf, Epilogue::ToValues, {}}};
        const Term terms[] = {{m_hidden, m_down}, {m_context, m_dense}};
        if (program != Program::Embed) {
            const bool attends = program == Program::Attention;
            m_backend->project(m_x, m_norm, std::span(parts).first(attends ? 4 : 1), 0);
            if (attends) {
                m_backend->attend(m_context, m_query, 0);
            }
            m_backend->merge(m_x, std::span(terms).first(attends ? 2 : 1));
        }
        m_backend->head(m_x, m_norm, m_head);
        PHIDELITY_TRY(const std::span<const float> logits, m_backend->submit());
        return std::vector<float>(logits.begin(), logits.end());
    }

private:
    explicit Block(Backend& backend) : m_backend(&backend) {}

    Result<Linear> add(const StoredLinear& stored) {
        Linear linear;
        PHIDELITY_TRY(linear.weight, m_backend->addMatrix(stored.weight, MatrixUse::Product));
        PHIDELITY_TRY(linear.bias, m_backend->addVector(stored.bias));
        return linear;
    }

    Backend* m_backend;
    Activation m_x, m_query, m_context, m_hidden;
    MatrixId m_embedding{};
    Norm m_norm;
    Linear m_queryOf, m_keyOf, m_valueOf, m_up, m_dense, m_down, m_head;
};

double relativeError(std::span<const float> found, std::span<const float> expected) {
    double difference = 0;
    double norm = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        difference += std::pow(double{found[i]} - double{expected[i]}, 2);
        norm += std::pow(double{expected[i]}, 2);
    }
    return std::sqrt(difference / norm);
}

} // namespace

Result<void> selfTest(Backend& backend) {
    const Stored stored;
    PHIDELITY_TRY(const auto plain, createCpuBackend({CpuKernels::Obvious, 1}));
    PHIDELITY_TRY(Block oracle, Block::load(*plain, stored));
    PHIDELITY_TRY(Block tested, Block::load(backend, stored));
    constexpr std::pair<std::uint32_t, std::uint32_t> kSteps[] = {
        {0, kFirstRows}, {kFirstRows, kPrompt}, {kPrompt, kPrompt + 1}};
    for (const Program program : kPrograms) {
        for (const auto& [first, end] : kSteps) {
            PHIDELITY_TRY(const auto expected, oracle.run(program, first, end));
            PHIDELITY_TRY(const auto found, tested.run(program, first, end));
            const double error = relativeError(found, expected);
            if (!(error <= kTolerance)) { // also where it is no number
                char numbers[96];
                std::snprintf(numbers, sizeof numbers,
                              " with %u rows: expected a relative error up to %g, found %g",
                              end - first, kTolerance, error);
                return fail(ErrorCode::NoDevice,
                            std::string("self-test: ") + verbsOf(program) + numbers);
            }
        }
    }
    return {};
}

} // namespace phidelity
