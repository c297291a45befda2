// SPDX-License-Identifier: MIT
#pragma once

#include <QList>
#include <QString>

#include "store/database.h"

namespace phidelity {

/// "PhiD", in the header of each of our databases (PRAGMA application_id).
inline constexpr qint64 kApplicationId = 0x50686944;

/// What leads from one schema version to the next: statements, run in one transaction.
struct SchemaStep {
    QString script;
};

/// Step n leads from version n to n + 1 (PRAGMA user_version); version 0 is an empty file.
using SchemaHistory = QList<SchemaStep>;

/// All the steps to the schema that this program writes.
///
/// A new version is a step at the end. Steps that were released are never changed, and salvage.cpp
/// must know the columns of each version.
[[nodiscard]] const SchemaHistory& schemaHistory();

/// Takes the schema from its version to the newest, in one transaction: all steps or none.
[[nodiscard]] StoreResult<void> migrate(Database& database, const SchemaHistory& history);

} // namespace phidelity
