// SPDX-License-Identifier: MIT
#pragma once

#include <QList>
#include <QString>
#include <QStringList>

namespace phidelity {

/// The prompt formats that Phi's model card names, and raw text. Fixed formats, no template
/// language.
enum class FormatId {
    Qa,   ///< "Instruct: <question>\nOutput:"
    Chat, ///< "Alice: <text>\nBob:" line by line
    Code, ///< a signature and docstring; the model writes the body
    Raw,  ///< the text as it is
};
inline constexpr FormatId kFormats[] = {FormatId::Chat, FormatId::Qa, FormatId::Code,
                                        FormatId::Raw};

enum class Speaker { User, Model };

/// One message of a conversation, as far as a prompt is concerned.
struct Turn {
    Speaker speaker = Speaker::User;
    QString text;
};

/// "chat", "qa", "code", "raw": on the command line and in files.
[[nodiscard]] QString formatKey(FormatId format);
/// The format of a key; false in *ok where there is none.
[[nodiscard]] FormatId formatFromKey(const QString& key, bool* ok);
/// What the window shows: "Chat (Alice and Bob)".
[[nodiscard]] QString formatTitle(FormatId format);
/// One sentence on what it is for.
[[nodiscard]] QString formatHint(FormatId format);

/// The exact text that goes to the model for these turns; the last turn is the user's, or the
/// model's when a reply is to be continued. No trailing space after "Output:" or "Bob:": the model
/// emits it.
[[nodiscard]] QString buildPrompt(FormatId format, const QList<Turn>& turns);

/// Strings that end a reply in this format: invented next turns and the like (PHI-2 reference
/// section 6).
[[nodiscard]] QStringList stopStrings(FormatId format);

/// A reply as it is shown: the leading space that Phi emits after "Output:" or "Bob:" removed,
/// nothing else. Raw and code replies are shown as they came.
[[nodiscard]] QString displayedReply(FormatId format, const QString& generated);

} // namespace phidelity
