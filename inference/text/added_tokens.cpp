// SPDX-License-Identifier: MIT
#include "inference/text/added_tokens.h"

#include <algorithm>
#include <utility>

#include "inference/text/utf8.h"

namespace phidelity {

AddedTokens::AddedTokens(const Vocabulary& vocabulary, std::vector<TokenId> ids)
    : m_vocabulary(&vocabulary), m_sorted(std::move(ids)) {
    std::erase_if(m_sorted, [&](TokenId id) {
        const std::string_view label = vocabulary.label(id);
        return label.empty() || validUtf8Prefix(label) != label.size();
    });
    std::sort(m_sorted.begin(), m_sorted.end(), [&](TokenId a, TokenId b) {
        return std::pair(vocabulary.label(a), a) < std::pair(vocabulary.label(b), b);
    });
    for (const TokenId id : m_sorted) {
        m_first[static_cast<std::uint8_t>(vocabulary.label(id)[0])] = true;
    }
}

AddedTokens::Match AddedTokens::next(std::string_view text, std::size_t from) const {
    if (!m_sorted.empty()) {
        for (std::size_t begin = from; begin < text.size(); ++begin) {
            if (!m_first[static_cast<std::uint8_t>(text[begin])]) {
                continue;
            }
            const Match match = longestAt(text, begin);
            if (match.length > 0) {
                return match;
            }
        }
    }
    return {text.size(), 0, 0};
}

AddedTokens::Match AddedTokens::longestAt(std::string_view text, std::size_t begin) const {
    Match match{begin, 0, 0};
    // The sorted labels that agree with the text in `depth` bytes are neighbours; of those the
    // shortest, of equal ones that with the lower id, comes first.
    auto first = m_sorted.begin();
    auto last = m_sorted.end();
    for (std::size_t depth = 0; begin + depth < text.size(); ++depth) {
        const auto byteAt = [&](TokenId id) {
            const std::string_view label = m_vocabulary->label(id);
            return depth < label.size() ? static_cast<std::uint8_t>(label[depth]) : -1;
        };
        const int wanted = static_cast<std::uint8_t>(text[begin + depth]);
        first = std::partition_point(first, last, [&](TokenId id) { return byteAt(id) < wanted; });
        last = std::partition_point(first, last, [&](TokenId id) { return byteAt(id) <= wanted; });
        if (first == last) {
            break;
        }
        if (m_vocabulary->label(*first).size() == depth + 1) {
            match.length = depth + 1;
            match.id = *first;
        }
    }
    return match;
}

} // namespace phidelity
