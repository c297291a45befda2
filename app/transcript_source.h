// SPDX-License-Identifier: MIT
#pragma once

#include <QObject>
#include <QSet>

#include "app/chat_controller.h"
#include "chat/transcript/transcript.h"
#include "ui/import_dialog.h"

namespace phidelity {

/// Puts a conversation and the records of its replies together for those who write them, and takes
/// in what an import yields. Window's thread.
class TranscriptSource : public QObject {
    Q_OBJECT

public:
    /// Not owned; must outlive this.
    explicit TranscriptSource(ChatController* controller, QObject* parent = nullptr);

    enum class Purpose { Export, Print };

public slots:
    /// ready() follows with the conversation that is shown now, unless another is wanted before.
    void want(phidelity::TranscriptSource::Purpose purpose);
    /// Adds the conversations, with their records, and shows the first. takenStateChanged follows.
    void take(const QList<phidelity::Transcript>& transcripts);

signals:
    void ready(phidelity::TranscriptSource::Purpose purpose,
               const phidelity::Transcript& transcript);
    /// What has become of the conversations that were taken last.
    void takenStateChanged(phidelity::ImportState state, const QString& reason);
    /// Why there is nothing to write.
    void problem(const QString& sentence);

private:
    void onRecordsLoaded(const RecordsLoaded& records);
    void onSettled(StoreRequestId save);

    ChatController* m_controller;
    Purpose m_purpose = Purpose::Export;
    StoreRequestId m_request = 0;
    Conversation m_conversation; ///< as it was when it was wanted
    bool m_isTaking = false;
    QSet<StoreRequestId> m_unsaved; ///< of what was taken
    QString m_failure;              ///< while the keeper tells of it
};

} // namespace phidelity
