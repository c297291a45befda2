// SPDX-License-Identifier: MIT
#pragma once

#include "store/store_thread.h"

namespace phidelity {

/// Ends the store with the program. Where the disk does not answer within `patienceMs` the user may
/// wait on, as often as there is hope; what could not be kept is told in a dialog and on standard
/// error. Returns the program's exit code: 0 = everything is kept. Window's thread, when no window
/// is there any more; blocks.
[[nodiscard]] int endStore(StoreThread& store, int patienceMs = StoreThread::kFinishMs);

} // namespace phidelity
