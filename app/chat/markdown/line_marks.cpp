// SPDX-License-Identifier: MIT
#include "chat/markdown/line_marks.h"

#include <algorithm>

#include <QStringList>

namespace phidelity {

namespace {

bool isSpace(QChar c) {
    return c == u' ' || c == u'\t';
}

bool only(QStringView text, QStringView characters) {
    return std::all_of(text.begin(), text.end(),
                       [characters](QChar c) { return characters.contains(c); });
}

qsizetype runOf(QStringView text, QChar c) {
    return std::distance(text.begin(), std::find_if(text.begin(), text.end(),
                                                    [c](QChar other) { return other != c; }));
}

qsizetype digitsOf(QStringView text) {
    return std::distance(text.begin(), std::find_if(text.begin(), text.end(),
                                                    [](QChar c) { return c < u'0' || c > u'9'; }));
}

} // namespace

int LineCursor::indent() const {
    int column = m_column + m_tabLeft;
    for (qsizetype at = m_at; at < m_line.size() && isSpace(m_line.at(at)); ++at) {
        column += m_line.at(at) == u'\t' ? 4 - column % 4 : 1;
    }
    return column - m_column;
}

QStringView LineCursor::rest() const {
    qsizetype at = m_at;
    while (at < m_line.size() && isSpace(m_line.at(at))) {
        ++at;
    }
    return m_line.sliced(at);
}

QString LineCursor::remaining() const {
    return QString(m_tabLeft, u' ').append(m_line.sliced(m_at));
}

void LineCursor::skipColumns(int columns) {
    while (columns > 0) {
        if (m_tabLeft == 0) {
            if (m_at >= m_line.size() || !isSpace(m_line.at(m_at))) {
                return;
            }
            m_tabLeft = m_line.at(m_at) == u'\t' ? 4 - m_column % 4 : 1;
            ++m_at;
        }
        const int step = std::min(columns, m_tabLeft);
        m_tabLeft -= step;
        m_column += step;
        columns -= step;
    }
}

void LineCursor::skipCharacters(qsizetype count) {
    m_at += count;
    m_column += static_cast<int>(count);
}

FenceMark fenceMark(QStringView line) {
    if (line.isEmpty() || (line.front() != u'`' && line.front() != u'~')) {
        return {};
    }
    const QChar mark = line.front();
    const qsizetype length = runOf(line, mark);
    if (length < 3 || (mark == u'`' && line.sliced(length).contains(u'`'))) {
        return {};
    }
    return {mark, static_cast<int>(length)};
}

int headingLevel(QStringView line) {
    const qsizetype level = runOf(line, u'#');
    const bool heading =
        level >= 1 && level <= 6 && (level == line.size() || isSpace(line.at(level)));
    return heading ? static_cast<int>(level) : 0;
}

QStringView headingText(QStringView line, int level) {
    QStringView words = line.sliced(level).trimmed();
    qsizetype end = words.size();
    while (end > 0 && words.at(end - 1) == u'#') {
        --end;
    }
    // Closing marks are parted from the words.
    if (end == 0 || isSpace(words.at(end - 1))) {
        words = words.first(end).trimmed();
    }
    return words;
}

int underlineLevel(QStringView line) {
    const QStringView bare = line.trimmed();
    if (bare.isEmpty() || (bare.front() != u'=' && bare.front() != u'-') ||
        runOf(bare, bare.front()) != bare.size()) {
        return 0;
    }
    return bare.front() == u'=' ? 1 : 2;
}

bool isRule(QStringView line) {
    if (line.isEmpty() || (line.front() != u'-' && line.front() != u'*' && line.front() != u'_')) {
        return false;
    }
    qsizetype marks = 0;
    for (const QChar c : line) {
        if (c == line.front()) {
            ++marks;
        } else if (!isSpace(c)) {
            return false;
        }
    }
    return marks >= 3;
}

std::optional<ListMark> listMark(QStringView line) {
    if (line.isEmpty()) {
        return std::nullopt;
    }
    ListMark mark;
    if (const QChar c = line.front(); c == u'-' || c == u'*' || c == u'+') {
        mark.mark = c;
        mark.length = 1;
    } else {
        const qsizetype digits = digitsOf(line);
        if (digits < 1 || digits > 9 || digits == line.size() ||
            (line.at(digits) != u'.' && line.at(digits) != u')')) {
            return std::nullopt;
        }
        mark.kind = TextContainer::Kind::Numbered;
        mark.mark = line.at(digits);
        mark.number = line.first(digits).toInt();
        mark.length = digits + 1;
    }
    const bool parted = mark.length == line.size() || isSpace(line.at(mark.length));
    return parted ? std::optional(mark) : std::nullopt;
}

TextContainer::Task taskMark(QStringView line) {
    if (line.size() < 5 || line.at(0) != u'[' || line.at(2) != u']' || !isSpace(line.at(3)) ||
        line.sliced(4).trimmed().isEmpty()) {
        return TextContainer::Task::None;
    }
    const QChar mark = line.at(1);
    return mark == u' '                   ? TextContainer::Task::Open
           : mark == u'x' || mark == u'X' ? TextContainer::Task::Done
                                          : TextContainer::Task::None;
}

QList<TextBlock::Align> tableColumns(QStringView line) {
    using Align = TextBlock::Align;
    QStringView bare = line.trimmed();
    if (!bare.contains(u'-') || !only(bare, u"|:- \t")) {
        return {};
    }
    const bool piped = bare.startsWith(u'|');
    bare = piped ? bare.sliced(1) : bare;
    bare = bare.endsWith(u'|') ? bare.chopped(1) : bare;
    const QList<QStringView> parts = bare.split(u'|');
    // One column needs a bar, or every underlined heading would be a table.
    if (parts.size() > TextBlock::kTableColumns || (parts.size() == 1 && !piped)) {
        return {};
    }
    QList<Align> columns;
    for (const QStringView part : parts) {
        QStringView dashes = part.trimmed();
        const bool left = dashes.startsWith(u':');
        dashes = left ? dashes.sliced(1) : dashes;
        const bool right = dashes.endsWith(u':');
        dashes = right ? dashes.chopped(1) : dashes;
        if (dashes.isEmpty() || !only(dashes, u"-")) {
            return {};
        }
        columns.append(left && right ? Align::Center
                       : right       ? Align::Right
                       : left        ? Align::Left
                                     : Align::Default);
    }
    return columns;
}

QStringList tableCells(QStringView row, qsizetype most) {
    QStringView bare = row.trimmed();
    bare = bare.startsWith(u'|') ? bare.sliced(1) : bare;
    QStringList cells;
    QString cell;
    bool open = false; // something stands behind the last bar
    for (qsizetype at = 0; at < bare.size() && cells.size() < most; ++at) {
        const QChar c = bare.at(at);
        open = true;
        if (c == u'\\' && at + 1 < bare.size()) {
            ++at;
            if (bare.at(at) != u'|') {
                cell += c;
            }
            cell += bare.at(at);
        } else if (c == u'|') {
            cells.append(cell.trimmed());
            cell.clear();
            open = false;
        } else {
            cell += c;
        }
    }
    if (open && cells.size() < most) {
        cells.append(cell.trimmed());
    }
    return cells;
}

bool couldBecomeMarkup(QStringView line) {
    const QStringView bare = line.trimmed();
    if (bare.isEmpty() || bare.size() > 24) {
        return false;
    }
    const QChar first = bare.front();
    if (first == u'`' || first == u'~') {
        return bare.size() < 3 || (bare.at(1) == first && bare.at(2) == first);
    }
    if (QStringView(u"#-*+_=").contains(first)) {
        return only(bare, QStringView(&first, 1));
    }
    if (first == u'[') { // a task
        return bare == u"[" || bare == u"[ " || bare == u"[x" || bare == u"[X" || bare == u"[ ]" ||
               bare == u"[x]" || bare == u"[X]";
    }
    const qsizetype digits = digitsOf(bare);
    return digits > 0 && digits < 4 &&
           (digits == bare.size() ||
            (digits + 1 == bare.size() && (bare.back() == u'.' || bare.back() == u')')));
}

} // namespace phidelity
