// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "inference/text/token_id.h"

namespace phidelity {

/// Strings to ids by open addressing. Keeps views only: the strings must outlive it and stay where
/// they are.
class StringIndex {
public:
    /// Room for `count` strings; inserting more is not allowed.
    explicit StringIndex(std::size_t count = 0);

    /// The first insertion of a string wins; false if it was there already.
    bool insert(std::string_view text, TokenId id);
    [[nodiscard]] std::optional<TokenId> find(std::string_view text) const;

private:
    struct Slot {
        const char* data = nullptr;
        std::uint32_t length = 0; ///< 0: empty, as is the string never stored
        TokenId id = 0;
    };
    [[nodiscard]] std::size_t slotOf(std::string_view text) const;

    std::vector<Slot> m_slots; ///< a power of two, at most half full
};

} // namespace phidelity
