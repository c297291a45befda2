// SPDX-License-Identifier: MIT
#pragma once

#include <QList>
#include <QStringView>

#include "chat/markdown/text_block.h"

namespace phidelity {

/// Where each character of a block's text stands in the source, and one more for its end; never
/// falling. Markup is not kept by the splitter, so shown and written text are laid side by side
/// again: exact where the text stands there as it is written, and near the place elsewhere (an
/// entity, the address of a link). `source` is what `blocks` were made of. Linear in the source
/// from where the block begins to where the next one does.
[[nodiscard]] QList<qsizetype> sourcePlaces(QStringView source, const QList<TextBlock>& blocks,
                                            qsizetype block);

/// The last block that begins at or before a place of the source; -1 where there is none.
[[nodiscard]] qsizetype blockAtSource(const QList<TextBlock>& blocks, qsizetype place);

} // namespace phidelity
