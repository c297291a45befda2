// SPDX-License-Identifier: MIT
#include "chat/prompt_format.h"

#include <QCoreApplication>

namespace phidelity {

namespace {

/// The labels of a format that goes turn by turn.
struct Labels {
    QLatin1String user;
    QLatin1String model;
};
constexpr Labels kChatLabels{QLatin1String("Alice:"), QLatin1String("Bob:")};
constexpr Labels kQaLabels{QLatin1String("Instruct:"), QLatin1String("Output:")};

QString withUnixLineEnds(QString text) {
    text.replace(QLatin1String("\r\n"), QLatin1String("\n"));
    return text;
}

void startLine(QString& prompt) {
    if (!prompt.isEmpty() && !prompt.endsWith(u'\n')) {
        prompt += u'\n';
    }
}

/// "Alice: <text>\nBob:<reply>\nAlice: ..." A reply stands there byte for byte as the model wrote
/// it, so that the tokens of earlier turns are those already in the cache.
QString buildLabelled(const Labels& labels, const QList<Turn>& turns) {
    QString prompt;
    for (const Turn& turn : turns) {
        startLine(prompt);
        if (turn.speaker == Speaker::User) {
            const QString text = withUnixLineEnds(turn.text).trimmed();
            prompt += labels.user;
            if (!text.isEmpty()) {
                prompt += u' ' + text;
            }
        } else {
            prompt += labels.model;
            // Only text that no model wrote (typed or edited) comes without the leading space.
            if (!turn.text.isEmpty() && !turn.text.front().isSpace()) {
                prompt += u' ';
            }
            prompt += turn.text;
        }
    }
    if (turns.isEmpty() || turns.last().speaker == Speaker::User) {
        startLine(prompt);
        prompt += labels.model;
    }
    return prompt;
}

/// Every text starts a line of its own; an unfinished indentation at the end of the user's text is
/// cut, since the model writes the indentation of the body as one token.
QString buildCode(const QList<Turn>& turns) {
    QString prompt;
    for (const Turn& turn : turns) {
        startLine(prompt);
        if (turn.speaker == Speaker::Model) {
            prompt += turn.text;
            continue;
        }
        QString text = withUnixLineEnds(turn.text);
        while (text.endsWith(u' ') || text.endsWith(u'\t')) {
            text.chop(1);
        }
        prompt += text;
        startLine(prompt);
    }
    return prompt;
}

QString buildRaw(const QList<Turn>& turns) {
    QString prompt;
    for (const Turn& turn : turns) {
        prompt += turn.text;
    }
    return prompt;
}

/// Headers of the next exercise that Phi likes to invent after an answer. Numbered or with a colon:
/// a line of an answer may well begin with "Exercise regularly".
QStringList exerciseHeaders() {
    return {QStringLiteral("\nExercise:"),  QStringLiteral("\nExercise 1"),
            QStringLiteral("\nExercise 2"), QStringLiteral("\nQuestion:"),
            QStringLiteral("\nQuestion 1"), QStringLiteral("\nQuestion 2"),
            QStringLiteral("\n##")};
}

QString translated(const char* text) {
    return QCoreApplication::translate("PromptFormat", text);
}

} // namespace

QString formatKey(FormatId format) {
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

FormatId formatFromKey(const QString& key, bool* ok) {
    for (const FormatId format : kFormats) {
        if (formatKey(format) == key) {
            if (ok) {
                *ok = true;
            }
            return format;
        }
    }
    if (ok) {
        *ok = false;
    }
    return FormatId::Raw;
}

QString formatTitle(FormatId format) {
    switch (format) {
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

QString formatHint(FormatId format) {
    switch (format) {
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

QString buildPrompt(FormatId format, const QList<Turn>& turns) {
    switch (format) {
    case FormatId::Qa:
        return buildLabelled(kQaLabels, turns);
    case FormatId::Chat:
        return buildLabelled(kChatLabels, turns);
    case FormatId::Code:
        return buildCode(turns);
    case FormatId::Raw:
        break;
    }
    return buildRaw(turns);
}

QStringList stopStrings(FormatId format) {
    switch (format) {
    case FormatId::Qa:
        return QStringList{QStringLiteral("\nInstruct:"), QStringLiteral("Instruct:"),
                           QStringLiteral("\nOutput:")} +
               exerciseHeaders();
    case FormatId::Chat:
        return QStringList{QStringLiteral("\nAlice:"), QStringLiteral("\nBob:")} +
               exerciseHeaders();
    case FormatId::Code:
        return {QStringLiteral("\nclass"), QStringLiteral("\ndef"), QStringLiteral("\n#"),
                QStringLiteral("\nif"), QStringLiteral("\nprint")};
    case FormatId::Raw:
        break;
    }
    return {};
}

QString displayedReply(FormatId format, const QString& generated) {
    const bool labelled = format == FormatId::Qa || format == FormatId::Chat;
    return labelled && generated.startsWith(u' ') ? generated.mid(1) : generated;
}

} // namespace phidelity
