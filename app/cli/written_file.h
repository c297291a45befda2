// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>

#include "inference/file/gguf_writer.h"
#include "inference/result.h"

namespace phidelity {

enum class ReportStyle { Sentence, Json };

/// Writes a model as GGUF, tells the progress on a terminal, and says at the end what was written:
/// a sentence or a JSON object. Ctrl+C ends it and leaves nothing behind. Errors as writeGguf;
/// BadArgument where `out` is one of the files that are being read.
[[nodiscard]] Result<void> writeAndReport(const Checkpoint& checkpoint,
                                          const std::filesystem::path& out, QuantPreset preset,
                                          ReportStyle style);
[[nodiscard]] Result<void> writeAndReport(RowSource& source, const std::filesystem::path& out,
                                          QuantPreset preset, ReportStyle style);

/// The presets that a user can name, separated by commas.
[[nodiscard]] std::string presetNames();

} // namespace phidelity
