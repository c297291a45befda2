// SPDX-License-Identifier: MIT
#include "chat/transcript/transcript_store.h"

#include <QUuid>

namespace phidelity {

QList<StoreChange> storeChanges(const Transcript& transcript, const QString& id) {
    const Conversation& conversation = transcript.conversation;
    QList<StoreChange> changes;
    PutConversation put{conversation.info};
    put.info.id = id;
    put.info.trashedMs = 0;
    changes.append(put);
    if (const QJsonObject setup = toJson(conversation.setup); !setup.isEmpty()) {
        changes.append(PutSettings{id, setup});
    }
    for (const MessageNode& node : conversation.nodes()) {
        changes.append(PutMessage{id, node});
        const QList<GenerationRecord> records = transcript.records.value(node.id);
        for (qsizetype at = 0; at < records.size(); ++at) {
            changes.append(PutRecord{id, node.id, static_cast<int>(at), records.at(at)});
        }
    }
    return changes;
}

QString idForImport(const Transcript& transcript, const QStringList& taken) {
    const QUuid own = QUuid::fromString(transcript.conversation.info.id);
    const QString id = own.toString(QUuid::WithoutBraces);
    return own.isNull() || taken.contains(id) ? QUuid::createUuid().toString(QUuid::WithoutBraces)
                                              : id;
}

Transcript transcriptFrom(const Loaded& loaded, const RecordsLoaded& records) {
    Transcript transcript;
    transcript.conversation = Conversation(loaded.info, loaded.nodes);
    transcript.conversation.setup = setupFromJson(loaded.settings);
    for (const KeptRecord& one : records.records) {
        transcript.records[one.node].append(one.record);
    }
    return transcript;
}

} // namespace phidelity
