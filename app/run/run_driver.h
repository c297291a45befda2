// SPDX-License-Identifier: MIT
#pragma once

namespace phidelity {

/// The Python that runs a program inside the sandbox and counts its checks: run_driver.py.
[[nodiscard]] const char* runDriver();

} // namespace phidelity
