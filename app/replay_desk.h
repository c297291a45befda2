// SPDX-License-Identifier: MIT
#pragma once

#include <QObject>
#include <QPointer>

#include "app/chat_controller.h"
#include "ui/replay_dialog.h"

namespace phidelity {

/// Runs a reply of the conversation that is shown again and shows how it came out. One at a time: a
/// new one stops the one that runs. GUI thread.
class ReplayDesk : public QObject {
    Q_OBJECT

public:
    /// Neither is owned; both must outlive this.
    ReplayDesk(QWidget* window, ChatController* controller);
    ~ReplayDesk() override;

public slots:
    void replay(int row);

    // What the engine answers.
    void onProgress(const phidelity::ReplayProgress& progress);
    void onEnded(const phidelity::ReplayEnded& end);

signals:
    /// To the engine.
    void requested(const phidelity::ReplayRequest& request);

private:
    void onRecordsLoaded(const RecordsLoaded& records);
    void refuse(const QString& sentence);
    void stop();

    QWidget* m_window;
    ChatController* m_controller;
    QPointer<ReplayDialog> m_dialog;
    StoreRequestId m_records = 0; ///< being loaded; 0 = none
    RequestId m_running = 0;      ///< 0 = none
    SharedStop m_stop;
};

} // namespace phidelity
