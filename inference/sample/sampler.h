// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "inference/backend/top_logits.h"
#include "inference/result.h"
#include "inference/text/token_id.h"

namespace phidelity {

class Candidates; // inference/sample/candidates.h

class Tokenizer;

/// The named stages of a sampler chain (PHI-2 reference section 9). Each is off at its neutral
/// value.
enum class StageKind : std::uint8_t {
    LogitBias,
    Penalties, ///< repetition, frequency, presence over a window
    Dry,
    TopNSigma,
    TopK,
    Typical,
    TopP,
    MinP,
    Xtc,
    Temperature,
    MirostatV2, ///< selects; must be last where it is on
    Greedy,     ///< selects; must be last where it is on
};
inline constexpr int kStageKinds = static_cast<int>(StageKind::Greedy) + 1;

/// "top_k" and so on: names on the command line and in transcripts.
[[nodiscard]] std::string_view stageName(StageKind kind);
[[nodiscard]] Result<StageKind> stageFromName(std::string_view name);

/// Everything that shapes a draw. Values at their neutral setting switch the stage off. Plain data:
/// compare, copy and store it freely.
struct SamplerSettings {
    std::vector<StageKind> order = {
        StageKind::LogitBias, StageKind::Penalties,   StageKind::Dry,  StageKind::TopNSigma,
        StageKind::TopK,      StageKind::Typical,     StageKind::TopP, StageKind::MinP,
        StageKind::Xtc,       StageKind::Temperature,
    }; ///< applied first to last; llama.cpp's order by default (temperature last)

    std::vector<std::pair<TokenId, float>> logitBias; ///< added; -infinity bans
    float repeatPenalty = 1.0F;                       ///< 1 = off
    float frequencyPenalty = 0.0F;                    ///< 0 = off
    float presencePenalty = 0.0F;                     ///< 0 = off
    std::int32_t penaltyWindow = 64; ///< tokens looked back; -1 = whole context; 0 = off
    float dryMultiplier = 0.0F;      ///< 0 = off
    float dryBase = 1.75F;
    std::int32_t dryAllowedLength = 2;
    std::int32_t dryWindow = -1; ///< tokens; -1 = whole context
    std::vector<std::string> dryBreakers = {"\n", ":", "\"", "*"};
    float topNSigma = 0.0F;      ///< 0 = off
    std::int32_t topK = 0;       ///< 0 = off
    float typicalP = 1.0F;       ///< 1 = off
    float topP = 1.0F;           ///< 1 = off
    float minP = 0.0F;           ///< 0 = off
    float xtcProbability = 0.0F; ///< 0 = off
    float xtcThreshold = 0.1F;   ///< > 0.5 = off
    float temperature = 1.0F;    ///< 0 = greedy, wherever its stage stands in the order
    bool mirostat = false; ///< selects, named in the order or not; replaces the truncating stages
    float mirostatTau = 5.0F;
    float mirostatEta = 0.1F;
    std::uint64_t seed = 0;

    bool operator==(const SamplerSettings&) const = default;
};

/// Says which value is out of range and what is allowed, or nothing is wrong.
[[nodiscard]] Result<void> validate(const SamplerSettings& settings);

/// One line for people and records: the stages that are on, in order, with their values, then the
/// seed: `top_k 40 > top_p 0.95 > temperature 0.8 > draw, seed 7`.
[[nodiscard]] std::string describe(const SamplerSettings& settings);

/// For DRY: by id, whether the token's text contains one of the breakers. Empty breakers are
/// ignored.
[[nodiscard]] std::vector<bool> dryBreakerTokens(const Tokenizer& tokenizer,
                                                 const std::vector<std::string>& breakers);

/// Of one token's text.
[[nodiscard]] bool containsBreaker(std::string_view text, const std::vector<std::string>& breakers);

/// One token that could have come.
struct Candidate {
    TokenId id = 0;
    float logit = 0; ///< as the model gave it, before any stage
    float logprob =
        0; ///< natural log of its probability under the model (softmax of all raw logits)
};

/// The result of one draw.
struct Draw {
    TokenId id = 0;
    float logprob = 0;          ///< under the model, before any stage
    float chainProbability = 0; ///< under the distribution that the chain left
    std::vector<Candidate> top; ///< the n most likely under the model, descending, ties by lower id
};

/// How much of a distribution a report tells; less is quicker.
struct ReportWish {
    std::size_t shown = static_cast<std::size_t>(-1); ///< of the most likely tokens
    std::vector<TokenId> watched; ///< tokens of which every report says what became of them
    bool kept = false;            ///< all candidates, to ask for others later
};

/// What a stage that is on left, for those who want to look: ids with probabilities, descending,
/// ties by lower id; banned tokens are not listed.
struct StageReport {
    StageKind kind;
    std::vector<std::pair<TokenId, float>> left;
    std::size_t count = 0; ///< of all that are left
    /// Of each watched token; nothing where it is gone or banned.
    std::vector<std::optional<float>> watched;
    std::shared_ptr<const Candidates> candidates; ///< none unless ReportWish::kept
};

/// State that a chain carries from token to token. Copy it to branch. Random numbers are
/// counter-based (Philox 4x32-10, Salmon et al. 2011): the draw at position n depends on seed and n
/// alone.
struct SamplerState {
    std::uint64_t drawn = 0; ///< tokens drawn so far: the random counter
    float mirostatMu = 0;    ///< 0 = not started: then 2 tau
};

/// The chain as a pure function: logits, settings, tokens so far and state in; a draw out, state
/// advanced.
class Sampler {
public:
    /// `breakerTokens`: for DRY, tokens whose text contains a breaker (see dryBreakerTokens);
    /// `vocabulary`: ids >= this are never drawn.
    Sampler(SamplerSettings settings, std::uint32_t vocabulary,
            std::vector<bool> breakerTokens = {});

    /// Draws one token. `logits`: (n_vocab) as the model gave them, n_vocab >= vocabulary;
    /// `history`: prompt and output so far. `alternatives`: how many entries of Draw::top.
    /// `reports`, if given, receives the distribution after each stage, as much of it as `wish`
    /// says (slower). NotFinite if a logit below `vocabulary` is NaN or +infinity, or none is
    /// finite; BadArgument if settings or sizes are, or if the bias bans every token. Logits past
    /// `vocabulary` count in the model's probabilities where they are finite. Given the same logits
    /// the result is the same on every machine: sums have a fixed order, ties go to the lower id.
    /// Cost: O(vocabulary) plus sorting of the few candidates that matter. Any thread.
    [[nodiscard]] Result<Draw> draw(std::span<const float> logits, std::span<const TokenId> history,
                                    SamplerState& state, std::uint32_t alternatives = 0,
                                    std::vector<StageReport>* reports = nullptr,
                                    const ReportWish& wish = {}) const;

    /// How many of the largest logits suffice for the same draw with so many alternatives: where
    /// the chain begins by taking the best or the k best. 0: it needs all logits.
    [[nodiscard]] std::uint32_t topNeeded(std::uint32_t alternatives = 0) const;

    /// As draw() of the logits that `top` was taken of, with the same token and probability under
    /// the chain; log-probabilities are as exact as `top.logTotal`. `top.best`: at least
    /// topNeeded(alternatives) entries, or all ids below the vocabulary. NotFinite if a logit is
    /// not, -infinity included; BadArgument as draw(), or if entries are missing.
    [[nodiscard]] Result<Draw> drawFromTop(const TopLogits& top, std::span<const TokenId> history,
                                           SamplerState& state,
                                           std::uint32_t alternatives = 0) const;

    [[nodiscard]] const SamplerSettings& settings() const { return m_settings; }

private:
    /// The chain, from what is known of the logits: `Known` gives candidates and log-probabilities.
    template <class Known>
    Result<Draw> drawOf(const Known& known, std::span<const TokenId> history, SamplerState& state,
                        std::uint32_t alternatives, std::vector<StageReport>* reports,
                        const ReportWish& wish) const;

    SamplerSettings m_settings;
    std::uint32_t m_vocabulary;
    std::vector<bool> m_breakerTokens;
    Result<void> m_valid; ///< of the settings
};

/// Uniform in [0, 1) from seed and counter alone; `stream` separates uses within one draw.
[[nodiscard]] double counterUniform(std::uint64_t seed, std::uint64_t counter,
                                    std::uint32_t stream);

} // namespace phidelity
