// SPDX-License-Identifier: MIT
#include "chat/transcript/transcript_json.h"

#include <algorithm>
#include <cmath>

#include <QJsonDocument>
#include <QSet>

#include "chat/format_json.h"
#include "chat/format_limits.h"
#include "chat/transcript/import_limits.h"

namespace phidelity {

namespace {

struct StateKey {
    MessageState state;
    const char* key;
};
constexpr StateKey kStates[] = {
    {MessageState::Complete, "complete"},       {MessageState::Stopped, "stopped"},
    {MessageState::LengthReached, "length"},    {MessageState::ContextFull, "context_full"},
    {MessageState::TurnCut, "turn_cut"},        {MessageState::Failed, "failed"},
    {MessageState::Interrupted, "interrupted"}, {MessageState::Edited, "edited"},
};

QString stateKey(MessageState state) {
    for (const StateKey& one : kStates) {
        if (one.state == state) {
            return QLatin1String(one.key);
        }
    }
    return QStringLiteral("stopped"); // of what was being written
}

bool stateFromKey(const QString& key, MessageState* state) {
    for (const StateKey& one : kStates) {
        if (key == QLatin1String(one.key)) {
            *state = one.state;
            return true;
        }
    }
    return false;
}

struct PartKeys {
    TranscriptPart part;
    const char* name;
    QList<const char*> keys; ///< of a record's JSON
};
const PartKeys kParts[] = {
    {TranscriptPart::Settings,
     "settings",
     {"model_name", "model_sha256", "model_types", "device", "device_name", "build", "threads",
      "settings", "stops", "reason", "alternatives_asked", "random_position", "mirostat_before",
      "mirostat_after"}},
    {TranscriptPart::Timings,
     "timings",
     {"prompt_ms", "generate_ms", "first_token_ms", "started_ms", "reused_tokens"}},
    {TranscriptPart::Probabilities,
     "probabilities",
     {"prompt", "given", "chunks", "tokens", "logprobs", "alternatives"}},
};

QJsonObject recordObject(GenerationRecord record, TranscriptParts parts) {
    for (double* time : {&record.promptMs, &record.generateMs, &record.firstTokenMs}) {
        *time = std::isfinite(*time) ? *time : 0; // which JSON has no number for
    }
    QJsonObject object = toJson(record);
    for (const PartKeys& part : kParts) {
        if (!parts.testFlag(part.part)) {
            for (const char* key : part.keys) {
                object.remove(QLatin1String(key));
            }
        }
    }
    return object;
}

qint64 boundedTime(qint64 ms) {
    return std::clamp<qint64>(ms, 0, kLatestTimeMs);
}

void put(QJsonObject& object, const char* key, const QString& text) {
    if (!text.isEmpty()) {
        object.insert(QLatin1String(key), text);
    }
}

QJsonObject messageObject(const MessageNode& node, NodeId shown,
                          const QList<GenerationRecord>& records, TranscriptParts parts) {
    const Message& message = node.message;
    QJsonObject object{
        {QStringLiteral("id"), static_cast<qint64>(node.id)},
        {QStringLiteral("parent"), static_cast<qint64>(node.parent)},
        {QStringLiteral("created_ms"), boundedTime(node.createdMs)},
        {QStringLiteral("speaker"),
         message.speaker == Speaker::User ? QStringLiteral("user") : QStringLiteral("model")},
        {QStringLiteral("format"), message.format.key()},
        {QStringLiteral("state"), stateKey(message.state)},
        {QStringLiteral("text"), message.text},
    };
    if (shown != 0) {
        object.insert(QStringLiteral("shown"), static_cast<qint64>(shown));
    }
    put(object, "cut", message.cut);
    put(object, "author", message.author);
    put(object, "problem", message.problem);
    if (const QJsonArray kept = recordsJson(records, parts); !kept.isEmpty()) {
        object.insert(QStringLiteral("records"), kept);
    }
    return object;
}

/// In a branch what is said of messages that are not written is left out.
ContextPlan planOf(const Conversation& conversation, const QList<NodeId>& ids,
                   TranscriptExtent extent) {
    ContextPlan plan = conversation.setup.plan;
    if (extent == TranscriptExtent::Branch && !ids.contains(plan.firstSent)) {
        plan.firstSent = 0;
        plan.summary.clear();
    }
    return plan;
}

/// The rules of the formats that the messages name, each once, in the order of their first use.
QByteArray formatLines(const Conversation& conversation, const QList<NodeId>& ids) {
    QByteArray lines;
    QSet<QString> written;
    const auto write = [&](const PromptFormat& format) {
        if (format.isOwn() && !written.contains(format.key())) {
            QJsonObject object = toJson(format.rules());
            object.insert(QStringLiteral("key"), format.key());
            lines += (written.isEmpty() ? "\n" : ",\n") +
                     QJsonDocument(object).toJson(QJsonDocument::Compact);
            written.insert(format.key());
        }
    };
    write(conversation.info.format);
    for (const NodeId id : ids) {
        write(conversation.find(id)->message.format);
    }
    return lines;
}

QJsonObject conversationObject(const Conversation& conversation, const QList<NodeId>& ids,
                               const TranscriptOptions& options, NodeId firstShown) {
    const ConversationInfo& info = conversation.info;
    QJsonObject object{{QStringLiteral("created_ms"), boundedTime(info.createdMs)},
                       {QStringLiteral("changed_ms"), boundedTime(info.changedMs)},
                       {QStringLiteral("format"), info.format.key()},
                       {QStringLiteral("first_shown"), static_cast<qint64>(firstShown)},
                       {QStringLiteral("context_used"), std::max(info.contextUsed, 0)}};
    put(object, "id", info.id);
    put(object, "title", info.title);
    if (options.parts.testFlag(TranscriptPart::Settings) && conversation.setup.settings) {
        object.insert(QStringLiteral("settings"), toJson(*conversation.setup.settings));
    }
    if (const ContextPlan plan = planOf(conversation, ids, options.extent); plan != ContextPlan()) {
        object.insert(QStringLiteral("context_plan"), toJson(plan));
    }
    if (options.extent == TranscriptExtent::Tree) {
        put(object, "folder", info.folder);
        put(object, "draft", info.draft);
        if (info.pinned) {
            object.insert(QStringLiteral("pinned"), true);
        }
    }
    return object;
}

QByteArray compact(const QJsonObject& object) {
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

/// False where it is no whole number from 0 to `highest`.
template <class Number>
bool readWhole(const QJsonValue& value, double highest, Number* number) {
    const double real = value.toDouble(-1);
    if (!(real >= 0 && real <= highest) || real != std::floor(real)) {
        return false;
    }
    *number = static_cast<Number>(real);
    return true;
}

/// The rules that a file holds, by the words by which its messages name them.
using Formats = QHash<QString, PromptFormat>;

Formats readFormats(const QJsonValue& value, ImportReport* report) {
    Formats formats;
    const QJsonArray array = value.toArray();
    for (const QJsonValue item : array) {
        const QString key = item.toObject().value(QLatin1String("key")).toString();
        const auto rules = rulesFromJson(item.toObject(), nullptr);
        if (rules && !key.isEmpty() && formats.size() < kMostFormats) {
            formats.insert(key, PromptFormat::own(*rules));
        } else {
            report->leaveOut(QStringLiteral("rules of prompt formats that cannot be read"));
        }
    }
    return formats;
}

PromptFormat formatOf(const QJsonValue& value, const Formats& formats, ImportReport* report) {
    const QString key = value.toString();
    bool builtIn = false;
    const FormatId id = formatFromKey(key, &builtIn);
    if (builtIn) {
        return id;
    }
    if (const auto own = formats.constFind(key); own != formats.cend()) {
        return *own;
    }
    if (key.isEmpty() || key.size() > kLongestMark) {
        report->leaveOut(QStringLiteral("prompt formats without a name (taken as chat)"));
        return FormatId::Chat;
    }
    report->leaveOut(QStringLiteral("rules of prompt formats that are not known here (only their "
                                    "names are kept)"));
    return PromptFormat::unknown(key);
}

ConversationInfo infoFrom(const QJsonObject& object, const Formats& formats, ImportReport* report) {
    ConversationInfo info;
    const auto text = [&object](const char* key, qsizetype longest) {
        return object.value(QLatin1String(key)).toString().left(longest);
    };
    info.id = text("id", kLongestName);
    info.title = text("title", kLongestName);
    info.folder = text("folder", kLongestName);
    info.draft = text("draft", kLongestText);
    info.pinned = object.value(QLatin1String("pinned")).toBool();
    info.format = formatOf(object.value(QLatin1String("format")), formats, report);
    readWhole(object.value(QLatin1String("created_ms")), kLatestTimeMs, &info.createdMs);
    readWhole(object.value(QLatin1String("changed_ms")), kLatestTimeMs, &info.changedMs);
    readWhole(object.value(QLatin1String("first_shown")), kHighestNode, &info.firstShown);
    constexpr double kMostTokens = 1e9;
    readWhole(object.value(QLatin1String("context_used")), kMostTokens, &info.contextUsed);
    return info;
}

ConversationSetup setupFrom(const QJsonObject& head) {
    ConversationSetup setup;
    if (const QJsonValue settings = head.value(QLatin1String("settings")); settings.isObject()) {
        setup.settings = settingsFromJson(settings.toObject());
    }
    setup.plan = planFromJson(head.value(QLatin1String("context_plan")).toObject());
    setup.plan.summary.truncate(kLongestText);
    return setup;
}

/// Empty where it was taken, else what kind of message is left out.
QString readMessage(const QJsonObject& object, const Formats& formats, MessageNode* node,
                    ImportReport* report) {
    const QJsonValue text = object.value(QLatin1String("text"));
    const QString speaker = object.value(QLatin1String("speaker")).toString();
    if (!readWhole(object.value(QLatin1String("id")), kHighestNode, &node->id) || node->id == 0 ||
        !readWhole(object.value(QLatin1String("parent")), kHighestNode, &node->parent)) {
        return QStringLiteral("messages without a place in the conversation");
    }
    if (!text.isString()) {
        return QStringLiteral("messages without text");
    }
    if (speaker != QLatin1String("user") && speaker != QLatin1String("model")) {
        return QStringLiteral("messages of nobody");
    }
    Message& message = node->message;
    message.text = text.toString();
    message.cut = object.value(QLatin1String("cut")).toString();
    if (std::max(message.text.size(), message.cut.size()) > kLongestText) {
        return tooLongMessages();
    }
    message.speaker = speaker == QLatin1String("user") ? Speaker::User : Speaker::Model;
    message.format = formatOf(object.value(QLatin1String("format")), formats, report);
    message.author = object.value(QLatin1String("author")).toString().left(kLongestName);
    message.problem = object.value(QLatin1String("problem")).toString().left(kLongestName);
    if (!stateFromKey(object.value(QLatin1String("state")).toString(), &message.state)) {
        message.state = MessageState::Stopped;
    }
    readWhole(object.value(QLatin1String("shown")), kHighestNode, &node->shown);
    readWhole(object.value(QLatin1String("created_ms")), kLatestTimeMs, &node->createdMs);
    return {};
}

QList<GenerationRecord> readRecords(const QJsonValue& value, ImportReport* report) {
    QList<GenerationRecord> records;
    const QJsonArray array = value.toArray();
    for (const QJsonValue item : array) {
        if (item.isObject() && records.size() < kMostRecords) {
            records.append(recordFromJson(item.toObject()));
        } else {
            report->leaveOut(QStringLiteral("records of generations that cannot be read"));
        }
    }
    return records;
}

} // namespace

QJsonArray recordsJson(const QList<GenerationRecord>& records, TranscriptParts parts) {
    QJsonArray array;
    if (parts) {
        for (const GenerationRecord& record : records) {
            array.append(recordObject(record, parts));
        }
    }
    return array;
}

QByteArray toTranscriptJson(const Transcript& transcript, const TranscriptOptions& options) {
    const Conversation& conversation = transcript.conversation;
    const bool tree = options.extent == TranscriptExtent::Tree;
    QList<NodeId> ids;
    if (tree) {
        for (const MessageNode& node : conversation.nodes()) {
            ids.append(node.id);
        }
    } else if (const auto strands = strandsOf(conversation, options); !strands.isEmpty()) {
        ids = strands.first().ids;
    }
    const NodeId firstShown =
        tree ? conversation.info.firstShown : (ids.isEmpty() ? 0 : ids.first());

    QByteArray json = "{\"format\":\"";
    json += kTranscriptFormatName;
    json += "\",\"version\":" + QByteArray::number(kTranscriptVersion) + ",\n\"parts\":[";
    bool first = true;
    for (const PartKeys& part : kParts) {
        if (options.parts.testFlag(part.part)) {
            json += QByteArray(first ? "\"" : ",\"") + part.name + '"';
            first = false;
        }
    }
    json += "],\n\"conversation\":" +
            compact(conversationObject(conversation, ids, options, firstShown));
    if (const QByteArray formats = formatLines(conversation, ids); !formats.isEmpty()) {
        json += ",\n\"formats\":[" + formats + "\n]";
    }
    json += ",\n\"messages\":[";
    for (qsizetype at = 0; at < ids.size(); ++at) {
        const MessageNode& node = *conversation.find(ids.at(at));
        const NodeId shown = tree ? node.shown : ids.value(at + 1, 0);
        json +=
            (at == 0 ? "\n" : ",\n") +
            compact(messageObject(node, shown, transcript.records.value(node.id), options.parts));
    }
    json += "\n]}\n";
    return json;
}

bool isTranscriptJson(const QJsonObject& object) {
    return object.value(QLatin1String("format")).toString() == QLatin1String(kTranscriptFormatName);
}

bool readTranscriptJson(const QJsonObject& object, Transcript* transcript, ImportReport* report,
                        QString* problem) {
    const double version = object.value(QLatin1String("version")).toDouble();
    if (version > kTranscriptVersion) {
        *problem = QStringLiteral("It was written by a newer Phidelity (version %1 of the format; "
                                  "this one reads up to %2).")
                       .arg(version)
                       .arg(kTranscriptVersion);
        return false;
    }
    if (!(version >= 1) || !object.value(QLatin1String("conversation")).isObject() ||
        !object.value(QLatin1String("messages")).isArray()) {
        *problem = QStringLiteral("It says that it is a Phidelity transcript, but it lacks its "
                                  "version, conversation or messages.");
        return false;
    }
    const QJsonArray messages = object.value(QLatin1String("messages")).toArray();
    if (messages.size() > kMostMessages) {
        *problem = QStringLiteral("Its conversation has %1 messages; at most %2 can be read.")
                       .arg(messages.size())
                       .arg(kMostMessages);
        return false;
    }
    const Formats formats = readFormats(object.value(QLatin1String("formats")), report);
    QList<MessageNode> nodes;
    nodes.reserve(messages.size());
    QHash<NodeId, QList<GenerationRecord>> records;
    for (const QJsonValue item : messages) {
        MessageNode node;
        const QJsonObject message = item.toObject();
        if (const QString why = readMessage(message, formats, &node, report); !why.isEmpty()) {
            report->leaveOut(why);
            continue;
        }
        if (const auto read = readRecords(message.value(QLatin1String("records")), report);
            !read.isEmpty() && !records.contains(node.id)) {
            records.insert(node.id, read);
        }
        nodes.append(node);
    }
    qsizetype misplaced = 0;
    const QJsonObject head = object.value(QLatin1String("conversation")).toObject();
    transcript->conversation = Conversation(infoFrom(head, formats, report), nodes, &misplaced);
    transcript->conversation.setup = setupFrom(head);
    report->leaveOut(QStringLiteral("messages without a place in the conversation"), misplaced);
    transcript->records.clear();
    for (const MessageNode& node : transcript->conversation.nodes()) {
        if (const auto found = records.constFind(node.id); found != records.cend()) {
            transcript->records.insert(node.id, *found);
        }
    }
    return true;
}

} // namespace phidelity
