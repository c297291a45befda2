// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "inference/model/generator.h"
#include "inference/text/stop_matcher.h"
#include "inference/text/utf8_stream.h"

namespace phidelity {

/// Bytes of tokens in, text that may be shown out: whole characters, nothing that could still
/// become a stop string.
class TextAssembler {
public:
    explicit TextAssembler(std::vector<std::string> stops) : m_matcher(std::move(stops)) {}

    /// Text that this token frees.
    std::string push(std::string_view bytes) { return take(m_matcher.push(m_utf8.push(bytes))); }
    /// Text that was held back, at the end of a run.
    std::string finish();
    [[nodiscard]] bool stopped() const { return m_stopped; }
    /// The stop string and what the last token brought after it.
    [[nodiscard]] const std::string& cut() const { return m_cut; }

private:
    std::string take(StopMatcher::Step step);

    Utf8Stream m_utf8;
    StopMatcher m_matcher;
    bool m_stopped = false;
    std::string m_cut;
};

/// One reply while its tokens come: logits in, tokens, text and the record of them out. Where the
/// logits come from is the caller's affair. `request` and `listener` must outlive it.
class ReplyWriter {
public:
    ReplyWriter(const Model& model, const GenerationRequest& request,
                const std::function<void(const GenerationEvent&)>& listener);

    /// What it needs of the logits, where that is not all of them.
    [[nodiscard]] const TopRequest& wish() const { return m_wish; }
    /// Draws a token, takes it into record and text, and tells the listener. Where the context has
    /// no room for one, nothing is drawn. Errors: those of the sampler.
    Result<void> take(const NextLogits& logits);
    /// Ends it before its time: text that was held back is shown.
    void end(FinishReason reason, std::optional<Error> failure = std::nullopt);

    [[nodiscard]] bool hasEnded() const { return m_ended; }
    [[nodiscard]] TokenId lastToken() const { return m_history.back(); }
    /// Prompt and tokens.
    [[nodiscard]] std::span<const TokenId> history() const { return m_history; }
    [[nodiscard]] std::size_t count() const { return m_done.tokens.size(); }
    /// Prompt tokens computed, to the listener.
    void tellProgress(std::size_t promptDone) const { tell(nullptr, {}, promptDone); }

    /// What came of it, but for timings and schedule: those are the caller's.
    [[nodiscard]] FinishedGeneration takeDone();

private:
    [[nodiscard]] Result<Draw> drawFrom(const NextLogits& logits);
    void accept(Draw draw, const NextLogits& logits);
    void tell(const GeneratedToken* token, std::string_view text, std::size_t promptDone) const;

    const Model& m_model;
    const GenerationRequest& m_request;
    const std::function<void(const GenerationEvent&)>& m_listener;
    TextAssembler m_assembler;
    Sampler m_sampler;
    TopRequest m_wish;
    std::vector<TokenId> m_history; ///< prompt and tokens
    bool m_ended = false;
    FinishedGeneration m_done;
};

} // namespace phidelity
