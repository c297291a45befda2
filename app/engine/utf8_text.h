// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include <QByteArray>
#include <QString>

namespace phidelity {

// Text of inference as Qt's; for the files of the engine.

[[nodiscard]] inline QByteArray bytesOf(std::string_view text) {
    return {text.data(), static_cast<qsizetype>(text.size())};
}

/// Bytes that are no UTF-8 become U+FFFD.
[[nodiscard]] inline QString fromUtf8(std::string_view text) {
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

} // namespace phidelity
