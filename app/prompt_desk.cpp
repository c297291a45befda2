// SPDX-License-Identifier: MIT
#include "app/prompt_desk.h"

#include <algorithm>

#include <QTimerEvent>

#include "app/chat_controller.h"
#include "app/request_ids.h"

namespace phidelity {

namespace {

constexpr int kDelayMs = 100;

/// Where in the prompt the text of its last turn begins.
qsizetype lastTurnIn(const QString& prompt, const QString& text) {
    return std::max<qsizetype>(0, prompt.lastIndexOf(text.trimmed()));
}

} // namespace

PromptDesk::PromptDesk(ChatController& controller, QObject* parent)
    : QObject(parent), m_controller(controller) {
    using C = ChatController;
    connect(&controller, &C::messagesReset, this, &PromptDesk::refresh);
    connect(&controller, &C::messagesReplaced, this, &PromptDesk::refresh);
    connect(&controller, &C::messageChanged, this, &PromptDesk::refresh);
    connect(&controller, &C::textAppended, this, [this] {
        if (m_watched) {
            refresh();
        }
    });
    const Library* library = controller.library();
    connect(library, &Library::recordsLoaded, this, [this](const RecordsLoaded& loaded) {
        if (m_record != 0 && loaded.id == m_record) {
            // The one that ChatController goes on from.
            const GenerationRecord record =
                loaded.records.isEmpty() ? GenerationRecord() : loaded.records.last().record;
            send(record.prompt + record.tokens);
        }
    });
    connect(library, &Library::recordsFailed, this, [this](StoreRequestId request) {
        if (m_record != 0 && request == m_record) {
            send({});
        }
    });
}

void PromptDesk::setTyped(const QString& text, int row) {
    m_typed = text;
    m_row = row;
    refresh();
}

void PromptDesk::setWatched(bool watched) {
    m_watched = watched;
    refresh();
}

void PromptDesk::refresh() {
    if (!m_timer.isActive()) {
        m_timer.start(kDelayMs, this);
    }
}

void PromptDesk::timerEvent(QTimerEvent* event) {
    if (event->timerId() == m_timer.timerId()) {
        m_timer.stop();
        ask();
    }
}

PromptDesk::Next PromptDesk::next() const {
    const Conversation& conversation = m_controller.conversation();
    const QList<NodeId>& path = conversation.path();
    const ContextPlan plan = m_controller.planOf(conversation.info.id);
    const bool edits = m_row >= 0 && m_row < path.size();
    const bool types = !m_typed.trimmed().isEmpty();
    Next next;
    if (edits) {
        // As ChatController::editMessage() makes it.
        const MessageNode* node = conversation.find(path.at(m_row));
        SentTurns sent = sentTurns(conversation, node->parent, plan);
        sent.turns.append({node->message.speaker, m_typed});
        const bool asks = node->message.speaker == Speaker::User;
        next.format = asks ? m_controller.format() : node->message.format;
        next.occasion = !types ? PromptOccasion::None
                        : asks ? PromptOccasion::Send
                               : PromptOccasion::Continue;
        next.prompt = buildPrompt(next.format, sent);
        next.typedFrom = lastTurnIn(next.prompt, m_typed);
        return next;
    }
    SentTurns sent = sentTurns(conversation, conversation.leaf(), plan);
    if (types) {
        sent.turns.append({Speaker::User, m_typed});
        next.occasion = PromptOccasion::Send;
        next.format = m_controller.format();
        next.prompt = buildPrompt(next.format, sent);
        next.typedFrom = lastTurnIn(next.prompt, m_typed);
        return next;
    }
    if (path.isEmpty()) {
        return next;
    }
    const Message& last = conversation.messageAt(path.size() - 1);
    if (isUnfinished(last)) {
        next.occasion = PromptOccasion::Writing;
    } else if (canContinue(last)) {
        next.occasion = PromptOccasion::Continue;
        next.continued = path.last();
        sent.turns.last().text += last.cut; // as ChatController::continueReply() does
    } else {
        return next;
    }
    next.format = last.format;
    next.prompt = buildPrompt(next.format, sent);
    next.typedFrom = next.prompt.size();
    return next;
}

void PromptDesk::ask() {
    m_asked = next();
    m_request = nextRequestId();
    m_record = 0;
    if (m_asked.occasion == PromptOccasion::None) {
        PromptPreview nothing;
        nothing.context = m_controller.models()->model().context;
        emit promptShown(PromptOccasion::None, nothing, {});
        return;
    }
    if (m_asked.continued == 0) {
        send({});
        return;
    }
    m_record =
        m_controller.library()->loadRecords(m_controller.conversation().info.id, m_asked.continued);
}

void PromptDesk::send(const QList<quint32>& recorded) {
    m_record = 0;
    emit previewRequested({m_request, m_asked.prompt, recorded});
}

void PromptDesk::onPreviewed(const PromptPreview& preview) {
    if (preview.id != m_request) {
        return;
    }
    PromptFacts facts;
    facts.occasion = m_asked.occasion;
    facts.format = m_asked.format;
    facts.prompt = m_asked.prompt;
    facts.typedFrom = m_asked.typedFrom;
    facts.tokens = static_cast<int>(preview.tokens.size());
    facts.context = preview.context;
    facts.wanted = m_controller.settings().maxTokens;
    emit promptShown(m_asked.occasion, preview, promptWarnings(facts));
}

} // namespace phidelity
