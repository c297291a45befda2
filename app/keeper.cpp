// SPDX-License-Identifier: MIT
#include "app/keeper.h"

#include <algorithm>

#include <QTimerEvent>

#include "app/request_ids.h"

namespace phidelity {

namespace {
constexpr int kHoldBackMs = 900; // "at least once a second"
}

Keeper::Keeper(Lookup lookup, QObject* parent) : QObject(parent), m_lookup(std::move(lookup)) {}

void Keeper::setWritable(bool writable) {
    m_writable = writable;
    if (writable && !(m_infos.isEmpty() && m_replies.isEmpty())) {
        holdBack();
    }
    announce();
}

KeptState Keeper::state() const {
    if (!m_writable) {
        return KeptState::InWindowOnly;
    }
    if (!m_failed.isEmpty()) {
        return KeptState::Failed;
    }
    const bool held = !m_infos.isEmpty() || !m_replies.isEmpty() || !m_waitingRecords.isEmpty();
    return held || !m_pending.isEmpty() ? KeptState::Keeping : KeptState::Kept;
}

void Keeper::announce() {
    if (const KeptState now = state(); now != m_announced) {
        m_announced = now;
        emit stateChanged(now);
    }
}

StoreRequestId Keeper::send(const QList<StoreChange>& changes) {
    if (!m_writable || changes.isEmpty()) {
        return 0;
    }
    SaveRequest request;
    request.id = nextStoreRequestId();
    request.changes = changes;
    m_pending.insert(request.id);
    announce();
    emit saveRequested(request);
    return request.id;
}

void Keeper::infoChanged(const QString& conversation) {
    m_infos.insert(conversation);
    holdBack();
}

void Keeper::replyGrew(const QString& conversation, NodeId node) {
    m_replies.insert({conversation, node});
    holdBack();
}

void Keeper::holdBack() {
    if (m_writable && !m_timer.isActive()) {
        m_timer.start(kHoldBackMs, this);
    }
    announce();
}

void Keeper::timerEvent(QTimerEvent* event) {
    if (event->timerId() == m_timer.timerId() && m_growing == 0) {
        flush();
    }
}

void Keeper::flush() {
    if (!m_writable) {
        return;
    }
    m_timer.stop();
    QList<StoreChange> changes;
    for (const QString& id : std::exchange(m_infos, {})) {
        if (const Conversation* conversation = m_lookup(id)) {
            changes.append(PutConversation{conversation->info});
            changes.append(PutSettings{id, toJson(conversation->setup)});
        }
    }
    const QSet<Reply> replies = std::exchange(m_replies, {});
    for (const auto& [id, node] : replies) {
        const Conversation* conversation = m_lookup(id);
        if (const MessageNode* grown = conversation ? conversation->find(node) : nullptr) {
            changes.append(PutMessage{id, *grown});
        }
    }
    const StoreRequestId save = send(changes);
    if (!replies.isEmpty()) {
        m_growing = save;
    }
    announce();
}

void Keeper::forget(const QString& conversation) {
    m_infos.remove(conversation);
    const auto isOfIt = [&](const Reply& reply) { return reply.first == conversation; };
    m_replies.removeIf(isOfIt);
    m_heldRecords.removeIf([&](const auto& one) { return isOfIt(one.key()); });
    m_waitingRecords.removeIf([&](const auto& one) { return isOfIt(one.key()); });
    m_recordIndexes.removeIf([&](const auto& one) { return isOfIt(one.key()); });
    m_recordCounts.removeIf([&](const auto& one) { return isOfIt(one.key()); });
    announce();
}

// ---- Records

void Keeper::expectNoRecords(const QString& conversation, NodeId node) {
    m_recordCounts.insert({conversation, node}, 0);
}

void Keeper::addRecord(const QString& conversation, NodeId node, const GenerationRecord& record) {
    const Reply reply(conversation, node);
    if (!m_writable) {
        m_heldRecords[reply].append(record);
        return;
    }
    const auto count = m_recordCounts.find(reply);
    if (count != m_recordCounts.end()) {
        putRecord(reply, (*count)++, record);
        return;
    }
    QList<GenerationRecord>& waiting = m_waitingRecords[reply];
    waiting.append(record);
    if (waiting.size() == 1) {
        RecordsRequest request;
        request.id = nextStoreRequestId();
        m_recordRequests.insert(request.id, reply);
        request.conversation = conversation;
        request.node = node;
        emit recordsRequested(request);
    }
    announce();
}

QList<KeptRecord> Keeper::heldRecords(const QString& conversation, NodeId node) const {
    QList<KeptRecord> held;
    for (auto reply = m_heldRecords.begin(); reply != m_heldRecords.end(); ++reply) {
        const auto& [itsConversation, itsNode] = reply.key();
        if (itsConversation != conversation || (node != 0 && itsNode != node)) {
            continue;
        }
        for (qsizetype index = 0; index < reply->size(); ++index) {
            held.append({itsNode, static_cast<int>(index), reply->at(index)});
        }
    }
    std::sort(held.begin(), held.end(), [](const KeptRecord& a, const KeptRecord& b) {
        return std::pair(a.node, a.index) < std::pair(b.node, b.index);
    });
    return held;
}

void Keeper::sendHeldRecords() {
    const auto held = std::exchange(m_heldRecords, {});
    for (auto reply = held.begin(); reply != held.end(); ++reply) {
        for (const GenerationRecord& record : *reply) {
            addRecord(reply.key().first, reply.key().second, record);
        }
    }
}

void Keeper::onRecordsLoaded(const RecordsLoaded& records) {
    if (!m_recordRequests.contains(records.id)) {
        return;
    }
    const Reply reply = m_recordRequests.take(records.id);
    int& count = m_recordCounts[reply];
    for (const KeptRecord& one : records.records) {
        count = std::max(count, one.index + 1);
    }
    const QList<GenerationRecord> waiting = m_waitingRecords.take(reply);
    for (const GenerationRecord& record : waiting) {
        putRecord(reply, count++, record);
    }
    announce();
}

void Keeper::onReadFailed(const ReadFailed& failure) {
    if (m_recordRequests.contains(failure.id)) {
        m_waitingRecords.remove(m_recordRequests.take(failure.id));
        announce();
        emit failed(failure.sentence, failure.detail, false);
    }
}

void Keeper::changeRecord(const QString& conversation, NodeId node,
                          const GenerationRecord& record) {
    const Reply reply(conversation, node);
    const QHash<qint64, int> indexes = m_recordIndexes.value(reply);
    if (const auto index = indexes.find(record.startedMs); index != indexes.end()) {
        putRecord(reply, *index, record);
        return;
    }
    for (auto* unsent : {&m_waitingRecords, &m_heldRecords}) {
        const auto records = unsent->find(reply);
        if (records == unsent->end()) {
            continue;
        }
        for (GenerationRecord& one : *records) {
            if (one.startedMs == record.startedMs) {
                one = record;
            }
        }
    }
}

void Keeper::putRecord(const Reply& reply, int index, const GenerationRecord& record) {
    m_recordIndexes[reply].insert(record.startedMs, index);
    send({PutRecord{reply.first, reply.second, index, record}});
}

// ---- What the store answers

void Keeper::onSaved(const Saved& saved) {
    const bool known = m_pending.remove(saved.id) | m_failed.remove(saved.id);
    if (!known) {
        return;
    }
    if (m_growing == saved.id) {
        m_growing = 0;
    }
    announce();
    emit settled(saved.id);
}

void Keeper::onSaveFailed(const SaveFailed& failure) {
    if (!m_pending.remove(failure.id)) {
        return;
    }
    if (m_growing == failure.id) {
        m_growing = 0;
    }
    const bool waits = failure.after == AfterFailure::Waits;
    if (waits) {
        m_failed.insert(failure.id);
    }
    announce();
    emit failed(failure.sentence, failure.detail, waits);
    emit settled(failure.id);
}

} // namespace phidelity
