// SPDX-License-Identifier: MIT
#include "app/run_desk.h"

#include <QAction>
#include <QPointer>
#include <QSettings>

#include "ui/chat_page.h"
#include "ui/main_window.h"
#include "ui/message_view.h"
#include "ui/run_dialog.h"

namespace phidelity {

namespace {

const QString kWithoutAsking = QStringLiteral("run/withoutAsking");

QSettings settings() {
    return {QSettings::IniFormat, QSettings::UserScope, QStringLiteral("phidelity"),
            QStringLiteral("phidelity")};
}

CodeNote noteOf(const RunResult& result) {
    CodeNote note;
    // Where every check was left out, nothing has been shown to be good.
    const bool good = result.outcome == RunResult::Outcome::Finished && result.failed == 0 &&
                      (result.notRun == 0 || result.passed > 0);
    note.kind = good ? CodeNote::Kind::Good : CodeNote::Kind::Bad;
    note.status = describe(result);
    note.output = result.output;
    while (note.output.endsWith(u'\n')) {
        note.output.chop(1);
    }
    return note;
}

} // namespace

RunDesk::RunDesk(QWidget* window, QObject* parent)
    : QObject(parent), m_window(window), m_ask(new QAction(tr("&Ask Before Running Code"), this)) {
    m_ask->setObjectName(QStringLiteral("actionAskBeforeRunning"));
    m_ask->setCheckable(true);
    m_ask->setChecked(!settings().value(kWithoutAsking, false).toBool());
    connect(m_ask, &QAction::toggled, this, [](bool asks) {
        QSettings store = settings();
        store.setValue(kWithoutAsking, !asks);
    });
}

RunDesk::~RunDesk() = default;

void RunDesk::run(const QString& key, const QString& code, const Report& report) {
    if (const auto running = m_runs.find(key); running != m_runs.end()) {
        running->second->stop();
        return;
    }
    const SandboxTools tools = m_tools ? *m_tools : findSandboxTools();
    if (!tools.complete()) {
        report({CodeNote::Kind::Bad, tools.problem, {}});
        return;
    }
    if (!m_ask->isChecked()) {
        start(key, code, report);
        return;
    }
    auto* dialog = new RunDialog(code, m_window);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog, key, code, report] {
        if (dialog->dontAskAgain()) {
            m_ask->setChecked(false);
        }
        start(key, code, report);
    });
    dialog->open();
}

void RunDesk::start(const QString& key, const QString& code, const Report& report) {
    if (m_runs.count(key) > 0) {
        return;
    }
    report({CodeNote::Kind::Running, tr("Running… Run again to stop it."), {}});
    auto run =
        std::make_unique<ProgramRun>(m_tools ? *m_tools : findSandboxTools(), code, RunLimits{});
    connect(run.get(), &ProgramRun::printed, this, [report](const QString& output) {
        report({CodeNote::Kind::Running, tr("Running… Run again to stop it."), output});
    });
    connect(run.get(), &ProgramRun::ended, this, [this, key, report](const RunResult& result) {
        report(noteOf(result));
        if (const auto found = m_runs.find(key); found != m_runs.end()) {
            found->second.release()->deleteLater(); // it is telling us right now
            m_runs.erase(found);
        }
    });
    m_runs[key] = std::move(run);
}

void RunDesk::stopAll() {
    for (const auto& [key, run] : m_runs) {
        run->stop();
    }
}

void connectRuns(MainWindow& window, RunDesk& desk) {
    MessageView* view = window.page()->view();
    QObject::connect(view, &MessageView::runRequested, &desk,
                     [view, &desk](int row, qsizetype code, const QString& text) {
                         desk.run(QStringLiteral("chat/%1/%2").arg(row).arg(code), text,
                                  [view = QPointer(view), row, code, text](const CodeNote& note) {
                                      if (view) {
                                          view->setCodeNote(row, code, text, note);
                                      }
                                  });
                     });
    view->setRunOffered(true);
}

} // namespace phidelity
