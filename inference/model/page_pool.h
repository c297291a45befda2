// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "inference/backend/backend.h"
#include "inference/result.h"

namespace phidelity {

/// Someone who holds pages that can be given up when they run short.
class PageRelief {
public:
    virtual ~PageRelief() = default;
    /// Gives up what is least missed. False if there was nothing left to give up.
    virtual bool giveUpOne() = 0;
};

/// Who holds which page of a backend's cache. Pages are shared by reference count; a page is
/// written only by its one holder. One thread.
class PagePool {
public:
    PagePool(Backend& backend, std::uint32_t pages);

    /// Makes the pages of positions [first, first + count) exclusively the caller's: missing pages
    /// at the end of `table` are added, a shared page is copied. `table` holds the pages of all
    /// positions before `first`. OutOfMemory when all pages are in use, even after relief; then
    /// `table` may already be longer.
    Result<void> own(std::vector<PageId>& table, std::uint32_t first, std::uint32_t count);
    /// One more holder for each page.
    void share(const std::vector<PageId>& table);
    /// One holder less for each page from index `keep` on; shortens `table` to `keep`.
    void release(std::vector<PageId>& table, std::size_t keep);

    /// Asked in the order of arrival when pages run short, until one can be taken.
    void addRelief(PageRelief& relief);
    void removeRelief(PageRelief& relief);

    [[nodiscard]] std::uint32_t pages() const {
        return static_cast<std::uint32_t>(m_holders.size());
    }
    [[nodiscard]] std::uint32_t pagesInUse() const {
        return pages() - static_cast<std::uint32_t>(m_free.size());
    }
    [[nodiscard]] std::uint32_t holders(PageId page) const { return m_holders[page]; }

private:
    Result<PageId> take();
    void drop(PageId page);

    Backend* m_backend;
    std::vector<std::uint32_t> m_holders; ///< by page
    std::vector<PageId> m_free;           ///< taken from the end: used ones before untouched ones
    std::vector<PageRelief*> m_reliefs;
};

/// Pages that hold `tokens` positions.
[[nodiscard]] constexpr std::uint32_t pagesFor(std::uint64_t tokens) {
    return static_cast<std::uint32_t>((tokens + kPageTokens - 1) / kPageTokens);
}

} // namespace phidelity
