// SPDX-License-Identifier: MIT
#pragma once

#include <QString>

#include "inference/result.h"

namespace phidelity {

/// The sentence a reader gets for an error: what happened and what can be done about it. The one
/// place where codes become words; `Error::detail` (field, expected, found) is shown beside it.
[[nodiscard]] QString describeError(const Error& error);

/// An error's detail as text that is safe to show: file contents can stand in it, so that control
/// characters and line ends become spaces, what is not UTF-8 becomes U+FFFD, and 500 characters
/// are the limit.
[[nodiscard]] QString errorDetail(const Error& error);

} // namespace phidelity
