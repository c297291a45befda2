// SPDX-License-Identifier: MIT
#include "inference/sample/candidates.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <limits>
#include <numeric>
#include <utility>

#include "inference/sample/exp_sum.h"

namespace phidelity {

namespace {

constexpr std::size_t kBlock = 64;
/// With more than so many, and than this part of all, sorting all of them is quicker.
constexpr std::size_t kManyOfAll = 32;

/// The indices of all keys that can be among the `count` largest: at least `count` of them, few
/// more unless many keys are equal. The count-th largest of the maxima of blocks is a bound from
/// below.
std::vector<std::uint32_t> contenders(std::span<const float> keys, std::size_t count) {
    const std::size_t blocks = (keys.size() + kBlock - 1) / kBlock;
    const auto block = [&](std::size_t index) {
        return keys.subspan(index * kBlock, std::min(kBlock, keys.size() - index * kBlock));
    };
    std::vector<std::uint32_t> indices;
    if (count > blocks / 2) {
        indices.resize(keys.size());
        std::iota(indices.begin(), indices.end(), 0U);
        return indices;
    }
    std::vector<float> maxima(blocks);
    for (std::size_t index = 0; index < blocks; ++index) {
        maxima[index] = largestOf(block(index));
    }
    std::vector<float> ranked = maxima;
    const auto nth = ranked.begin() + static_cast<std::ptrdiff_t>(count - 1);
    std::nth_element(ranked.begin(), nth, ranked.end(), std::greater<>());
    const float bound = *nth;
    for (std::size_t index = 0; index < blocks; ++index) {
        if (maxima[index] < bound) {
            continue;
        }
        const std::size_t begin = index * kBlock;
        for (std::size_t key = begin; key < begin + block(index).size(); ++key) {
            if (keys[key] >= bound) {
                indices.push_back(static_cast<std::uint32_t>(key));
            }
        }
    }
    return indices;
}

/// All indices, keys descending, ties by lower index: a radix sort, several times as fast as one
/// that compares.
std::vector<std::uint32_t> allDescending(std::span<const float> keys) {
    struct Entry {
        std::uint32_t key;
        std::uint32_t index;
    };
    constexpr std::uint32_t kBits = 11;
    constexpr std::uint32_t kBuckets = 1U << kBits;
    constexpr std::uint32_t kPasses = 3;
    std::vector<Entry> entries(keys.size());
    std::vector<Entry> sorted(keys.size());
    std::array<std::array<std::uint32_t, kBuckets>, kPasses> starts{};
    for (std::size_t index = 0; index < keys.size(); ++index) {
        // Adding 0 makes the two zeros one. Larger floats get smaller keys.
        const auto bits = std::bit_cast<std::uint32_t>(keys[index] + 0.0F);
        const std::uint32_t key = (bits & 0x80000000U) != 0 ? bits : ~bits & 0x7FFFFFFFU;
        entries[index] = {key, static_cast<std::uint32_t>(index)};
        for (std::uint32_t pass = 0; pass < kPasses; ++pass) {
            ++starts[pass][(key >> (pass * kBits)) % kBuckets];
        }
    }
    for (std::uint32_t pass = 0; pass < kPasses; ++pass) {
        std::exclusive_scan(starts[pass].begin(), starts[pass].end(), starts[pass].begin(), 0U);
        for (const Entry& entry : entries) {
            sorted[starts[pass][(entry.key >> (pass * kBits)) % kBuckets]++] = entry;
        }
        entries.swap(sorted);
    }
    std::vector<std::uint32_t> indices(keys.size());
    std::ranges::transform(entries, indices.begin(), &Entry::index);
    return indices;
}

} // namespace

std::vector<std::uint32_t> largestIndices(std::span<const float> keys, std::size_t count) {
    count = std::min(count, keys.size());
    if (count == 0) {
        return {};
    }
    if (count > kManyOfAll && count > keys.size() / kManyOfAll) {
        std::vector<std::uint32_t> all = allDescending(keys);
        all.resize(count);
        return all;
    }
    std::vector<std::uint32_t> indices = contenders(keys, count);
    const auto before = [&](std::uint32_t a, std::uint32_t b) {
        return keys[a] != keys[b] ? keys[a] > keys[b] : a < b;
    };
    const auto end = indices.begin() + static_cast<std::ptrdiff_t>(count);
    if (end != indices.end()) {
        std::nth_element(indices.begin(), end, indices.end(), before);
        indices.erase(end, indices.end());
    }
    std::sort(indices.begin(), indices.end(), before);
    return indices;
}

std::vector<std::uint32_t> walkDescending(std::span<const float> keys,
                                          const std::function<bool(std::uint32_t)>& more) {
    std::size_t walked = 0;
    for (const std::size_t sorted : {std::size_t{64}, std::size_t{512}, keys.size()}) {
        std::vector<std::uint32_t> indices = largestIndices(keys, sorted);
        while (walked < indices.size()) {
            if (!more(indices[walked++])) {
                indices.resize(walked);
                return indices;
            }
        }
        if (indices.size() == keys.size()) {
            return indices;
        }
    }
    return {}; // not reached: the last round has all
}

Candidates::Candidates(std::span<const float> logits) : m_logits(logits.begin(), logits.end()) {}

Candidates::Candidates(std::vector<TokenId> ids, std::vector<float> logits)
    : m_logits(std::move(logits)), m_ids(std::move(ids)), m_complete(false) {}

std::optional<std::size_t> Candidates::find(TokenId id) const {
    if (m_complete) {
        return id < count() ? std::optional<std::size_t>(id) : std::nullopt;
    }
    const auto found = std::lower_bound(m_ids.begin(), m_ids.end(), id);
    if (found == m_ids.end() || *found != id) {
        return std::nullopt;
    }
    return static_cast<std::size_t>(found - m_ids.begin());
}

void Candidates::keep(std::vector<std::uint32_t> indices) {
    if (indices.size() > count() / kManyOfAll) {
        std::vector<std::uint8_t> kept(count());
        for (const std::uint32_t index : indices) {
            kept[index] = 1;
        }
        indices.clear();
        for (std::size_t index = 0; index < kept.size(); ++index) {
            if (kept[index] != 0) {
                indices.push_back(static_cast<std::uint32_t>(index));
            }
        }
    } else {
        std::sort(indices.begin(), indices.end());
    }
    keepSorted(indices);
}

void Candidates::keepSorted(const std::vector<std::uint32_t>& indices) {
    if (m_complete) {
        m_ids.assign(indices.begin(), indices.end());
        m_complete = false;
    } else {
        for (std::size_t to = 0; to < indices.size(); ++to) {
            m_ids[to] = m_ids[indices[to]];
        }
        m_ids.resize(indices.size());
    }
    for (std::size_t to = 0; to < indices.size(); ++to) {
        m_logits[to] = m_logits[indices[to]];
    }
    m_logits.resize(indices.size());
}

std::size_t Candidates::best() const {
    const auto found = std::find(m_logits.begin(), m_logits.end(), largestOf(m_logits));
    return static_cast<std::size_t>(found - m_logits.begin());
}

std::vector<std::pair<TokenId, float>> Candidates::distribution(std::size_t most) const {
    const float top = largestOf(m_logits);
    const double sum = expSum(m_logits, top);
    std::vector<std::pair<TokenId, float>> left;
    for (const std::uint32_t index : largestIndices(m_logits, std::min(most, count()))) {
        if (m_logits[index] == -std::numeric_limits<float>::infinity()) {
            break;
        }
        left.emplace_back(id(index),
                          static_cast<float>(double{expOfNegative(m_logits[index] - top)} / sum));
    }
    return left;
}

std::vector<std::optional<float>> Candidates::probabilities(std::span<const TokenId> ids) const {
    std::vector<std::optional<float>> found(ids.size());
    if (ids.empty()) {
        return found;
    }
    const float top = largestOf(m_logits);
    const double sum = expSum(m_logits, top);
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const auto index = find(ids[i]);
        if (index && m_logits[*index] != -std::numeric_limits<float>::infinity()) {
            found[i] = static_cast<float>(double{expOfNegative(m_logits[*index] - top)} / sum);
        }
    }
    return found;
}

} // namespace phidelity
