// SPDX-License-Identifier: MIT
#pragma once

#include <QDialog>

#include "engine/replay_messages.h"

class QGridLayout;
class QLabel;
class QPushButton;

namespace phidelity {

class ThinBar;

/// Says how a replay goes and how it ended: identical, or the first token that differs with both
/// candidates. Shows values, tells the wish to stop; not modal, deletes itself when it is closed.
///
/// To connect: on MainWindow::replayRequested(row) find the record of that reply, make a
/// ReplayRequest with a stop flag of its own, show a dialog, send the request to Engine::replay;
/// connect Engine::replayProgress and Engine::replayEnded of that id to showProgress and showEnd,
/// and stopRequested to setting the flag.
class ReplayDialog : public QDialog {
    Q_OBJECT

public:
    explicit ReplayDialog(QWidget* window);

public slots:
    void showProgress(const phidelity::ReplayProgress& progress);
    void showEnd(const phidelity::ReplayEnded& end);

signals:
    /// The button, Escape or closing while it runs.
    void stopRequested();

protected:
    void done(int result) override;

private:
    void addCandidate(int row, const QString& name, const ReplayCandidate& candidate, int digits);

    QLabel* m_verdict;
    QLabel* m_sentence;
    ThinBar* m_bar;
    QGridLayout* m_candidates;
    QLabel* m_caution;
    QPushButton* m_button; ///< stops, then closes
    bool m_running = true;
};

} // namespace phidelity
