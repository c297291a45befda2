// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include <QList>
#include <QMetaType>
#include <QString>
#include <QStringList>

namespace phidelity {

/// The prompt formats that Phi's model card names, and raw text.
enum class FormatId {
    Qa,   ///< "Instruct: <question>\nOutput:"
    Chat, ///< "Alice: <text>\nBob:" line by line
    Code, ///< a signature and docstring; the model writes the body
    Raw,  ///< the text as it is
};
inline constexpr FormatId kFormats[] = {FormatId::Chat, FormatId::Qa, FormatId::Code,
                                        FormatId::Raw};

/// How the user's text comes into the prompt.
enum class UserText {
    Trimmed, ///< without white space around it, lines ended by \n
    LineEnd, ///< without spaces and tabs behind it, lines ended by \n: a body is indented next
    AsTyped, ///< character by character
};

/// What replies are, and so how they are shown.
enum class ReplyText { Markdown, Code, Plain };

/// All that makes a prompt of turns: <opening><user prefix>text<user suffix><reply prefix>text
/// <reply suffix>... Nothing but text; no template language. Line ends that a prefix or a suffix
/// begins with are not doubled where some stand there already, and left out at the very beginning;
/// spaces that a prefix ends with are left out before an empty text. Plain value.
struct FormatRules {
    QString name;        ///< of an own format; built-in ones have formatTitle()
    QString opening;     ///< before the first turn, once
    QString userPrefix;  ///< "Alice: "
    QString userSuffix;  ///< "\n"
    QString replyPrefix; ///< "Bob:", and what a prompt ends with. Without white space at its end
                         ///< the model begins its reply with a space
    QString replySuffix; ///< "\n"; only before another turn
    QStringList stops;   ///< what ends a reply: the beginning of an invented turn and the like
    UserText userText = UserText::Trimmed;
    ReplyText replies = ReplyText::Markdown;

    bool operator==(const FormatRules&) const = default;
};

/// A prompt format: a built-in one, one that the user made, or one that only its key is known of.
/// Holds its rules, so what was written with an own format goes on with it when that is changed or
/// deleted. Plain value, cheap to copy.
class PromptFormat {
public:
    PromptFormat(FormatId builtIn = FormatId::Chat); // NOLINT(google-explicit-constructor)
    /// One that the user made. Equal rules are the same format.
    [[nodiscard]] static PromptFormat own(const FormatRules& rules);
    /// A key that stands somewhere without rules: text goes to the model as it is, the key is kept.
    [[nodiscard]] static PromptFormat unknown(const QString& key);

    /// "chat", "qa", "code", "raw"; "own:" and 32 digits, which follow from the rules.
    [[nodiscard]] QString key() const { return m_data->key; }
    [[nodiscard]] const FormatRules& rules() const { return m_data->rules; }
    [[nodiscard]] bool isOwn() const { return m_data->origin == Origin::Own; }
    [[nodiscard]] bool isUnknown() const { return m_data->origin == Origin::Unknown; }
    /// Which built-in one it is, or is most like: for hints and examples.
    [[nodiscard]] FormatId like() const;

    bool operator==(const PromptFormat& other) const {
        return m_data == other.m_data ||
               (m_data->key == other.m_data->key && m_data->rules == other.m_data->rules);
    }

private:
    enum class Origin { BuiltIn, Own, Unknown };
    struct Data {
        Origin origin = Origin::BuiltIn;
        FormatId id = FormatId::Raw;
        QString key;
        FormatRules rules;
    };
    explicit PromptFormat(std::shared_ptr<const Data> data) : m_data(std::move(data)) {}
    [[nodiscard]] static const std::shared_ptr<const Data>& builtIn(FormatId id);

    std::shared_ptr<const Data> m_data; ///< never null
};

enum class Speaker { User, Model };

/// One message of a conversation, as far as a prompt is concerned.
struct Turn {
    Speaker speaker = Speaker::User;
    QString text;
};

/// The built-in format of a key; false in *ok where there is none.
[[nodiscard]] FormatId formatFromKey(const QString& key, bool* ok);
/// What the window shows: "Chat (Alice and Bob)", or the name that the user gave.
[[nodiscard]] QString formatTitle(const PromptFormat& format);
/// One sentence on what it is for.
[[nodiscard]] QString formatHint(const PromptFormat& format);

/// A stretch of a prompt.
struct PromptPiece {
    enum class From { Format, User, Model };
    From from = From::Format;
    QString text; ///< never empty
};

/// The exact text that goes to the model for these turns, in pieces; the last turn is the user's,
/// or the model's when a reply is to be continued. A reply stands there byte for byte as the model
/// wrote it, so that the tokens of earlier turns are those already in the cache. `lead`: lines of
/// their own between the opening and the first turn. Linear.
[[nodiscard]] QList<PromptPiece> promptPieces(const PromptFormat& format, const QList<Turn>& turns,
                                              const QString& lead = {});
/// The same as one text.
[[nodiscard]] QString buildPrompt(const PromptFormat& format, const QList<Turn>& turns,
                                  const QString& lead = {});

/// Strings that end a reply in this format.
[[nodiscard]] inline QStringList stopStrings(const PromptFormat& format) {
    return format.rules().stops;
}

/// A reply as it is shown: the leading space that Phi emits after "Output:" or "Bob:" removed,
/// nothing else. Where no prefix asks for a reply it is shown as it came.
[[nodiscard]] QString displayedReply(const PromptFormat& format, const QString& generated);

} // namespace phidelity

Q_DECLARE_METATYPE(phidelity::PromptFormat)
