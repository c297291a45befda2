// SPDX-License-Identifier: MIT
#include <QJsonArray>
#include <QJsonValue>
#include <QStringList>

#include "chat/transcript/import_limits.h"
#include "chat/transcript/readers.h"

namespace phidelity {

namespace {

bool isTurn(const QJsonValue& value) {
    const QJsonObject object = value.toObject();
    return (object.contains(QLatin1String("from")) && object.contains(QLatin1String("value"))) ||
           (object.contains(QLatin1String("role")) && object.contains(QLatin1String("content")));
}

QJsonArray turnsOf(const QJsonObject& object) {
    for (const char* key : {"conversations", "conversation", "messages"}) {
        const QJsonValue value = object.value(QLatin1String(key));
        if (value.isArray()) {
            return value.toArray();
        }
    }
    return {};
}

enum class Role { User, Model, System, Tool, Nobody };

Role roleOf(const QString& name) {
    const QString key = name.toLower();
    if (key == QLatin1String("human") || key == QLatin1String("user") ||
        key == QLatin1String("prompter")) {
        return Role::User;
    }
    if (key == QLatin1String("system")) {
        return Role::System;
    }
    if (key.contains(QLatin1String("tool")) || key.contains(QLatin1String("function")) ||
        key == QLatin1String("observation")) {
        return Role::Tool;
    }
    static const QStringList models{QStringLiteral("gpt"),     QStringLiteral("assistant"),
                                    QStringLiteral("chatgpt"), QStringLiteral("bing"),
                                    QStringLiteral("bard"),    QStringLiteral("model"),
                                    QStringLiteral("bot"),     QStringLiteral("ai")};
    return models.contains(key) ? Role::Model : Role::Nobody;
}

QString textOf(const QJsonValue& value, ImportReport* report) {
    if (value.isString()) {
        return value.toString();
    }
    QStringList texts;
    const QJsonArray parts = value.toArray();
    for (const QJsonValue part : parts) {
        const QJsonValue text = part.toObject().value(QLatin1String("text"));
        if (text.isString()) {
            texts.append(text.toString());
        } else if (part.toObject()
                       .value(QLatin1String("type"))
                       .toString()
                       .contains(QLatin1String("image"))) {
            report->leaveOut(QStringLiteral("images"));
        } else {
            report->leaveOut(QStringLiteral("parts of messages that are not text"));
        }
    }
    return texts.join(QLatin1String("\n\n"));
}

/// False where it is left out.
bool readTurn(const QJsonObject& object, Message* message, ImportReport* report) {
    const bool from = object.contains(QLatin1String("from"));
    const QString name =
        object.value(from ? QLatin1String("from") : QLatin1String("role")).toString();
    switch (roleOf(name)) {
    case Role::User:
        message->speaker = Speaker::User;
        break;
    case Role::Model:
        message->speaker = Speaker::Model;
        message->author = name == QLatin1String("assistant") ? QString() : name;
        break;
    case Role::System:
        report->leaveOut(QStringLiteral("messages of the system"));
        return false;
    case Role::Tool:
        report->leaveOut(QStringLiteral("messages from and to tools"));
        return false;
    case Role::Nobody:
        report->leaveOut(QStringLiteral("messages of nobody"));
        return false;
    }
    const ImportReport before = *report;
    message->text =
        textOf(object.value(from ? QLatin1String("value") : QLatin1String("content")), report);
    if (message->text.isEmpty()) {
        if (*report == before) {
            report->leaveOut(QStringLiteral("messages without text"));
        }
        return false;
    }
    if (message->text.size() > kLongestText) {
        report->leaveOut(tooLongMessages());
        return false;
    }
    return true;
}

} // namespace

bool isShareGpt(const QJsonObject& object) {
    const QJsonArray turns = turnsOf(object);
    return !turns.isEmpty() && isTurn(turns.first());
}

bool readShareGpt(const QJsonObject& object, Transcript* transcript, ImportReport* report) {
    *transcript = {};
    Conversation& conversation = transcript->conversation;
    for (const char* key : {"title", "name"}) {
        if (conversation.info.title.isEmpty()) {
            conversation.info.title =
                object.value(QLatin1String(key)).toString().left(kLongestName);
        }
    }
    NodeId parent = 0;
    const QJsonArray turns = turnsOf(object);
    for (const QJsonValue turn : turns) {
        Message message;
        if (!isTurn(turn)) {
            report->leaveOut(QStringLiteral("messages of nobody"));
        } else if (readTurn(turn.toObject(), &message, report)) {
            if (conversation.nodes().size() >= kMostMessages) {
                report->leaveOut(QStringLiteral("messages behind the first %1").arg(kMostMessages));
                continue;
            }
            parent = conversation.add(parent, message, 0);
        }
    }
    return !conversation.isEmpty();
}

} // namespace phidelity
