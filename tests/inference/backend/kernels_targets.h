// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include <QTest>

#include "inference/backend/cpu/kernels/targets.h"

#include <hwy/targets.h>

namespace phidelity::test {

/// Runs `function` once for every instruction set that was compiled and that this processor has.
template <class Function>
void onEveryTarget(Function&& function) {
    for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
        hwy::SetSupportedTargetsForTest(target);
        hwy::GetChosenTarget().Update(hwy::SupportedTargets());
        function(hwy::TargetName(target));
        if (QTest::currentTestFailed()) {
            qWarning("on %s", hwy::TargetName(target));
            break;
        }
    }
    hwy::SetSupportedTargetsForTest(0);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

} // namespace phidelity::test
