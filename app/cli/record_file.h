// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include <QList>

#include "chat/generation_record.h"
#include "inference/result.h"

namespace phidelity {

/// The records of one reply in their order: one, or one for each part where it was continued or
/// changed its device.
using RecordedReply = QList<GenerationRecord>;

/// Writes the record of a reply, or of its parts with the number of the token that each begins at
/// and its device. Another file of that name is replaced at once or not at all. WriteFailed.
[[nodiscard]] Result<void> writeRecordedReply(const std::string& path, const RecordedReply& reply);

/// Writes the records of several continuations of one prompt, in their order. Likewise.
[[nodiscard]] Result<void> writeRecordedSamples(const std::string& path,
                                                const std::vector<RecordedReply>& samples);

/// Every recorded reply of a file, in order: of one that these have made, or of a
/// transcript in whose messages they stand; "-" is standard input. FileUnreadable; BadArgument
/// where there is no such file, where it is no JSON, and where no record is in it.
[[nodiscard]] Result<std::vector<RecordedReply>> readRecordedReplies(const std::string& path);

} // namespace phidelity
