// SPDX-License-Identifier: MIT
#pragma once

#include "store/database.h"
#include "store/store_messages.h"

namespace phidelity {

/// The full-text index over the texts in `body`, and the search in it. Inside the caller's
/// transaction.
class TextIndex {
public:
    explicit TextIndex(Database& database) : m_database(database) {}

    [[nodiscard]] StoreResult<void> add(qint64 message, const QString& text);
    /// `text` is exactly what was added.
    [[nodiscard]] StoreResult<void> remove(qint64 message, const QString& text);
    /// Builds it again from `body` if it was built by other rules of folding. Cost then: about a
    /// second for 10 MB of text.
    [[nodiscard]] StoreResult<void> refresh();

    /// As described at SearchRequest. Words of one or two letters alone are looked for in all texts
    /// instead of the index. Stops after `kSearchMs`. Cost: 1 to 20 ms for 10,000 messages.
    [[nodiscard]] StoreResult<Found> find(const SearchRequest& request);

    static constexpr int kSearchMs = 1000;

private:
    [[nodiscard]] StoreResult<void> findTitles(const QList<QString>& terms,
                                               const SearchRequest& request, Found* found);
    [[nodiscard]] StoreResult<void> findMessages(const QList<QString>& terms,
                                                 const SearchRequest& request, Found* found);

    Database& m_database;
};

} // namespace phidelity
