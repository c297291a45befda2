// SPDX-License-Identifier: MIT
#include "chat/markdown/code_language.h"

#include <QHash>

namespace phidelity {

QString codeFileName(const QString& language) {
    static const QHash<QString, QString> suffixes{
        {QStringLiteral("python"), QStringLiteral("py")},
        {QStringLiteral("python3"), QStringLiteral("py")},
        {QStringLiteral("shell"), QStringLiteral("sh")},
        {QStringLiteral("javascript"), QStringLiteral("js")},
        {QStringLiteral("typescript"), QStringLiteral("ts")},
        {QStringLiteral("csharp"), QStringLiteral("cs")},
        {QStringLiteral("rust"), QStringLiteral("rs")},
    };
    const QString key = language.toLower();
    return QStringLiteral("x.") + suffixes.value(key, key);
}

} // namespace phidelity
