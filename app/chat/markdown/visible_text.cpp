// SPDX-License-Identifier: MIT
#include "chat/markdown/visible_text.h"

#include <algorithm>

namespace phidelity {

namespace {

/// What stands for a character, or the character itself.
char16_t visible(char16_t c) {
    if (c < 0x20) {
        return c == u'\t' || c == u'\n' ? c : static_cast<char16_t>(0x2400 + c);
    }
    if (c == 0x7F) {
        return 0x2421;
    }
    const auto in = [c](char16_t first, char16_t last) { return c >= first && c <= last; };
    const bool hidden = in(0x80, 0x9F) || c == 0x180E || c == 0x200B || in(0x2028, 0x202E) ||
                        in(0x2060, 0x206F) || c == 0xFEFF || in(0xFFF0, 0xFFFC);
    return hidden ? u'\uFFFD' : c;
}

/// The high surrogate of U+E0000 to U+E03FF, among them the tags that spell hidden text.
constexpr char16_t kTagSurrogate = 0xDB40;

} // namespace

QString visibleText(const QString& text) {
    const auto changes = [](QChar c) {
        return c.unicode() == kTagSurrogate || visible(c.unicode()) != c.unicode();
    };
    const auto first = std::find_if(text.begin(), text.end(), changes);
    if (first == text.end()) {
        return text;
    }
    QString shown = text;
    for (qsizetype at = first - text.begin(); at < shown.size(); ++at) {
        const char16_t c = shown.at(at).unicode();
        if (c == kTagSurrogate) {
            shown[at] = u'\uFFFD';
            if (at + 1 < shown.size() && shown.at(at + 1).isLowSurrogate()) {
                shown[++at] = u'\uFFFD';
            }
        } else {
            shown[at] = QChar(visible(c));
        }
    }
    return shown;
}

} // namespace phidelity
