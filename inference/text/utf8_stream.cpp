// SPDX-License-Identifier: MIT
#include "inference/text/utf8_stream.h"

#include "inference/text/utf8.h"

namespace phidelity {

namespace {

/// Appends the valid text of `bytes` to `text`; returns where an incomplete character at the end
/// begins, or bytes.size().
std::size_t appendValid(std::string& text, std::string_view bytes) {
    std::size_t position = 0;
    while (position < bytes.size()) {
        const std::size_t valid = validUtf8Prefix(bytes.substr(position));
        text.append(bytes.substr(position, valid));
        position += valid;
        if (position == bytes.size()) {
            break;
        }
        const Utf8Unit unit = nextUtf8(bytes, position);
        if (unit.kind == Utf8Unit::Kind::Incomplete) {
            return position;
        }
        text.append(kReplacement);
        position += unit.length;
    }
    return position;
}

} // namespace

std::string Utf8Stream::push(std::string_view bytes) {
    std::string text;
    if (m_pending.empty()) {
        const std::size_t end = appendValid(text, bytes);
        m_pending = bytes.substr(end);
        return text;
    }
    std::string joined = std::move(m_pending);
    joined.append(bytes);
    const std::size_t end = appendValid(text, joined);
    m_pending = joined.substr(end);
    return text;
}

std::string Utf8Stream::finish() {
    const bool unfinished = !m_pending.empty();
    m_pending.clear();
    return std::string(unfinished ? kReplacement : std::string_view());
}

std::string sanitizeUtf8(std::string_view bytes) {
    Utf8Stream stream;
    std::string text = stream.push(bytes);
    text.append(stream.finish());
    return text;
}

} // namespace phidelity
