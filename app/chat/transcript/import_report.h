// SPDX-License-Identifier: MIT
#pragma once

#include <QList>
#include <QString>

namespace phidelity {

/// What an import took and what it could not take. Plain value.
struct ImportReport {
    struct LeftOut {
        QString what; ///< "images", "messages without text"
        qint64 count = 0;

        bool operator==(const LeftOut&) const = default;
    };

    QString source; ///< "a conversations.json of ChatGPT"
    qint64 conversations = 0;
    qint64 messages = 0;
    QList<LeftOut> leftOut; ///< in the order in which the kinds were first met

    /// Adds to the count of `what`; 0 changes nothing.
    void leaveOut(const QString& what, qint64 count = 1);

    bool operator==(const ImportReport&) const = default;
};

/// The report as sentences, one a line: what was taken, then what was left out.
[[nodiscard]] QString describe(const ImportReport& report);

} // namespace phidelity
