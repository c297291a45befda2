// SPDX-License-Identifier: MIT
#include "chat/format_json.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>

#include "chat/format_limits.h"

namespace phidelity {

namespace {

const QString kFileName = QStringLiteral("phidelity-prompt-formats");
constexpr int kFileVersion = 1;

struct TextField {
    const char* key;
    QString FormatRules::*member;
    qsizetype longest;
};
constexpr TextField kTextFields[] = {
    {"name", &FormatRules::name, kLongestFormatName},
    {"opening", &FormatRules::opening, kLongestOpening},
    {"user_prefix", &FormatRules::userPrefix, kLongestMark},
    {"user_suffix", &FormatRules::userSuffix, kLongestMark},
    {"reply_prefix", &FormatRules::replyPrefix, kLongestMark},
    {"reply_suffix", &FormatRules::replySuffix, kLongestMark},
};

constexpr std::pair<UserText, const char*> kUserTexts[] = {{UserText::Trimmed, "trimmed"},
                                                           {UserText::LineEnd, "line_end"},
                                                           {UserText::AsTyped, "as_typed"}};
constexpr std::pair<ReplyText, const char*> kReplyTexts[] = {
    {ReplyText::Markdown, "markdown"}, {ReplyText::Code, "code"}, {ReplyText::Plain, "plain"}};

template <class Pairs, class Value>
QString wordOf(const Pairs& pairs, Value value) {
    for (const auto& [one, word] : pairs) {
        if (one == value) {
            return QLatin1String(word);
        }
    }
    return {};
}

template <class Pairs, class Value>
bool readWord(const Pairs& pairs, const QString& text, Value* value) {
    for (const auto& [one, word] : pairs) {
        if (text == QLatin1String(word)) {
            *value = one;
            return true;
        }
    }
    return false;
}

bool readStops(const QJsonValue& value, QStringList* stops) {
    if (value.isUndefined()) {
        return true;
    }
    const QJsonArray array = value.toArray();
    if (!value.isArray() || array.size() > kMostStops) {
        return false;
    }
    for (const QJsonValue item : array) {
        const QString stop = item.toString();
        if (stop.isEmpty() || stop.size() > kLongestMark) {
            return false;
        }
        stops->append(stop);
    }
    return true;
}

} // namespace

QJsonObject toJson(const FormatRules& rules) {
    QJsonObject object;
    for (const TextField& field : kTextFields) {
        object.insert(QLatin1String(field.key), rules.*field.member);
    }
    object.insert(QStringLiteral("stops"), QJsonArray::fromStringList(rules.stops));
    object.insert(QStringLiteral("user_text"), wordOf(kUserTexts, rules.userText));
    object.insert(QStringLiteral("replies"), wordOf(kReplyTexts, rules.replies));
    return object;
}

QByteArray rulesBytes(const FormatRules& rules) {
    return QJsonDocument(toJson(rules)).toJson(QJsonDocument::Compact);
}

std::optional<FormatRules> rulesFromJson(const QJsonObject& object, QString* problem) {
    const auto refuse = [&](const QString& why) -> std::optional<FormatRules> {
        if (problem) {
            *problem = why;
        }
        return {};
    };
    FormatRules rules;
    for (const TextField& field : kTextFields) {
        const QJsonValue value = object.value(QLatin1String(field.key));
        const QString text = value.toString();
        if (!(value.isString() || value.isUndefined()) || text.size() > field.longest) {
            return refuse(QStringLiteral("The field \"%1\" of a format must be a text of at most "
                                         "%2 characters.")
                              .arg(QLatin1String(field.key))
                              .arg(field.longest));
        }
        rules.*field.member = text;
    }
    if (rules.name.trimmed().isEmpty()) {
        return refuse(QStringLiteral("A format has no name."));
    }
    if (!readStops(object.value(QLatin1String("stops")), &rules.stops)) {
        return refuse(QStringLiteral("The stop strings of the format \"%1\" must be a list of at "
                                     "most %2 texts, none of them empty or longer than %3 "
                                     "characters.")
                          .arg(rules.name)
                          .arg(kMostStops)
                          .arg(kLongestMark));
    }
    const QJsonValue userText = object.value(QLatin1String("user_text"));
    const QJsonValue replies = object.value(QLatin1String("replies"));
    const bool known =
        (userText.isUndefined() || readWord(kUserTexts, userText.toString(), &rules.userText)) &&
        (replies.isUndefined() || readWord(kReplyTexts, replies.toString(), &rules.replies));
    if (!known) {
        return refuse(
            QStringLiteral("The format \"%1\" asks for something that this Phidelity does "
                           "not know: user_text %2, replies %3.")
                .arg(rules.name, userText.toString(), replies.toString()));
    }
    return rules;
}

QByteArray formatFile(const QList<PromptFormat>& formats) {
    QJsonArray array;
    for (const PromptFormat& format : formats) {
        if (format.isOwn()) {
            array.append(toJson(format.rules()));
        }
    }
    return QJsonDocument(QJsonObject{{QStringLiteral("format"), kFileName},
                                     {QStringLiteral("version"), kFileVersion},
                                     {QStringLiteral("formats"), array}})
        .toJson();
}

FormatFile readFormatFile(const QByteArray& bytes) {
    FormatFile file;
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(bytes, &error);
    const QJsonObject object = document.object();
    QJsonArray array = object.value(QLatin1String("formats")).toArray();
    if (error.error != QJsonParseError::NoError) {
        file.problem = QStringLiteral("It is no JSON: %1 at byte %2.")
                           .arg(error.errorString())
                           .arg(error.offset);
    } else if (object.value(QLatin1String("format")).toString() != kFileName) {
        // A single one, as it stands in a transcript or was written by hand.
        array = {object};
        if (!document.isObject() || !object.contains(QLatin1String("name"))) {
            file.problem = QStringLiteral("It holds no prompt format: neither \"format\": \"%1\" "
                                          "nor a \"name\".")
                               .arg(kFileName);
        }
    } else if (const int version = object.value(QLatin1String("version")).toInt();
               version > kFileVersion) {
        file.problem = QStringLiteral("It was written by a newer Phidelity (version %1; this one "
                                      "reads %2).")
                           .arg(version)
                           .arg(kFileVersion);
    } else if (array.isEmpty()) {
        file.problem = QStringLiteral("It holds no prompt format.");
    }
    if (file.problem.isEmpty() && array.size() > kMostFormats) {
        file.problem = QStringLiteral("It holds %1 prompt formats; at most %2 can be read.")
                           .arg(array.size())
                           .arg(kMostFormats);
    }
    for (const QJsonValue item : std::as_const(array)) {
        if (!file.problem.isEmpty()) {
            file.formats.clear();
            return file;
        }
        const auto rules = rulesFromJson(item.toObject(), &file.problem);
        if (rules && !file.formats.contains(PromptFormat::own(*rules))) {
            file.formats.append(PromptFormat::own(*rules));
        }
    }
    if (!file.problem.isEmpty()) {
        file.formats.clear();
    }
    return file;
}

FormatFile readFormatFileAt(const QString& path) {
    FormatFile file;
    QFile input(path);
    if (!input.open(QIODevice::ReadOnly)) {
        file.problem = QStringLiteral("%1 could not be opened: %2.").arg(path, input.errorString());
        return file;
    }
    // A pipe tells no size.
    const QByteArray bytes = input.read(kLargestFormatFile + 1);
    if (bytes.size() > kLargestFormatFile) {
        file.problem = QStringLiteral("%1 is too large to be a file of prompt formats.").arg(path);
        return file;
    }
    file = readFormatFile(bytes);
    if (!file.problem.isEmpty()) {
        file.problem = QStringLiteral("%1 could not be read. %2").arg(path, file.problem);
    }
    return file;
}

} // namespace phidelity
