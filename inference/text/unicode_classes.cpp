// SPDX-License-Identifier: MIT
#include "inference/text/unicode_classes.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

namespace phidelity {

namespace {

struct Run {
    char32_t first;
    char32_t last;
    CharacterClass kind;
};

constexpr Run kRuns[] = {
#include "inference/text/unicode_ranges.inc"
    // White_Space is closed: Unicode promises not to change it.
    {0x09, 0x0D, CharacterClass::Space},     {0x20, 0x20, CharacterClass::Space},
    {0x85, 0x85, CharacterClass::Space},     {0xA0, 0xA0, CharacterClass::Space},
    {0x1680, 0x1680, CharacterClass::Space}, {0x2000, 0x200A, CharacterClass::Space},
    {0x2028, 0x2029, CharacterClass::Space}, {0x202F, 0x202F, CharacterClass::Space},
    {0x205F, 0x205F, CharacterClass::Space}, {0x3000, 0x3000, CharacterClass::Space},
};

/// Two levels: the page of a code point, then its class. Equal pages (most are all Other or all
/// Letter) are stored once: about 40 KiB in all.
class ClassTable {
public:
    ClassTable() {
        std::vector<CharacterClass> flat(kPages * kPageSize, CharacterClass::Other);
        for (const Run& run : kRuns) {
            for (char32_t codePoint = run.first; codePoint <= run.last; ++codePoint) {
                flat[codePoint] = run.kind;
            }
        }
        for (std::size_t page = 0; page < kPages; ++page) {
            Page content;
            std::copy_n(flat.begin() + static_cast<std::ptrdiff_t>(page * kPageSize), kPageSize,
                        content.begin());
            std::size_t known = 0;
            while (known < m_pages.size() && m_pages[known] != content) {
                ++known;
            }
            if (known == m_pages.size()) {
                m_pages.push_back(content);
            }
            m_pageOf[page] = static_cast<std::uint16_t>(known);
        }
    }

    [[nodiscard]] CharacterClass operator[](char32_t codePoint) const {
        return codePoint < kPages * kPageSize
                   ? m_pages[m_pageOf[codePoint / kPageSize]][codePoint % kPageSize]
                   : CharacterClass::Other;
    }

private:
    static constexpr std::size_t kPageSize = 256;
    static constexpr std::size_t kPages = 0x110000 / kPageSize;
    using Page = std::array<CharacterClass, kPageSize>;

    std::array<std::uint16_t, kPages> m_pageOf{};
    std::vector<Page> m_pages;
};

} // namespace

CharacterClass classOf(char32_t codePoint) {
    static const ClassTable table;
    return table[codePoint];
}

} // namespace phidelity
