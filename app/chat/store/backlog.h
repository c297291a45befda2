// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "store/store_messages.h"

namespace phidelity {

/// Requests that could not be kept yet, in their order. A message that comes again takes the place
/// of its older state, so that a reply that grows for an hour on a full disk waits once. Plain
/// value.
class Backlog {
public:
    void add(const SaveRequest& request);
    [[nodiscard]] const std::vector<SaveRequest>& requests() const { return m_requests; }
    [[nodiscard]] bool isEmpty() const { return m_requests.empty(); }
    /// All changes, to be kept at once.
    [[nodiscard]] QList<StoreChange> changes() const;
    std::vector<SaveRequest> takeAll() { return std::exchange(m_requests, {}); }

private:
    bool replaceOlder(const StoreChange& change);

    std::vector<SaveRequest> m_requests;
};

} // namespace phidelity
