// SPDX-License-Identifier: MIT
#include "chat/prompt_format.h"

#include <algorithm>

#include <QCoreApplication>
#include <QCryptographicHash>

#include "chat/format_json.h"

namespace phidelity {

namespace {

QString translated(const char* text) {
    return QCoreApplication::translate("PromptFormat", text);
}

QString builtInKey(FormatId format) {
    switch (format) {
    case FormatId::Qa:
        return QStringLiteral("qa");
    case FormatId::Chat:
        return QStringLiteral("chat");
    case FormatId::Code:
        return QStringLiteral("code");
    case FormatId::Raw:
        break;
    }
    return QStringLiteral("raw");
}

/// Headers of the next exercise that Phi likes to invent after an answer. Numbered or with a colon:
/// a line of an answer may well begin with "Exercise regularly".
QStringList exerciseHeaders() {
    return {QStringLiteral("\nExercise:"),  QStringLiteral("\nExercise 1"),
            QStringLiteral("\nExercise 2"), QStringLiteral("\nQuestion:"),
            QStringLiteral("\nQuestion 1"), QStringLiteral("\nQuestion 2"),
            QStringLiteral("\n##")};
}

/// No trailing space after "Output:" or "Bob:": the model emits it. Stop strings as in section 6 of
/// the reference on Phi-2.
FormatRules builtInRules(FormatId format) {
    const QString lineEnd = QStringLiteral("\n");
    FormatRules rules;
    switch (format) {
    case FormatId::Qa:
        rules.userPrefix = QStringLiteral("Instruct: ");
        rules.replyPrefix = QStringLiteral("Output:");
        rules.userSuffix = rules.replySuffix = lineEnd;
        rules.stops = QStringList{QStringLiteral("\nInstruct:"), QStringLiteral("Instruct:"),
                                  QStringLiteral("\nOutput:")} +
                      exerciseHeaders();
        break;
    case FormatId::Chat:
        rules.userPrefix = QStringLiteral("Alice: ");
        rules.replyPrefix = QStringLiteral("Bob:");
        rules.userSuffix = rules.replySuffix = lineEnd;
        rules.stops =
            QStringList{QStringLiteral("\nAlice:"), QStringLiteral("\nBob:")} + exerciseHeaders();
        break;
    case FormatId::Code:
        rules.userSuffix = rules.replySuffix = lineEnd;
        rules.stops = {QStringLiteral("\nclass"), QStringLiteral("\ndef"), QStringLiteral("\n#"),
                       QStringLiteral("\nif"), QStringLiteral("\nprint")};
        rules.userText = UserText::LineEnd;
        rules.replies = ReplyText::Code;
        break;
    case FormatId::Raw:
        rules.userText = UserText::AsTyped;
        rules.replies = ReplyText::Plain;
        break;
    }
    return rules;
}

/// The model puts a space between the prefix and its first word.
bool modelWritesSpace(const FormatRules& rules) {
    return !rules.replyPrefix.isEmpty() && !rules.replyPrefix.back().isSpace();
}

QString userTextOf(const FormatRules& rules, QString text) {
    if (rules.userText == UserText::AsTyped) {
        return text;
    }
    text.replace(QLatin1String("\r\n"), QLatin1String("\n"));
    if (rules.userText == UserText::Trimmed) {
        return text.trimmed();
    }
    while (text.endsWith(u' ') || text.endsWith(u'\t')) {
        text.chop(1);
    }
    return text;
}

qsizetype lineEndsBefore(const QString& text) {
    const auto other = std::find_if(text.begin(), text.end(), [](QChar c) { return c != u'\n'; });
    return other - text.begin();
}

/// Puts pieces one behind the other.
class PromptWriter {
public:
    /// What a turn begins or ends with.
    void mark(const QString& text) {
        const qsizetype wanted = lineEndsBefore(text);
        add(PromptPiece::From::Format, text.mid(std::min(wanted, m_empty ? wanted : m_lineEnds)));
    }
    void add(PromptPiece::From from, const QString& text) {
        if (text.isEmpty()) {
            return;
        }
        m_empty = false;
        const auto other =
            std::find_if(text.rbegin(), text.rend(), [](QChar c) { return c != u'\n'; });
        const qsizetype ends = other - text.rbegin();
        m_lineEnds = ends == text.size() ? m_lineEnds + ends : ends;
        m_pieces.append({from, text});
    }
    [[nodiscard]] QList<PromptPiece> take() { return std::move(m_pieces); }

private:
    QList<PromptPiece> m_pieces;
    qsizetype m_lineEnds = 0; ///< that it ends with
    bool m_empty = true;
};

QString withoutSpacesBehind(QString text) {
    while (text.endsWith(u' ')) {
        text.chop(1);
    }
    return text;
}

} // namespace

// ---- PromptFormat ----

PromptFormat::PromptFormat(FormatId id) : m_data(builtIn(id)) {}

const std::shared_ptr<const PromptFormat::Data>& PromptFormat::builtIn(FormatId id) {
    static const auto make = [](FormatId one) {
        return std::make_shared<const Data>(
            Data{Origin::BuiltIn, one, builtInKey(one), builtInRules(one)});
    };
    static const std::shared_ptr<const Data> kAll[] = {make(FormatId::Qa), make(FormatId::Chat),
                                                       make(FormatId::Code), make(FormatId::Raw)};
    return kAll[static_cast<int>(id)];
}

PromptFormat PromptFormat::own(const FormatRules& rules) {
    const QByteArray hash =
        QCryptographicHash::hash(rulesBytes(rules), QCryptographicHash::Sha256).toHex().left(32);
    return PromptFormat(std::make_shared<const Data>(Data{
        Origin::Own, FormatId::Raw, QStringLiteral("own:") + QString::fromLatin1(hash), rules}));
}

PromptFormat PromptFormat::unknown(const QString& key) {
    return PromptFormat(std::make_shared<const Data>(
        Data{Origin::Unknown, FormatId::Raw, key, builtInRules(FormatId::Raw)}));
}

FormatId PromptFormat::like() const {
    if (m_data->origin == Origin::BuiltIn) {
        return m_data->id;
    }
    const FormatRules& rules = m_data->rules;
    if (rules.replies == ReplyText::Code) {
        return FormatId::Code;
    }
    const bool bare = rules.userPrefix.isEmpty() && rules.replyPrefix.isEmpty();
    return bare ? FormatId::Raw : FormatId::Chat;
}

FormatId formatFromKey(const QString& key, bool* ok) {
    const auto* const found =
        std::find_if(std::begin(kFormats), std::end(kFormats),
                     [&](FormatId format) { return builtInKey(format) == key; });
    if (ok) {
        *ok = found != std::end(kFormats);
    }
    return found == std::end(kFormats) ? FormatId::Raw : *found;
}

QString formatTitle(const PromptFormat& format) {
    if (format.isOwn()) {
        return format.rules().name;
    }
    if (format.isUnknown()) {
        return translated("Unknown format (%1)").arg(format.key());
    }
    switch (format.like()) {
    case FormatId::Qa:
        return translated("Question and answer (Instruct)");
    case FormatId::Chat:
        return translated("Chat (Alice and Bob)");
    case FormatId::Code:
        return translated("Code (Python)");
    case FormatId::Raw:
        break;
    }
    return translated("Raw text");
}

QString formatHint(const PromptFormat& format) {
    if (format.isOwn()) {
        const FormatRules& rules = format.rules();
        const QString user = rules.userPrefix.simplified();
        const QString reply = rules.replyPrefix.simplified();
        if (user.isEmpty() || reply.isEmpty()) {
            return translated("A format of your own.");
        }
        return translated("A format of your own: you write after “%1”, the model after “%2”.")
            .arg(user, reply);
    }
    if (format.isUnknown()) {
        return translated("How this format puts turns to the model is not known here: texts go "
                          "there as they stand. Choose another one to go on.");
    }
    switch (format.like()) {
    case FormatId::Qa:
        return translated("One instruction or question, answered after \"Output:\".");
    case FormatId::Chat:
        return translated("A conversation: you are Alice, the model answers as Bob.");
    case FormatId::Code:
        return translated("Give a Python signature and docstring; the model writes the body.");
    case FormatId::Raw:
        break;
    }
    return translated("The model continues your text exactly as it stands.");
}

// ---- Prompts ----

QList<PromptPiece> promptPieces(const PromptFormat& format, const QList<Turn>& turns,
                                const QString& lead) {
    using From = PromptPiece::From;
    const FormatRules& rules = format.rules();
    PromptWriter prompt;
    prompt.add(From::Format, rules.opening);
    if (!lead.isEmpty()) {
        prompt.add(From::User, lead);
        prompt.add(From::Format, QStringLiteral("\n"));
    }
    for (qsizetype at = 0; at < turns.size(); ++at) {
        const Turn& turn = turns.at(at);
        if (turn.speaker == Speaker::User) {
            const QString text = userTextOf(rules, turn.text);
            prompt.mark(text.isEmpty() ? withoutSpacesBehind(rules.userPrefix) : rules.userPrefix);
            prompt.add(From::User, text);
            prompt.mark(rules.userSuffix);
            continue;
        }
        prompt.mark(rules.replyPrefix);
        // Only text that no model wrote (typed or edited) comes without the leading space.
        if (modelWritesSpace(rules) && !turn.text.isEmpty() && !turn.text.front().isSpace()) {
            prompt.add(From::Format, QStringLiteral(" "));
        }
        prompt.add(From::Model, turn.text);
        if (at + 1 < turns.size()) {
            prompt.mark(rules.replySuffix);
        }
    }
    if (turns.isEmpty() || turns.last().speaker == Speaker::User) {
        prompt.mark(rules.replyPrefix);
    }
    return prompt.take();
}

QString buildPrompt(const PromptFormat& format, const QList<Turn>& turns, const QString& lead) {
    QString prompt;
    const QList<PromptPiece> pieces = promptPieces(format, turns, lead);
    for (const PromptPiece& piece : pieces) {
        prompt += piece.text;
    }
    return prompt;
}

QString displayedReply(const PromptFormat& format, const QString& generated) {
    return modelWritesSpace(format.rules()) && generated.startsWith(u' ') ? generated.mid(1)
                                                                          : generated;
}

} // namespace phidelity
