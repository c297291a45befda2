// SPDX-License-Identifier: MIT
#include "interrupt.h"

#include <csignal>

namespace phidelity {

namespace {

StopFlag interrupted(false);
static_assert(StopFlag::is_always_lock_free, "a signal handler may touch nothing else");

extern "C" void onInterrupt(int) {
    interrupted.store(true);
}

} // namespace

void catchInterrupts() {
    struct sigaction action {};
    action.sa_handler = onInterrupt;
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
    // A closed pipe is then an error of the write, which ends the program quietly.
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &ignore, nullptr);
}

StopFlag& interruptFlag() {
    return interrupted;
}

} // namespace phidelity
