// SPDX-License-Identifier: MIT
#pragma once

#include <QList>
#include <QMetaType>
#include <QString>

#include "chat/prompt_format.h"

namespace phidelity {

/// When a prompt goes to the model.
enum class PromptOccasion {
    None,     ///< there is nothing to send
    Send,     ///< when what stands in the composer is sent
    Continue, ///< when the last reply is continued
    Writing,  ///< it went there, and a reply is being written behind it
};

enum class PromptWarningKind {
    TrailingSpace,  ///< the model writes the space itself, together with the next word
    MissingNewline, ///< a label, or a text, that should begin a line
    ForeignMarker,  ///< of a format that Phi was not trained with
    SpecialToken,   ///< its name, typed as text
    PastContext,    ///< the model cannot hold it
    LittleRoom,     ///< for the reply less is left than is asked for, and than a quarter of all
};

/// Something in a prompt that will probably not do what the user wants. Plain value.
struct PromptWarning {
    PromptWarningKind kind = PromptWarningKind::TrailingSpace;
    QString sentence;     ///< what it is, and what can be done
    bool earlier = false; ///< it stands in an earlier turn, not in what is being written

    bool operator==(const PromptWarning&) const = default;
};

/// What a prompt is judged by.
struct PromptFacts {
    PromptOccasion occasion = PromptOccasion::Send;
    PromptFormat format = FormatId::Raw;
    QString prompt;
    qsizetype typedFrom = 0; ///< where in it what is being written begins
    int tokens = 0;          ///< of the prompt; 0 = not known
    int context = 0;         ///< of the model; 0 = not known
    int wanted = 0;          ///< tokens of the reply, at most; 0 = as many as there is room for
};

/// The most important first, each kind of marker once. Linear in the prompt.
[[nodiscard]] QList<PromptWarning> promptWarnings(const PromptFacts& facts);

} // namespace phidelity

Q_DECLARE_METATYPE(phidelity::PromptWarning)
