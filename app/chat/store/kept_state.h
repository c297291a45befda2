// SPDX-License-Identifier: MIT
#pragma once

#include <QMetaType>

namespace phidelity {

/// Whether what stands in the window is on the disk.
enum class KeptState {
    Unknown,      ///< it was not said yet
    InWindowOnly, ///< there is no store, or it takes no writing
    Keeping,      ///< some of it is on its way
    Kept,         ///< committed
    Failed,       ///< some of it could not be kept yet
};

} // namespace phidelity

Q_DECLARE_METATYPE(phidelity::KeptState)
