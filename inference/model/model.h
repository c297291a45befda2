// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "inference/backend/backend.h"
#include "inference/file/checkpoint.h"
#include "inference/model/schedule.h"
#include "inference/result.h"
#include "inference/text/token_id.h"
#include "inference/text/tokenizer.h"

namespace phidelity {

/// The one thing that two threads share: set it, and work ends at the next chunk or token.
using StopFlag = std::atomic<bool>;

struct LoadOptions {
    std::uint32_t context = 0; ///< positions to plan the cache for; 0 = the model's own
    /// Called with a fraction 0..1 from the loading thread, at most a few hundred times.
    std::function<void(double)> progress;
    const StopFlag* stop = nullptr;
};

/// Which rows' logits a call computes: each costs a row of the head.
enum class LogitRows { None, Last, All };

/// What a next token is drawn from; valid until the model's next step.
struct NextLogits {
    std::span<const float> all;   ///< vocabulary rows of the head; empty where `top` serves
    std::optional<TopLogits> top; ///< what the device picked
    /// Neither: the work was stopped.
    [[nodiscard]] bool empty() const { return all.empty() && !top; }
};

/// A model on a device: weights (const after load), cache pages, the forward pass. Not thread-safe:
/// the engine thread owns it. Sequences refer to it and must die before it.
class Model {
public:
    /// Uploads every tensor. Errors: OutOfMemory, BadTokenizer, stop →
    /// Error{BadArgument,"stopped"}.
    static Result<std::unique_ptr<Model>> load(std::shared_ptr<const Checkpoint> checkpoint,
                                               std::unique_ptr<Backend> backend,
                                               const LoadOptions& options = {});
    ~Model();
    Model(const Model&) = delete;
    Model& operator=(const Model&) = delete;

    [[nodiscard]] const ModelShape& shape() const;
    [[nodiscard]] const Checkpoint& checkpoint() const;
    [[nodiscard]] const Tokenizer& tokenizer() const;
    [[nodiscard]] const DeviceInfo& device() const;
    /// Positions that fit: prompt and output together.
    [[nodiscard]] std::uint32_t context() const;
    /// Bytes of weights that one decoded token reads (all matrices but the embedding).
    [[nodiscard]] std::uint64_t bytesPerToken() const;

    /// What the device can do at most, measured now: a second or two. Not while a step runs.
    [[nodiscard]] Result<DeviceRates> measureRates();

    /// What steps cost so far; see Backend::stepCosts.
    [[nodiscard]] std::optional<StepCosts> stepCosts() const;

    struct Parts; ///< private to the model room
    [[nodiscard]] Parts& parts() { return *m_parts; }

private:
    explicit Model(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> m_parts;
};

/// Tokens whose keys and values are in the cache: the one mutable thing a caller holds. Pages are
/// shared by reference count with forks and copied only when a shared, half-full page is written.
class Sequence {
public:
    explicit Sequence(Model& model);
    ~Sequence();
    Sequence(Sequence&& other) noexcept;
    Sequence& operator=(Sequence&& other) noexcept;
    Sequence(const Sequence&) = delete;
    Sequence& operator=(const Sequence&) = delete;

    [[nodiscard]] const std::vector<TokenId>& tokens() const { return m_tokens; }
    /// How their keys and values were computed, here or in the sequence that this one was forked
    /// of.
    [[nodiscard]] const Schedule& schedule() const { return m_schedule; }

    /// Runs `tokens` after those already here, in chunks. Returns logits (rows, vocabulary rows of
    /// the head), valid until the model's next step; with LogitRows::All a copy is kept here for
    /// all rows. Errors: ContextFull (nothing computed), OutOfMemory, NotFinite (a logit is NaN),
    /// BadArgument (an id past the vocabulary). If `stop` is set between chunks: what was computed
    /// stays, returns an empty span. On an error the sequence is as it was before the call.
    /// `progress`: tokens done so far.
    Result<std::span<const float>> extend(std::span<const TokenId> tokens,
                                          LogitRows rows = LogitRows::Last,
                                          const StopFlag* stop = nullptr,
                                          const std::function<void(std::size_t)>& progress = {});
    /// As extend() with LogitRows::Last. The device may answer a wish for the largest logits in
    /// place of all.
    Result<NextLogits> extendToNext(std::span<const TokenId> tokens, const TopRequest& wish,
                                    const StopFlag* stop = nullptr,
                                    const std::function<void(std::size_t)>& progress = {});
    /// As extend(), with all tokens in one step, also where chunks are shorter now: how a step of a
    /// schedule is taken again. BadArgument beyond Backend::mostRows.
    Result<NextLogits> extendInOneStep(std::span<const TokenId> tokens, LogitRows rows,
                                       const TopRequest& wish, const StopFlag* stop = nullptr);
    /// Runs up to Backend::rowsAsAlone() tokens in one step, each row to the bits of a step of its
    /// own: how tokens that were guessed are checked. One entry a token, valid until the model's
    /// next step; else as extendToNext().
    Result<std::span<const NextLogits>> extendAsAlone(std::span<const TokenId> tokens,
                                                      const TopRequest& wish);
    /// Forgets all but the first `count` tokens. Frees pages no one else holds.
    void truncate(std::size_t count);
    /// A second sequence with the same tokens, sharing all pages.
    [[nodiscard]] Sequence fork() const;

    /// One decode step for several sequences side by side, one token each; logits (sequences,
    /// vocabulary).
    static Result<std::span<const float>> extendTogether(std::span<Sequence* const> sequences,
                                                         std::span<const TokenId> tokens);
    /// As extendTogether(), one entry a sequence. The device may answer a wish for the largest
    /// logits in place of all.
    static Result<std::span<const NextLogits>>
    extendTogetherToNext(std::span<Sequence* const> sequences, std::span<const TokenId> tokens,
                         const TopRequest& wish);

private:
    static Result<std::span<const float>> runTogether(std::span<Sequence* const> sequences,
                                                      std::span<const TokenId> tokens,
                                                      const TopRequest& wish);
    /// Logits of a step as entries, one a row.
    static std::span<const NextLogits> entriesOf(Model& model, std::span<const float> logits,
                                                 std::size_t rows);
    Result<NextLogits> run(std::span<const TokenId> tokens, std::size_t chunkRows, LogitRows rows,
                           const TopRequest& wish, const StopFlag* stop,
                           const std::function<void(std::size_t)>& progress);

    Model* m_model;
    std::vector<TokenId> m_tokens;
    std::vector<PageId> m_pages;
    Schedule m_schedule; ///< of m_tokens
    std::vector<float> m_allLogits;
};

/// Keeps the last few sequences so that a new prompt starts from the longest prefix already
/// computed.
class PrefixCache {
public:
    /// Keeps at most `capacity` sequences; when pages run short the least recently used go first.
    /// The cache must die before the model.
    PrefixCache(Model& model, std::size_t capacity);
    ~PrefixCache();
    PrefixCache(PrefixCache&& other) noexcept;
    PrefixCache& operator=(PrefixCache&& other) noexcept;

    /// A sequence that holds the longest known prefix of `prompt`, at most prompt.size() - 1 tokens
    /// of it, so that the last one yields logits. The kept sequence stays; its pages are shared.
    [[nodiscard]] Sequence take(std::span<const TokenId> prompt);
    /// How many tokens of `prompt` take() would find computed.
    [[nodiscard]] std::size_t known(std::span<const TokenId> prompt) const;
    /// Gives a sequence back for later prompts. Kept ones that are its prefix make room for it.
    void give(Sequence sequence);
    void clear();
    [[nodiscard]] std::size_t size() const;

private:
    struct Kept;
    std::unique_ptr<Kept> m_kept;
    std::size_t m_capacity;
};

} // namespace phidelity
