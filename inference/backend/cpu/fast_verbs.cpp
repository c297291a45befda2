// SPDX-License-Identifier: MIT
#include "inference/backend/cpu/fast_verbs.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

namespace phidelity {
namespace {

/// Rows of a sequence that one task attends for one head: enough to use the keys several times
/// while they are in the cache, few enough that a long prompt makes work for all threads.
constexpr std::uint32_t kAttentionRows = 64;

bool writesCache(Epilogue epilogue) {
    return epilogue == Epilogue::RotateToKeys || epilogue == Epilogue::ToValues;
}

} // namespace

FastBackend::FastBackend(DeviceInfo device)
    : HostBackend(std::move(device)), m_pool(this->device().threads), m_inputs(2) {}

Result<MatrixId> FastBackend::addMatrix(const TensorView& weights, MatrixUse use) {
    Matrix matrix;
    if (use == MatrixUse::Table) {
        matrix.view = weights;
        countWeights(weights.bytes());
    } else {
        PHIDELITY_TRY(matrix.product, kernels::PackedMatrix::pack(weights, m_pool));
        countWeights(matrix.product.bytes());
    }
    m_matrices.push_back(std::move(matrix));
    return static_cast<MatrixId>(m_matrices.size() - 1);
}

bool FastBackend::keepsView(MatrixId id) const {
    const Matrix& matrix = m_matrices[static_cast<std::size_t>(id)];
    return matrix.view.data != nullptr || kernels::PackedMatrix::keepsView(matrix.product.type());
}

bool FastBackend::usesInPlace(TensorType type, MatrixUse use) const {
    return use == MatrixUse::Table || kernels::PackedMatrix::keepsView(type);
}

Result<void> FastBackend::createCache(const AttentionShape& shape, std::uint32_t pages) {
    if (shape.headSize > kernels::kMaxHeadSize) {
        return fail(ErrorCode::Unsupported, "head size: expected at most " +
                                                std::to_string(kernels::kMaxHeadSize) + ", found " +
                                                std::to_string(shape.headSize));
    }
    PHIDELITY_CHECK(HostBackend::createCache(shape, pages));
    if (!m_angles.reserve(std::size_t{shape.context} * shape.rotary)) {
        return fail(ErrorCode::OutOfMemory, "rotary angles: no memory");
    }
    for (std::uint32_t position = 0; position < shape.context; ++position) {
        float* cosines = m_angles.data() + std::size_t{position} * shape.rotary;
        kernels::rotaryAngles(position, shape.ropeTheta, shape.rotary, cosines,
                              cosines + shape.rotary / 2);
    }
    return {};
}

Result<void> FastBackend::begin(const Step& next) {
    PHIDELITY_CHECK(HostBackend::begin(next));
    planAttention();
    if (!m_scratch.reserve(m_scratchNumbers * m_pool.threads())) {
        return fail(ErrorCode::OutOfMemory, "attention: no memory for scores");
    }
    return {};
}

/// Cuts the step into blocks of rows and makes room for the longest sequence.
void FastBackend::planAttention() {
    while (m_everyRow.size() < rows()) {
        m_everyRow.push_back(static_cast<std::uint32_t>(m_everyRow.size()));
    }
    m_positions.clear();
    m_blocks.clear();
    std::uint32_t longest = 0;
    for (std::uint32_t row = 0; row < rows(); ++row) {
        const StepRow& place = step().rows[row];
        m_positions.push_back(place.position);
        longest = std::max(longest, place.position + 1);
        const bool continues = row > 0 && place.sequence == step().rows[row - 1].sequence &&
                               m_blocks.back().rows < kAttentionRows;
        if (continues) {
            ++m_blocks.back().rows;
        } else {
            m_blocks.push_back({row, 1});
        }
    }
    m_scratchNumbers = kernels::attentionScratch(longest);
    m_tablePages = (longest + kPageTokens - 1) / kPageTokens;
    m_pageTables.resize(std::max(m_pageTables.size(), m_tablePages * 2 * m_pool.threads()));
}

Result<DeviceRates> FastBackend::measureRates() {
    return DeviceRates{kernels::measureReadBandwidth(m_pool), kernels::measureFmaPeak(m_pool),
                       "F32"};
}

void FastBackend::embed(Activation x, MatrixId table) {
    const TensorView& view = m_matrices[static_cast<std::size_t>(table)].view;
    for (std::size_t r = 0; r < rows(); ++r) {
        dequantizeRow(view.type, view.slice(step().rows[r].token, 1).data, row(x, r));
    }
}

/// Norms of some rows of x, one under the other, to m_normed.
bool FastBackend::normalise(std::span<const std::uint32_t> rowsOfX, Activation x,
                            const Norm& norm) {
    if (!m_normed.reserve(rowsOfX.size() * x.width)) {
        return false;
    }
    const float* weight = vector(norm.weight).data();
    const float* bias = vector(norm.bias).data();
    m_pool.parallelFor(rowsOfX.size(), [&](std::uint64_t index, std::uint32_t) {
        kernels::layerNorm(row(x, rowsOfX[index]).data(), weight, bias, norm.epsilon, x.width,
                           m_normed.data() + index * x.width);
    });
    return true;
}

void FastBackend::project(Activation x, const Norm& norm, std::span<const Part> parts,
                          std::uint32_t layer) {
    m_cacheParts.resize(std::max(m_cacheParts.size(), parts.size()));
    std::uint8_t forms = 0;
    for (const Part& part : parts) {
        forms = static_cast<std::uint8_t>(
            forms | kernels::PreparedInput::formsFor(product(part.linear.weight).type(), rows()));
    }
    if (!normalise(std::span(m_everyRow).first(rows()), x, norm) ||
        !m_inputs[0].prepare(m_pool, m_normed.data(), rows(), x.width, x.width, forms)) {
        return failStep();
    }

    m_products.clear();
    for (std::size_t index = 0; index < parts.size(); ++index) {
        const Part& part = parts[index];
        float* out = partOutput(part, index);
        if (out == nullptr) {
            return failStep();
        }
        const kernels::PackedMatrix& weights = product(part.linear.weight);
        m_products.push_back(
            {&weights, &m_inputs[0], vector(part.linear.bias).data(),
             part.epilogue == Epilogue::Gelu ? kernels::Finish::Gelu : kernels::Finish::Store, out,
             weights.rows()});
    }
    kernels::multiply(m_pool, m_products);
    rotateAndStore(parts, layer);
}

/// Where the product of a part goes: its activation, or a buffer on the way to the cache.
float* FastBackend::partOutput(const Part& part, std::size_t index) {
    if (!writesCache(part.epilogue)) {
        return matrix(part.out);
    }
    HostArray<float>& buffer = m_cacheParts[index];
    return buffer.reserve(rows() * product(part.linear.weight).rows()) ? buffer.data() : nullptr;
}

/// The epilogues that see whole heads, a task for each head.
void FastBackend::rotateAndStore(std::span<const Part> parts, std::uint32_t layer) {
    const std::uint32_t size = attention().headSize;
    const std::uint32_t rotary = attention().rotary;
    const float queryScale = 1.0F / std::sqrt(static_cast<float>(size));
    m_pool.parallelFor(attention().heads, [&](std::uint64_t task, std::uint32_t) {
        const auto head = static_cast<std::uint32_t>(task);
        for (std::size_t index = 0; index < parts.size(); ++index) {
            const Epilogue epilogue = parts[index].epilogue;
            if (epilogue == Epilogue::Store || epilogue == Epilogue::Gelu) {
                continue;
            }
            const kernels::Product& done = m_products[index];
            for (std::uint32_t r = 0; r < rows(); ++r) {
                const StepRow& place = step().rows[r];
                float* numbers = done.out + r * done.outStride + std::size_t{head} * size;
                const float* cosines = m_angles.data() + std::size_t{place.position} * rotary;
                const float* sines = cosines + rotary / 2;
                const PageId target = page(place, place.position);
                const std::uint32_t slot = place.position % kPageTokens;
                if (epilogue == Epilogue::RotateQuery) {
                    kernels::rotate(numbers, size, rotary, cosines, sines, queryScale);
                } else if (epilogue == Epilogue::RotateToKeys) {
                    kernels::rotate(numbers, size, rotary, cosines, sines, 1.0F);
                    kernels::storeKey(keys<std::uint16_t>(target, layer, head), slot, numbers,
                                      size);
                } else {
                    kernels::storeValue(values<std::uint16_t>(target, layer, head), slot, numbers,
                                        size);
                }
            }
        }
    });
}

void FastBackend::attend(Activation context, Activation query, std::uint32_t layer) {
    const std::uint32_t heads = attention().heads;
    m_pool.parallelFor(m_blocks.size() * heads, [&](std::uint64_t task, std::uint32_t thread) {
        // The last blocks of a prompt see most keys: they go first, so that no thread ends alone.
        const RowBlock& block = m_blocks[m_blocks.size() - 1 - task / heads];
        attendBlock(block, static_cast<std::uint32_t>(task % heads), thread, context, query, layer);
    });
}

void FastBackend::attendBlock(const RowBlock& block, std::uint32_t head, std::uint32_t thread,
                              Activation context, Activation query, std::uint32_t layer) {
    const StepRow& last = step().rows[block.first + block.rows - 1];
    const std::uint16_t** keyTable = m_pageTables.data() + std::size_t{thread} * 2 * m_tablePages;
    const std::uint16_t** valueTable = keyTable + m_tablePages;
    for (std::uint32_t index = 0; index <= last.position / kPageTokens; ++index) {
        const PageId id = page(last, index * kPageTokens);
        keyTable[index] = keys<std::uint16_t>(id, layer, head);
        valueTable[index] = values<std::uint16_t>(id, layer, head);
    }
    const std::size_t offset = std::size_t{head} * attention().headSize;
    kernels::HeadAttention work;
    work.query = row(query, block.first).data() + offset;
    work.queryStride = query.width;
    work.rows = block.rows;
    work.positions = m_positions.data() + block.first;
    work.keys = keyTable;
    work.values = valueTable;
    work.headSize = attention().headSize;
    work.out = row(context, block.first).data() + offset;
    work.outStride = context.width;
    kernels::attendHead(work, m_scratch.data() + thread * m_scratchNumbers);
}

void FastBackend::merge(Activation x, std::span<const Term> terms) {
    m_inputs.resize(std::max(m_inputs.size(), terms.size()));
    m_products.clear();
    for (std::size_t index = 0; index < terms.size(); ++index) {
        const Term& term = terms[index];
        const kernels::PackedMatrix& weights = product(term.linear.weight);
        const std::uint8_t forms = kernels::PreparedInput::formsFor(weights.type(), rows());
        if (!m_inputs[index].prepare(m_pool, matrix(term.input), rows(), term.input.width,
                                     term.input.width, forms)) {
            return failStep();
        }
        m_products.push_back({&weights, &m_inputs[index], vector(term.linear.bias).data(),
                              kernels::Finish::Add, matrix(x), x.width});
    }
    kernels::multiply(m_pool, m_products);
}

void FastBackend::head(Activation x, const Norm& norm, const Linear& linear) {
    const kernels::PackedMatrix& weights = product(linear.weight);
    const auto wanted = static_cast<std::uint32_t>(step().logitRows.size());
    const std::span<float> logits = takeLogits(weights.rows());
    const std::uint8_t forms = kernels::PreparedInput::formsFor(weights.type(), wanted);
    if (logits.empty() || !normalise(step().logitRows, x, norm) ||
        !m_inputs[0].prepare(m_pool, m_normed.data(), wanted, x.width, x.width, forms)) {
        return failStep();
    }
    const kernels::Product all[] = {{&weights, &m_inputs[0], vector(linear.bias).data(),
                                     kernels::Finish::Store, logits.data(), weights.rows()}};
    kernels::multiply(m_pool, all);
}

} // namespace phidelity
