// SPDX-License-Identifier: MIT
#pragma once

#include <mutex>
#include <optional>

#include "engine/engine.h"
#include "engine/opened_model.h"
#include "engine/prompt_preview.h"

namespace phidelity {

/// What the engine holds; for its own files.
struct Engine::State {
    BackendFactory openDevice;
    std::optional<OpenedModel> opened;
    const TokensHeld* held = nullptr; ///< while a generation runs

    StopFlag closing = false;
    std::mutex mutex; ///< guards what follows, and the change of `closing`
    SharedStop running;
    std::optional<PromptPreviewRequest> preview; ///< waits

    /// The stop flag of a request that now begins; null once the engine is closing.
    SharedStop begin(const SharedStop& requested) {
        const std::lock_guard lock(mutex);
        if (closing) {
            return nullptr;
        }
        running = requested ? requested : std::make_shared<std::atomic<bool>>(false);
        return running;
    }
};

} // namespace phidelity
