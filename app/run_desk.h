// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <map>
#include <memory>

#include <QObject>

#include "run/program_run.h"
#include "ui/code_note.h"

class QAction;
class QWidget;

namespace phidelity {

class MainWindow;

/// Runs Python for the pages of the window: asks first, each time until told otherwise, and tells
/// what came of it. Remembers the answer in the user's settings. Window's thread.
class RunDesk : public QObject {
    Q_OBJECT

public:
    /// `window` is what its question stands over; it outlives the desk.
    explicit RunDesk(QWidget* window, QObject* parent = nullptr);
    ~RunDesk() override;

    using Report = std::function<void(const CodeNote& note)>;
    /// Asks, runs, and reports while it runs and at its end. `key` names the place that it is run
    /// from: while that one runs, asking again stops it.
    void run(const QString& key, const QString& code, const Report& report);
    void stopAll();

    /// Checked while each run is asked for.
    [[nodiscard]] QAction* askAction() const { return m_ask; }
    /// For tests: as if these were installed.
    void setTools(const SandboxTools& tools) { m_tools = tools; }

private:
    void start(const QString& key, const QString& code, const Report& report);

    QWidget* m_window;
    QAction* m_ask;
    std::optional<SandboxTools> m_tools;
    std::map<QString, std::unique_ptr<ProgramRun>> m_runs;
};

/// Offers the chat page's Python blocks to be run by the desk.
void connectRuns(MainWindow& window, RunDesk& desk);

} // namespace phidelity
