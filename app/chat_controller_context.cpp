// SPDX-License-Identifier: MIT
// What the controller does where a conversation has outgrown the model.
#include <algorithm>

#include "app/chat_controller.h"

namespace phidelity {

namespace {

QString textOf(const Conversation& conversation, const QList<NodeId>& nodes) {
    QStringList texts;
    for (const NodeId node : nodes) {
        texts.append(conversation.find(node)->message.text.trimmed());
    }
    texts.removeAll(QString());
    return texts.join(u'\n');
}

} // namespace

ContextPlan ChatController::planOf(const QString& conversation) const {
    const Conversation* found = m_library.find(conversation);
    return found ? found->setup.plan : ContextPlan();
}

void ChatController::setPlan(const QString& conversation, const ContextPlan& plan) {
    m_library.find(conversation)->setup.plan = plan;
    m_library.changed(conversation);
    if (conversation == m_current) {
        emit messagesReplaced(0, shownFrom(0)); // marks what is not sent
    }
}

/// Tokens that must be free behind the prompt for the reply to be begun without a question.
int ChatController::roomFor(const Place& place, const SentTurns& sent) {
    const bool squeezed = std::exchange(m_squeezed, {}) == place ||
                          planOf(place.conversation).habit == ContextHabit::Squeeze;
    const auto questions =
        std::count_if(sent.turns.begin(), sent.turns.end(),
                      [](const Turn& turn) { return turn.speaker == Speaker::User; });
    // A first question can only be made shorter by its author.
    return squeezed || questions < 2 ? 1 : wantedTokens(place);
}

int ChatController::wantedTokens(const Place& place) const {
    return std::max(1, std::min(settingsOf(place).maxTokens, m_models.model().context / 2));
}

/// The engine has refused the prompt of a reply, which waits for the answer as one that found the
/// context full.
void ChatController::askForRoom(const Place& place, const PromptPreview& prompt) {
    Conversation& conversation = *m_library.find(place.conversation);
    const PromptFormat format = conversation.find(place.node)->message.format;
    const ContextPlan plan = planOf(place.conversation);
    const SentTurns sent = sentTurns(conversation, place.node, plan);
    QList<int> tokenBytes;
    for (const PromptToken& token : prompt.tokens) {
        tokenBytes.append(static_cast<int>(token.text.size()));
    }
    const int turns = turnsToDrop(format, sent, tokenBytes, prompt.context, wantedTokens(place));
    m_room = {place, {}, turns > 0 ? sent.nodes.at(turns) : 0};
    ContextQuestion& question = m_room.question;
    question.promptTokens = static_cast<int>(prompt.tokens.size());
    question.context = prompt.context;
    question.wanted = wantedTokens(place);
    if (turns > 0) {
        const QList<NodeId> line = conversation.lineTo(place.node);
        const qsizetype from = sent.dropped.size();
        const QList<NodeId> goes = line.mid(from, line.indexOf(m_room.firstSent) - from);
        question.messages = static_cast<int>(goes.size());
        question.droppedText = sent.summary.isEmpty() ? QString() : sent.summary + u'\n';
        question.droppedText += textOf(conversation, goes);
    }
    if (turns > 0 && plan.habit == ContextHabit::Drop) {
        answerContext(ContextAnswer::Drop, ContextMemory::Always, {});
    } else if (isShown(conversation)) {
        emit contextAsked(question);
    }
}

void ChatController::answerContext(ContextAnswer answer, ContextMemory memory,
                                   const QString& summary) {
    const Room room = std::exchange(m_room, {});
    Conversation* conversation = m_library.find(room.place.conversation);
    if (!conversation || room.place.node == 0 || answer == ContextAnswer::Stop) {
        return;
    }
    ContextPlan plan = planOf(room.place.conversation);
    if (answer == ContextAnswer::Squeeze) {
        m_squeezed = room.place;
    } else {
        plan.firstSent = room.firstSent;
    }
    if (answer == ContextAnswer::Summarise) {
        plan.summary = summary;
    }
    if (memory == ContextMemory::Always) {
        plan.habit = answer == ContextAnswer::Drop      ? ContextHabit::Drop
                     : answer == ContextAnswer::Squeeze ? ContextHabit::Squeeze
                                                        : plan.habit;
    }
    setPlan(room.place.conversation, plan);
    Message reply = conversation->find(room.place.node)->message;
    reply.state = MessageState::Waiting;
    setMessage(*conversation, room.place.node, reply);
    startReply(room.place, {room.place.node},
               reply.text.isEmpty() ? Begin::Fresh : Begin::BehindItsText);
}

void ChatController::sendWholeConversation() {
    setPlan(m_current, {});
    m_prompt.refresh();
}

/// Of the conversation that is shown now.
void ChatController::announceQuestion() {
    if (m_room.place.node != 0 && m_room.place.conversation == m_current) {
        emit contextAsked(m_room.question);
    } else {
        emit contextSettled();
    }
}

} // namespace phidelity
