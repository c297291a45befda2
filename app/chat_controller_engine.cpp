// SPDX-License-Identifier: MIT
// What the controller asks of the engine, and what it does with the answers.
#include <algorithm>

#include <QDateTime>

#include "app/chat_controller.h"
#include "app/request_ids.h"
#include "chat/reply_tokens.h"

namespace phidelity {

namespace {

/// True where more was cut than the words that the next turn begins with: something to show.
bool isMoreThanAStop(const QString& cut, const QStringList& stops) {
    const QString bare = cut.trimmed();
    return !bare.isEmpty() && std::none_of(stops.begin(), stops.end(), [&](const QString& stop) {
        return stop.trimmed() == bare;
    });
}

MessageState stateOf(const GenerationEnded& end, const QStringList& stops) {
    switch (end.reason) {
    case EndReason::MaxTokens:
        return MessageState::LengthReached;
    case EndReason::ContextFull:
        return MessageState::ContextFull;
    case EndReason::Stopped:
        return MessageState::Stopped;
    case EndReason::Interrupted:
        return MessageState::Interrupted;
    case EndReason::StopString:
        return isMoreThanAStop(end.cut, stops) ? MessageState::TurnCut : MessageState::Complete;
    case EndReason::EndOfText:
        break;
    }
    return MessageState::Complete;
}

/// What a reply has written behind a beginning that ends in the middle of a character: the engine
/// tells only what it has written itself, and half a character is none.
QString writtenText(const GenerationEnded& end, const QByteArray& tail) {
    if (tail.isEmpty() || end.details.isEmpty()) {
        return end.text;
    }
    QByteArray bytes = tail;
    for (const TokenDetail& token : end.details) {
        bytes += token.bytes;
    }
    QString text = QString::fromUtf8(bytes);
    if (!end.cut.isEmpty() && text.endsWith(end.cut)) {
        text.chop(end.cut.size());
    }
    return text;
}

} // namespace

// ---- What is asked of the engine

/// Asks the engine as soon as it is free and the changed messages are kept.
void ChatController::startReply(NodeId node, const QList<NodeId>& changed, Begin begin) {
    startReply({m_current, node}, changed, begin);
}

void ChatController::startReply(const Place& place, const QList<NodeId>& changed, Begin begin,
                                std::optional<ReplyBranch> branch) {
    stopWaiting();
    m_branch = std::move(branch);
    m_room = {};
    announceQuestion();
    m_waiting = place;
    if (begin == Begin::BehindItsText) {
        m_records = m_library.loadRecords(place.conversation, place.node);
    }
    Conversation& conversation = *m_library.find(place.conversation);
    if (isShown(conversation)) {
        conversation.setup.settings = m_settings; // which the panel shows
    }
    m_committing = m_library.commit(place.conversation, changed);
    if (!m_models.isReady() && !m_models.isOpening()) {
        emit noticeRaised(tr("No model is open. Open one, or use the demo model from the File "
                             "menu; your message is kept and will be answered then."),
                          {});
    }
    startWaiting();
    announceBusy();
}

/// What the reply is written with: the conversation's own, whichever is shown meanwhile.
GenerationSettings ChatController::settingsOf(const Place& place) const {
    const Conversation* conversation = m_library.find(place.conversation);
    return conversation ? conversation->setup.settings.value_or(m_settings) : m_settings;
}

/// What waited before gives way.
void ChatController::stopWaiting() {
    const Place place = std::exchange(m_waiting, {});
    m_committing = m_records = 0;
    m_continues.reset();
    m_branch.reset();
    Conversation* conversation = m_library.find(place.conversation);
    if (conversation && place.node != 0) {
        Message message = conversation->find(place.node)->message;
        message.state = MessageState::Stopped;
        setMessage(*conversation, place.node, message);
        m_library.commit(place.conversation, {place.node});
    }
}

void ChatController::startWaiting() {
    const bool free = m_models.isReady() && m_running.id == 0 && m_committing == 0 &&
                      m_records == 0 && !m_shuttingDown;
    if (free && m_waiting.node != 0) {
        ask(std::exchange(m_waiting, {}));
        announceBusy();
    }
}

void ChatController::ask(const Place& place) {
    Conversation& conversation = *m_library.find(place.conversation);
    Message reply = conversation.find(place.node)->message;
    reply.state = MessageState::Writing;
    reply.author = m_models.model().name;
    setMessage(conversation, place.node, reply);

    m_running.id = nextRequestId();
    m_running.place = place;
    m_running.stop = newStop();
    m_running.before = reply.text.size();
    const GenerationSettings settings = settingsOf(place);
    GenerateRequest request;
    request.id = m_running.id;
    const SentTurns sent = sentTurns(conversation, place.node, planOf(place.conversation));
    request.prompt = buildPrompt(reply.format, sent);
    request.room = roomFor(place, sent);
    request.stops = stopStrings(reply.format);
    request.settings = settings;
    request.stop = m_running.stop;
    request.continues = std::exchange(m_continues, std::nullopt);
    request.alternatives = m_alternatives;
    if (m_branch) {
        request.promptTokens = m_branch->tokens;
        m_running.given = m_branch->given;
        m_running.tail = m_branch->bytes.mid(wholeCharacters(m_branch->bytes));
        m_branch.reset();
    }
    m_running.stops = request.stops + settings.extraStops;
    emit noticeCleared();
    emit activityCleared();
    emit generateRequested(request);
}

// ---- What the engine answers

void ChatController::onPromptProgress(const PromptProgress& progress) {
    if (progress.id == m_running.id && m_running.place.conversation == m_current) {
        emit promptProgress(progress.done, progress.total);
    }
}

void ChatController::onTextArrived(const TextArrived& arrived) {
    if (m_running.id == 0 || arrived.id != m_running.id) {
        return;
    }
    Conversation* found = m_library.find(m_running.place.conversation);
    if (!found) {
        return; // erased while it was written
    }
    Conversation& conversation = *found;
    conversation.appendText(m_running.place.node, arrived.text);
    conversation.info.contextUsed = arrived.contextUsed;
    m_library.keeper().replyGrew(m_running.place.conversation, m_running.place.node);
    if (!isShown(conversation)) {
        return;
    }
    if (const qsizetype row = conversation.rowOf(m_running.place.node); row >= 0) {
        emit textAppended(static_cast<int>(row), arrived.text);
    }
    emit contextUsed(arrived.contextUsed);
    emit speedChanged(arrived.tokensPerSecond, arrived.firstTokenMs);
}

void ChatController::onGenerationEnded(const GenerationEnded& end) {
    if (m_running.id == 0 || end.id != m_running.id) {
        return;
    }
    if (Conversation* conversation = m_library.find(m_running.place.conversation)) {
        endReply(*conversation, end);
    }
    m_running = {};
    startWaiting();
    announceBusy();
}

void ChatController::endReply(Conversation& conversation, const GenerationEnded& end) {
    const NodeId node = m_running.place.node;
    Message message = conversation.find(node)->message;
    // Text arrived in pieces; the end tells the whole of what this request wrote.
    message.text = message.text.left(m_running.before) + writtenText(end, m_running.tail);
    message.state = stateOf(end, m_running.stops);
    message.cut = end.cut;
    message.problem = end.problem;
    setMessage(conversation, node, message);
    conversation.info.contextUsed = end.contextUsed;
    conversation.info.changedMs = QDateTime::currentMSecsSinceEpoch();
    m_library.commit(conversation.info.id, {node});
    if (!end.record.prompt.isEmpty()) {
        GenerationRecord record = end.record;
        record.given = m_running.given;
        m_library.keeper().addRecord(conversation.info.id, node, record);
        if (record.modelSha256.isEmpty()) {
            m_unhashed.insert(end.id, {m_running.place, record});
        }
        emit recordMade(conversation.info.id, node, record);
    }
    emit seedUsed(end.seed);
    if (isShown(conversation)) {
        emit contextUsed(end.contextUsed);
        const double speed =
            end.generateMs > 0 ? end.generatedTokens * 1000.0 / end.generateMs : 0.0;
        emit speedChanged(speed, end.firstTokenMs);
    }
}

void ChatController::onModelHashed(const ReplyModelHashed& hash) {
    const auto found = m_unhashed.find(hash.id);
    if (found != m_unhashed.end()) {
        auto& [place, record] = *found;
        record.modelSha256 = hash.modelSha256;
        m_library.keeper().changeRecord(place.conversation, place.node, record);
        m_unhashed.erase(found);
    }
}

void ChatController::onFailed(const EngineFailed& failure) {
    if (m_running.id == 0 || failure.id != m_running.id) {
        return;
    }
    const Place place = std::exchange(m_running, {}).place;
    if (Conversation* conversation = m_library.find(place.conversation)) {
        Message message = conversation->find(place.node)->message;
        const bool noRoom = failure.prompt.context > 0;
        message.state = noRoom ? MessageState::ContextFull : MessageState::Failed;
        message.problem = noRoom ? QString() : failure.sentence;
        setMessage(*conversation, place.node, message);
        m_library.commit(place.conversation, {place.node});
        if (noRoom) {
            announceBusy();
            askForRoom(place, failure.prompt);
            startWaiting();
            announceBusy();
            return;
        }
    }
    m_replyNotice = place.conversation == m_current;
    emit noticeRaised(failure.sentence, failure.detail);
    startWaiting();
    announceBusy();
}

} // namespace phidelity
