// SPDX-License-Identifier: MIT
#include "engine/build_id.h"

namespace phidelity {

QString buildId() {
    return QStringLiteral(PHIDELITY_BUILD);
}

} // namespace phidelity
