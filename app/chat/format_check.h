// SPDX-License-Identifier: MIT
#pragma once

#include <QList>
#include <QString>
#include <QStringList>

#include "chat/prompt_format.h"

namespace phidelity {

/// What is wrong, or probably not meant, with a format that is being made. Plain value.
struct FormatRemark {
    enum class Weight {
        Error, ///< it cannot be kept like this
        Advice ///< it can, but the model will probably not do what the user wants
    };
    Weight weight = Weight::Advice;
    QString sentence; ///< what it is, and what can be done

    bool operator==(const FormatRemark&) const = default;
};

/// Errors first. `taken`: the names of the user's other formats; those of the built-in ones are
/// taken anyway.
[[nodiscard]] QList<FormatRemark> checkFormat(const FormatRules& rules, const QStringList& taken);

[[nodiscard]] bool hasError(const QList<FormatRemark>& remarks);

/// "name", or "name 2", "name 3", ... where that is taken.
[[nodiscard]] QString freeFormatName(const QString& name, const QStringList& taken);

/// A few turns to see a format at.
[[nodiscard]] QList<Turn> sampleTurns(const FormatRules& rules);

} // namespace phidelity
