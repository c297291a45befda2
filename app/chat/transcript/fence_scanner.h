// SPDX-License-Identifier: MIT
#pragma once

#include <QString>
#include <QStringView>

namespace phidelity {

/// Follows the code fences (``` and ~~~) of Markdown line by line, wherever they are indented.
class FenceScanner {
public:
    enum class Line { Text, Opens, Code, Closes };

    /// What the next line is; `line` comes without its end.
    Line take(QStringView line);

    [[nodiscard]] bool inCode() const { return m_length > 0; }
    /// Of the fence that is open, or was last: the first word behind it ("python").
    [[nodiscard]] const QString& language() const { return m_language; }
    /// Of the fence that is open, or was last: blanks before it.
    [[nodiscard]] qsizetype indent() const { return m_indent; }
    /// A line that closes the fence that is open.
    [[nodiscard]] QString closing() const { return QString(m_length, m_mark); }

private:
    QChar m_mark;
    qsizetype m_length = 0; ///< 0 = not in code
    qsizetype m_indent = 0;
    QString m_language;
};

/// A fence that `code` holds no run of.
[[nodiscard]] QString fenceAround(const QString& code);

} // namespace phidelity
