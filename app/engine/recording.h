// SPDX-License-Identifier: MIT
#pragma once

#include <QString>

#include "chat/generation_record.h"
#include "inference/model/generator.h"
#include "inference/model/model.h"
#include "inference/model/replay.h"
#include "inference/result.h"

namespace phidelity {

/// The part of a record that says what a reply was made with: model, device and build. The hash of
/// the model is left empty, as it costs reading the file.
[[nodiscard]] GenerationRecord originOf(const Model& model);

/// Adds to `record` (an origin, with settings and stops as asked for) how a generation came about
/// and what came out.
void addGeneration(const FinishedGeneration& generation, GenerationRecord& record);

/// What there is to run again. BadArgument for a record that is not whole: no tokens, other
/// numbers of log-probabilities or alternatives than of tokens, steps that are none.
[[nodiscard]] Result<ReplayTask> taskOf(const GenerationRecord& record);

/// Why the same record may come out otherwise here: a sentence for each of device and build that
/// is another, and for a model that cannot be told. Empty: it must come out the same.
[[nodiscard]] QString cautionOf(const GenerationRecord& record, const GenerationRecord& here);

/// The tokens of a prompt of this text (UTF-8): the recorded ones where they still say it and fit
/// into the context, without special tokens at their end, since a reply that had ended goes on
/// without its end; else those that the text is taken apart into. A preview and a generation both
/// ask here.
[[nodiscard]] std::vector<TokenId> promptFor(const QList<quint32>& recorded, std::string_view text,
                                             const Model& model);

/// What a reply goes on from that continues another: the tokens of the prompt and the place in the
/// stream of random numbers.
struct Continuation {
    std::vector<TokenId> prompt; ///< as promptFor()
    std::uint64_t seed = 0;
    SamplerState sampling;
};
/// `text`: the prompt of the reply to come, UTF-8.
[[nodiscard]] Continuation continuationOf(const GenerationRecord& before, std::string_view text,
                                          const Model& model);

} // namespace phidelity
