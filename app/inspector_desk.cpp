// SPDX-License-Identifier: MIT
#include "app/inspector_desk.h"

#include <algorithm>
#include <cmath>

#include "app/request_ids.h"

namespace phidelity {

namespace {

/// Messages whose tokens were computed and are not computed again when they are come back to.
constexpr std::size_t kKept = 32;

} // namespace

InspectorDesk::InspectorDesk(ChatController* controller, QObject* parent)
    : QObject(parent), m_controller(controller) {
    using C = ChatController;
    connect(controller, &C::messagesReset, this, &InspectorDesk::follow);
    connect(controller, &C::messagesReplaced, this,
            [this](int firstRow) { onMessagesReplaced(firstRow); });
    connect(controller, &C::generateRequested, this, &InspectorDesk::onGenerateRequested);
    connect(controller, &C::recordMade, this, &InspectorDesk::onRecordMade);
    connect(controller->library(), &Library::recordsLoaded, this, &InspectorDesk::onRecordsLoaded);
    connect(controller->library(), &Library::recordsFailed, this, [this](StoreRequestId request) {
        RecordsLoaded nothing;
        nothing.id = request;
        onRecordsLoaded(nothing);
    });
    connect(controller->models(), &ModelDesk::opened, this, [this] {
        m_kept.clear();
        m_scoring = 0;
        if (m_open && m_live == 0 && m_loading.isEmpty()) {
            build();
        }
    });
    connect(controller->models(), &ModelDesk::closed, this, [this] { showOffer(); });
}

InspectorDesk::~InspectorDesk() {
    raiseStop(m_scoreStop);
}

const Conversation* InspectorDesk::conversation() const {
    const Conversation& shown = m_controller->conversation();
    return shown.info.id == m_place.conversation ? &shown : nullptr;
}

const Message* InspectorDesk::message() const {
    const Conversation* shown = conversation();
    const MessageNode* node = shown ? shown->find(m_place.node) : nullptr;
    return node ? &node->message : nullptr;
}

int InspectorDesk::row() const {
    const Conversation* shown = conversation();
    return shown ? static_cast<int>(shown->rowOf(m_place.node)) : -1;
}

bool InspectorDesk::isReply() const {
    const Message* inspected = message();
    return inspected && inspected->speaker == Speaker::Model;
}

QByteArray InspectorDesk::bytesOf(quint32 id) const {
    const auto& texts = m_controller->models()->model().texts;
    return texts ? texts->bytes.value(static_cast<qsizetype>(id)) : QByteArray();
}

// ---- What is inspected

void InspectorDesk::setOpen(bool open) {
    if (open == m_open) {
        return;
    }
    m_open = open;
    m_controller->setAlternatives(open ? kAlternatives : 0);
    if (open) {
        follow();
    } else {
        setSubject({});
    }
}

/// The last reply of the conversation that is shown.
void InspectorDesk::follow() {
    if (!m_open) {
        return;
    }
    const Conversation& shown = m_controller->conversation();
    for (qsizetype at = shown.path().size() - 1; at >= 0; --at) {
        if (shown.messageAt(at).speaker == Speaker::Model) {
            setSubject({shown.info.id, shown.path().at(at)});
            return;
        }
    }
    setSubject({});
}

void InspectorDesk::inspect(int row, qsizetype offset) {
    const Conversation& shown = m_controller->conversation();
    if (row < 0 || row >= shown.path().size()) {
        return;
    }
    // Coming into sight by itself it would follow the last reply.
    m_open = true;
    m_controller->setAlternatives(kAlternatives);
    emit wanted();
    m_wantedOffset = offset;
    const Place place{shown.info.id, shown.path().at(row)};
    if (place == m_place) {
        point(row, offset);
    } else {
        setSubject(place);
    }
}

void InspectorDesk::point(int row, qsizetype offset) {
    const Conversation& shown = m_controller->conversation();
    if (!m_open || row < 0 || row >= shown.path().size()) {
        return;
    }
    m_wantedOffset = offset;
    const Place place{shown.info.id, shown.path().at(row)};
    if (place != m_place) {
        setSubject(place);
        return;
    }
    if (const int token = tokenAt(row, offset); token >= 0) {
        m_wantedOffset = -1;
        setCurrent(token);
        emit currentShown(m_current);
    }
}

void InspectorDesk::hoverText(int row, qsizetype offset) {
    emit hoveredShown(tokenAt(row, offset));
}

int InspectorDesk::tokenAt(int row, qsizetype offset) const {
    return row >= 0 && row == this->row() ? static_cast<int>(m_spans.tokenAt(offset)) : -1;
}

void InspectorDesk::setCurrent(int token) {
    m_current = token < m_known.tokens.size() ? token : -1;
    m_atEnd = m_live != 0 && m_current + 1 == m_known.tokens.size();
    markCurrent();
}

void InspectorDesk::hoverToken(int token) {
    if (token >= 0 && token < m_spans.count()) {
        emit hotTokenMarked(row(), m_spans.begins.at(token), m_spans.begins.at(token + 1));
    } else {
        emit hotTokenMarked(-1, 0, 0);
    }
}

void InspectorDesk::markCurrent() {
    if (m_current >= 0 && m_current < m_spans.count()) {
        emit tokenMarked(row(), m_spans.begins.at(m_current), m_spans.begins.at(m_current + 1));
    } else {
        emit tokenMarked(-1, 0, 0);
    }
}

void InspectorDesk::onMessagesReplaced(int firstRow) {
    if (!m_open) {
        return;
    }
    const Conversation& shown = m_controller->conversation();
    if (shown.info.id == m_place.conversation && row() >= 0) {
        if (firstRow <= row()) {
            showHeading();
            showTree();
        }
        markCurrent();
        return;
    }
    // Another version stands in its place now.
    if (shown.info.id == m_place.conversation && firstRow < shown.path().size() &&
        shown.siblings(m_place.node).contains(shown.path().at(firstRow))) {
        const int current = m_current;
        setSubject({shown.info.id, shown.path().at(firstRow)});
        if (m_current < 0) {
            m_current = current;
        }
        return;
    }
    follow();
}

void InspectorDesk::setSubject(const Place& place) {
    if (place == m_place) {
        return;
    }
    const Conversation& shown = m_controller->conversation();
    const bool sameTree = place.node != 0 && place.conversation == m_place.conversation &&
                          shown.info.id == place.conversation &&
                          shown.siblings(place.node).contains(m_place.node);
    stopScore();
    m_resume = false;
    m_place = place;
    m_known = {};
    m_spans = {};
    m_current = -1;
    m_atEnd = false;
    m_live = 0;
    m_branchWish.first = -1;
    m_problem.clear();
    m_loading.clear();
    emit hoveredShown(-1);
    emit hotTokenMarked(-1, 0, 0);
    if (!sameTree) {
        m_records.clear();
        emit treeShown({});
    }
    if (place.node == 0) {
        showTokens();
        showHeading();
        showOffer();
        return;
    }
    loadRecords();
}

// ---- What is known of it

void InspectorDesk::loadRecords() {
    const Conversation* shown = conversation();
    if (!shown || !isReply()) {
        build();
        return;
    }
    for (const NodeId node : shown->siblings(m_place.node)) {
        const Message& message = shown->find(node)->message;
        if (isUnfinished(message) && message.text.isEmpty()) {
            m_records.insert(node, {}); // new: the store may not even know of it yet
        } else if (!m_records.contains(node)) {
            m_loading.insert(m_controller->library()->loadRecords(m_place.conversation, node),
                             node);
        }
    }
    if (m_loading.isEmpty()) {
        build();
    }
}

void InspectorDesk::onRecordsLoaded(const RecordsLoaded& loaded) {
    const auto found = m_loading.find(loaded.id);
    if (found == m_loading.end()) {
        return;
    }
    QList<GenerationRecord>& records = m_records[*found];
    const QList<GenerationRecord> madeMeanwhile = std::exchange(records, {});
    for (const KeptRecord& kept : loaded.records) {
        records.append(kept.record);
    }
    for (const GenerationRecord& record : madeMeanwhile) {
        const bool there =
            std::any_of(records.begin(), records.end(), [&](const GenerationRecord& each) {
                return each.startedMs == record.startedMs;
            });
        if (!there) {
            records.append(record);
        }
    }
    m_loading.erase(found);
    if (m_loading.isEmpty()) {
        build();
    }
}

void InspectorDesk::onRecordMade(const QString& conversation, NodeId node,
                                 const GenerationRecord& record) {
    const Conversation* shown = this->conversation();
    if (m_open && shown && conversation == m_place.conversation && isReply() &&
        shown->siblings(m_place.node).contains(node)) {
        m_records[node].append(record);
    }
}

InspectorDesk::Known InspectorDesk::knownFromRecords(NodeId node) const {
    const Conversation* shown = conversation();
    const MessageNode* found = shown ? shown->find(node) : nullptr;
    const ReplyTokens reply = replyTokens(m_records.value(node));
    Known known;
    if (!found || reply.tokens.isEmpty() || !m_controller->models()->model().texts) {
        return known;
    }
    QList<QByteArray> bytes;
    for (const quint32 id : reply.tokens) {
        bytes.append(bytesOf(id));
    }
    const qsizetype count = spansOf(bytes, found->message.text).count();
    if (count == 0) {
        return known;
    }
    known.context = reply.prompt;
    known.exact = true;
    for (qsizetype at = 0; at < count; ++at) {
        TokenDetail token;
        token.id = reply.tokens.at(at);
        token.bytes = bytes.at(at);
        token.logprob = reply.logprobs.at(at);
        for (const RecordedAlternative& other : reply.alternatives.value(at)) {
            const QByteArray text = bytesOf(other.id);
            if (other.id == token.id) {
                token.rank = static_cast<int>(token.top.size());
            }
            token.top.append({other.id, QString::fromUtf8(text), other.logprob, text});
        }
        known.tokens.append(token);
    }
    return known;
}

bool InspectorDesk::isComplete(const QList<TokenDetail>& tokens) const {
    return std::all_of(tokens.begin(), tokens.end(), [](const TokenDetail& token) {
        return !std::isnan(token.entropy) && token.rank >= 0 && !token.top.isEmpty();
    });
}

/// All records are there.
void InspectorDesk::build() {
    if (!message()) {
        return;
    }
    if (m_controller->writing() != m_place) {
        const auto kept = std::find_if(m_kept.begin(), m_kept.end(),
                                       [&](const auto& each) { return each.first == m_place; });
        m_known = kept != m_kept.end() ? kept->second : knownFromRecords(m_place.node);
        m_live = 0;
    }
    showTokens();
    showHeading();
    showTree();
    const bool needed = m_known.exact && !isComplete(m_known.tokens) && m_live == 0;
    if (needed && m_scoring == 0 && m_controller->models()->isReady()) {
        score();
    } else {
        showOffer();
    }
}

void InspectorDesk::keep(const Place& place, const Known& known) {
    std::erase_if(m_kept, [&](const auto& each) { return each.first == place; });
    m_kept.emplace_back(place, known);
    if (m_kept.size() > kKept) {
        m_kept.pop_front();
    }
}

// ---- A reply that is written

void InspectorDesk::onGenerateRequested(const GenerateRequest& request) {
    const Place place = m_controller->writing();
    if (m_scoring != 0) {
        // The reply goes first.
        raiseStop(m_scoreStop);
        m_resume = true;
    }
    if (!m_open || place.conversation != m_controller->conversation().info.id) {
        return;
    }
    const QList<TokenDetail> beginning =
        request.promptTokens.isEmpty() ? QList<TokenDetail>() : std::exchange(m_beginning, {});
    const bool goesOn = place == m_place && request.continues.has_value();
    if (place != m_place) {
        setSubject(place);
    }
    m_resume = false;
    m_live = request.id;
    if (!goesOn) {
        m_known = {};
        m_known.tokens = beginning;
    } else if (m_spans.count() < m_known.tokens.size()) {
        m_known.tokens.resize(m_spans.count());
    }
    m_liveFrom = m_known.tokens.size();
    m_current = beginning.isEmpty() ? m_current : static_cast<int>(beginning.size()) - 1;
    m_atEnd = m_current < 0;
    showTokens();
    showHeading();
    showOffer();
}

void InspectorDesk::onTextArrived(const TextArrived& arrived) {
    if (m_live == 0 || arrived.id != m_live || arrived.details.isEmpty()) {
        return;
    }
    m_known.tokens += arrived.details;
    layOver();
    emit tokensAdded(arrived.details);
    if (m_wantedOffset >= 0 && m_spans.tokenAt(m_wantedOffset) >= 0) {
        point(row(), m_wantedOffset);
    } else if (m_atEnd) {
        m_current = static_cast<int>(m_known.tokens.size()) - 1;
        emit currentShown(m_current);
        markCurrent();
    }
}

void InspectorDesk::onGenerationEnded(const GenerationEnded& end) {
    if (m_live != 0 && end.id == m_live) {
        m_live = 0;
        m_atEnd = false;
        // Ids of what stood before are in the record.
        Known known = knownFromRecords(m_place.node);
        if (known.exact) {
            for (qsizetype at = 0; at < known.tokens.size(); ++at) {
                const TokenDetail& now =
                    at < m_liveFrom ? m_known.tokens.value(at) : end.details.value(at - m_liveFrom);
                if (now.id == known.tokens.at(at).id && now.rank >= 0) {
                    known.tokens[at] = now;
                }
            }
            m_known = known;
            if (isComplete(m_known.tokens)) {
                keep(m_place, m_known);
            }
        }
        const auto [token, alternative] = std::exchange(m_branchWish, {-1, 0});
        if (token >= 0 && m_known.exact && token < m_known.tokens.size()) {
            branch(token, alternative);
        } else {
            build();
        }
        return;
    }
    if (m_open && (std::exchange(m_resume, false) || !m_known.exact)) {
        build();
    } else if (m_open) {
        showTree();
    }
}

} // namespace phidelity
