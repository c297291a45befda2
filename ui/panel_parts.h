// SPDX-License-Identifier: MIT
#pragma once

#include <QString>

class QHBoxLayout;
class QScrollArea;
class QSpinBox;
class QWidget;

namespace phidelity {

/// What side panels have in common. GUI thread; what is made belongs to what it is put into.

/// Makes of `box` the field for the longest reply in tokens, 0 = no limit, with its label before
/// it.
[[nodiscard]] QHBoxLayout* tokenLimitRow(QSpinBox* box, const QString& objectName);

/// The column of a panel, on the panel's own ground. Where it is low, all of it scrolls and nothing
/// is squeezed. Takes `content`.
[[nodiscard]] QScrollArea* scrollingColumn(QWidget* content);

} // namespace phidelity
