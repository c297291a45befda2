// SPDX-License-Identifier: MIT
#pragma once

#include <QFlags>
#include <QHash>
#include <QList>
#include <QString>
#include <QStringList>

#include "chat/conversation.h"
#include "chat/generation_record.h"
#include "chat/transcript/paper.h"

namespace phidelity {

/// A conversation with what is known about how its replies came to be: what is exported and what
/// an import yields. Plain value.
struct Transcript {
    Conversation conversation;
    /// Of a reply: one record for each request, so a reply that was continued has several.
    QHash<NodeId, QList<GenerationRecord>> records;
};

/// What may stand in a transcript besides the messages.
enum class TranscriptPart {
    Settings = 1,      ///< model, device, sampler chain, seed: what was asked of what
    Timings = 2,       ///< how long it took
    Probabilities = 4, ///< tokens, their log-probabilities, and what else could have come
};
Q_DECLARE_FLAGS(TranscriptParts, TranscriptPart)
Q_DECLARE_OPERATORS_FOR_FLAGS(TranscriptParts)
inline constexpr TranscriptParts kAllTranscriptParts =
    TranscriptPart::Settings | TranscriptPart::Timings | TranscriptPart::Probabilities;

enum class TranscriptExtent {
    Branch, ///< the messages from the first one to a leaf
    Tree,   ///< every message of every branch
};

/// What is asked of a writer. Plain value.
struct TranscriptOptions {
    TranscriptExtent extent = TranscriptExtent::Branch;
    NodeId leaf = 0; ///< of a branch: its last message; 0 = the one that is shown
    TranscriptParts parts;
    Paper paper = Paper::A4; ///< of formats that have pages
};

/// A run of messages that follow each other. A tree is written as strands, one behind the other:
/// first the branch that is shown, then each other one from the message where it leaves an earlier
/// strand. Plain value.
struct TranscriptStrand {
    int number = 1;     ///< 1 = the branch that is shown
    int fromStrand = 0; ///< the strand that holds the message before the first; 0 = none
    int firstRow = 1;   ///< place of the first message in its conversation, from 1
    QList<NodeId> ids;

    bool operator==(const TranscriptStrand&) const = default;
};

/// The strands that `options` ask for; each message stands in exactly one. Empty for an empty
/// conversation. Linear.
[[nodiscard]] QList<TranscriptStrand> strandsOf(const Conversation& conversation,
                                                const TranscriptOptions& options);

/// "Branch 2: another version of message 4 of branch 1"; empty for the first strand.
[[nodiscard]] QString strandTitle(const TranscriptStrand& strand);

/// The leaves of a conversation in the order of its strands: "branch N" on the command line.
[[nodiscard]] QList<NodeId> leavesOf(const Conversation& conversation);

/// The title on one line without controls; a plain name where there is none.
[[nodiscard]] QString titleOf(const Conversation& conversation);
/// "User", or the model's name on one line ("Model" where it is not known).
[[nodiscard]] QString speakerName(const Message& message);
/// "2026-11-24 13:05 UTC"; empty for 0.
[[nodiscard]] QString timeText(qint64 sinceEpochMs);
/// A sentence where a reply did not end by itself ("Stopped by the user."), else empty.
[[nodiscard]] QString stateNote(const Message& message);
/// What `parts` tell of a reply, one line each, without controls or line ends.
[[nodiscard]] QStringList recordNotes(const QList<GenerationRecord>& records,
                                      TranscriptParts parts);

/// How the text of a message is to be read.
enum class MessageText {
    Plain,    ///< exactly as it stands
    Markdown, ///< a reply in prose
    Code,     ///< Python
};
[[nodiscard]] MessageText textOf(const Message& message);

/// A file name without suffix made of the title: no separators, no controls, no leading dot, at
/// most 80 characters; never empty.
[[nodiscard]] QString fileNameFor(const Conversation& conversation);

} // namespace phidelity
