// SPDX-License-Identifier: MIT
#include "inference/text/string_index.h"

#include <bit>
#include <cassert>
#include <cstring>

namespace phidelity {

namespace {

std::uint64_t mix(std::uint64_t value) {
    value *= 0x9E3779B97F4A7C15ULL;
    return value ^ (value >> 32);
}

std::uint64_t hashOf(std::string_view text) {
    std::uint64_t hash = text.size();
    while (text.size() > 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data(), 8);
        hash = mix(hash ^ word);
        text.remove_prefix(8);
    }
    std::uint64_t rest = 0;
    std::memcpy(&rest, text.data(), text.size());
    return mix(hash ^ mix(rest));
}

} // namespace

StringIndex::StringIndex(std::size_t count) : m_slots(std::bit_ceil(2 * count + 1)) {}

std::size_t StringIndex::slotOf(std::string_view text) const {
    const std::size_t mask = m_slots.size() - 1;
    std::size_t slot = hashOf(text) & mask;
    while (m_slots[slot].length != 0 &&
           std::string_view(m_slots[slot].data, m_slots[slot].length) != text) {
        slot = (slot + 1) & mask;
    }
    return slot;
}

bool StringIndex::insert(std::string_view text, TokenId id) {
    assert(!text.empty());
    Slot& slot = m_slots[slotOf(text)];
    if (slot.length != 0) {
        return false;
    }
    slot = {text.data(), static_cast<std::uint32_t>(text.size()), id};
    return true;
}

std::optional<TokenId> StringIndex::find(std::string_view text) const {
    const Slot& slot = m_slots[slotOf(text)];
    if (slot.length == 0) {
        return std::nullopt;
    }
    return slot.id;
}

} // namespace phidelity
