// SPDX-License-Identifier: MIT
#include "chat/conversation.h"

#include <algorithm>

namespace phidelity {

namespace {
const QList<NodeId> kNone;
}

Conversation::Conversation(ConversationInfo head, const QList<MessageNode>& nodes,
                           qsizetype* leftOut)
    : info(std::move(head)) {
    m_nodes.reserve(nodes.size());
    for (const MessageNode& one : nodes) {
        const bool placed = one.parent == 0 || m_indexes.contains(one.parent);
        if (one.id == 0 || m_indexes.contains(one.id) || one.parent >= one.id || !placed) {
            continue;
        }
        m_indexes.insert(one.id, m_nodes.size());
        m_nodes.append(one);
        m_followers[one.parent].append(one.id);
        m_lastId = std::max(m_lastId, one.id);
    }
    if (leftOut) {
        *leftOut = nodes.size() - m_nodes.size();
    }
    for (auto parent = m_followers.keyBegin(); parent != m_followers.keyEnd(); ++parent) {
        countVersions(*parent);
    }
    extendPath();
}

MessageNode* Conversation::node(NodeId id) {
    const auto found = m_indexes.constFind(id);
    return found == m_indexes.cend() ? nullptr : &m_nodes[*found];
}

const MessageNode* Conversation::find(NodeId id) const {
    const auto found = m_indexes.constFind(id);
    return found == m_indexes.cend() ? nullptr : &m_nodes.at(*found);
}

const Message& Conversation::messageAt(qsizetype row) const {
    return find(m_path.at(row))->message;
}

qsizetype Conversation::rowOf(NodeId id) const {
    return m_rows.value(id, -1);
}

const QList<NodeId>& Conversation::followers(NodeId parent) const {
    const auto found = m_followers.constFind(parent);
    return found == m_followers.cend() ? kNone : *found;
}

const QList<NodeId>& Conversation::siblings(NodeId id) const {
    const MessageNode* one = find(id);
    return one ? followers(one->parent) : kNone;
}

NodeId Conversation::add(NodeId parent, const Message& message, qint64 createdMs) {
    Q_ASSERT(parent == 0 || m_indexes.contains(parent));
    MessageNode fresh;
    fresh.id = ++m_lastId;
    fresh.parent = parent;
    fresh.createdMs = createdMs;
    fresh.message = message;
    m_indexes.insert(fresh.id, m_nodes.size());
    m_nodes.append(fresh);
    m_followers[parent].append(fresh.id);
    countVersions(parent);
    info.changedMs = createdMs;
    show(fresh.id);
    return fresh.id;
}

void Conversation::setMessage(NodeId id, const Message& message) {
    if (MessageNode* one = node(id)) {
        const Message before = std::exchange(one->message, message);
        one->message.version = before.version;
        one->message.versions = before.versions;
    }
}

void Conversation::appendText(NodeId id, const QString& text) {
    if (MessageNode* one = node(id)) {
        one->message.text += text;
    }
}

NodeId Conversation::shownAfter(NodeId parent) const {
    if (parent == 0) {
        return info.firstShown;
    }
    const MessageNode* one = find(parent);
    return one ? one->shown : 0;
}

void Conversation::setShown(NodeId parent, NodeId follower) {
    if (parent == 0) {
        info.firstShown = follower;
    } else {
        node(parent)->shown = follower;
    }
}

qsizetype Conversation::show(NodeId id) {
    const MessageNode* one = find(id);
    if (!one) {
        return m_path.size();
    }
    const QList<NodeId> before = m_path;
    for (; one; one = find(one->parent)) {
        setShown(one->parent, one->id);
    }
    // Messages mostly come at the end of what is shown; only what lies behind the fork is new.
    const NodeId parent = find(id)->parent;
    const qsizetype fork = parent == 0 ? 0 : rowOf(parent) + 1;
    const bool onPath = parent == 0 || rowOf(parent) >= 0;
    const qsizetype keep = onPath ? fork : 0;
    for (qsizetype row = m_path.size() - 1; row >= keep; --row) {
        m_rows.remove(m_path.at(row));
    }
    m_path.resize(keep);
    extendPath();
    const auto end = std::mismatch(before.begin(), before.end(), m_path.begin(), m_path.end());
    return std::distance(before.begin(), end.first);
}

void Conversation::extendPath() {
    for (NodeId at = leaf();;) {
        const QList<NodeId>& next = followers(at);
        if (next.isEmpty()) {
            return;
        }
        const NodeId wanted = shownAfter(at);
        at = next.contains(wanted) ? wanted : next.last();
        m_rows.insert(at, m_path.size());
        m_path.append(at);
    }
}

void Conversation::countVersions(NodeId parent) {
    const QList<NodeId>& list = followers(parent);
    for (qsizetype at = 0; at < list.size(); ++at) {
        Message& message = node(list.at(at))->message;
        message.version = static_cast<int>(at) + 1;
        message.versions = static_cast<int>(list.size());
    }
}

QList<NodeId> Conversation::lineTo(NodeId id) const {
    QList<NodeId> line;
    for (const MessageNode* one = find(id); one; one = find(one->parent)) {
        line.append(one->id);
    }
    std::reverse(line.begin(), line.end());
    return line;
}

ConversationSetup Conversation::setupFor(const QList<NodeId>& ids) const {
    ConversationSetup fresh = setup;
    fresh.plan.firstSent = static_cast<NodeId>(ids.indexOf(setup.plan.firstSent) + 1);
    if (fresh.plan.firstSent == 0) {
        fresh.plan.summary.clear(); // of messages that are sent again
    }
    return fresh;
}

QList<Turn> Conversation::turnsTo(NodeId id) const {
    QList<Turn> turns;
    for (const NodeId at : lineTo(id)) {
        const Message& message = find(at)->message;
        if (message.speaker == Speaker::User || !message.text.isEmpty()) {
            turns.append({message.speaker, message.text});
        }
    }
    return turns;
}

} // namespace phidelity
