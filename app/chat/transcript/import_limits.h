// SPDX-License-Identifier: MIT
#pragma once

#include <QString>
#include <QtGlobal>

#include "chat/conversation.h"

namespace phidelity {

// What an import takes at most; files come from anywhere.
inline constexpr qint64 kLargestImport = qint64{1} << 30; ///< bytes of a file
inline constexpr qsizetype kLargestElement = 256 << 20;   ///< bytes of one conversation in it
inline constexpr qsizetype kLongestText = 32 << 20;       ///< characters of a message
inline constexpr qsizetype kLongestName = 100000;         ///< characters of a title, author, ...
inline constexpr qsizetype kMostMessages = 1'000'000;     ///< of a conversation
inline constexpr qsizetype kMostRecords = 1000;           ///< of a reply
inline constexpr NodeId kHighestNode = 1'000'000'000;     ///< leaves room for messages to come
inline constexpr qint64 kLatestTimeMs = 9'000'000'000'000'000; ///< exact in a double

[[nodiscard]] inline QString tooLongMessages() {
    return QStringLiteral("messages of more than %1 million characters").arg(kLongestText >> 20);
}

} // namespace phidelity
