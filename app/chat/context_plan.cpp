// SPDX-License-Identifier: MIT
#include "chat/context_plan.h"

#include <algorithm>

#include <QJsonDocument>
#include <QJsonObject>

namespace phidelity {

namespace {

QString habitKey(ContextHabit habit) {
    switch (habit) {
    case ContextHabit::Drop:
        return QStringLiteral("drop");
    case ContextHabit::Squeeze:
        return QStringLiteral("squeeze");
    case ContextHabit::Ask:
        break;
    }
    return QStringLiteral("ask");
}

ContextHabit habitFromKey(const QString& key) {
    for (const ContextHabit habit : {ContextHabit::Drop, ContextHabit::Squeeze}) {
        if (habitKey(habit) == key) {
            return habit;
        }
    }
    return ContextHabit::Ask;
}

} // namespace

QString planText(const ContextPlan& plan) {
    QJsonObject object;
    object.insert(QStringLiteral("firstSent"), static_cast<qint64>(plan.firstSent));
    object.insert(QStringLiteral("summary"), plan.summary);
    object.insert(QStringLiteral("habit"), habitKey(plan.habit));
    return QString::fromUtf8(QJsonDocument(object).toJson(QJsonDocument::Compact));
}

ContextPlan planFromText(const QString& text) {
    const QJsonObject object = QJsonDocument::fromJson(text.toUtf8()).object();
    ContextPlan plan;
    plan.firstSent = static_cast<NodeId>(
        std::max<qint64>(0, object.value(QStringLiteral("firstSent")).toInteger()));
    plan.summary = object.value(QStringLiteral("summary")).toString();
    plan.habit = habitFromKey(object.value(QStringLiteral("habit")).toString());
    return plan;
}

SentTurns sentTurns(const Conversation& conversation, NodeId id, const ContextPlan& plan) {
    SentTurns sent;
    const QList<NodeId> line = conversation.lineTo(id);
    const qsizetype first = std::max<qsizetype>(0, line.indexOf(plan.firstSent));
    if (first > 0) {
        sent.summary = plan.summary;
        sent.dropped = line.first(first);
    }
    for (qsizetype at = first; at < line.size(); ++at) {
        const Message& message = conversation.find(line.at(at))->message;
        if (message.speaker == Speaker::User || !message.text.isEmpty()) {
            sent.turns.append({message.speaker, message.text});
            sent.nodes.append(line.at(at));
        }
    }
    return sent;
}

QString buildPrompt(FormatId format, const SentTurns& sent) {
    const QString summary = sent.summary.trimmed();
    const QString turns = buildPrompt(format, sent.turns);
    return summary.isEmpty() ? turns : summary + u'\n' + turns;
}

int turnsToDrop(FormatId format, const SentTurns& sent, const QList<int>& tokenBytes, int context,
                int room) {
    const auto turns = static_cast<int>(sent.turns.size());
    const int generous = std::max(room, context / 4);
    int best = 0;
    qsizetype bytes = 0;
    int tokens = 0;
    int next = static_cast<int>(tokenBytes.size()) - 1;
    // From the end on, since what stays is short, whatever the length of the conversation.
    for (int from = turns - 1; from > 0; --from) {
        if (sent.turns.at(from).speaker != Speaker::User) {
            continue;
        }
        const qsizetype needed = buildPrompt(format, sent.turns.mid(from)).toUtf8().size();
        while (bytes < needed && next >= 0) {
            bytes += tokenBytes.at(next--);
            ++tokens;
        }
        const bool generously = tokens + generous <= context;
        if (tokens + room > context || (best > 0 && !generously)) {
            break;
        }
        best = from;
        if (!generously) {
            break;
        }
    }
    return best;
}

} // namespace phidelity
