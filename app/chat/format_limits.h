// SPDX-License-Identifier: MIT
#pragma once

#include <QtGlobal>

namespace phidelity {

// What an own prompt format may hold: more than any prompt of 2,048 tokens has use for, little
// enough for a file of strangers. In QChars.
inline constexpr qsizetype kLongestFormatName = 60;
inline constexpr qsizetype kLongestOpening = 20'000;
inline constexpr qsizetype kLongestMark = 1'000; ///< a prefix, a suffix or a stop string
inline constexpr qsizetype kMostStops = 64;
inline constexpr qsizetype kMostFormats = 1'000;               ///< in one file
inline constexpr qint64 kLargestFormatFile = 16 * 1024 * 1024; ///< bytes

} // namespace phidelity
