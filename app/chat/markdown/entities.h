// SPDX-License-Identifier: MIT
#pragma once

#include <QString>
#include <QStringView>

namespace phidelity {

/// The text of an HTML entity as written ("&amp;", "&#8364;", "&#x20AC;"): the named ones of HTML 4
/// and some more that people type. What is unknown comes back as it is.
[[nodiscard]] QString entityText(QStringView entity);

} // namespace phidelity
