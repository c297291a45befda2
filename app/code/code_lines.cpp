// SPDX-License-Identifier: MIT
#include "code/code_lines.h"

#include <QRegularExpression>

namespace phidelity {

qsizetype indentOfLine(QStringView line) {
    qsizetype indent = 0;
    while (indent < line.size() && (line[indent] == u' ' || line[indent] == u'\t')) {
        ++indent;
    }
    return indent;
}

bool isBlankLine(QStringView line) {
    return indentOfLine(line) == line.size();
}

bool definesSomething(QStringView line) {
    static const QRegularExpression definition(
        QStringLiteral("^\\s*(?:(?:def|class|async def|function|fn|func|struct|enum|impl|public|"
                       "private|static|if __name__)\\b|@)"));
    return definition.match(line.toString()).hasMatch();
}

} // namespace phidelity
