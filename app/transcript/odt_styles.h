// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QString>

#include "chat/transcript/paper.h"

namespace phidelity {

class CodeKinds;

/// styles.xml of an exported text: paragraphs, headings, code, a page of that paper with its
/// number.
[[nodiscard]] QByteArray odtStyles(const QString& title, Paper paper);
/// The automatic styles of its content: looks of characters, lists, tables.
[[nodiscard]] QString odtContentStyles(const CodeKinds& code);
/// The namespaces that both use.
[[nodiscard]] QString odtNamespaces();

/// Deepest quote that has an indentation of its own.
inline constexpr int kOdtQuotes = 6;

} // namespace phidelity
