// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QString>

namespace phidelity {

/// How much a program may take.
struct RunLimits {
    int seconds = 10;                     ///< of the clock and of the processor
    qint64 memory = 1024LL * 1024 * 1024; ///< bytes of address space
    qint64 output = 256 * 1024;           ///< bytes
    qint64 files = 16 * 1024 * 1024;      ///< bytes under /tmp, gone when it ends
    qint64 fileCount = 20000;             ///< files, folders and links there; looked at as it runs
};

/// What a program did.
struct RunResult {
    enum class Outcome {
        Finished,
        Failed, ///< ended with an error
        TimedOut,
        TooMuchOutput,
        TooManyFiles,
        Stopped,    ///< by the user
        NotStarted, ///< the sandbox could not be made; `output` says why
    };
    Outcome outcome = Outcome::Finished;
    int exitCode = 0;
    double seconds = 0;
    QString output; ///< both streams in the order of arrival; shown as it stands it does nothing
    /// Asserts and examples of doctests in the code. What an error ended has failed; what was never
    /// reached has not run.
    int passed = 0;
    int failed = 0;
    int notRun = 0;
};

/// "Ended after 0.1 s. 3 checks passed, 1 failed, 2 not run."
[[nodiscard]] QString describe(const RunResult& result);
constexpr qsizetype kReportSize = 256;
/// Takes what the driver has written (see run_driver.py): zeros where it never began; then false.
bool readReport(const QByteArray& report, RunResult* result);
/// Bytes of a program as text without control characters, escape sequences and what reorders text.
[[nodiscard]] QString harmlessOutput(const QByteArray& bytes);

} // namespace phidelity
