// SPDX-License-Identifier: MIT
#include "app/chat_controller.h"

#include <algorithm>

#include <QDateTime>

#include "app/request_ids.h"
#include "chat/reply_tokens.h"

namespace phidelity {

namespace {

qint64 now() {
    return QDateTime::currentMSecsSinceEpoch();
}

QString titleOf(const QString& text) {
    constexpr qsizetype kLongest = 60;
    return text.left(4 * kLongest).simplified().left(kLongest);
}

} // namespace

ChatController::ChatController(QObject* parent) : QObject(parent) {
    m_current = m_empty = m_library.create(m_format).info.id;
    connect(&m_models, &ModelDesk::openingBegan, this, [this] { raiseStop(m_running.stop); });
    connect(&m_models, &ModelDesk::noticeRaised, this, &ChatController::raiseModelNotice);
    connect(&m_models, &ModelDesk::noticeCleared, this, &ChatController::noticeCleared);
    connect(&m_models, &ModelDesk::opened, &m_prompt, &PromptDesk::refresh);
    connect(&m_models, &ModelDesk::closed, &m_prompt, &PromptDesk::refresh);
    connect(&m_models, &ModelDesk::settled, this, [this] {
        startWaiting();
        announceBusy();
    });
    connect(&m_library, &Library::listed, this, &ChatController::restoreSession);
    connect(&m_library, &Library::listChanged, this, &ChatController::onListChanged);
    connect(&m_library, &Library::noticeRaised, this, &ChatController::raiseModelNotice);
    connect(&m_library, &Library::loaded, this, [this](const QString& id) {
        if (id == m_wanted) {
            show(id);
        }
    });
    connect(&m_library, &Library::loadFailed, this, [this](const QString& id) {
        if (id == m_wanted) {
            m_wanted.clear();
            announceConversations();
        }
    });
    const auto goOn = [this](StoreRequestId request, std::optional<GenerationRecord> record) {
        if (m_records != 0 && request == m_records) {
            m_records = 0;
            m_continues = std::move(record);
            startWaiting();
        }
    };
    connect(&m_library, &Library::recordsLoaded, this, [goOn](const RecordsLoaded& loaded) {
        goOn(loaded.id,
             loaded.records.isEmpty() ? std::nullopt : std::optional(loaded.records.last().record));
    });
    connect(&m_library, &Library::recordsFailed, this,
            [goOn](StoreRequestId request) { goOn(request, std::nullopt); });
    connect(&m_library.keeper(), &Keeper::settled, this, [this](StoreRequestId save) {
        if (save == m_committing) {
            m_committing = 0;
            startWaiting();
        }
    });
    connect(&m_library.keeper(), &Keeper::failed, this,
            [this](const QString& sentence, const QString& detail, bool canRetry) {
                raiseModelNotice(sentence, detail);
                if (canRetry) {
                    emit retryOffered();
                }
            });
}

ChatController::~ChatController() {
    shutDown();
}

bool ChatController::isShown(const Conversation& conversation) const {
    return conversation.info.id == m_current;
}

const Message* ChatController::shownMessage(int row) const {
    const Conversation& shown = conversation();
    return row >= 0 && row < shown.path().size() ? &shown.messageAt(row) : nullptr;
}

QList<Message> ChatController::shownFrom(qsizetype row) const {
    QList<Message> messages;
    const Conversation& shown = conversation();
    messages.reserve(shown.path().size() - row);
    const qsizetype firstSent = shown.rowOf(planOf(shown.info.id).firstSent);
    for (; row < shown.path().size(); ++row) {
        messages.append(shown.messageAt(row));
        messages.last().unsent = row < firstSent;
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
    conversation.info.draft.clear();
    if (conversation.info.title.isEmpty()) {
        conversation.info.title = titleOf(text);
    }
    addShown(conversation.leaf(), question);
    const NodeId asked = conversation.leaf();
    m_library.markOpen(m_current);
    const NodeId reply = addReply(asked);
    startReply(reply, {asked, reply});
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

NodeId ChatController::addReply(NodeId parent) {
    addShown(parent, freshReply());
    const NodeId reply = current().leaf();
    m_library.keeper().expectNoRecords(m_current, reply);
    return reply;
}

void ChatController::stop() {
    if (m_waiting.conversation == m_current) {
        stopWaiting();
        announceBusy();
    } else if (m_running.id != 0 && m_running.place.conversation == m_current) {
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
        startReply(node, {node});
    } else {
        const NodeId reply = addReply(conversation.find(node)->parent);
        startReply(reply, {reply});
    }
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
    startReply(conversation.leaf(), {conversation.leaf()}, Begin::BehindItsText);
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
        const NodeId asked = current().leaf();
        const NodeId reply = addReply(asked);
        startReply(reply, {asked, reply});
        return;
    }
    message.state = MessageState::Edited;
    message.cut.clear();
    message.problem.clear();
    addShown(parent, message);
    m_library.commit(m_current, {current().leaf()});
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
    m_library.shownChanged(m_current, conversation.find(versions.at(version - 1))->parent);
    announceBusy();
}

void ChatController::branch(int row) {
    if (!shownMessage(row)) {
        return;
    }
    const Conversation& from = current();
    Conversation fresh;
    fresh.info = from.info;
    fresh.info.title = tr("%1 (branch)").arg(from.info.title);
    fresh.info.draft.clear();
    fresh.info.scroll = -1;
    fresh.info.pinned = false;
    fresh.setup = from.setupFor(from.path().first(row + 1));
    QHash<NodeId, NodeId> copies;
    for (int at = 0; at <= row; ++at) {
        const MessageNode* node = from.find(from.path().at(at));
        Message message = node->message;
        if (isUnfinished(message)) {
            message.state = MessageState::Stopped;
        }
        const NodeId copy = fresh.add(fresh.leaf(), message, node->createdMs);
        if (message.speaker == Speaker::Model) {
            copies.insert(node->id, copy);
        }
    }
    fresh.info.createdMs = fresh.info.changedMs = now();
    const QString source = from.info.id;
    const QString branch = m_library.adopt(std::move(fresh)).info.id;
    m_library.copyRecords(source, branch, copies); // each reply can be repeated there, too
    show(branch);
}

void ChatController::branchReply(const ReplyBranch& branch) {
    const MessageNode* from = current().find(branch.node);
    if (!from || from->message.speaker != Speaker::Model || branch.tokens.isEmpty()) {
        return;
    }
    if (isUnfinished(from->message)) {
        stop();
    }
    Message reply = freshReply();
    reply.format = from->message.format;
    reply.text = QString::fromUtf8(branch.bytes.first(wholeCharacters(branch.bytes)));
    addShown(from->parent, reply);
    const NodeId node = current().leaf();
    m_library.keeper().expectNoRecords(m_current, node);
    startReply({m_current, node}, {node}, Begin::Fresh, branch);
}

void ChatController::newConversation() {
    // An empty one is as good as a new one.
    const Conversation* empty = m_library.find(m_empty);
    if (!empty || !empty->isEmpty()) {
        m_empty = m_library.create(m_format).info.id;
    }
    show(m_empty);
}

void ChatController::selectConversation(const QString& id) {
    m_wantedNode = 0;
    m_wanted = id;
    m_library.load(id);
}

void ChatController::showMessage(const QString& conversation, NodeId node) {
    m_wantedNode = node;
    m_wanted = conversation;
    m_library.load(conversation);
}

void ChatController::show(const QString& id) {
    m_wanted.clear();
    const NodeId node = std::exchange(m_wantedNode, 0);
    Conversation& conversation = *m_library.find(id);
    if (node != 0) {
        conversation.show(node);
    }
    if (id != m_current || node != 0) {
        m_current = id;
        if (!conversation.isEmpty()) {
            if (conversation.info.format != m_format) {
                m_format = conversation.info.format;
                emit formatChanged(m_format);
            }
            if (conversation.setup.settings && *conversation.setup.settings != m_settings) {
                m_settings = *conversation.setup.settings;
                emit settingsShown(m_settings);
            }
            m_library.markOpen(id);
        }
        if (m_replyNotice) {
            // It was about a reply that is no longer shown.
            m_replyNotice = false;
            emit noticeCleared();
        }
        emit messagesReset(shownFrom(0));
        emit draftShown(conversation.info.draft);
        emit scrollShown(conversation.info.scroll);
        emit contextUsed(conversation.info.contextUsed);
        emit activityCleared();
        announceQuestion();
        m_library.dropUnused(
            {m_current, m_empty, m_running.place.conversation, m_waiting.conversation});
    }
    if (node != 0) {
        emit rowShown(static_cast<int>(conversation.rowOf(node)));
    }
    announceConversations();
    announceBusy();
}

/// What was open at the last time is open again, unless something has been begun meanwhile.
void ChatController::restoreSession() {
    const ConversationInfo* last = m_library.info(m_library.lastOpen());
    const Conversation& shown = conversation();
    if (last && last->trashedMs == 0 && shown.isEmpty() && shown.info.draft.isEmpty()) {
        selectConversation(last->id);
    }
}

void ChatController::trashConversation(const QString& id) {
    if (id == m_running.place.conversation) {
        raiseStop(m_running.stop);
    }
    if (id == m_waiting.conversation) {
        stopWaiting();
    }
    m_library.trash(id);
}

/// A conversation that is in the trash or gone is not shown any more.
void ChatController::onListChanged() {
    const Conversation* shown = m_library.find(m_current);
    if (!shown || shown->info.trashedMs != 0) {
        newConversation();
    } else {
        announceConversations();
    }
}

void ChatController::setDraft(const QString& text) {
    if (current().info.draft != text) {
        current().info.draft = text;
        m_library.changed(m_current);
    }
}

void ChatController::setScroll(double place) {
    if (current().info.scroll != place) {
        current().info.scroll = place;
        m_library.changed(m_current);
    }
}

void ChatController::setSettings(const GenerationSettings& settings) {
    m_settings = settings;
    if (!current().isEmpty() && current().setup.settings != settings) {
        current().setup.settings = settings;
        m_library.changed(m_current);
    }
    m_prompt.refresh();
}

void ChatController::setFormat(const PromptFormat& format) {
    m_format = format;
    m_prompt.refresh();
    if (current().info.format != format) {
        current().info.format = format;
        m_library.changed(m_current);
    }
}

void ChatController::shutDown() {
    m_shuttingDown = true;
    raiseStop(m_running.stop);
    m_models.cancelOpening();
    m_library.keeper().flush();
}

// ---- To the window

void ChatController::raiseModelNotice(const QString& sentence, const QString& detail) {
    m_replyNotice = false;
    emit noticeRaised(sentence, detail);
}

void ChatController::announceConversations() {
    emit conversationsChanged(m_library.conversations(), m_library.folders(), m_current);
}

void ChatController::announceBusy() {
    emit busyChanged(m_waiting.conversation == m_current ||
                     (m_running.id != 0 && m_running.place.conversation == m_current));
}

} // namespace phidelity
