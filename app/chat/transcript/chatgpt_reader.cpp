// SPDX-License-Identifier: MIT
#include <cmath>

#include <QHash>
#include <QJsonArray>
#include <QJsonValue>
#include <QSet>
#include <QStringList>

#include "chat/transcript/import_limits.h"
#include "chat/transcript/readers.h"

namespace phidelity {

namespace {

qint64 timeFrom(const QJsonValue& seconds) {
    const double ms = seconds.toDouble() * 1000;
    return ms >= 0 && ms <= static_cast<double>(kLatestTimeMs) ? static_cast<qint64>(ms) : 0;
}

/// The order of the messages: each behind the one that it names as its parent. "children" gives the
/// order of those, and the parent of a message that says nothing itself. What belongs to no first
/// message (a loop) is not reached.
class Mapping {
public:
    explicit Mapping(const QJsonObject& mapping) {
        QHash<QString, QString> parents; // null for first messages
        for (auto node = mapping.begin(); node != mapping.end(); ++node) {
            const QJsonObject object = node.value().toObject();
            if (object.contains(QLatin1String("parent"))) {
                const QString parent = object.value(QLatin1String("parent")).toString();
                parents.insert(node.key(), mapping.contains(parent) ? parent : QString());
            }
        }
        QSet<QString> placed;
        for (auto node = mapping.begin(); node != mapping.end(); ++node) {
            const QJsonArray children =
                node.value().toObject().value(QLatin1String("children")).toArray();
            for (const QJsonValue item : children) {
                const QString child = item.toString();
                if (mapping.contains(child) && !placed.contains(child) &&
                    parents.value(child, node.key()) == node.key()) {
                    placed.insert(child);
                    m_children[node.key()].append(child);
                }
            }
        }
        for (auto node = mapping.begin(); node != mapping.end(); ++node) {
            if (!placed.contains(node.key())) {
                const QString parent = parents.value(node.key());
                (parent.isNull() ? m_roots : m_children[parent]).append(node.key());
            }
        }
    }

    [[nodiscard]] const QStringList& roots() const { return m_roots; }
    [[nodiscard]] QStringList children(const QString& id) const { return m_children.value(id); }

private:
    QHash<QString, QStringList> m_children;
    QStringList m_roots;
};

/// The text of a message; other parts of it are counted.
QString contentText(const QJsonObject& content, ImportReport* report) {
    const QString type = content.value(QLatin1String("content_type")).toString();
    if (type == QLatin1String("code")) {
        const QString code = content.value(QLatin1String("text")).toString();
        return code.isEmpty() ? QString() : QLatin1String("```\n") + code + QLatin1String("\n```");
    }
    if (!type.isEmpty() && type != QLatin1String("text") &&
        type != QLatin1String("multimodal_text")) {
        report->leaveOut(QStringLiteral("messages of the kind \"%1\"").arg(type.left(40)));
        return {};
    }
    QStringList texts;
    const QJsonArray parts = content.value(QLatin1String("parts")).toArray();
    for (const QJsonValue part : parts) {
        const QJsonObject object = part.toObject();
        const QString partType = object.value(QLatin1String("content_type")).toString();
        if (part.isString()) {
            if (!part.toString().isEmpty()) {
                texts.append(part.toString());
            }
        } else if (object.value(QLatin1String("text")).isString()) {
            texts.append(object.value(QLatin1String("text")).toString());
        } else if (partType.contains(QLatin1String("image"))) {
            report->leaveOut(QStringLiteral("images"));
        } else {
            report->leaveOut(QStringLiteral("parts of messages that are not text"));
        }
    }
    return texts.join(QLatin1String("\n\n"));
}

/// False where the message has no place in a conversation between a user and a model.
bool readMessage(const QJsonObject& object, Message* message, ImportReport* report) {
    const QString role =
        object.value(QLatin1String("author")).toObject().value(QLatin1String("role")).toString();
    const QJsonObject metadata = object.value(QLatin1String("metadata")).toObject();
    const QJsonObject content = object.value(QLatin1String("content")).toObject();
    const QString recipient =
        object.value(QLatin1String("recipient")).toString(QStringLiteral("all"));
    if (role == QLatin1String("system")) {
        // Every conversation begins with an empty one, which nobody misses.
        if (!contentText(content, report).trimmed().isEmpty()) {
            report->leaveOut(QStringLiteral("messages of the system"));
        }
        return false;
    }
    if (metadata.value(QLatin1String("is_visually_hidden_from_conversation")).toBool()) {
        report->leaveOut(QStringLiteral("hidden messages"));
        return false;
    }
    if (role == QLatin1String("tool") || recipient != QLatin1String("all")) {
        report->leaveOut(QStringLiteral("messages from and to tools"));
        return false;
    }
    if (role != QLatin1String("user") && role != QLatin1String("assistant")) {
        report->leaveOut(QStringLiteral("messages of nobody"));
        return false;
    }
    const ImportReport before = *report;
    message->text = contentText(content, report);
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
    if (role == QLatin1String("assistant")) {
        message->speaker = Speaker::Model;
        const QString model = metadata.value(QLatin1String("model_slug")).toString();
        message->author = model.isEmpty() ? QStringLiteral("ChatGPT") : model.left(kLongestName);
    }
    return true;
}

} // namespace

bool isChatGpt(const QJsonObject& object) {
    return object.value(QLatin1String("mapping")).isObject();
}

bool readChatGpt(const QJsonObject& object, Transcript* transcript, ImportReport* report) {
    *transcript = {};
    Conversation& conversation = transcript->conversation;
    conversation.info.title = object.value(QLatin1String("title")).toString().left(kLongestName);
    conversation.info.createdMs = timeFrom(object.value(QLatin1String("create_time")));
    const QJsonObject mapping = object.value(QLatin1String("mapping")).toObject();
    const Mapping order(mapping);

    QHash<QString, NodeId>
        places; // of every message that was reached; of one left out, its parent's
    struct Step {
        QString id;
        NodeId parent;
    };
    QList<Step> open;
    const auto push = [&open](const QStringList& ids, NodeId parent) {
        for (qsizetype at = ids.size() - 1; at >= 0; --at) {
            open.append({ids.at(at), parent});
        }
    };
    push(order.roots(), 0);
    while (!open.isEmpty()) {
        const Step step = open.takeLast();
        if (places.contains(step.id)) {
            continue;
        }
        NodeId place = step.parent;
        const QJsonValue value = mapping.value(step.id).toObject().value(QLatin1String("message"));
        Message message;
        if (value.isObject() && readMessage(value.toObject(), &message, report)) {
            if (conversation.nodes().size() < kMostMessages) {
                const qint64 created =
                    timeFrom(value.toObject().value(QLatin1String("create_time")));
                place = conversation.add(step.parent, message, created);
            } else {
                report->leaveOut(QStringLiteral("messages behind the first %1").arg(kMostMessages));
            }
        }
        places.insert(step.id, place);
        push(order.children(step.id), place);
    }
    report->leaveOut(QStringLiteral("messages that follow themselves"),
                     mapping.size() - places.size());
    const NodeId current = places.value(object.value(QLatin1String("current_node")).toString(), 0);
    conversation.show(current);
    conversation.info.changedMs = timeFrom(object.value(QLatin1String("update_time")));
    return !conversation.isEmpty();
}

} // namespace phidelity
