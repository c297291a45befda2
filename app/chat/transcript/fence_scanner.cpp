// SPDX-License-Identifier: MIT
#include "chat/transcript/fence_scanner.h"

#include <algorithm>

namespace phidelity {

FenceScanner::Line FenceScanner::take(QStringView line) {
    qsizetype start = 0;
    while (start < line.size() && line.at(start) == u' ') {
        ++start;
    }
    const QChar mark = start < line.size() ? line.at(start) : QChar();
    qsizetype end = start;
    while (end < line.size() && line.at(end) == mark) {
        ++end;
    }
    const qsizetype length = mark == u'`' || mark == u'~' ? end - start : 0;
    const QStringView behind = line.mid(end).trimmed();
    if (inCode()) {
        if (length < m_length || mark != m_mark || !behind.isEmpty()) {
            return Line::Code;
        }
        m_length = 0;
        return Line::Closes;
    }
    constexpr qsizetype kShortest = 3;
    if (length < kShortest || (mark == u'`' && behind.contains(u'`'))) {
        return Line::Text;
    }
    m_mark = mark;
    m_length = length;
    m_indent = start;
    const auto space =
        std::find_if(behind.begin(), behind.end(), [](QChar c) { return c.isSpace(); });
    m_language = behind.left(std::distance(behind.begin(), space)).left(40).toString();
    return Line::Opens;
}

QString fenceAround(const QString& code) {
    qsizetype longest = 2;
    qsizetype run = 0;
    for (const QChar c : code) {
        run = c == u'`' ? run + 1 : 0;
        longest = std::max(longest, run);
    }
    return QString(longest + 1, u'`');
}

} // namespace phidelity
