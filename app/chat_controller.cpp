// SPDX-License-Identifier: MIT
#include "app/chat_controller.h"

#include <algorithm>

#include <QFileInfo>

namespace phidelity {

namespace {

SharedStop newStop() {
    return std::make_shared<std::atomic<bool>>(false);
}

void raise(const SharedStop& stop) {
    if (stop) {
        stop->store(true, std::memory_order_relaxed);
    }
}

QString titleOf(const QString& text) {
    constexpr qsizetype kLongest = 60;
    return text.left(4 * kLongest).simplified().left(kLongest);
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
    Conversation first;
    first.id = ++m_lastConversation;
    m_conversations.append(first);
}

ChatController::~ChatController() {
    shutDown();
}

void ChatController::setDevice(const QString& device, int threads) {
    m_device = {device, {}};
    m_threads = threads;
    emit devicePickChanged(m_device);
}

void ChatController::setDevicePick(const DevicePick& pick) {
    m_device = m_pick = pick;
    emit devicePickChanged(m_device);
}

ChatController::Conversation* ChatController::find(quint64 id) {
    const auto found = std::find_if(m_conversations.begin(), m_conversations.end(),
                                    [id](const Conversation& one) { return one.id == id; });
    return found == m_conversations.end() ? nullptr : &*found;
}

bool ChatController::isShown(const Conversation& conversation) const {
    return conversation.id == m_conversations.at(m_current).id;
}

QList<Message> ChatController::shownMessages(const Conversation& conversation) const {
    QList<Message> messages;
    messages.reserve(conversation.entries.size());
    for (const Entry& entry : conversation.entries) {
        messages.append(entry.message);
    }
    return messages;
}

void ChatController::setMessage(Conversation& conversation, qsizetype row, const Message& message) {
    Entry& entry = conversation.entries[row];
    entry.message = message;
    if (!entry.versions.isEmpty()) {
        entry.versions[message.version - 1] = message;
    }
    if (isShown(conversation)) {
        emit messageChanged(static_cast<int>(row), message);
    }
}

// ---- What the user wants

void ChatController::submit(const QString& text) {
    Conversation& conversation = current();
    const bool unfinished =
        !conversation.entries.isEmpty() && isUnfinished(conversation.entries.last().message);
    if (unfinished || text.trimmed().isEmpty()) {
        return;
    }
    Entry question;
    question.message.speaker = Speaker::User;
    question.message.format = m_format;
    question.message.text = text;
    conversation.entries.append(question);
    conversation.format = m_format;
    emit messageAdded(question.message);
    if (conversation.title.isEmpty()) {
        conversation.title = titleOf(text);
        announceConversations();
    }
    Entry reply;
    reply.message.speaker = Speaker::Model;
    reply.message.format = m_format;
    reply.message.author = m_modelName;
    reply.message.state = MessageState::Waiting;
    conversation.entries.append(reply);
    emit messageAdded(reply.message);
    startReply(conversation);
}

/// Asks the engine now if it is free, else later.
void ChatController::startReply(Conversation& conversation) {
    if (canGenerate()) {
        ask(conversation);
    } else {
        if (Conversation* before = find(m_waiting); before && before->id != conversation.id) {
            Message message = before->entries.last().message;
            message.state = MessageState::Stopped;
            setMessage(*before, before->entries.size() - 1, message);
        }
        m_waiting = conversation.id;
        if (!m_modelReady && m_opening == 0) {
            emit noticeRaised(tr("No model is open. Open one, or use the demo model from the File "
                                 "menu; your message is kept and will be answered then."),
                              {});
        }
    }
    announceBusy();
}

bool ChatController::canGenerate() const {
    return m_modelReady && m_opening == 0 && m_running.id == 0 && !m_shuttingDown;
}

void ChatController::startWaiting() {
    if (!canGenerate()) {
        return;
    }
    Conversation* conversation = find(m_waiting);
    m_waiting = 0;
    if (conversation) {
        ask(*conversation);
    }
    announceBusy();
}

void ChatController::ask(Conversation& conversation) {
    const qsizetype row = conversation.entries.size() - 1;
    Message reply = conversation.entries.last().message;
    reply.state = MessageState::Writing;
    reply.author = m_modelName;
    setMessage(conversation, row, reply);

    QList<Turn> turns;
    for (const Entry& entry : conversation.entries) {
        const bool emptyReply =
            entry.message.speaker == Speaker::Model && entry.message.text.isEmpty();
        if (!emptyReply) {
            turns.append({entry.message.speaker, entry.message.text});
        }
    }
    m_running.id = ++m_lastId;
    m_running.conversation = conversation.id;
    m_running.stop = newStop();
    m_running.before = reply.text.size();
    GenerateRequest request;
    request.id = m_running.id;
    request.prompt = buildPrompt(reply.format, turns);
    request.stops = stopStrings(reply.format) + m_settings.extraStops;
    request.settings = m_settings;
    request.stop = m_running.stop;
    m_running.stops = request.stops;
    emit noticeCleared();
    emit activityCleared();
    emit generateRequested(request);
}

void ChatController::stop() {
    const quint64 shown = current().id;
    if (m_waiting == shown) {
        m_waiting = 0;
        Conversation& conversation = current();
        Message message = conversation.entries.last().message;
        message.state = MessageState::Stopped;
        setMessage(conversation, conversation.entries.size() - 1, message);
        announceBusy();
    } else if (m_running.id != 0 && m_running.conversation == shown) {
        raise(m_running.stop);
    }
}

ChatController::Entry* ChatController::lastReply() {
    Conversation& conversation = current();
    if (conversation.entries.isEmpty()) {
        return nullptr;
    }
    Entry& last = conversation.entries.last();
    return isEndedReply(last.message) ? &last : nullptr;
}

void ChatController::regenerate() {
    Entry* entry = lastReply();
    if (!entry) {
        return;
    }
    // An empty reply is nothing to come back to.
    const bool keep = !entry->message.text.isEmpty();
    if (keep && entry->versions.isEmpty()) {
        entry->versions.append(entry->message);
    }
    Message fresh;
    fresh.speaker = Speaker::Model;
    fresh.format = m_format;
    fresh.author = m_modelName;
    fresh.state = MessageState::Waiting;
    if (keep) {
        entry->versions.append(fresh);
        fresh.version = fresh.versions = static_cast<int>(entry->versions.size());
    } else {
        fresh.version = entry->message.version;
        fresh.versions = entry->message.versions;
    }
    for (Message& version : entry->versions) {
        version.versions = fresh.versions;
    }
    Conversation& conversation = current();
    setMessage(conversation, conversation.entries.size() - 1, fresh);
    startReply(conversation);
}

void ChatController::continueReply() {
    Entry* entry = lastReply();
    if (!entry || !canContinue(entry->message)) {
        return;
    }
    Message message = entry->message;
    message.state = MessageState::Waiting;
    // Going on past a stop rule brings back what it cut.
    message.text += message.cut;
    message.cut.clear();
    message.problem.clear();
    Conversation& conversation = current();
    setMessage(conversation, conversation.entries.size() - 1, message);
    startReply(conversation);
}

void ChatController::showVersion(int version) {
    Entry* entry = lastReply();
    if (!entry || version < 1 || version > entry->versions.size()) {
        return;
    }
    Conversation& conversation = current();
    setMessage(conversation, conversation.entries.size() - 1, entry->versions.at(version - 1));
}

void ChatController::newConversation() {
    // An empty one is as good as a new one.
    const auto empty = std::find_if(m_conversations.begin(), m_conversations.end(),
                                    [](const Conversation& one) { return one.entries.isEmpty(); });
    if (empty != m_conversations.end()) {
        selectConversation(static_cast<int>(std::distance(m_conversations.begin(), empty)));
        return;
    }
    Conversation fresh;
    fresh.id = ++m_lastConversation;
    fresh.format = m_format;
    m_conversations.prepend(fresh);
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
        Conversation& conversation = current();
        if (!conversation.entries.isEmpty() && conversation.format != m_format) {
            m_format = conversation.format;
            emit formatChanged(m_format);
        }
        if (m_replyNotice) {
            // It was about a reply that is no longer shown.
            m_replyNotice = false;
            emit noticeCleared();
        }
        emit messagesReset(shownMessages(conversation));
        emit contextUsed(conversation.contextUsed);
        emit activityCleared();
    }
    announceConversations();
    announceBusy();
}

void ChatController::openModel(const QString& path) {
    requestOpening(path, 0);
}

void ChatController::openWithContext(int context) {
    requestOpening(m_openingPath, context);
}

void ChatController::chooseDevice(const DevicePick& pick) {
    if (!m_trying) {
        m_before = m_device;
    }
    m_trying = true;
    m_device = pick;
    emit devicePickChanged(m_device);
    if (m_opening != 0) {
        requestOpening(m_openingPath, m_openingContext);
    } else {
        requestOpening(m_modelPath, m_modelContext);
    }
}

void ChatController::requestOpening(const QString& path, int context) {
    raise(m_running.stop);
    raise(m_openingStop);
    m_opening = ++m_lastId;
    m_openingPath = path;
    m_openingContext = context;
    m_openingStop = newStop();
    OpenModelRequest request;
    request.id = m_opening;
    request.path = path;
    request.device = m_device.id;
    request.deviceName = m_device.name;
    request.threads = m_threads;
    request.context = context;
    request.stop = m_openingStop;
    emit noticeCleared();
    emit modelOpening(path, 0);
    emit openRequested(request);
}

void ChatController::cancelOpening() {
    if (m_opening != 0) {
        raise(m_openingStop);
    }
}

void ChatController::setFormat(FormatId format) {
    m_format = format;
    if (current().entries.isEmpty()) {
        current().format = format;
    }
}

void ChatController::shutDown() {
    m_shuttingDown = true;
    raise(m_running.stop);
    raise(m_openingStop);
}

// ---- What the engine answers

void ChatController::onModelOpening(const ModelOpening& progress) {
    if (progress.id == m_opening) {
        emit modelOpening(m_openingPath, progress.fraction);
    }
}

void ChatController::onModelOpened(const ModelOpened& model) {
    if (model.id != m_opening) {
        return;
    }
    m_opening = 0;
    m_openingStop.reset();
    m_modelReady = true;
    m_modelName = model.name;
    m_modelPath = m_openingPath;
    m_modelContext = m_openingContext;
    if (m_trying) {
        m_trying = false;
        m_pick = m_device;
    }
    emit modelOpened(model);
    if (!model.notice.isEmpty()) {
        m_replyNotice = false;
        emit noticeRaised(model.notice, {});
    }
    startWaiting();
}

void ChatController::onModelMoved(const ModelMoved& move) {
    if (move.closed) {
        m_modelReady = false;
        emit modelClosed();
    } else if (m_opening == 0) {
        emit modelOpened(move.model);
    }
    m_replyNotice = false;
    emit noticeRaised(move.sentence, move.detail);
}

void ChatController::onPromptProgress(const PromptProgress& progress) {
    if (progress.id != m_running.id || m_running.conversation != current().id) {
        return;
    }
    emit promptProgress(progress.done, progress.total);
}

void ChatController::onTextArrived(const TextArrived& arrived) {
    if (m_running.id == 0 || arrived.id != m_running.id) {
        return;
    }
    Conversation* conversation = find(m_running.conversation);
    const qsizetype row = conversation->entries.size() - 1;
    Entry& entry = conversation->entries[row];
    entry.message.text += arrived.text;
    conversation->contextUsed = arrived.contextUsed;
    if (isShown(*conversation)) {
        emit textAppended(static_cast<int>(row), arrived.text);
        emit contextUsed(arrived.contextUsed);
        emit speedChanged(arrived.tokensPerSecond, arrived.firstTokenMs);
    }
}

void ChatController::onGenerationEnded(const GenerationEnded& end) {
    if (m_running.id == 0 || end.id != m_running.id) {
        return;
    }
    Conversation* conversation = find(m_running.conversation);
    endReply(*conversation, end);
    m_running = {};
    startWaiting();
    announceBusy();
}

void ChatController::endReply(Conversation& conversation, const GenerationEnded& end) {
    const qsizetype row = conversation.entries.size() - 1;
    Message message = conversation.entries.last().message;
    // Text arrived in pieces; the end tells the whole of what this request wrote.
    message.text = message.text.left(m_running.before) + end.text;
    message.state = stateOf(end, m_running.stops);
    message.cut = end.cut;
    message.problem = end.problem;
    setMessage(conversation, row, message);
    conversation.contextUsed = end.contextUsed;
    emit seedUsed(end.seed);
    if (isShown(conversation)) {
        emit contextUsed(end.contextUsed);
        const double speed =
            end.generateMs > 0 ? end.generatedTokens * 1000.0 / end.generateMs : 0.0;
        emit speedChanged(speed, end.firstTokenMs);
    }
}

QString ChatController::openingFailed(const EngineFailed& failure) const {
    const QString name =
        m_openingPath.isEmpty() ? tr("The demo model") : QFileInfo(m_openingPath).fileName();
    const QString stays = m_modelReady ? tr("%1 stays open.").arg(m_modelName) : QString();
    return tr("%1 could not be opened. %2 %3", "file, reason, what stays open")
        .arg(name, failure.sentence, stays)
        .trimmed();
}

void ChatController::onFailed(const EngineFailed& failure) {
    if (failure.id != 0 && failure.id == m_opening) {
        const bool cancelled = m_openingStop && m_openingStop->load(std::memory_order_relaxed);
        m_opening = 0;
        m_openingStop.reset();
        if (m_trying) {
            m_trying = false;
            m_device = m_before;
            emit devicePickChanged(m_device);
        }
        emit openingEnded();
        if (failure.modelClosed) {
            m_modelReady = false;
            emit modelClosed();
        }
        if (!cancelled) {
            m_replyNotice = false;
            emit noticeRaised(openingFailed(failure), failure.detail);
            if (failure.fittingContext > 0) {
                emit contextOffered(failure.fittingContext);
            }
        }
        startWaiting();
        announceBusy();
        return;
    }
    if (m_running.id == 0 || failure.id != m_running.id) {
        return;
    }
    Conversation* conversation = find(m_running.conversation);
    Message message = conversation->entries.last().message;
    message.state = MessageState::Failed;
    message.problem = failure.sentence;
    m_running = {};
    setMessage(*conversation, conversation->entries.size() - 1, message);
    m_replyNotice = isShown(*conversation);
    emit noticeRaised(failure.sentence, failure.detail);
    startWaiting();
    announceBusy();
}

// ---- To the window

void ChatController::announceConversations() {
    QStringList titles;
    titles.reserve(m_conversations.size());
    for (const Conversation& conversation : std::as_const(m_conversations)) {
        titles.append(conversation.title.isEmpty() ? tr("New conversation") : conversation.title);
    }
    emit conversationsChanged(titles, static_cast<int>(m_current));
}

void ChatController::announceBusy() {
    const quint64 shown = current().id;
    emit busyChanged(m_waiting == shown || (m_running.id != 0 && m_running.conversation == shown));
}

} // namespace phidelity
