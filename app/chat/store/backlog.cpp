// SPDX-License-Identifier: MIT
#include "store/backlog.h"

namespace phidelity {

void Backlog::add(const SaveRequest& request) {
    SaveRequest kept{request.id, {}};
    for (const StoreChange& change : request.changes) {
        if (!replaceOlder(change)) {
            kept.changes.append(change);
        }
    }
    m_requests.push_back(kept);
}

QList<StoreChange> Backlog::changes() const {
    QList<StoreChange> all;
    for (const SaveRequest& request : m_requests) {
        all += request.changes;
    }
    return all;
}

/// Puts the change in the place of an older state of the same message, unless something between
/// them could make a difference.
bool Backlog::replaceOlder(const StoreChange& change) {
    const auto* fresh = std::get_if<PutMessage>(&change);
    if (!fresh) {
        return false;
    }
    for (auto request = m_requests.rbegin(); request != m_requests.rend(); ++request) {
        for (auto older = request->changes.rbegin(); older != request->changes.rend(); ++older) {
            if (std::holds_alternative<EraseConversation>(*older) ||
                std::holds_alternative<PutShown>(*older)) {
                return false;
            }
            auto* message = std::get_if<PutMessage>(&*older);
            if (message && message->conversation == fresh->conversation &&
                message->node.id == fresh->node.id) {
                *message = *fresh;
                return true;
            }
        }
    }
    return false;
}

} // namespace phidelity
