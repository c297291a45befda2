// SPDX-License-Identifier: MIT
#include "chat/transcript/json_elements.h"

namespace phidelity {

namespace {

bool isSpace(char c) {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/// Behind the string that begins at `at`; the end of the bytes where it does not end.
qsizetype endOfString(QByteArrayView bytes, qsizetype at) {
    for (++at; at < bytes.size() && bytes.at(at) != '"'; ++at) {
        if (bytes.at(at) == '\\') {
            ++at;
        }
    }
    return qMin(at + 1, bytes.size());
}

/// Behind the value that begins at `at`.
qsizetype endOfValue(QByteArrayView bytes, qsizetype at) {
    qsizetype depth = 0;
    while (at < bytes.size()) {
        const char c = bytes.at(at);
        if (c == '"') {
            at = endOfString(bytes, at);
            if (depth == 0) {
                return at;
            }
            continue;
        }
        if (c == '{' || c == '[') {
            ++depth;
        } else if (c == '}' || c == ']') {
            if (depth == 0) {
                return at;
            }
            if (--depth == 0) {
                return at + 1;
            }
        } else if (c == ',' && depth == 0) {
            return at;
        }
        ++at;
    }
    return at;
}

} // namespace

JsonElements::JsonElements(QByteArrayView bytes) : m_bytes(bytes) {
    skipSpace();
    ++m_at; // '['
}

void JsonElements::skipSpace() {
    while (m_at < m_bytes.size() && isSpace(m_bytes.at(m_at))) {
        ++m_at;
    }
}

JsonElements::Next JsonElements::next(QByteArrayView* element) {
    skipSpace();
    if (m_at >= m_bytes.size()) {
        return Next::Broken;
    }
    if (m_bytes.at(m_at) == ']') {
        ++m_at;
        skipSpace();
        return m_at == m_bytes.size() ? Next::End : Next::Broken;
    }
    if (!m_first) {
        if (m_bytes.at(m_at) != ',') {
            return Next::Broken;
        }
        ++m_at;
        skipSpace();
    }
    m_first = false;
    const qsizetype end = endOfValue(m_bytes, m_at);
    if (end == m_at) {
        return Next::Broken;
    }
    *element = m_bytes.sliced(m_at, end - m_at);
    m_at = end;
    return Next::Element;
}

} // namespace phidelity
