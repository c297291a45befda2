// SPDX-License-Identifier: MIT
#include "app/chat_controller.h"

#include <algorithm>

#include <QDateTime>
#include <QUuid>

#include "app/request_ids.h"

namespace phidelity {

namespace {

qint64 now() {
    return QDateTime::currentMSecsSinceEpoch();
}

QString titleOf(const QString& text) {
    constexpr qsizetype kLongest = 60;
    return text.left(4 * kLongest).simplified().left(kLongest);
}

Conversation freshConversation(FormatId format) {
    Conversation fresh;
    fresh.info.id = QUuid::createUuid().toString(QUuid::WithoutBraces);
    fresh.info.createdMs = fresh.info.changedMs = now();
    fresh.info.format = format;
    return fresh;
}

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

} // namespace

ChatController::ChatController(QObject* parent) : QObject(parent) {
    m_conversations.append(freshConversation(m_format));
    connect(&m_models, &ModelDesk::openingBegan, this, [this] { raiseStop(m_running.stop); });
    connect(&m_models, &ModelDesk::noticeRaised, this, &ChatController::raiseModelNotice);
    connect(&m_models, &ModelDesk::noticeCleared, this, &ChatController::noticeCleared);
    connect(&m_models, &ModelDesk::settled, this, [this] {
        startWaiting();
        announceBusy();
    });
}

ChatController::~ChatController() {
    shutDown();
}

Conversation* ChatController::find(const QString& id) {
    const auto found = std::find_if(m_conversations.begin(), m_conversations.end(),
                                    [&](const Conversation& one) { return one.info.id == id; });
    return found == m_conversations.end() ? nullptr : &*found;
}

bool ChatController::isShown(const Conversation& conversation) const {
    return conversation.info.id == m_conversations.at(m_current).info.id;
}

const Message* ChatController::shownMessage(int row) const {
    const Conversation& shown = conversation();
    return row >= 0 && row < shown.path().size() ? &shown.messageAt(row) : nullptr;
}

QList<Message> ChatController::shownFrom(qsizetype row) const {
    QList<Message> messages;
    const Conversation& shown = conversation();
    messages.reserve(shown.path().size() - row);
    for (; row < shown.path().size(); ++row) {
        messages.append(shown.messageAt(row));
    }
    return messages;
}

void ChatController::setMessage(Conversation& conversation, NodeId node, const Message& message) {
    conversation.setMessage(node, message);
    const qsizetype row = conversation.rowOf(node);
    if (row >= 0 && isShown(conversation)) {
        emit messageChanged(static_cast<int>(row), conversation.find(node)->message);
    }
}

// ---- What the user wants

void ChatController::submit(const QString& text) {
    Conversation& conversation = current();
    const Message* last = shownMessage(static_cast<int>(conversation.path().size()) - 1);
    if ((last && isUnfinished(*last)) || text.trimmed().isEmpty()) {
        return;
    }
    Message question;
    question.speaker = Speaker::User;
    question.format = m_format;
    question.text = text;
    conversation.info.format = m_format;
    addShown(conversation.leaf(), question);
    if (conversation.info.title.isEmpty()) {
        conversation.info.title = titleOf(text);
        announceConversations();
    }
    writeReply(conversation.leaf());
}

Message ChatController::freshReply() const {
    Message reply;
    reply.speaker = Speaker::Model;
    reply.format = m_format;
    reply.author = m_models.model().name;
    reply.state = MessageState::Waiting;
    return reply;
}

/// Adds a message to the conversation that is shown and tells the window.
void ChatController::addShown(NodeId parent, const Message& message) {
    Conversation& conversation = current();
    const NodeId node = conversation.add(parent, message, now());
    const qsizetype row = conversation.rowOf(node);
    emit messagesReplaced(static_cast<int>(row), shownFrom(row));
}

void ChatController::writeReply(NodeId parent) {
    addShown(parent, freshReply());
    startReply({current().info.id, current().leaf()});
}

/// Asks the engine now if it is free, else later.
void ChatController::startReply(const Place& place) {
    const bool free = m_models.isReady() && m_running.id == 0 && !m_shuttingDown;
    if (free) {
        ask(place);
    } else {
        stopWaiting();
        m_waiting = place;
        if (!m_models.isReady() && !m_models.isOpening()) {
            emit noticeRaised(tr("No model is open. Open one, or use the demo model from the File "
                                 "menu; your message is kept and will be answered then."),
                              {});
        }
    }
    announceBusy();
}

/// What waited before gives way.
void ChatController::stopWaiting() {
    const Place place = std::exchange(m_waiting, {});
    if (Conversation* conversation = find(place.conversation); conversation && place.node != 0) {
        Message message = conversation->find(place.node)->message;
        message.state = MessageState::Stopped;
        setMessage(*conversation, place.node, message);
    }
}

void ChatController::startWaiting() {
    const bool free = m_models.isReady() && m_running.id == 0 && !m_shuttingDown;
    if (free && m_waiting.node != 0) {
        ask(std::exchange(m_waiting, {}));
        announceBusy();
    }
}

void ChatController::ask(const Place& place) {
    Conversation& conversation = *find(place.conversation);
    Message reply = conversation.find(place.node)->message;
    reply.state = MessageState::Writing;
    reply.author = m_models.model().name;
    setMessage(conversation, place.node, reply);

    m_running.id = nextRequestId();
    m_running.place = place;
    m_running.stop = newStop();
    m_running.before = reply.text.size();
    GenerateRequest request;
    request.id = m_running.id;
    request.prompt = buildPrompt(reply.format, conversation.turnsTo(place.node));
    request.stops = stopStrings(reply.format) + m_settings.extraStops;
    request.settings = m_settings;
    request.stop = m_running.stop;
    m_running.stops = request.stops;
    emit noticeCleared();
    emit activityCleared();
    emit generateRequested(request);
}

void ChatController::stop() {
    const QString& shown = current().info.id;
    if (m_waiting.conversation == shown) {
        stopWaiting();
        announceBusy();
    } else if (m_running.id != 0 && m_running.place.conversation == shown) {
        raiseStop(m_running.stop);
    }
}

void ChatController::regenerate(int row) {
    const Message* message = shownMessage(row);
    if (!message || !isEndedReply(*message)) {
        return;
    }
    Conversation& conversation = current();
    const NodeId node = conversation.path().at(row);
    // An empty reply is nothing to come back to.
    if (message->text.isEmpty() && conversation.followers(node).isEmpty()) {
        setMessage(conversation, node, freshReply());
        startReply({conversation.info.id, node});
    } else {
        writeReply(conversation.find(node)->parent);
    }
}

void ChatController::regenerateLast() {
    regenerate(static_cast<int>(current().path().size()) - 1);
}

void ChatController::continueReply() {
    Conversation& conversation = current();
    const Message* last = shownMessage(static_cast<int>(conversation.path().size()) - 1);
    if (!last || !canContinue(*last)) {
        return;
    }
    Message message = *last;
    message.state = MessageState::Waiting;
    // Going on past a stop rule brings back what it cut.
    message.text += message.cut;
    message.cut.clear();
    message.problem.clear();
    setMessage(conversation, conversation.leaf(), message);
    startReply({conversation.info.id, conversation.leaf()});
}

void ChatController::editMessage(int row, const QString& text) {
    const Message* old = shownMessage(row);
    if (!old || isUnfinished(*old) || text.trimmed().isEmpty() || text == old->text) {
        return;
    }
    Message message = *old;
    message.text = text;
    const NodeId parent = current().find(current().path().at(row))->parent;
    if (message.speaker == Speaker::User) {
        addShown(parent, message);
        writeReply(current().leaf());
        return;
    }
    message.state = MessageState::Complete;
    message.cut.clear();
    message.problem.clear();
    message.edited = true;
    addShown(parent, message);
    announceBusy();
}

void ChatController::showVersion(int row, int version) {
    if (!shownMessage(row)) {
        return;
    }
    Conversation& conversation = current();
    const QList<NodeId>& versions = conversation.siblings(conversation.path().at(row));
    if (version < 1 || version > versions.size()) {
        return;
    }
    const qsizetype changed = conversation.show(versions.at(version - 1));
    emit messagesReplaced(static_cast<int>(changed), shownFrom(changed));
    announceBusy();
}

void ChatController::branch(int row) {
    if (!shownMessage(row)) {
        return;
    }
    const Conversation& from = current();
    Conversation fresh = freshConversation(from.info.format);
    fresh.info.title = tr("%1 (branch)").arg(from.info.title);
    fresh.info.folder = from.info.folder;
    for (int at = 0; at <= row; ++at) {
        const MessageNode* node = from.find(from.path().at(at));
        Message message = node->message;
        if (isUnfinished(message)) {
            message.state = MessageState::Stopped;
        }
        fresh.add(fresh.leaf(), message, node->createdMs);
    }
    fresh.info.changedMs = now();
    m_conversations.prepend(fresh);
    m_current = -1;
    selectConversation(0);
}

void ChatController::newConversation() {
    // An empty one is as good as a new one.
    const auto empty = std::find_if(m_conversations.begin(), m_conversations.end(),
                                    [](const Conversation& one) { return one.isEmpty(); });
    if (empty != m_conversations.end()) {
        selectConversation(static_cast<int>(std::distance(m_conversations.begin(), empty)));
        return;
    }
    m_conversations.prepend(freshConversation(m_format));
    m_current = -1;
    selectConversation(0);
}

void ChatController::selectConversation(int index) {
    if (index < 0 || index >= m_conversations.size()) {
        return;
    }
    const bool same = index == m_current;
    m_current = index;
    if (!same) {
        const Conversation& conversation = current();
        if (!conversation.isEmpty() && conversation.info.format != m_format) {
            m_format = conversation.info.format;
            emit formatChanged(m_format);
        }
        if (m_replyNotice) {
            // It was about a reply that is no longer shown.
            m_replyNotice = false;
            emit noticeCleared();
        }
        emit messagesReset(shownFrom(0));
        emit contextUsed(conversation.info.contextUsed);
        emit activityCleared();
    }
    announceConversations();
    announceBusy();
}

void ChatController::setFormat(FormatId format) {
    m_format = format;
    if (current().isEmpty()) {
        current().info.format = format;
    }
}

void ChatController::shutDown() {
    m_shuttingDown = true;
    raiseStop(m_running.stop);
    m_models.cancelOpening();
}

// ---- What the engine answers

void ChatController::onPromptProgress(const PromptProgress& progress) {
    if (progress.id == m_running.id && m_running.place.conversation == current().info.id) {
        emit promptProgress(progress.done, progress.total);
    }
}

void ChatController::onTextArrived(const TextArrived& arrived) {
    if (m_running.id == 0 || arrived.id != m_running.id) {
        return;
    }
    Conversation& conversation = *find(m_running.place.conversation);
    conversation.appendText(m_running.place.node, arrived.text);
    conversation.info.contextUsed = arrived.contextUsed;
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
    endReply(*find(m_running.place.conversation), end);
    m_running = {};
    startWaiting();
    announceBusy();
}

void ChatController::endReply(Conversation& conversation, const GenerationEnded& end) {
    const NodeId node = m_running.place.node;
    Message message = conversation.find(node)->message;
    // Text arrived in pieces; the end tells the whole of what this request wrote.
    message.text = message.text.left(m_running.before) + end.text;
    message.state = stateOf(end, m_running.stops);
    message.cut = end.cut;
    message.problem = end.problem;
    setMessage(conversation, node, message);
    conversation.info.contextUsed = end.contextUsed;
    emit seedUsed(end.seed);
    if (isShown(conversation)) {
        emit contextUsed(end.contextUsed);
        const double speed =
            end.generateMs > 0 ? end.generatedTokens * 1000.0 / end.generateMs : 0.0;
        emit speedChanged(speed, end.firstTokenMs);
    }
}

void ChatController::onFailed(const EngineFailed& failure) {
    if (m_running.id == 0 || failure.id != m_running.id) {
        return;
    }
    Conversation& conversation = *find(m_running.place.conversation);
    Message message = conversation.find(m_running.place.node)->message;
    message.state = MessageState::Failed;
    message.problem = failure.sentence;
    setMessage(conversation, m_running.place.node, message);
    m_running = {};
    m_replyNotice = isShown(conversation);
    emit noticeRaised(failure.sentence, failure.detail);
    startWaiting();
    announceBusy();
}

// ---- To the window

void ChatController::raiseModelNotice(const QString& sentence, const QString& detail) {
    m_replyNotice = false;
    emit noticeRaised(sentence, detail);
}

void ChatController::announceConversations() {
    QStringList titles;
    titles.reserve(m_conversations.size());
    for (const Conversation& conversation : std::as_const(m_conversations)) {
        titles.append(conversation.info.title.isEmpty() ? tr("New conversation")
                                                        : conversation.info.title);
    }
    emit conversationsChanged(titles, static_cast<int>(m_current));
}

void ChatController::announceBusy() {
    const QString& shown = current().info.id;
    emit busyChanged(m_waiting.conversation == shown ||
                     (m_running.id != 0 && m_running.place.conversation == shown));
}

} // namespace phidelity
