// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <optional>

#include <QTemporaryDir>

#include "store/chat_store.h"
#include "store/store_files.h"

namespace phidelity {

/// A database that is ready for use, with what it needs to stay so. In the order in which they end:
/// the database before its lock.
struct OpenedDatabase {
    std::unique_ptr<QTemporaryDir> copy; ///< of one that could not be read in its place
    StoreLock lock;
    StoreOpened report;
    /// What a change is answered with; nothing where it is allowed.
    std::optional<StoreError> refusal;
    std::unique_ptr<Database> database;
};

/// ChatStore::open up to the point where the tables can be used.
[[nodiscard]] StoreResult<OpenedDatabase> openDatabase(const QString& folder,
                                                       const StoreOptions& options);

} // namespace phidelity
