// SPDX-License-Identifier: MIT
#pragma once

#include <QString>

namespace phidelity {

/// `text` for setToolTip, to be shown as it stands: a tip would take what looks like markup for
/// markup, and titles and names come from strangers.
[[nodiscard]] inline QString plainTip(const QString& text) {
    return text.isEmpty() ? QString()
                          : QStringLiteral("<p style=\"white-space:pre-wrap\">%1</p>")
                                .arg(text.toHtmlEscaped());
}

} // namespace phidelity
