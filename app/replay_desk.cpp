// SPDX-License-Identifier: MIT
#include "app/replay_desk.h"

#include "app/request_ids.h"

namespace phidelity {

ReplayDesk::ReplayDesk(QWidget* window, ChatController* controller)
    : m_window(window), m_controller(controller) {
    connect(controller->library(), &Library::recordsLoaded, this, &ReplayDesk::onRecordsLoaded);
    connect(controller->library(), &Library::recordsFailed, this, [this](StoreRequestId request) {
        if (request == m_records) {
            m_records = 0;
            refuse(tr("The record of this reply could not be read."));
        }
    });
}

ReplayDesk::~ReplayDesk() {
    stop();
}

void ReplayDesk::replay(int row) {
    const Conversation& conversation = m_controller->conversation();
    if (row < 0 || row >= conversation.path().size()) {
        return;
    }
    stop();
    delete m_dialog;
    m_dialog = new ReplayDialog(m_window);
    connect(m_dialog, &ReplayDialog::stopRequested, this, &ReplayDesk::stop);
    m_dialog->show();
    m_records =
        m_controller->library()->loadRecords(conversation.info.id, conversation.path().at(row));
}

void ReplayDesk::stop() {
    raiseStop(m_stop);
    m_records = 0;
}

void ReplayDesk::onRecordsLoaded(const RecordsLoaded& records) {
    if (m_records == 0 || records.id != m_records) {
        return;
    }
    m_records = 0;
    if (records.records.isEmpty()) {
        refuse(tr("There is no record of how this reply was written: it was typed, edited, "
                  "imported or written by an older version."));
        return;
    }
    ReplayRequest request;
    request.id = m_running = nextRequestId();
    for (const KeptRecord& one : records.records) {
        request.parts.append(one.record);
    }
    request.stop = m_stop = newStop();
    emit requested(request);
}

void ReplayDesk::refuse(const QString& sentence) {
    if (m_dialog) {
        ReplayEnded end;
        end.verdict = ReplayVerdict::Refused;
        end.sentence = sentence;
        m_dialog->showEnd(end);
    }
}

void ReplayDesk::onProgress(const ReplayProgress& progress) {
    if (m_dialog && progress.id == m_running) {
        m_dialog->showProgress(progress);
    }
}

void ReplayDesk::onEnded(const ReplayEnded& end) {
    if (end.id != m_running) {
        return;
    }
    m_running = 0;
    m_stop.reset();
    if (m_dialog) {
        m_dialog->showEnd(end);
    }
}

} // namespace phidelity
