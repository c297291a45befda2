// SPDX-License-Identifier: MIT
#include "chat/transcript/import_report.h"

#include <algorithm>

namespace phidelity {

void ImportReport::leaveOut(const QString& what, qint64 count) {
    if (count <= 0) {
        return;
    }
    const auto known = std::find_if(leftOut.begin(), leftOut.end(),
                                    [&](const LeftOut& one) { return one.what == what; });
    if (known != leftOut.end()) {
        known->count += count;
    } else {
        leftOut.append({what, count});
    }
}

QString describe(const ImportReport& report) {
    const auto counted = [](qint64 count, const QString& one) {
        return QStringLiteral("%1 %2").arg(count).arg(count == 1 ? one : one + u's');
    };
    QString text = QStringLiteral("Read %1 with %2 from %3.")
                       .arg(counted(report.conversations, QStringLiteral("conversation")),
                            counted(report.messages, QStringLiteral("message")),
                            report.source.isEmpty() ? QStringLiteral("the file") : report.source);
    for (const ImportReport::LeftOut& one : report.leftOut) {
        text += QStringLiteral("\nLeft out: %1 × %2.").arg(one.count).arg(one.what);
    }
    return text;
}

} // namespace phidelity
