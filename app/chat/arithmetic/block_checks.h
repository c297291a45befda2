// SPDX-License-Identifier: MIT
#pragma once

#include <QList>

#include "chat/arithmetic/arithmetic_check.h"
#include "chat/markdown/text_block.h"

namespace phidelity {

/// The statements of arithmetic in a block of a message, as readers see it: in its prose, in lines
/// of code that are nothing else, in its formulas. A mark's place is in `block.text`, where a
/// formula is one character. Marks neither reach into links nor into parts of inline code. None for
/// a block that begins in the middle of a line. Linear in the length of the block; any thread.
[[nodiscard]] QList<ArithmeticMark> checksOfBlock(const TextBlock& block);

} // namespace phidelity
