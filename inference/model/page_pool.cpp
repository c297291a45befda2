// SPDX-License-Identifier: MIT
#include "inference/model/page_pool.h"

#include <algorithm>
#include <cassert>
#include <string>

namespace phidelity {

PagePool::PagePool(Backend& backend, std::uint32_t pages)
    : m_backend(&backend), m_holders(pages), m_free(pages) {
    for (PageId page = 0; page < pages; ++page) {
        m_free[page] = pages - 1 - page;
    }
}

Result<void> PagePool::own(std::vector<PageId>& table, std::uint32_t first, std::uint32_t count) {
    const std::uint32_t end = pagesFor(std::uint64_t{first} + count);
    for (std::uint32_t index = first / kPageTokens; index < end; ++index) {
        assert(index <= table.size());
        if (index == table.size()) {
            PHIDELITY_TRY(const PageId added, take());
            table.push_back(added);
            continue;
        }
        const PageId shared = table[index];
        if (m_holders[shared] == 1) {
            continue;
        }
        PHIDELITY_TRY(const PageId copy, take());
        // Relief may have been the other holder: then the page is ours already.
        if (m_holders[shared] == 1) {
            drop(copy);
            continue;
        }
        if (auto copied = m_backend->copyPage(shared, copy); !copied) {
            drop(copy);
            return copied;
        }
        drop(shared);
        table[index] = copy;
    }
    return {};
}

void PagePool::share(const std::vector<PageId>& table) {
    for (const PageId page : table) {
        ++m_holders[page];
    }
}

void PagePool::release(std::vector<PageId>& table, std::size_t keep) {
    while (table.size() > keep) {
        drop(table.back());
        table.pop_back();
    }
}

void PagePool::addRelief(PageRelief& relief) {
    m_reliefs.push_back(&relief);
}

void PagePool::removeRelief(PageRelief& relief) {
    std::erase(m_reliefs, &relief);
}

Result<PageId> PagePool::take() {
    for (PageRelief* relief : m_reliefs) {
        while (m_free.empty() && relief->giveUpOne()) {
        }
    }
    if (m_free.empty()) {
        return fail(ErrorCode::OutOfMemory, "cache: all " + std::to_string(pages()) + " pages of " +
                                                std::to_string(kPageTokens) +
                                                " positions are in use");
    }
    const PageId page = m_free.back();
    m_free.pop_back();
    m_holders[page] = 1;
    return page;
}

void PagePool::drop(PageId page) {
    assert(m_holders[page] > 0);
    if (--m_holders[page] == 0) {
        m_free.push_back(page);
    }
}

} // namespace phidelity
