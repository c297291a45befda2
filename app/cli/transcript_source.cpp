// SPDX-License-Identifier: MIT
#include "transcript_source.h"

#include <QDateTime>
#include <QFileInfo>

#include "chat/transcript/transcript_file.h"
#include "chat/transcript/transcript_store.h"
#include "options.h"

namespace phidelity {

Import readTranscripts(const std::string& path) {
    Import import;
    if (path == "-") {
        const Result<std::string> input = readStandardInput();
        if (!input) {
            throw TranscriptFailure(QString::fromStdString(input.error().detail));
        }
        import = importTranscripts(QByteArray::fromStdString(*input));
        if (!import.problem.isEmpty()) {
            import.problem.prepend(QStringLiteral("Standard input cannot be imported. "));
        }
    } else {
        import = importTranscriptFile(QString::fromStdString(path));
    }
    if (!import.problem.isEmpty()) {
        throw TranscriptFailure(import.problem);
    }
    return import;
}

void writeWhole(const QString& path, const QByteArray& bytes) {
    if (const QString problem = writeFile(path, bytes); !problem.isEmpty()) {
        throw TranscriptFailure(problem);
    }
}

std::unique_ptr<ChatStore> openStore(const std::string& folder, StoreOptions::Use use) {
    const QString path = QString::fromStdString(folder);
    if (use == StoreOptions::Use::Read && !QFileInfo(path).isDir()) {
        throw TranscriptFailure(QStringLiteral("There is no folder %1.").arg(path));
    }
    StoreOptions options;
    options.use = use;
    auto store = valueOf(ChatStore::open(path, options));
    if (use == StoreOptions::Use::Write && store->opened().access != StoreAccess::Full) {
        throw TranscriptFailure(store->opened().notice);
    }
    return store;
}

Transcript storedTranscript(ChatStore& store, const QString& idOrTitle) {
    QStringList found;
    const Listed listed = valueOf(store.list());
    for (const ConversationInfo& info : listed.conversations) {
        if (info.id == idOrTitle) {
            found = {info.id};
            break;
        }
        if (info.title == idOrTitle) {
            found.append(info.id);
        }
    }
    if (found.isEmpty()) {
        throw TranscriptFailure(
            QStringLiteral("There is no conversation with the id or title \"%1\"; export --data "
                           "without a name lists all.")
                .arg(idOrTitle));
    }
    if (found.size() > 1) {
        throw TranscriptFailure(
            QStringLiteral("%1 conversations have this title; give one of their ids: %2")
                .arg(found.size())
                .arg(found.join(QLatin1String(", "))));
    }
    return transcriptFrom(valueOf(store.load(found.first())),
                          valueOf(store.records(found.first())));
}

QStringList addToStore(ChatStore& store, const QList<Transcript>& transcripts) {
    QStringList taken;
    const Listed listed = valueOf(store.list());
    for (const ConversationInfo& info : listed.conversations) {
        taken.append(info.id);
    }
    QStringList ids;
    QList<StoreChange> changes;
    for (Transcript transcript : transcripts) {
        ConversationInfo& info = transcript.conversation.info;
        const qint64 now = QDateTime::currentMSecsSinceEpoch();
        info.createdMs = info.createdMs == 0 ? now : info.createdMs;
        info.changedMs = info.changedMs == 0 ? info.createdMs : info.changedMs;
        ids.append(idForImport(transcript, taken + ids));
        changes += storeChanges(transcript, ids.last());
    }
    valueOf(store.save(changes));
    return ids;
}

} // namespace phidelity
