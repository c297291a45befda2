// SPDX-License-Identifier: MIT
#pragma once

#include <variant>

#include <QByteArray>
#include <QHash>
#include <QJsonObject>
#include <QList>
#include <QMetaType>
#include <QString>
#include <QStringList>

#include "chat/conversation.h"
#include "chat/generation_record.h"
#include "store/store_error.h"

namespace phidelity {

/// Names a request to the store; answers carry it, and answers to an old id are dropped by the
/// receiver. The caller counts them up from 1.
using StoreRequestId = quint64;

// ---- Changes: each can be repeated without harm
// -------------------------------------------------------------

/// A conversation as it is now, new or known: title, folder, pin, trash (trashedMs), draft, scroll,
/// firstShown, ... Comes before its first message.
struct PutConversation {
    ConversationInfo info;
};

/// A message as it is now, new or known. For a reply that grows this is sent whole each time (once
/// a second and at its end); only what came behind the text that is already kept is written, and
/// the search index follows when the reply has ended. `version` and `versions` are not kept.
struct PutMessage {
    QString conversation;
    MessageNode node;
};

/// The pointer to the follower that is looked at, when the user steps through versions.
struct PutShown {
    QString conversation;
    NodeId parent = 0; ///< 0 = the conversation's firstShown
    NodeId follower = 0;
};

/// What a generation left; a reply that was continued has several, numbered from 0.
struct PutRecord {
    QString conversation;
    NodeId node = 0;
    int index = 0;
    GenerationRecord record;
};

/// What this conversation goes on with, as toJson(ConversationSetup) and whatever stands beside it.
struct PutSettings {
    QString conversation;
    QJsonObject settings;
};

/// Deletes a conversation for good, with its messages and records; what stood in the file is
/// overwritten. Merges the search index, once for all that a request erases: about 6 ms a megabyte
/// of all texts. (To the trash and back: PutConversation with another trashedMs.)
struct EraseConversation {
    QString conversation;
};

/// A folder that exists even when it is empty.
struct PutFolder {
    QString name;
};
/// Takes its conversations along.
struct RenameFolder {
    QString from;
    QString to;
};
/// Its conversations stay, in no folder.
struct EraseFolder {
    QString name;
};

/// A word about the window that comes back after a restart, such as the conversation that was open.
struct PutState {
    QString key;
    QString value;
};

using StoreChange = std::variant<PutConversation, PutMessage, PutShown, PutRecord, PutSettings,
                                 EraseConversation, PutFolder, RenameFolder, EraseFolder, PutState>;

// ---- To the store
// -------------------------------------------------------------------------------------------

/// Changes that are kept together or not at all, in their order. Answered by Saved, or by
/// SaveFailed and, when a later attempt succeeds, by Saved.
///
/// When to send: the user's message (with its conversation, if that is new) before the generation
/// is asked for, waiting for Saved or SaveFailed; a reply that grows once a second, not again
/// before the last one was answered; its end and its record at once.
struct SaveRequest {
    StoreRequestId id = 0;
    QList<StoreChange> changes;
};

/// Answered by Listed or ReadFailed.
struct ListRequest {
    StoreRequestId id = 0;
};

/// Answered by Loaded or ReadFailed.
struct LoadRequest {
    StoreRequestId id = 0;
    QString conversation;
};

/// Answered by RecordsLoaded or ReadFailed.
struct RecordsRequest {
    StoreRequestId id = 0;
    QString conversation;
    NodeId node = 0; ///< 0 = of all messages
};

enum class SearchScope {
    Kept,  ///< all but the trash
    Trash, ///< only the trash
};

/// Answered by Found or ReadFailed. Words are looked for everywhere in a word, in any order,
/// whatever their case and accents; "in quotes" they stand together as written. All must occur.
struct SearchRequest {
    StoreRequestId id = 0;
    QString text;
    SearchScope scope = SearchScope::Kept;
    int limit = 200; ///< hits
};

// ---- From the store
// -----------------------------------------------------------------------------------------

enum class StoreAccess {
    Full,
    ReadOnly, ///< conversations can be read and searched; saving fails
};

/// What a damaged database gave back.
struct SalvageCounts {
    qsizetype messagesFound = 0; ///< known to have been there, at least
    qsizetype messagesSaved = 0; ///< with their text
    qsizetype conversations = 0; ///< saved
    QString setAside;            ///< where the damaged file is; empty = nothing was damaged

    bool operator==(const SalvageCounts&) const = default;
};

/// The store can be used. Sent once unasked, before any other answer but SaveFailed; again when it
/// had to be opened anew (see StoreWorker), and lists should then be asked for again.
struct StoreOpened {
    QString path;
    StoreAccess access = StoreAccess::Full;
    QString notice;  ///< one or two sentences that the user should read; mostly empty
    QString backup;  ///< the copy that was made before the schema was changed; mostly empty
    int resumed = 0; ///< replies that were cut off by the end of the last run
    SalvageCounts salvage;
    double openMs = 0;
};

/// The store could not be opened: nothing can be listed, and what is sent to be saved waits in
/// memory. Sent once unasked; StoreWorker::retry tries again.
struct StoreOpenFailed {
    StoreErrorCode code = StoreErrorCode::Refused;
    QString sentence;
    QString detail;
};

/// Committed: it survives the end of the program and of the machine. Only now show "saved".
struct Saved {
    StoreRequestId id = 0;
};

enum class AfterFailure {
    Waits,   ///< it is kept in memory, tried again every few seconds and by StoreWorker::retry
    GivenUp, ///< it never can succeed
};

struct SaveFailed {
    StoreRequestId id = 0;
    StoreErrorCode code = StoreErrorCode::Refused;
    QString sentence; ///< what happened and what the reader can do
    QString detail;
    AfterFailure after = AfterFailure::Waits;
};

struct Listed {
    StoreRequestId id = 0;
    QList<ConversationInfo> conversations; ///< pinned first, then the newest; the trash last
    QStringList folders;                   ///< by name; empty ones too
    QHash<QString, QString> state;         ///< all of PutState
};

struct Loaded {
    StoreRequestId id = 0;
    ConversationInfo info;
    QList<MessageNode> nodes; ///< by id: Conversation(info, nodes) puts them together
    QJsonObject settings;     ///< empty = none were kept
};

struct KeptRecord {
    NodeId node = 0;
    int index = 0;
    GenerationRecord record;

    bool operator==(const KeptRecord&) const = default;
};

struct RecordsLoaded {
    StoreRequestId id = 0;
    QString conversation;
    QList<KeptRecord> records; ///< by node and index
};

/// A stretch of a text, in QChars.
struct TextMark {
    qsizetype start = 0;
    qsizetype length = 0;

    bool operator==(const TextMark&) const = default;
};

/// A message, or with node 0 a title, in which all the words occur.
struct SearchHit {
    QString conversation;
    QString title; ///< of the conversation
    NodeId node = 0;
    Speaker speaker = Speaker::User;
    qint64 createdMs = 0;
    QString excerpt;              ///< one line around the first mark
    QList<TextMark> excerptMarks; ///< in the excerpt
    QList<TextMark> marks;        ///< in the message's (or title's) text, the first hundred

    bool operator==(const SearchHit&) const = default;
};

struct Found {
    StoreRequestId id = 0;
    QString text;          ///< as asked for
    QList<SearchHit> hits; ///< titles first, then messages, the newest first
    bool complete = true;  ///< false: there are more than the limit, or it took too long
};

struct ReadFailed {
    StoreRequestId id = 0;
    StoreErrorCode code = StoreErrorCode::Refused;
    QString sentence;
    QString detail;
};

/// Lets the values travel by queued connections; before the first is connected. Cheap, may be
/// repeated.
void registerStoreMessages();

} // namespace phidelity

Q_DECLARE_METATYPE(phidelity::SaveRequest)
Q_DECLARE_METATYPE(phidelity::ListRequest)
Q_DECLARE_METATYPE(phidelity::LoadRequest)
Q_DECLARE_METATYPE(phidelity::RecordsRequest)
Q_DECLARE_METATYPE(phidelity::SearchRequest)
Q_DECLARE_METATYPE(phidelity::StoreOpened)
Q_DECLARE_METATYPE(phidelity::StoreOpenFailed)
Q_DECLARE_METATYPE(phidelity::Saved)
Q_DECLARE_METATYPE(phidelity::SaveFailed)
Q_DECLARE_METATYPE(phidelity::Listed)
Q_DECLARE_METATYPE(phidelity::Loaded)
Q_DECLARE_METATYPE(phidelity::RecordsLoaded)
Q_DECLARE_METATYPE(phidelity::Found)
Q_DECLARE_METATYPE(phidelity::ReadFailed)
