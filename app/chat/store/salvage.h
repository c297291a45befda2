// SPDX-License-Identifier: MIT
#pragma once

#include "store/database.h"
#include "store/store_messages.h"

namespace phidelity {

/// Whether anything in these files looks like a conversation or message of ours.
[[nodiscard]] bool hasSomethingToSalvage(const QString& database, const QString& log);

/// Reads the rows of a damaged database page by page, without its trees, and puts what fits
/// together into `fresh`, which is of the newest schema and empty:
///
/// - messages keep their conversation, place and records; one that followed a lost message follows
///   the last one before it;
/// - messages whose text is lost stay, empty, with a sentence in `problem`;
/// - texts whose message is lost come back if an index tells their place;
/// - messages whose conversation is lost come into one of its own.
///
/// The damaged files are only read.
[[nodiscard]] StoreResult<SalvageCounts> salvage(const QString& database, const QString& log,
                                                 Database& fresh);

} // namespace phidelity
