// SPDX-License-Identifier: MIT
#include "code/code_command.h"

#include <algorithm>

#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>

namespace phidelity {

namespace {

constexpr int kMostTokens = 4096;
constexpr int kMostCommands = 500;

QString tr(const char* text) {
    return QCoreApplication::translate("CodeCommand", text);
}

const QRegularExpression& placeholderPattern() {
    static const QRegularExpression pattern(QStringLiteral("\\{([a-z]+)\\}"));
    return pattern;
}

struct PlaceName {
    AnswerPlace place;
    const char* name;
};
constexpr PlaceName kPlaces[] = {{AnswerPlace::Text, "text"},
                                 {AnswerPlace::Replace, "replace"},
                                 {AnswerPlace::Below, "below"},
                                 {AnswerPlace::Continue, "continue"},
                                 {AnswerPlace::Docstring, "docstring"}};

} // namespace

QList<CodeCommand> builtInCommands() {
    return {
        {QStringLiteral("explain"), tr("Explain"),
         QStringLiteral("Explain what the following {language} code does.\n\n{selection}"),
         CommandPrompt::Instruction, AnswerPlace::Text, 256},
        {QStringLiteral("docstring"),
         tr("Docstring"),
         {},
         CommandPrompt::Exact,
         AnswerPlace::Docstring,
         128},
        {QStringLiteral("tests"), tr("Tests"), {}, CommandPrompt::Exact, AnswerPlace::Below, 256},
        {QStringLiteral("continue"), tr("Continue"), QStringLiteral("{before}{selection}"),
         CommandPrompt::Exact, AnswerPlace::Continue, 192},
    };
}

QStringList placeholders() {
    return {QStringLiteral("{selection}"), QStringLiteral("{language}"), QStringLiteral("{file}"),
            QStringLiteral("{before}"), QStringLiteral("{after}")};
}

QString expanded(const QString& text, const PlaceholderValues& values) {
    QString result;
    qsizetype done = 0;
    auto found = placeholderPattern().globalMatch(text);
    while (found.hasNext()) {
        const QRegularExpressionMatch match = found.next();
        const QString name = match.captured(1);
        const QString* value = name == QLatin1String("selection")  ? &values.selection
                               : name == QLatin1String("language") ? &values.language
                               : name == QLatin1String("file")     ? &values.file
                               : name == QLatin1String("before")   ? &values.before
                               : name == QLatin1String("after")    ? &values.after
                                                                   : nullptr;
        if (value != nullptr) {
            result += QStringView(text).mid(done, match.capturedStart() - done);
            result += *value;
            done = match.capturedEnd();
        }
    }
    return result + text.mid(done);
}

bool usesPlaceholder(const QString& text, const QString& placeholder) {
    return text.contains(placeholder);
}

QStringList problemsOf(const CodeCommand& command) {
    QStringList problems;
    if (command.name.trimmed().isEmpty()) {
        problems.append(tr("It needs a name."));
    }
    if (command.text.trimmed().isEmpty()) {
        problems.append(tr("It needs a text for the model."));
    } else if (!usesPlaceholder(command.text, QStringLiteral("{selection}")) &&
               !usesPlaceholder(command.text, QStringLiteral("{before}"))) {
        problems.append(tr("Without {selection} the model does not see the code."));
    }
    auto found = placeholderPattern().globalMatch(command.text);
    while (found.hasNext()) {
        const QString word = found.next().captured(0);
        if (!placeholders().contains(word)) {
            problems.append(
                tr("%1 is no placeholder and goes to the model as it stands.").arg(word));
        }
    }
    return problems;
}

QByteArray commandsToJson(const QList<CodeCommand>& commands) {
    QJsonArray list;
    for (const CodeCommand& command : commands) {
        const auto* const place =
            std::find_if(std::begin(kPlaces), std::end(kPlaces),
                         [&](const PlaceName& each) { return each.place == command.place; });
        list.append(QJsonObject{{QStringLiteral("id"), command.id},
                                {QStringLiteral("name"), command.name},
                                {QStringLiteral("text"), command.text},
                                {QStringLiteral("prompt"), command.prompt == CommandPrompt::Exact
                                                               ? QStringLiteral("exact")
                                                               : QStringLiteral("instruction")},
                                {QStringLiteral("answer"), QLatin1String(place->name)},
                                {QStringLiteral("max_tokens"), command.maxTokens}});
    }
    return QJsonDocument(QJsonObject{{QStringLiteral("phidelity_code_commands"), 1},
                                     {QStringLiteral("commands"), list}})
        .toJson();
}

CommandsRead commandsFromJson(const QByteArray& bytes) {
    CommandsRead read;
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(bytes, &error);
    if (!document.isObject() || !document[QStringLiteral("commands")].isArray()) {
        read.problems.append(tr("It is no file of commands: %1.").arg(error.errorString()));
        return read;
    }
    const QJsonArray list = document[QStringLiteral("commands")].toArray();
    for (const QJsonValue& value : list) {
        const QJsonObject object = value.toObject();
        CodeCommand command;
        command.id = object[QStringLiteral("id")].toString();
        command.name = object[QStringLiteral("name")].toString();
        command.text = object[QStringLiteral("text")].toString();
        command.prompt = object[QStringLiteral("prompt")].toString() == QLatin1String("exact")
                             ? CommandPrompt::Exact
                             : CommandPrompt::Instruction;
        const QString answer = object[QStringLiteral("answer")].toString();
        const auto* const place =
            std::find_if(std::begin(kPlaces), std::end(kPlaces),
                         [&](const PlaceName& each) { return answer == QLatin1String(each.name); });
        command.maxTokens =
            std::clamp(object[QStringLiteral("max_tokens")].toInt(256), 1, kMostTokens);
        const bool known =
            std::any_of(read.commands.begin(), read.commands.end(),
                        [&](const CodeCommand& other) { return other.id == command.id; });
        if (command.id.isEmpty() || command.name.isEmpty() || known || place == std::end(kPlaces) ||
            read.commands.size() >= kMostCommands) {
            read.problems.append(
                tr("A command could not be read: “%1”").arg(command.name.left(40)));
            continue;
        }
        command.place = place->place;
        read.commands.append(command);
    }
    return read;
}

} // namespace phidelity
