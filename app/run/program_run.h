// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include <QElapsedTimer>
#include <QObject>
#include <QProcess>
#include <QTimer>

#include "run/run_result.h"
#include "run/sandbox.h"

namespace phidelity {

/// One Python program in the sandbox, started when this is made. Everything it starts ends with it,
/// at the latest when this object goes. It lives on a thread with an event loop.
class ProgramRun : public QObject {
    Q_OBJECT

public:
    /// `tools` are complete.
    ProgramRun(const SandboxTools& tools, const QString& code, const RunLimits& limits,
               QObject* parent = nullptr);
    ~ProgramRun() override;

    /// Ends it at once; ended() follows.
    void stop();

signals:
    /// A moment after there is more of it; all so far.
    void printed(const QString& output);
    /// Once, and nothing after it.
    void ended(const phidelity::RunResult& result);

private:
    void takeOutput();
    void end(RunResult::Outcome outcome);
    void finish(bool crashed);
    void watchFiles();
    void closeDescriptors();

    RunLimits m_limits;
    QProcess m_process;
    QTimer m_clock;
    QTimer m_tell; ///< so that fast output costs no more than slow
    QTimer m_watch;
    QElapsedTimer m_since;
    QByteArray m_output;
    int m_filter = -1;
    int m_report = -1; ///< a file in memory that the program writes its counts to
    RunResult::Outcome m_why = RunResult::Outcome::Finished; ///< why it was killed
    bool m_killed = false;
    bool m_told = false;
};

} // namespace phidelity

Q_DECLARE_METATYPE(phidelity::RunResult)
