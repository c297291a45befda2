// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <vector>

#include "engine/preview_messages.h"
#include "inference/model/generator.h"

namespace phidelity {

struct OpenedModel;

/// Which tokens a running generation has in the cache, told by its events.
class TokensHeld {
public:
    explicit TokensHeld(std::span<const TokenId> prompt) : m_tokens(prompt.begin(), prompt.end()) {}
    void note(const GenerationEvent& event);
    /// The prompt as far as it is computed, and the reply but for its last token, which is not yet.
    [[nodiscard]] std::span<const TokenId> tokens() const;

private:
    std::vector<TokenId> m_tokens;
    std::size_t m_held = 0;
};

/// `running`: what a generation that runs holds beside the cache. Cost: linear in the prompt; no
/// step of the model.
[[nodiscard]] PromptPreview previewOf(const PromptPreviewRequest& request,
                                      const OpenedModel& opened, std::span<const TokenId> running);

} // namespace phidelity
