// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QStringList>

namespace phidelity {

/// What a finished run of phidelity-cli left.
struct CliRun {
    int code = -1; ///< exit code; -1 if it crashed or did not end
    QByteArray out;
    QByteArray err;

    [[nodiscard]] QJsonObject json() const { return QJsonDocument::fromJson(out).object(); }
    /// An error is exactly one line that names the program.
    [[nodiscard]] bool hasOneLineError() const {
        return err.startsWith("phidelity-cli: ") && err.endsWith('\n') && err.count('\n') == 1;
    }
};

inline constexpr int kCliTimeoutMs = 120'000;

inline QString cliPath() {
    return QStringLiteral(PHIDELITY_BIN_DIR "/phidelity-cli");
}

/// Runs the program to its end, in `folder` if one is given.
inline CliRun runCli(const QStringList& arguments, const QByteArray& input = {},
                     const QString& folder = {}) {
    QProcess process;
    process.setWorkingDirectory(folder);
    process.start(cliPath(), arguments);
    process.write(input);
    process.closeWriteChannel();
    CliRun run;
    if (process.waitForFinished(kCliTimeoutMs) && process.exitStatus() == QProcess::NormalExit) {
        run.code = process.exitCode();
    }
    run.out = process.readAllStandardOutput();
    run.err = process.readAllStandardError();
    return run;
}

} // namespace phidelity

/// Fails the test with the program's own words unless it ended as expected.
#define VERIFY_CODE(run, expected) QVERIFY2((run).code == (expected), (run).err.constData())
