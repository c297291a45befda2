// SPDX-License-Identifier: MIT
#include "app/transcript_source.h"

namespace phidelity {

TranscriptSource::TranscriptSource(ChatController* controller, QObject* parent)
    : QObject(parent), m_controller(controller) {
    connect(controller->library(), &Library::recordsLoaded, this,
            &TranscriptSource::onRecordsLoaded);
    connect(controller->library(), &Library::recordsFailed, this, [this](StoreRequestId request) {
        if (request == m_request) {
            // The messages are there all the same.
            RecordsLoaded none;
            none.id = request;
            onRecordsLoaded(none);
        }
    });
    const Keeper* keeper = &controller->library()->keeper();
    connect(keeper, &Keeper::saveRequested, this, [this](const SaveRequest& request) {
        if (m_isTaking) {
            m_unsaved.insert(request.id);
        }
    });
    connect(keeper, &Keeper::failed, this, [this](const QString& sentence) {
        // `settled` says of what, before anything else happens; of a failed reading nothing.
        m_failure = sentence;
        QMetaObject::invokeMethod(
            this, [this] { m_failure.clear(); }, Qt::QueuedConnection);
    });
    connect(keeper, &Keeper::settled, this, &TranscriptSource::onSettled);
}

void TranscriptSource::want(Purpose purpose) {
    if (m_controller->conversation().isEmpty()) {
        emit problem(tr("This conversation has no messages yet."));
        return;
    }
    m_purpose = purpose;
    m_conversation = m_controller->conversation();
    m_request = m_controller->library()->loadRecords(m_conversation.info.id, 0);
}

void TranscriptSource::onRecordsLoaded(const RecordsLoaded& records) {
    if (m_request == 0 || records.id != m_request) {
        return;
    }
    m_request = 0;
    Transcript transcript;
    transcript.conversation = std::exchange(m_conversation, {});
    for (const KeptRecord& one : records.records) {
        transcript.records[one.node].append(one.record);
    }
    emit ready(m_purpose, transcript);
}

void TranscriptSource::take(const QList<Transcript>& transcripts) {
    Library* library = m_controller->library();
    QString first;
    m_unsaved.clear();
    m_isTaking = true;
    for (const Transcript& transcript : transcripts) {
        const QString id = library->adopt(transcript.conversation).info.id;
        if (first.isEmpty()) {
            first = id;
        }
        for (auto records = transcript.records.begin(); records != transcript.records.end();
             ++records) {
            library->keeper().expectNoRecords(id, records.key());
            for (const GenerationRecord& record : *records) {
                library->keeper().addRecord(id, records.key(), record);
            }
        }
    }
    m_isTaking = false;
    if (!library->keeper().isWritable()) {
        emit takenStateChanged(ImportState::InWindowOnly, {});
    }
    if (!first.isEmpty()) {
        m_controller->selectConversation(first);
    }
}

void TranscriptSource::onSettled(StoreRequestId save) {
    if (!m_unsaved.contains(save)) {
        return;
    }
    if (!m_failure.isEmpty()) {
        emit takenStateChanged(ImportState::Failed, m_failure);
        return;
    }
    m_unsaved.remove(save);
    if (m_unsaved.isEmpty()) {
        emit takenStateChanged(ImportState::Saved, {});
    }
}

} // namespace phidelity
