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

// Characters -------------------------------------------------------------------------------------

void MathReader::skipSpaces() {
    while (!atEnd()) {
        if (peek() == u'%') {
            while (!atEnd() && peek() != u'\n') {
                ++m_at;
            }
        } else if (peek().isSpace()) {
            ++m_at;
        } else {
            return;
        }
    }
}

bool MathReader::take(QChar c) {
    const bool found = !atEnd() && peek() == c;
    m_at += found ? 1 : 0;
    return found;
}

/// The name after a backslash: letters, or one other character; empty where there is none.
QStringView MathReader::peekCommand() const {
    if (peek() != u'\\' || m_at + 1 >= m_text.size()) {
        return {};
    }
    const auto isLetter = [](QChar c) {
        return (c >= u'a' && c <= u'z') || (c >= u'A' && c <= u'Z');
    };
    qsizetype end = m_at + 1;
    while (end < m_text.size() && isLetter(m_text.at(end))) {
        ++end;
    }
    return m_text.sliced(m_at + 1, end == m_at + 1 ? 1 : end - m_at - 1);
}

bool MathReader::takeCommand(QStringView name) {
    if (name.isEmpty() || peekCommand() != name) {
        return false;
    }
    m_at += 1 + name.size();
    return true;
}

bool MathReader::isRowEnd() const {
    const QStringView name = peekCommand();
    return name == u"\\" || name == u"cr" || name == u"newline" || name == u"end";
}

bool MathReader::isStop(Stop stop) const {
    switch (stop) {
    case Stop::Brace:
        return peek() == u'}';
    case Stop::Bracket:
        return peek() == u']';
    case Stop::Dollar:
        return peek() == u'$';
    case Stop::Right:
        return peekCommand() == u"right" || peekCommand() == u"middle";
    case Stop::Cell:
        return peek() == u'&' || isRowEnd();
    }
    return true;
}

/// The characters of an argument as they stand, with balanced braces.
QStringView MathReader::readRaw() {
    skipSpaces();
    if (!take(u'{')) {
        fail(QStringLiteral("an argument is missing"));
        return {};
    }
    const qsizetype start = m_at;
    for (int braces = 0; !atEnd(); ++m_at) {
        if (peek() == u'\\') {
            ++m_at;
        } else if (peek() == u'{') {
            ++braces;
        } else if (peek() == u'}' && braces-- == 0) {
            return m_text.sliced(start, m_at++ - start);
        }
    }
    fail(QStringLiteral("unclosed brace"));
    return {};
}

std::optional<QStringView> MathReader::readOptional() {
    skipSpaces();
    const qsizetype end = peek() == u'[' ? m_text.indexOf(u']', m_at) : -1;
    if (end < 0) {
        return std::nullopt;
    }
    const QStringView inner = m_text.sliced(m_at + 1, end - m_at - 1).trimmed();
    m_at = end + 1;
    return inner;
}

char32_t MathReader::readDelimiter() {
    skipSpaces();
    QStringView name = peekCommand();
    if (name == u"|") {
        name = u"Vert"; // not the single bar, which is written without a backslash
        m_at += 2;
    } else if (!name.isEmpty()) {
        m_at += 1 + name.size();
    } else if (!atEnd()) {
        name = m_text.sliced(m_at++, 1);
    }
    const auto delimiter = mathDelimiter(name);
    if (!delimiter) {
        fail(QStringLiteral("not a delimiter: '%1'").arg(name));
    }
    return delimiter.value_or(0);
}

/// Nothing that is invisible or changes the direction of what stands beside it gets any further.
bool MathReader::checkCharacters() {
    for (qsizetype at = 0; at < m_text.size(); ++at) {
        char32_t c = m_text.at(at).unicode();
        if (QChar::isHighSurrogate(c) && at + 1 < m_text.size() &&
            m_text.at(at + 1).isLowSurrogate()) {
            c = QChar::surrogateToUcs4(static_cast<char16_t>(c), m_text.at(++at).unicode());
        }
        const bool bad = c != U'\n' && c != U'\t' && c != U'\r' &&
                         (QChar::category(c) == QChar::Other_Control ||
                          QChar::category(c) == QChar::Other_Format ||
                          QChar::category(c) == QChar::Other_Surrogate ||
                          QChar::category(c) == QChar::Other_PrivateUse ||
                          QChar::category(c) == QChar::Other_NotAssigned);
        if (bad) {
            fail(
                QStringLiteral("the character U+%1").arg(static_cast<uint>(c), 4, 16, QChar(u'0')));
            return false;
        }
    }
    return true;
}

MathNode MathReader::make(Kind kind) {
    if (++m_nodes > kMathMaxNodes) {
        return fail(QStringLiteral("too many parts"));
    }
    MathNode node;
    node.kind = kind;
    return node;
}

MathNode MathReader::symbolNode(char32_t symbol, AtomClass atom) {
    MathNode node = make(Kind::Symbol);
    node.symbol = symbol;
    node.atom = atom;
    node.face = m_face;
    return node;
}

MathNode MathReader::fail(const QString& reason) {
    if (!m_failed) {
        m_failed = true;
        m_reason = reason;
    }
    m_at = m_text.size();
    return {};
}

} // namespace phidelity
