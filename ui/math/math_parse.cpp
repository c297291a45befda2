// SPDX-License-Identifier: MIT
#include "ui/math/math_parse.h"

#include <utility>

#include "ui/math/math_reader.h"
#include "ui/math/math_symbols.h"

namespace phidelity {

using Kind = MathNode::Kind;

std::optional<MathNode> parseMath(QStringView latex, QString* why) {
    return MathReader(latex).run(why);
}

std::optional<MathNode> MathReader::run(QString* why) {
    if (m_text.size() > kMathMaxChars) {
        fail(QStringLiteral("too long"));
    }
    MathNode formula;
    if (!m_failed && checkCharacters()) {
        formula = readTable(MathNode::Grid::Aligned, Scope::End);
    }
    if (!m_failed && formula.parts.empty()) {
        fail(QStringLiteral("nothing to set"));
    }
    if (m_failed) {
        if (why != nullptr) {
            *why = m_reason;
        }
        return std::nullopt;
    }
    return formula;
}

// Grammar ----------------------------------------------------------------------------------------

MathNode MathReader::readList(Stop stop) {
    const DepthGuard guard(this);
    const MathFace face = m_face;
    MathNode list = make(Kind::Group);
    for (skipSpaces(); !atEnd() && !isStop(stop); skipSpaces()) {
        if (readOver(&list, stop)) {
            break;
        }
        if (peek() == u'}' || peek() == u'&' || peek() == u'$' || isRowEnd()) {
            fail(QStringLiteral("unexpected '%1'").arg(peek()));
            break;
        }
        MathNode item = readScripts(readNucleus());
        if (!item.isEmpty()) {
            list.parts.push_back(std::move(item));
        }
    }
    m_face = face;
    return list;
}

/// `{a \over b}`: what came before is the numerator, what follows the denominator.
bool MathReader::readOver(MathNode* list, Stop stop) {
    const QStringView name = peekCommand();
    const bool over = name == u"over";
    const bool choose = name == u"choose";
    if (!over && !choose && name != u"atop") {
        return false;
    }
    takeCommand(name);
    MathNode fraction = make(Kind::Fraction);
    fraction.atom = AtomClass::Inner;
    fraction.barred = over;
    MathNode numerator = make(Kind::Group);
    numerator.parts = std::move(list->parts);
    fraction.parts.push_back(std::move(numerator));
    fraction.parts.push_back(readList(stop));
    list->parts.clear();
    if (choose) {
        MathNode fence = make(Kind::Fence);
        fence.delimiters = {U'(', U')'};
        fence.parts.push_back(std::move(fraction));
        list->parts.push_back(std::move(fence));
    } else {
        list->parts.push_back(std::move(fraction));
    }
    return true;
}

MathNode MathReader::readArgument() {
    skipSpaces();
    if (atEnd()) {
        return fail(QStringLiteral("an argument is missing"));
    }
    if (take(u'{')) {
        MathNode list = readList(Stop::Brace);
        if (!take(u'}')) {
            return fail(QStringLiteral("unclosed brace"));
        }
        return list;
    }
    const DepthGuard guard(this);
    const QChar c = peek();
    if (c == u'}' || c == u'&' || c == u'^' || c == u'_' || c == u'$' || c == u'\'' || isRowEnd() ||
        isStop(Stop::Right)) {
        return fail(QStringLiteral("an argument is missing"));
    }
    MathNode group = make(Kind::Group);
    group.parts.push_back(readNucleus());
    if (group.parts.back().isEmpty()) {
        group.parts.pop_back();
    }
    return group;
}

MathNode MathReader::readScripts(MathNode nucleus) {
    MathNode sub;
    MathNode sup;
    std::vector<MathNode> primes;
    bool raised = false;
    for (skipSpaces(); !atEnd(); skipSpaces()) {
        if (take(u'\'')) {
            if (raised) {
                return fail(QStringLiteral("a prime after a superscript"));
            }
            primes.push_back(symbolNode(U'′', AtomClass::Ord));
        } else if (take(u'^')) {
            if (raised) {
                return fail(QStringLiteral("two superscripts"));
            }
            raised = true;
            sup = readArgument();
        } else if (take(u'_')) {
            if (!sub.isEmpty()) {
                return fail(QStringLiteral("two subscripts"));
            }
            sub = readArgument();
        } else if (takeCommand(u"limits")) {
            nucleus.limits = MathLimits::Always;
        } else if (takeCommand(u"nolimits")) {
            nucleus.limits = MathLimits::Side;
        } else if (takeCommand(u"displaylimits")) {
            nucleus.limits = MathLimits::Display;
        } else {
            break;
        }
    }
    if (!primes.empty()) {
        MathNode group = make(Kind::Group);
        group.parts = std::move(primes);
        for (MathNode& part : sup.parts) {
            group.parts.push_back(std::move(part));
        }
        sup = std::move(group);
    }
    if (sub.isEmpty() && sup.isEmpty()) {
        return nucleus;
    }
    MathNode scripts = make(Kind::Scripts);
    scripts.atom = nucleus.isEmpty() ? AtomClass::Ord : nucleus.atom;
    scripts.limits = nucleus.limits;
    scripts.parts.push_back(nucleus.isEmpty() ? make(Kind::Group) : std::move(nucleus));
    scripts.parts.push_back(std::move(sub));
    scripts.parts.push_back(std::move(sup));
    return scripts;
}

MathNode MathReader::readNucleus() {
    const QChar c = peek();
    if (c == u'{') {
        return readArgument();
    }
    if (c == u'^' || c == u'_' || c == u'\'') {
        return make(Kind::Group);
    }
    return c == u'\\' ? readCommand() : readCharacter();
}

MathNode MathReader::readCharacter() {
    char32_t character = peek().unicode();
    ++m_at;
    if (QChar::isHighSurrogate(character)) {
        character = QChar::surrogateToUcs4(static_cast<char16_t>(character), peek().unicode());
        ++m_at;
    }
    if (character == U'~') {
        return space(6);
    }
    if (character == U'#') {
        return fail(QStringLiteral("unexpected '#'"));
    }
    if (QChar::isMark(character)) {
        return fail(QStringLiteral("a combining character"));
    }
    const MathSymbol symbol = mathCharacter(character);
    MathNode node = symbolNode(symbol.symbol, symbol.atom);
    node.limits = symbol.limits;
    return node;
}

MathNode MathReader::readCommand() {
    const QStringView name = peekCommand();
    if (name.isEmpty()) {
        return fail(QStringLiteral("a backslash at the end"));
    }
    m_at += 1 + name.size();
    if (const auto found = command(name)) {
        return (this->*found->handler)(found->argument);
    }
    if (const auto symbol = mathSymbol(name)) {
        MathNode node = symbolNode(symbol->symbol, symbol->atom);
        node.limits = symbol->limits;
        return node;
    }
    if (auto function = mathFunction(name)) {
        MathNode node = make(Kind::Text);
        node.atom = AtomClass::Op;
        node.face = MathFace::Roman;
        node.limits = function->limits;
        node.text = std::move(function->shown);
        return node;
    }
    return fail(QStringLiteral("unknown command \\%1").arg(name));
}

/// Rows of cells up to the end of the text or to `\end`. What is one cell only is no table.
MathNode MathReader::readTable(MathNode::Grid grid, Scope scope) {
    MathNode table = make(Kind::Table);
    table.grid = grid;
    bool aligned = false;
    for (bool lastRow = false; !lastRow && !m_failed;) {
        skipSpaces();
        while (takeCommand(u"hline") || takeCommand(u"toprule") || takeCommand(u"midrule") ||
               takeCommand(u"bottomrule")) {
            table.ruledRows.push_back(static_cast<int>(table.parts.size()));
            skipSpaces();
        }
        MathNode row = make(Kind::Group);
        row.parts.push_back(readList(Stop::Cell));
        while (take(u'&')) {
            aligned = true;
            row.parts.push_back(readList(Stop::Cell));
        }
        if (!readRowEnd(scope, &lastRow)) {
            return fail(QStringLiteral("an environment is not closed"));
        }
        const bool empty = row.parts.size() == 1 && row.parts.front().parts.empty();
        if (!lastRow || !empty) {
            table.parts.push_back(std::move(row));
        }
    }
    if (grid == MathNode::Grid::Aligned && !aligned) {
        table.grid = MathNode::Grid::Gathered;
        if (table.parts.size() == 1) {
            return std::move(table.parts.front().parts.front());
        }
    }
    return table;
}

bool MathReader::readRowEnd(Scope scope, bool* lastRow) {
    skipSpaces();
    if (takeCommand(u"\\") || takeCommand(u"cr") || takeCommand(u"newline")) {
        take(u'*');
        const qsizetype before = m_at;
        const auto gap = peek() == u'[' ? readOptional() : std::nullopt;
        // `\\[2pt]` is a gap, `\\[a, b]` the next row's interval.
        if (gap && (gap->isEmpty() || gap->front().isLetter() || !gap->back().isLetter())) {
            m_at = before;
        }
        return true;
    }
    *lastRow = true;
    return scope == Scope::End ? atEnd() : peekCommand() == u"end";
}

/// The inside of \text{…}: words, escaped characters, formulas between dollars.
MathNode MathReader::readWords(MathFace face) {
    const DepthGuard guard(this);
    MathNode group = make(Kind::Group);
    skipSpaces();
    if (!take(u'{')) {
        return fail(QStringLiteral("an argument is missing"));
    }
    QString text;
    int braces = 0;
    while (!atEnd() && (braces > 0 || peek() != u'}')) {
        const QChar c = peek();
        if (c == u'\\') {
            readTextCommand(face, &group, &text);
        } else if (c == u'$') {
            ++m_at;
            addWords(face, &group, &text);
            const MathFace around = std::exchange(m_face, MathFace::Auto);
            group.parts.push_back(readList(Stop::Dollar));
            m_face = around;
            if (!take(u'$')) {
                return fail(QStringLiteral("unclosed dollar"));
            }
        } else {
            ++m_at;
            if (c == u'{' || c == u'}') {
                braces += c == u'{' ? 1 : -1;
            } else if (c == u'~') {
                text += QChar::Nbsp;
            } else if (!c.isSpace()) {
                text += c;
            } else if (!text.endsWith(u' ')) {
                text += u' ';
            }
        }
    }
    addWords(face, &group, &text);
    return take(u'}') ? std::move(group) : fail(QStringLiteral("unclosed brace"));
}

void MathReader::readTextCommand(MathFace face, MathNode* group, QString* words) {
    const QStringView name = peekCommand();
    m_at += 1 + name.size();
    const auto known = command(name);
    if (known && known->handler == &MathReader::words) {
        addWords(face, group, words);
        group->parts.push_back(readWords(static_cast<MathFace>(known->argument)));
    } else if (known && known->handler == &MathReader::space) {
        *words += QChar::Nbsp;
    } else if (name == u"{" || name == u"}" || name == u"\\") {
        *words += name == u"\\" ? QChar(u' ') : name.front();
    } else if (const auto symbol = mathSymbol(name)) {
        *words += QString::fromUcs4(&symbol->symbol, 1);
    } else {
        fail(QStringLiteral("unknown command \\%1 in words").arg(name));
    }
}

void MathReader::addWords(MathFace face, MathNode* group, QString* words) {
    if (!words->isEmpty()) {
        MathNode node = make(Kind::Text);
        node.face = face;
        node.text = std::exchange(*words, {});
        group->parts.push_back(std::move(node));
    }
}

} // namespace phidelity
