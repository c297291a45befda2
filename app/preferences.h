// SPDX-License-Identifier: MIT
#pragma once

#include "chat/generation_settings.h"
#include "chat/prompt_format.h"
#include "chat/transcript/paper.h"
#include "ui/main_window.h"

namespace phidelity {

/// What the program remembers from one start to the next, in the user's configuration folder
/// (XDG_CONFIG_HOME/phidelity/phidelity.ini). Written atomically; damaged values are replaced by
/// their defaults.
struct Preferences {
    WindowState window;
    GenerationSettings settings;
    PromptFormat format;        ///< of a new conversation
    DevicePick device;          ///< what the user picked; "auto" as long as nothing was
    QString transcriptFolder;   ///< where the last one was saved or opened
    Paper paper = localPaper(); ///< of pages that are saved or printed
};

[[nodiscard]] Preferences loadPreferences();
void savePreferences(const Preferences& preferences);

} // namespace phidelity
