// SPDX-License-Identifier: MIT
#pragma once

#include <QList>

#include "chat/markdown/text_block.h"
#include "chat/message.h"

namespace phidelity {

/// The blocks of a message as the window shows them; text that XML can hold. What the splitter cut
/// into pieces is in pieces (`continues`), each bounded; but for tables, which are whole.
[[nodiscard]] QList<TextBlock> messageBlocks(const Message& message);

/// The same with the pieces put together again.
[[nodiscard]] QList<TextBlock> wholeBlocks(const Message& message);

/// A stretch of a block's text that looks the same throughout: text, or one formula.
struct InlineRun {
    qsizetype start = 0;
    qsizetype length = 0;
    quint8 looks = 0;                     ///< Span::Look
    const TextLink* link = nullptr;       ///< of the block
    const TextFormula* formula = nullptr; ///< of the block
};

/// The runs of a part of a block's text, in order and without gaps. Valid as long as the block.
[[nodiscard]] QList<InlineRun> inlineRuns(const TextBlock& block, qsizetype from, qsizetype to);

} // namespace phidelity
