// SPDX-License-Identifier: MIT
#include "chat/transcript/readable_text.h"

#include "chat/markdown/visible_text.h"

namespace phidelity {

namespace {

bool isNoncharacter(char32_t c) {
    return (c & 0xFFFE) == 0xFFFE || (c >= 0xFDD0 && c <= 0xFDEF);
}

} // namespace

QString readableText(const QString& text) {
    QString out;
    out.reserve(text.size());
    for (qsizetype at = 0; at < text.size(); ++at) {
        const QChar c = text.at(at);
        if (c == u'\r') {
            const bool pair = at + 1 < text.size() && text.at(at + 1) == u'\n';
            out += pair ? QString() : QStringLiteral("\n");
        } else if (!c.isSurrogate()) {
            out += isNoncharacter(c.unicode()) ? QChar(QChar::ReplacementCharacter) : c;
        } else if (c.isHighSurrogate() && at + 1 < text.size() &&
                   text.at(at + 1).isLowSurrogate()) {
            const char32_t whole = QChar::surrogateToUcs4(c, text.at(at + 1));
            out += isNoncharacter(whole) ? QString(QChar(QChar::ReplacementCharacter))
                                         : text.mid(at, 2);
            ++at;
        } else {
            out += QChar(QChar::ReplacementCharacter);
        }
    }
    return visibleText(out);
}

QString onOneLine(const QString& text) {
    constexpr qsizetype kLongest = 500;
    // Of a huge text only the beginning is looked at.
    QString line = readableText(text.left(kLongest * 4)).simplified().left(kLongest);
    if (!line.isEmpty() && line.back().isHighSurrogate()) {
        line.chop(1);
    }
    return line;
}

} // namespace phidelity
