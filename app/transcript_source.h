// SPDX-License-Identifier: MIT
#pragma once

#include <QObject>

#include "app/chat_controller.h"
#include "chat/transcript/transcript.h"

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
    /// Adds the conversations, with their records, and shows the first.
    void take(const QList<phidelity::Transcript>& transcripts);

signals:
    void ready(phidelity::TranscriptSource::Purpose purpose,
               const phidelity::Transcript& transcript);
    /// Why there is nothing to write.
    void problem(const QString& sentence);

private:
    void onRecordsLoaded(const RecordsLoaded& records);

    ChatController* m_controller;
    Purpose m_purpose = Purpose::Export;
    StoreRequestId m_request = 0;
    Conversation m_conversation; ///< as it was when it was wanted
};

} // namespace phidelity
