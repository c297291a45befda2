// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "inference/model/model.h"
#include "inference/model/schedule.h"
#include "inference/sample/sampler.h"

namespace phidelity {

/// One continuation to make. Plain data.
struct GenerationRequest {
    std::vector<TokenId> prompt;
    SamplerSettings sampler;
    std::vector<std::string>
        stops; ///< stop strings; matched across token borders, cut from the text
    std::uint32_t maxTokens = 256;  ///< 0 = until the context is full
    std::uint32_t alternatives = 0; ///< candidates kept per token; more than 0: details, too
    /// Tokens that may be guessed ahead and checked in one step (draft.h); 0: none. What comes out
    /// is the same to the bit: where the device does not promise that of rows side by side
    /// (Backend::rowsAsAlone), nothing is guessed. Several continuations side by side never guess.
    std::uint32_t mostGuessed = 0;
    SamplerState sampling; ///< to go on from where a prompt ends with what was drawn before
};

enum class FinishReason {
    EndOfText,
    StopString,
    MaxTokens,
    ContextFull,
    Stopped,
    Interrupted ///< by the device, after there were tokens: FinishedGeneration::failure says how
};
/// "end_of_text", "stop_string", "max_tokens", "context_full", "stopped", "interrupted".
[[nodiscard]] std::string_view finishReasonName(FinishReason reason);

struct GeneratedToken {
    TokenId id = 0;
    std::string bytes;          ///< of this token; may be part of a character
    float logprob = 0;          ///< natural log, under the model
    float chainProbability = 0; ///< under the distribution that the chain left
    std::vector<Candidate> alternatives;
    // Details, where alternatives were asked for.
    std::uint32_t rank = 0; ///< 0 = the most likely, equal ones by lower id
    float entropy = 0;      ///< nats, of the model's whole distribution at this place
};

struct Timings {
    std::uint32_t promptTokens = 0; ///< of the prompt in all
    std::uint32_t reusedTokens = 0; ///< of them already in the cache
    double promptMs = 0;            ///< to the first logits
    std::uint32_t generatedTokens = 0;
    double generateMs = 0;           ///< from the first logits to the end
    std::uint32_t guessedTokens = 0; ///< that were checked
    std::uint32_t guessedRight = 0;  ///< of these
};

/// What came of a request, with what is needed to run it again on the same model and device
/// (replay.h).
struct FinishedGeneration {
    SamplerSettings sampler; ///< chain in order, with the seed that was used
    SamplerState samplingBefore;
    SamplerState samplingAfter;
    std::vector<TokenId> prompt;
    /// How prompt and output were computed as far as they were (the last token drawn is not), what
    /// earlier requests had left included.
    Schedule schedule;
    std::vector<GeneratedToken> tokens; ///< all, end-of-text included
    std::string text;                   ///< what was shown: decoded, stop string cut
    std::string cut; ///< what a stop rule cut off, so that it can be brought back
    FinishReason finish = FinishReason::Stopped;
    std::optional<Error> failure; ///< of an interrupted run: DeviceLost or OutOfMemory
    Timings timings;
};

/// What a listener hears while a generation runs, on the generating thread.
struct GenerationEvent {
    std::uint32_t promptDone = 0; ///< prompt tokens computed so far
    /// A new token, valid during the call. Null during prefill, and for text that was held back
    /// when a run was stopped.
    const GeneratedToken* token = nullptr;
    std::string_view text; ///< text that is safe to show now; complete characters only
};

/// Runs a request: prefix reuse, prefill, draw, decode, until something ends it. Ends are outcomes,
/// not errors; `stop` ends within one token. The text is complete also when the listener's text
/// was held back. Afterwards prompt and output are in `cache` for the next turn. Errors:
/// BadArgument (no prompt, settings or ids out of range), ContextFull (prompt longer than the
/// context), NotFinite; OutOfMemory and DeviceLost if there is no token yet, else they interrupt
/// the run, so that what was written is kept.
Result<FinishedGeneration>
generate(Model& model, PrefixCache& cache, const GenerationRequest& request,
         const StopFlag* stop = nullptr,
         const std::function<void(const GenerationEvent&)>& listener = {});

/// The sampler of a chain over the vocabulary of a model.
[[nodiscard]] Sampler samplerFor(const Model& model, const SamplerSettings& settings);
/// What a generation asks of the device for each token. With alternatives that is all logits, as
/// the details of a token are made of them.
[[nodiscard]] TopRequest wishFor(const Model& model, const Sampler& sampler,
                                 std::uint32_t alternatives);

} // namespace phidelity
