// SPDX-License-Identifier: MIT
// Programs run in the sandbox by tests.
#pragma once

#include <QSignalSpy>
#include <QTest>

#include "run/program_run.h"

namespace phidelity {

using Outcome = RunResult::Outcome;

/// Runs `code` to its end, however it comes.
inline RunResult runCode(const QString& code, const RunLimits& limits = {}) {
    ProgramRun run(findSandboxTools(), code, limits);
    QSignalSpy ended(&run, &ProgramRun::ended);
    if (!ended.wait(limits.seconds * 1000 + 10000)) {
        qFatal("a program did not end");
    }
    return ended.at(0).at(0).value<RunResult>();
}

inline RunLimits shortly() {
    RunLimits limits;
    limits.seconds = 2;
    return limits;
}

/// Runs lines each of which tries something; what succeeds is printed as "OUT: ...".
inline RunResult attempt(const QString& lines) {
    return runCode(QStringLiteral("import os, sys, ctypes, socket\n"
                                  "libc = ctypes.CDLL(None, use_errno=True)\n"
                                  "def attempt(name, action):\n"
                                  "    try:\n"
                                  "        result = action()\n"
                                  "    except BaseException as error:\n"
                                  "        print('held:', name, type(error).__name__)\n"
                                  "        return\n"
                                  "    if result == -1:\n"
                                  "        print('held:', name, ctypes.get_errno())\n"
                                  "    else:\n"
                                  "        print('OUT:', name, result)\n") +
                   lines);
}

/// Why no program can be run here; empty where it can.
inline QString whyNoSandbox() {
    const SandboxTools tools = findSandboxTools();
    if (!tools.complete()) {
        return tools.problem;
    }
    const RunResult result = runCode(QStringLiteral("print(1)"));
    return result.outcome == Outcome::NotStarted
               ? QStringLiteral("This system makes no sandboxes: ") + result.output
               : QString();
}

} // namespace phidelity
