// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include <QList>
#include <QString>

#include "chat/sampling_chain.h"

namespace phidelity {

/// A token that could come next.
struct LabToken {
    quint32 id = 0;
    QString text;      ///< with nothing hidden
    double before = 0; ///< its probability as the model gives it
    double after = 0;  ///< and behind the stage; 0 where it was removed
    std::optional<SamplingStage> removedBy;

    bool operator==(const LabToken&) const = default;
};

/// The chances behind a stage.
struct LabStep {
    std::optional<SamplingStage> stage; ///< none: as the model gives them
    int left = 0;                       ///< tokens
    QList<LabToken> tokens;             ///< those that matter, the model's most likely first

    bool operator==(const LabStep&) const = default;
};

/// The chances of the next token, stage by stage.
struct LabDistribution {
    QList<LabStep> steps; ///< the model's first, then each stage that is on; empty = not known
    QString text;         ///< the end of the text behind which it would come

    bool operator==(const LabDistribution&) const = default;
};

} // namespace phidelity
