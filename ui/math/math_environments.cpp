// SPDX-License-Identifier: MIT
#include <utility>

#include "ui/math/math_reader.h"

namespace phidelity {

using Kind = MathNode::Kind;
using Grid = MathNode::Grid;

MathNode MathReader::environment(int) {
    struct Environment {
        const char16_t* name;
        Grid grid;
        char32_t left;
        char32_t right;
    };
    static constexpr Environment kEnvironments[] = {
        {u"matrix", Grid::Matrix, 0, 0},        {u"pmatrix", Grid::Matrix, U'(', U')'},
        {u"bmatrix", Grid::Matrix, U'[', U']'}, {u"Bmatrix", Grid::Matrix, U'{', U'}'},
        {u"vmatrix", Grid::Matrix, U'|', U'|'}, {u"Vmatrix", Grid::Matrix, U'‖', U'‖'},
        {u"smallmatrix", Grid::Substack, 0, 0}, {u"cases", Grid::Cases, U'{', 0},
        {u"dcases", Grid::Cases, U'{', 0},      {u"rcases", Grid::Cases, 0, U'}'},
        {u"aligned", Grid::Aligned, 0, 0},      {u"align", Grid::Aligned, 0, 0},
        {u"split", Grid::Aligned, 0, 0},        {u"eqnarray", Grid::Aligned, 0, 0},
        {u"alignat", Grid::Aligned, 0, 0},      {u"alignedat", Grid::Aligned, 0, 0},
        {u"flalign", Grid::Aligned, 0, 0},      {u"gather", Grid::Gathered, 0, 0},
        {u"gathered", Grid::Gathered, 0, 0},    {u"multline", Grid::Gathered, 0, 0},
        {u"equation", Grid::Aligned, 0, 0},     {u"displaymath", Grid::Aligned, 0, 0},
        {u"math", Grid::Aligned, 0, 0},         {u"array", Grid::Array, 0, 0},
        {u"subarray", Grid::Array, 0, 0},
    };
    const DepthGuard guard(this);
    const QStringView written = readRaw();
    const QStringView name = written.endsWith(u'*') ? written.chopped(1) : written;
    const Environment* found = nullptr;
    for (const Environment& environment : kEnvironments) {
        found = name == QStringView(environment.name) ? &environment : found;
    }
    if (found == nullptr) {
        return fail(QStringLiteral("unknown environment %1").arg(written));
    }
    QString columns;
    if (found->grid == Grid::Array) {
        readOptional();
        columns = readRaw().toString();
    } else if (name.startsWith(u"aligned") || name == u"alignat" || written == u"gathered") {
        readOptional();
        if (name.endsWith(u"at")) {
            readRaw();
        }
    }
    const MathFace face = m_face;
    MathNode table = readTable(found->grid, Scope::Environment);
    m_face = face;
    if (!takeCommand(u"end") || readRaw() != written) {
        return fail(QStringLiteral("\\begin{%1} without its end").arg(written));
    }
    table.columns = columns;
    table.atom = AtomClass::Inner;
    if (found->left == 0 && found->right == 0) {
        return table;
    }
    MathNode fence = make(Kind::Fence);
    fence.atom = AtomClass::Inner;
    fence.delimiters = {found->left, found->right};
    fence.parts.push_back(std::move(table));
    return fence;
}

MathNode MathReader::substack(int) {
    const DepthGuard guard(this);
    skipSpaces();
    if (!take(u'{')) {
        return fail(QStringLiteral("an argument is missing"));
    }
    MathNode table = make(Kind::Table);
    table.grid = Grid::Substack;
    while (!m_failed) {
        MathNode row = make(Kind::Group);
        MathNode cell = make(Kind::Group);
        for (skipSpaces(); !atEnd() && peek() != u'}' && !isRowEnd(); skipSpaces()) {
            if (peek() == u'&' || peek() == u'$') {
                return fail(QStringLiteral("unexpected '%1'").arg(peek()));
            }
            MathNode item = readScripts(readNucleus());
            if (!item.isEmpty()) {
                cell.parts.push_back(std::move(item));
            }
        }
        row.parts.push_back(std::move(cell));
        table.parts.push_back(std::move(row));
        if (take(u'}')) {
            return table;
        }
        if (!takeCommand(u"\\")) {
            break;
        }
    }
    return fail(QStringLiteral("unclosed brace"));
}

} // namespace phidelity
