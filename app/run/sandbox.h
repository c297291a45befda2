// SPDX-License-Identifier: MIT
#pragma once

#include <QString>
#include <QStringList>

#include "run/run_result.h"

namespace phidelity {

/// Whether programs can be run here, and by what.
struct SandboxTools {
    QString bubblewrap; ///< path of bwrap; empty = none
    QString python;     ///< a Python of the system; one in a home is out of the sandbox's reach
    QString problem;    ///< a sentence with what to install; empty where all is there

    [[nodiscard]] bool complete() const { return problem.isEmpty(); }
};
/// Looks on the disk each time: what is installed while the program runs counts.
[[nodiscard]] SandboxTools findSandboxTools();

/// Descriptors that the sandboxed process is given beside its standard ones.
// Far above what a starting QProcess uses in the child, which must not be written over.
constexpr int kFilterDescriptor = 200; ///< bwrap reads the syscall filter from it
constexpr int kReportDescriptor = 201; ///< the driver tells its counts on it

/// Arguments for bwrap: the system's /usr read-only, an empty /tmp of `limits.files` bytes, nothing
/// of the home, no network, no display, no D-Bus, an environment of three variables, all namespaces
/// its own, no capabilities; Python then runs the driver.
[[nodiscard]] QStringList sandboxArguments(const SandboxTools& tools, const RunLimits& limits);

} // namespace phidelity
