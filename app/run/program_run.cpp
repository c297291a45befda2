// SPDX-License-Identifier: MIT
#include "run/program_run.h"

#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <grp.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <QFile>

#include "run/syscall_filter.h"

namespace phidelity {

namespace {

constexpr int kTellMs = 100;
constexpr int kWatchMs = 50;
constexpr unsigned kNobody = 65534;
constexpr unsigned kCloseOnExec = 4; // CLOSE_RANGE_CLOEXEC

/// A file in memory with these bytes, at its beginning. It never grows: no limit would count it.
int memoryFile(const char* name, const QByteArray& bytes) {
    const int file =
        static_cast<int>(syscall(SYS_memfd_create, name, MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (file >= 0 && (write(file, bytes.constData(), static_cast<size_t>(bytes.size())) < 0 ||
                      lseek(file, 0, SEEK_SET) < 0 ||
                      fcntl(file, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) < 0)) {
        close(file);
        return -1;
    }
    return file;
}

/// Another number for `file`, above those that it gets in the child, so that neither of two files
/// is written over by the other; the old one is closed.
int moveUp(int file) {
    const int moved = file < 0 ? -1 : fcntl(file, F_DUPFD_CLOEXEC, kReportDescriptor + 1);
    if (file >= 0) {
        close(file);
    }
    return moved;
}

QList<pid_t> childrenOf(qint64 process) {
    QList<pid_t> ids;
    QFile children(QStringLiteral("/proc/%1/task/%1/children").arg(process));
    if (children.open(QIODevice::ReadOnly)) {
        for (const QByteArray& child : children.readAll().simplified().split(' ')) {
            if (const pid_t id = child.toInt(); id > 0) {
                ids.append(id);
            }
        }
    }
    return ids;
}

/// Files, folders and links in the scratch folder of a sandbox; 0 while it is not there. It is
/// known by its size: a sandbox that is being made still sees the system's /tmp.
qint64 filesInScratch(pid_t process, const RunLimits& limits) {
    struct statvfs scratch = {};
    const QByteArray path = QByteArrayLiteral("/proc/") + QByteArray::number(process) + "/root/tmp";
    if (statvfs(path.constData(), &scratch) != 0) {
        return 0;
    }
    const auto page = static_cast<qint64>(scratch.f_frsize);
    const bool ours = static_cast<qint64>(scratch.f_blocks) == (limits.files + page - 1) / page;
    return ours ? static_cast<qint64>(scratch.f_files - scratch.f_ffree) : 0;
}

/// Ends bwrap and what it has begun. Killed while it starts, it would leave a child behind that
/// waits for it for ever: so it is held, its children end, then it does.
void killSandbox(qint64 bwrap) {
    const auto process = static_cast<pid_t>(bwrap);
    if (process <= 0) {
        return;
    }
    kill(process, SIGSTOP);
    for (const pid_t child : childrenOf(bwrap)) {
        kill(child, SIGKILL);
    }
    kill(process, SIGKILL);
}

void limit(int what, qint64 amount) {
    const rlimit both{static_cast<rlim_t>(amount), static_cast<rlim_t>(amount)};
    setrlimit(static_cast<__rlimit_resource>(what), &both);
}

/// In the child, before bwrap starts: only calls that are safe between fork and exec.
void prepareChild(const RunLimits& limits, int filter, int report) {
    dup2(filter, kFilterDescriptor);
    dup2(report, kReportDescriptor);
    // No descriptor of the program goes along, whoever has forgotten to mark it.
    syscall(SYS_close_range, 3U, static_cast<unsigned>(kFilterDescriptor - 1), kCloseOnExec);
    syscall(SYS_close_range, static_cast<unsigned>(kReportDescriptor + 1), ~0U, kCloseOnExec);
    // As root the sandbox would be root's on the outside: files of /proc look at that.
    if (geteuid() == 0) {
        if (setgroups(0, nullptr) != 0 || setgid(kNobody) != 0 || setuid(kNobody) != 0) {
            _exit(127);
        }
    }
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_CPU, limits.seconds + 1);
    limit(RLIMIT_AS, limits.memory);
    limit(RLIMIT_FSIZE, limits.files);
    limit(RLIMIT_NOFILE, 64);
    limit(RLIMIT_MSGQUEUE, 0);
    limit(RLIMIT_MEMLOCK, 64 * 1024);
}

} // namespace

ProgramRun::ProgramRun(const SandboxTools& tools, const QString& code, const RunLimits& limits,
                       QObject* parent)
    : QObject(parent), m_limits(limits) {
    m_filter = moveUp(memoryFile("filter", syscallFilter()));
    m_report = moveUp(memoryFile("report", QByteArray(kReportSize, '\0')));
    m_process.setProcessChannelMode(QProcess::MergedChannels);
    m_process.setChildProcessModifier(
        [limits, filter = m_filter, report = m_report] { prepareChild(limits, filter, report); });
    connect(&m_process, &QProcess::readyRead, this, &ProgramRun::takeOutput);
    connect(&m_process, &QProcess::finished, this,
            [this](int, QProcess::ExitStatus status) { finish(status == QProcess::CrashExit); });
    connect(&m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart) {
            m_output = m_process.errorString().toUtf8();
            finish(true);
        }
    });
    m_clock.setSingleShot(true);
    m_clock.setTimerType(Qt::PreciseTimer); // a coarse one may end before its time
    connect(&m_clock, &QTimer::timeout, this, [this] { end(RunResult::Outcome::TimedOut); });
    m_tell.setSingleShot(true);
    connect(&m_tell, &QTimer::timeout, this, [this] { emit printed(harmlessOutput(m_output)); });
    m_watch.setInterval(kWatchMs);
    connect(&m_watch, &QTimer::timeout, this, &ProgramRun::watchFiles);
    m_since.start();
    m_clock.start(std::chrono::seconds(limits.seconds));
    // Without its filter nothing is started: bwrap would say so, but need not be asked.
    if (m_filter < 0 || m_report < 0) {
        QMetaObject::invokeMethod(
            this, [this] { finish(true); }, Qt::QueuedConnection);
        return;
    }
    m_process.start(tools.bubblewrap, sandboxArguments(tools, limits));
    m_process.write(code.toUtf8());
    m_process.closeWriteChannel();
    m_watch.start();
}

ProgramRun::~ProgramRun() {
    m_told = true;
    m_process.disconnect(this);
    if (m_process.state() != QProcess::NotRunning) {
        killSandbox(m_process.processId());
        m_process.waitForFinished(2000);
    }
    closeDescriptors();
}

void ProgramRun::closeDescriptors() {
    for (int* descriptor : {&m_filter, &m_report}) {
        if (*descriptor >= 0) {
            close(*descriptor);
            *descriptor = -1;
        }
    }
}

void ProgramRun::stop() {
    end(RunResult::Outcome::Stopped);
}

void ProgramRun::takeOutput() {
    const qint64 room = m_limits.output - m_output.size();
    m_output += m_process.read(room);
    if (m_process.bytesAvailable() > 0) {
        m_process.readAll();
        end(RunResult::Outcome::TooMuchOutput);
    }
    if (!m_tell.isActive() && !m_told) {
        m_tell.start(kTellMs);
    }
}

/// Files of no size fill no scratch folder, but memory of the system that no limit counts.
void ProgramRun::watchFiles() {
    for (const pid_t child : childrenOf(m_process.processId())) {
        if (filesInScratch(child, m_limits) > m_limits.fileCount) {
            end(RunResult::Outcome::TooManyFiles);
        }
    }
}

void ProgramRun::end(RunResult::Outcome outcome) {
    if (!m_killed) {
        m_killed = true;
        m_why = outcome;
        killSandbox(m_process.processId());
    }
}

void ProgramRun::finish(bool crashed) {
    if (m_told) {
        return;
    }
    m_told = true;
    m_clock.stop();
    m_tell.stop();
    m_watch.stop();
    RunResult result;
    QByteArray report(kReportSize, '\0');
    const ssize_t got =
        m_report < 0 ? -1 : pread(m_report, report.data(), static_cast<size_t>(report.size()), 0);
    report.truncate(std::max<ssize_t>(0, got));
    const bool begun = readReport(report, &result);
    result.seconds = static_cast<double>(m_since.elapsed()) / 1000;
    result.exitCode = crashed ? -1 : m_process.exitCode();
    result.output = harmlessOutput(m_output);
    result.outcome = m_killed               ? m_why
                     : !begun               ? RunResult::Outcome::NotStarted
                     : result.exitCode == 0 ? RunResult::Outcome::Finished
                                            : RunResult::Outcome::Failed;
    closeDescriptors();
    emit ended(result);
}

} // namespace phidelity
