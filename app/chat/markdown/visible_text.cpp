// SPDX-License-Identifier: MIT
#include "chat/markdown/visible_text.h"

#include <algorithm>

namespace phidelity {

namespace {

/// What stands for a character that is not seen. Not U+2400 and on: few fonts have those.
constexpr char16_t kMark = 0xFFFD;

bool isHidden(char16_t c) {
    const auto in = [c](char16_t first, char16_t last) { return c >= first && c <= last; };
    return (c < 0x20 && c != u'\t' && c != u'\n') || in(0x7F, 0x9F) || c == 0x180E || c == 0x200B ||
           in(0x2028, 0x202E) || in(0x2060, 0x206F) || c == 0xFEFF || in(0xFFF0, 0xFFFC);
}

/// The high surrogate of U+E0000 to U+E03FF, among them the tags that spell hidden text.
constexpr char16_t kTagSurrogate = 0xDB40;

} // namespace

QString visibleText(const QString& text) {
    const auto changes = [](QChar c) {
        return c.unicode() == kTagSurrogate || isHidden(c.unicode());
    };
    const auto first = std::find_if(text.begin(), text.end(), changes);
    if (first == text.end()) {
        return text;
    }
    QString shown = text;
    for (qsizetype at = first - text.begin(); at < shown.size(); ++at) {
        const char16_t c = shown.at(at).unicode();
        if (c == kTagSurrogate && at + 1 < shown.size() && shown.at(at + 1).isLowSurrogate()) {
            shown[at++] = kMark;
            shown[at] = kMark;
        } else if (c == kTagSurrogate || isHidden(c)) {
            shown[at] = kMark;
        }
    }
    return shown;
}

} // namespace phidelity
