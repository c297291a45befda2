// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>

namespace phidelity {

/// A seccomp filter (an array of sock_filter) for `bwrap --seccomp`: no sockets, no new processes,
/// no tracing, no mounts or namespaces, no keys, no shared memory, no input pushed into terminals.
/// What it forbids fails with EPERM, so that programs can say so; calls newer than this
/// list do not exist (ENOSYS). Empty on processors for which it
/// has not been written; then nothing may run.
[[nodiscard]] QByteArray syscallFilter();

} // namespace phidelity
