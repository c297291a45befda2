// SPDX-License-Identifier: MIT
#include <algorithm>
#include <utility>
#include <vector>

#include "inference/model/model.h"
#include "inference/model/page_pool.h"
#include "inference/model/parts.h"

namespace phidelity {
namespace {

std::size_t commonPrefix(std::span<const TokenId> a, std::span<const TokenId> b) {
    const auto [endA, endB] = std::ranges::mismatch(a, b);
    return static_cast<std::size_t>(endA - a.begin());
}

/// The last token is computed anew, for its logits.
std::span<const TokenId> usable(std::span<const TokenId> prompt) {
    return prompt.first(prompt.empty() ? 0 : prompt.size() - 1);
}

} // namespace

/// Kept sequences, the most recently used last. Lives on the heap, as the pool refers to it.
struct PrefixCache::Kept final : PageRelief {
    explicit Kept(Model& owner) : model(&owner) { model->parts().pool->addRelief(*this); }
    ~Kept() override {
        sequences.clear();
        model->parts().pool->removeRelief(*this);
    }
    Kept(const Kept&) = delete;
    Kept& operator=(const Kept&) = delete;

    bool giveUpOne() override {
        if (sequences.empty()) {
            return false;
        }
        sequences.erase(sequences.begin());
        return true;
    }

    Model* model;
    std::vector<Sequence> sequences;
};

PrefixCache::PrefixCache(Model& model, std::size_t capacity)
    : m_kept(std::make_unique<Kept>(model)), m_capacity(capacity) {}
PrefixCache::~PrefixCache() = default;
PrefixCache::PrefixCache(PrefixCache&&) noexcept = default;
PrefixCache& PrefixCache::operator=(PrefixCache&&) noexcept = default;

Sequence PrefixCache::take(std::span<const TokenId> prompt) {
    std::vector<Sequence>& sequences = m_kept->sequences;
    auto best = sequences.end();
    std::size_t length = 0;
    for (auto it = sequences.begin(); it != sequences.end(); ++it) {
        const std::size_t common = commonPrefix(it->tokens(), usable(prompt));
        if (common > length) {
            length = common;
            best = it;
        }
    }
    if (best == sequences.end()) {
        return Sequence(*m_kept->model);
    }
    Sequence result = best->fork();
    result.truncate(length);
    std::rotate(best, best + 1, sequences.end());
    return result;
}

std::size_t PrefixCache::known(std::span<const TokenId> prompt) const {
    std::size_t length = 0;
    for (const Sequence& kept : m_kept->sequences) {
        length = std::max(length, commonPrefix(kept.tokens(), usable(prompt)));
    }
    return length;
}

void PrefixCache::give(Sequence sequence) {
    // What is a prefix of the new one has nothing of its own to offer.
    std::erase_if(m_kept->sequences, [&sequence](const Sequence& kept) {
        return commonPrefix(kept.tokens(), sequence.tokens()) == kept.tokens().size();
    });
    if (sequence.tokens().empty() || m_capacity == 0) {
        return;
    }
    m_kept->sequences.push_back(std::move(sequence));
    while (m_kept->sequences.size() > m_capacity) {
        m_kept->giveUpOne();
    }
}

void PrefixCache::clear() {
    m_kept->sequences.clear();
}

std::size_t PrefixCache::size() const {
    return m_kept->sequences.size();
}

} // namespace phidelity
