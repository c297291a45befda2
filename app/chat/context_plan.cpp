// SPDX-License-Identifier: MIT
#include "chat/context_plan.h"

#include <algorithm>

namespace phidelity {

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

QString buildPrompt(const PromptFormat& format, const SentTurns& sent) {
    return buildPrompt(format, sent.turns, sent.summary.trimmed());
}

int turnsToDrop(const PromptFormat& format, const SentTurns& sent, const QList<int>& tokenBytes,
                int context, int room) {
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
