// SPDX-License-Identifier: MIT
#pragma once

#include <QHash>
#include <QList>
#include <QMetaType>
#include <QString>

#include "chat/conversation_setup.h"
#include "chat/message.h"
#include "chat/prompt_format.h"

namespace phidelity {

/// A message and its place in the tree. Plain value.
struct MessageNode {
    NodeId id = 0;
    NodeId parent = 0;    ///< the message it follows; smaller than id
    NodeId shown = 0;     ///< the message after it that was looked at last; 0 = none
    qint64 createdMs = 0; ///< since 1970, UTC
    Message message;      ///< its `version` and `versions` are filled in by Conversation

    bool operator==(const MessageNode&) const = default;
};

/// All of a conversation but its messages: what a list of conversations shows and what comes back
/// after a restart. Plain value.
struct ConversationInfo {
    QString id;    ///< a UUID without braces; empty only before it is first kept
    QString title; ///< empty = not named yet
    QString folder;
    bool pinned = false;
    qint64 createdMs = 0;
    qint64 changedMs = 0;  ///< when a message was last added or changed
    qint64 trashedMs = 0;  ///< 0 = not in the trash
    PromptFormat format;   ///< that it goes on with
    QString draft;         ///< what stands in the composer
    double scroll = -1;    ///< first message in sight, as row and part of it; -1 = at the end
    NodeId firstShown = 0; ///< which of the first messages is looked at
    int contextUsed = 0;   ///< tokens

    bool operator==(const ConversationInfo&) const = default;
};

/// A conversation as a tree. Editing or regenerating a message adds a sibling; nothing is ever
/// overwritten or taken away. One path from the beginning to a leaf is shown: at each message it
/// goes on with the follower that was looked at last. Plain value.
class Conversation {
public:
    ConversationInfo info;
    ConversationSetup setup;

    Conversation() = default;
    /// Puts together what was stored. Nodes with an id that is 0 or taken, or with a parent that is
    /// not before them, are left out, and so is what follows them; *leftOut counts them.
    Conversation(ConversationInfo head, const QList<MessageNode>& nodes,
                 qsizetype* leftOut = nullptr);

    /// In the order they were added.
    [[nodiscard]] const QList<MessageNode>& nodes() const { return m_nodes; }
    [[nodiscard]] const MessageNode* find(NodeId id) const;
    [[nodiscard]] bool isEmpty() const { return m_nodes.isEmpty(); }

    /// The messages that are shown, first to last. Cost: none, kept.
    [[nodiscard]] const QList<NodeId>& path() const { return m_path; }
    [[nodiscard]] const Message& messageAt(qsizetype row) const;
    /// Where it stands in path(); -1 = not shown.
    [[nodiscard]] qsizetype rowOf(NodeId id) const;
    /// The last message that is shown; 0 in an empty conversation.
    [[nodiscard]] NodeId leaf() const { return m_path.isEmpty() ? 0 : m_path.last(); }

    /// The messages that follow `parent`, oldest first; with 0 the first ones.
    [[nodiscard]] const QList<NodeId>& followers(NodeId parent) const;
    /// The messages that stand in the same place, oldest first, itself among them.
    [[nodiscard]] const QList<NodeId>& siblings(NodeId id) const;

    /// The follower of `parent` that was looked at last; 0 = none.
    [[nodiscard]] NodeId shownAfter(NodeId parent) const;

    /// Adds a message behind `parent` (0 or an id that exists) and shows it.
    NodeId add(NodeId parent, const Message& message, qint64 createdMs);
    /// Replaces the state, text, ... of a message that grows or ends; not for edits.
    void setMessage(NodeId id, const Message& message);
    void appendText(NodeId id, const QString& text);
    /// Makes the path go through `id`, and on from there as it was last looked at. Returns the
    /// first row that has changed; the length of the path where none has.
    qsizetype show(NodeId id);

    /// The messages from the first one to `id`, whether they are shown or not.
    [[nodiscard]] QList<NodeId> lineTo(NodeId id) const;
    /// The turns that a prompt is built from, up to and with `id`. Replies without text are left
    /// out.
    [[nodiscard]] QList<Turn> turnsTo(NodeId id) const;
    /// The setup for a conversation that begins with the messages of `ids`, in their order: what
    /// its plan says of a message is said of the new one in that place.
    [[nodiscard]] ConversationSetup setupFor(const QList<NodeId>& ids) const;

private:
    MessageNode* node(NodeId id);
    void setShown(NodeId parent, NodeId follower);
    void extendPath();
    void countVersions(NodeId parent);

    QList<MessageNode> m_nodes;
    QHash<NodeId, qsizetype> m_indexes;
    QHash<NodeId, QList<NodeId>> m_followers;
    QList<NodeId> m_path;
    QHash<NodeId, qsizetype> m_rows;
    NodeId m_lastId = 0;
};

} // namespace phidelity

Q_DECLARE_METATYPE(phidelity::MessageNode)
Q_DECLARE_METATYPE(phidelity::ConversationInfo)
