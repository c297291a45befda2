// SPDX-License-Identifier: MIT
#include "terminal_text.h"

#include <QList>
#include <QString>

namespace phidelity {

namespace {

bool isHarmful(char32_t character) {
    const bool control = character < 0x20 || (character >= 0x7F && character < 0xA0);
    const bool direction = (character >= 0x202A && character <= 0x202E) ||
                           (character >= 0x2066 && character <= 0x2069);
    const bool tag = character >= 0xE0000 && character <= 0xE007F;
    return (control && character != U'\n' && character != U'\t') || direction || tag;
}

} // namespace

std::string terminalSafe(std::string_view utf8) {
    QString safe;
    const auto characters =
        QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size())).toUcs4();
    for (const uint character : characters) {
        if (!isHarmful(character)) {
            safe += QChar::fromUcs4(character);
        }
    }
    return safe.toStdString();
}

std::string oneLine(std::string_view utf8) {
    std::string line = terminalSafe(utf8);
    for (char& character : line) {
        if (character == '\n' || character == '\t') {
            character = ' ';
        }
    }
    return line;
}

} // namespace phidelity
