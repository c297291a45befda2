// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QList>
#include <QPointF>
#include <QString>

namespace phidelity {

/// A sign that Qt's PDF engine paints without saying which character it is, as it knows those of
/// the first plane only: emoji, mathematical letters, rare Chinese ones. Plain value.
struct PaintedSign {
    int page = 1;
    QPointF place; ///< of its glyph on the base line, as it was painted
    QString text;  ///< one character, or several that make one sign

    bool operator==(const PaintedSign&) const = default;
};

/// A PDF of QPdfWriter in which text can be searched for and copied as it was written: each glyph
/// of `signs` says its text, a blank is a blank (Qt calls it a tab), and glyphs that are several
/// letters (ﬁ) or a form of one (Arabic) say the letters. Adds further versions of the fonts'
/// ToUnicode maps at the end (an incremental update, ISO 32000-1, 7.5.6 and 9.10.3); what is
/// painted stays. A file that is not built as expected comes back as it is. Linear.
[[nodiscard]] QByteArray withWholeText(const QByteArray& pdf, const QList<PaintedSign>& signs);

} // namespace phidelity
