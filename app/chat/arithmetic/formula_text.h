// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include <QString>
#include <QStringView>

namespace phidelity {

/// Arithmetic that is written in LaTeX as it would be written in a line: "\frac{3}{4} \times 2"
/// becomes "((3)/(4)) * 2". Nothing where it holds a command that is none of arithmetic.
[[nodiscard]] std::optional<QString> arithmeticOfFormula(QStringView latex);

} // namespace phidelity
