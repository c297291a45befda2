// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "chat/generation_settings.h"
#include "chat/prompt_format.h"
#include "playground/play_page.h"

namespace phidelity {

/// One side of a comparison: how the same text is put to a model, and to which.
struct CompareSide {
    PromptFormat format = FormatId::Raw;
    GenerationSettings settings;
    std::optional<QString> model; ///< a file or folder, empty = the demo model; none: the open one
};

struct CompareWish {
    QString prompt;
    CompareSide sides[2];
};

/// The first token at which two texts differ, by id; as many as the shorter one has where that is
/// the beginning of the other; nothing where they are the same.
[[nodiscard]] std::optional<qsizetype> firstDifference(const QList<TokenDetail>& a,
                                                       const QList<TokenDetail>& b);
/// The tokens of pieces, in their order.
[[nodiscard]] QList<TokenDetail> tokensOf(const QList<TextPiece>& pieces);
/// The characters before token `index` of the pieces' tokens.
[[nodiscard]] qsizetype placeOfToken(const QList<TextPiece>& pieces, qsizetype index);

} // namespace phidelity

Q_DECLARE_METATYPE(phidelity::CompareWish)
