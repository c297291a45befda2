// SPDX-License-Identifier: MIT
#include "engine/prompt_preview.h"

#include <algorithm>

#include "engine/opened_model.h"
#include "engine/recording.h"
#include "engine/utf8_text.h"

namespace phidelity {

void TokensHeld::note(const GenerationEvent& event) {
    if (event.token) {
        // A token is computed when the next one is drawn.
        m_held = m_tokens.size();
        m_tokens.push_back(event.token->id);
    } else if (event.promptDone > 0) {
        m_held = std::min<std::size_t>(event.promptDone, m_tokens.size());
    }
}

std::span<const TokenId> TokensHeld::tokens() const {
    return std::span(m_tokens).first(m_held);
}

PromptPreview previewOf(const PromptPreviewRequest& request, const OpenedModel& opened,
                        std::span<const TokenId> running) {
    const Tokenizer& tokenizer = opened.model->tokenizer();
    const std::vector<TokenId> ids =
        promptFor(request.recorded, request.prompt.toStdString(), *opened.model);
    PromptPreview preview;
    preview.id = request.id;
    preview.prompt = request.prompt;
    preview.context = static_cast<int>(opened.model->context());
    preview.tokens.reserve(static_cast<qsizetype>(ids.size()));
    for (const TokenId id : ids) {
        const bool special = tokenizer.isControl(id);
        preview.tokens.append(
            {id, bytesOf(special ? tokenizer.label(id) : tokenizer.bytes(id)), special});
    }
    const auto usable = std::span(ids).first(ids.size() - 1);
    const auto inRunning = std::ranges::mismatch(usable, running).in1 - usable.begin();
    preview.cached =
        std::max(static_cast<int>(opened.cache->known(ids)), static_cast<int>(inRunning));
    return preview;
}

} // namespace phidelity
