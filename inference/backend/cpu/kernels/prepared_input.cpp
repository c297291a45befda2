// SPDX-License-Identifier: MIT
#include "inference/backend/cpu/kernels/prepared_input.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "inference/backend/cpu/kernels/fixed_products.h"
#include "inference/backend/cpu/kernels/packed_matrix.h"
#include "inference/backend/cpu/kernels/panel.h"

namespace phidelity::kernels {
namespace {

bool wants(std::uint8_t forms, InputForm form) {
    return (forms & static_cast<std::uint8_t>(form)) != 0;
}

/// Keeps what is large enough: steps come in similar sizes.
bool reserve(AlignedBuffer& buffer, std::size_t bytes) {
    return buffer.bytes() >= bytes || buffer.allocate(bytes);
}

} // namespace

std::uint8_t PreparedInput::formsFor(TensorType type, std::uint32_t rows) {
    if (rows > kSmallBatch) {
        return static_cast<std::uint8_t>(InputForm::Panel);
    }
    return static_cast<std::uint8_t>(PackedMatrix::keepsView(type) ? InputForm::Float
                                                                   : InputForm::Fixed);
}

Result<void> PreparedInput::prepare(ThreadPool& pool, const float* x, std::uint32_t rows,
                                    std::uint32_t columns, std::size_t stride, std::uint8_t forms) {
    m_rows = rows;
    m_columns = columns;
    const std::size_t blocks = columns / 32;
    bool enough = true;
    if (wants(forms, InputForm::Float)) {
        enough = enough && reserve(m_float, rows * floatStride() * sizeof(float));
    }
    if (wants(forms, InputForm::Fixed)) {
        enough = enough && reserve(m_fixed, rows * blocks * sizeof(FixedBlock));
    }
    if (wants(forms, InputForm::Panel)) {
        const std::size_t tokens = panelTokens();
        m_panels = (rows + tokens - 1) / tokens;
        const std::size_t chunks = (columns + kPanelColumns - 1) / kPanelColumns;
        m_chunkWords = m_panels * kernels::panelWords(tokens);
        m_chunkScales = m_panels * kernels::panelScales(tokens);
        // One unpacked group of rows and the sums of all tiles of a task.
        m_scratchStride = (kernels::panelWords(PackedMatrix::kGroupRows) +
                           kernels::panelScales(PackedMatrix::kGroupRows) +
                           kTaskGroups * m_panels * tokens * PackedMatrix::kGroupRows) *
                          sizeof(float);
        enough = enough && reserve(m_panelWords, chunks * m_chunkWords * sizeof(std::int32_t)) &&
                 reserve(m_panelScales, chunks * m_chunkScales * sizeof(float)) &&
                 reserve(m_scratch, pool.threads() * m_scratchStride);
    }
    if (!enough) {
        *this = PreparedInput();
        return fail(ErrorCode::OutOfMemory, "the input of a product: expected memory for " +
                                                std::to_string(rows) + " rows of " +
                                                std::to_string(columns));
    }

    if (wants(forms, InputForm::Float)) {
        for (std::uint32_t row = 0; row < rows; ++row) {
            std::memcpy(m_float.as<float>() + row * floatStride(), x + row * stride,
                        columns * sizeof(float));
        }
    }
    if (wants(forms, InputForm::Fixed)) {
        for (std::uint32_t row = 0; row < rows; ++row) {
            toFixed(x + row * stride, columns, m_fixed.as<FixedBlock>() + row * blocks);
        }
    }
    if (wants(forms, InputForm::Panel)) {
        packPanels(pool, x, stride);
    }
    return {};
}

void PreparedInput::packPanels(ThreadPool& pool, const float* x, std::size_t stride) {
    const std::size_t tokens = panelTokens();
    pool.parallelFor(m_panels, [&](std::uint64_t panel, std::uint32_t) {
        const std::size_t first = panel * tokens;
        packInputPanel(
            x + first * stride, stride, std::min<std::size_t>(tokens, m_rows - first), m_columns,
            {m_panelWords.as<std::int32_t>() + panel * kernels::panelWords(tokens), m_chunkWords,
             m_panelScales.as<float>() + panel * kernels::panelScales(tokens), m_chunkScales});
    });
}

} // namespace phidelity::kernels
