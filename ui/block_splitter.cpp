// SPDX-License-Identifier: MIT
#include <algorithm>

#include "ui/text_block.h"

namespace phidelity {

namespace {

qsizetype indentOf(const QString& line) {
    qsizetype indent = 0;
    while (indent < line.size() && line.at(indent) == u' ') {
        ++indent;
    }
    return indent;
}

bool isBlank(const QString& line) {
    return std::all_of(line.begin(), line.end(), [](QChar c) { return c.isSpace(); });
}

/// Length of a run of three or more backticks or tildes at the start, else 0.
int fenceLength(const QString& line, QChar* mark) {
    const qsizetype indent = indentOf(line);
    if (indent > 3 || indent >= line.size() ||
        (line.at(indent) != u'`' && line.at(indent) != u'~')) {
        return 0;
    }
    *mark = line.at(indent);
    qsizetype end = indent;
    while (end < line.size() && line.at(end) == *mark) {
        ++end;
    }
    const bool marksAfter = *mark == u'`' && line.indexOf(u'`', end) >= 0;
    return end - indent >= 3 && !marksAfter ? static_cast<int>(end - indent) : 0;
}

int headingLevel(const QString& line) {
    int level = 0;
    while (level < line.size() && line.at(level) == u'#') {
        ++level;
    }
    return level >= 1 && level <= 6 && level < line.size() && line.at(level) == u' ' ? level : 0;
}

bool isRule(const QString& line) {
    const QString bare = line.trimmed();
    return bare.size() >= 3 &&
           (bare.front() == u'-' || bare.front() == u'*' || bare.front() == u'_') &&
           bare.count(bare.front()) == bare.size();
}

/// Length of "- ", "* ", "+ ", "12. " or "12) " after the indentation, else 0.
qsizetype listMarker(const QString& line, qsizetype indent, QString* marker) {
    if (indent + 1 >= line.size()) {
        return 0;
    }
    const QChar c = line.at(indent);
    if ((c == u'-' || c == u'*' || c == u'+') && line.at(indent + 1) == u' ') {
        *marker = QStringLiteral("•");
        return 2;
    }
    qsizetype end = indent;
    while (end < line.size() && end - indent < 4 && line.at(end).isDigit()) {
        ++end;
    }
    if (end > indent && end + 1 < line.size() && (line.at(end) == u'.' || line.at(end) == u')') &&
        line.at(end + 1) == u' ') {
        *marker = line.mid(indent, end - indent) + line.at(end);
        return end + 2 - indent;
    }
    return 0;
}

/// True for a beginning of a line that the next characters may turn into markup.
bool couldBecomeMarkup(const QString& line) {
    const QString bare = line.trimmed();
    if (bare.isEmpty() || bare.size() > 24) {
        return false;
    }
    const QChar first = bare.front();
    if (first == u'`' || first == u'~') {
        return bare.size() < 3 || (bare.at(1) == first && bare.at(2) == first);
    }
    if (first == u'#' || first == u'-' || first == u'*' || first == u'+' || first == u'_') {
        return bare.count(first) == bare.size();
    }
    const qsizetype digits = std::distance(
        bare.begin(), std::find_if(bare.begin(), bare.end(), [](QChar c) { return !c.isDigit(); }));
    return digits > 0 && digits < 4 &&
           (digits == bare.size() ||
            (digits + 1 == bare.size() && (bare.back() == u'.' || bare.back() == u')')));
}

} // namespace

qsizetype BlockSplitter::update(const QString& source, Ending ending) {
    const qsizetype from = resume();
    const qsizetype unchanged = m_blocks.size() - (m_open ? 1 : 0);
    for (qsizetype at = from; at < source.size();) {
        qsizetype next = at;
        takeLine(lineAt(source, at, ending, &next));
        at = next;
    }
    finishInline(unchanged);
    return unchanged;
}

/// Takes the last block off, since it may go on, and returns where to read again.
qsizetype BlockSplitter::resume() {
    m_open = false;
    m_lines = 0;
    m_fence = {};
    if (m_kind == TextKind::Python) {
        m_fence = {QChar(), 1 << 20, QStringLiteral("Python")};
    }
    if (m_blocks.isEmpty()) {
        return m_start;
    }
    const TextBlock last = m_blocks.takeLast();
    m_fence = m_fences.takeLast();
    if (last.continues) {
        const TextBlock before = m_blocks.last();
        beginContinuation(before, last.sourceStart).midLine = last.midLine;
    }
    return last.sourceStart;
}

BlockSplitter::Line BlockSplitter::lineAt(const QString& source, qsizetype at, Ending ending,
                                          qsizetype* next) const {
    const qsizetype newline = source.indexOf(u'\n', at);
    qsizetype end = newline < 0 ? source.size() : newline;
    *next = newline < 0 ? source.size() : newline + 1;
    Line line;
    line.start = at;
    line.midLine = at > m_start && source.at(at - 1) != u'\n';
    if (end - at > TextBlock::kBlockChars) {
        end = at + TextBlock::kBlockChars;
        const qsizetype space = source.lastIndexOf(u' ', end - 1);
        if (space > at + TextBlock::kBlockChars / 2) {
            end = space + 1;
        } else if (source.at(end - 1).isHighSurrogate()) {
            --end;
        }
        *next = end;
    }
    line.finished = end < source.size() || ending == Ending::Final;
    line.text = source.mid(at, end - at);
    if (line.text.endsWith(u'\r')) {
        line.text.chop(1);
    }
    return line;
}

TextBlock& BlockSplitter::begin(TextBlock::Kind kind, qsizetype sourceStart, const Fence& before) {
    TextBlock block;
    block.kind = kind;
    block.sourceStart = sourceStart;
    m_blocks.append(block);
    m_fences.append(before);
    m_open = true;
    m_lines = 0;
    return m_blocks.last();
}

TextBlock& BlockSplitter::beginContinuation(const TextBlock& before, qsizetype sourceStart) {
    const TextBlock::Kind kind = before.kind;
    const int level = before.level;
    const QString language = before.language;
    m_blocks.last().continued = true;
    TextBlock& block = begin(kind, sourceStart, m_fence);
    block.continues = true;
    block.level = level;
    block.language = language;
    return block;
}

void BlockSplitter::takeLine(const Line& line) {
    if (line.midLine && !m_blocks.isEmpty()) {
        // resume() has begun the block already when it read the same piece before.
        if (m_lines > 0 || !m_open) {
            const TextBlock before = m_blocks.last();
            beginContinuation(before, line.start).midLine = true;
        }
        addLine(line.text, line.start);
        return;
    }
    if (m_fence.length > 0) {
        QChar mark;
        const int length = m_fence.mark.isNull() ? 0 : fenceLength(line.text, &mark);
        const QString bare = line.text.trimmed();
        const bool onlyMarks =
            !m_fence.mark.isNull() && !bare.isEmpty() && bare.count(m_fence.mark) == bare.size();
        if (length >= m_fence.length && mark == m_fence.mark && onlyMarks) {
            m_fence = {};
            m_open = false;
        } else if (line.finished || !onlyMarks) {
            if (!m_open) {
                begin(TextBlock::Kind::Code, line.start, m_fence).language = m_fence.language;
            }
            addLine(line.text, line.start);
        }
        return;
    }
    if (m_kind == TextKind::Plain) {
        if (!m_open) {
            begin(TextBlock::Kind::Paragraph, line.start, m_fence);
        }
        addLine(line.text, line.start);
        return;
    }
    if (line.finished || !couldBecomeMarkup(line.text)) {
        takeTextLine(line.text, line.start);
    }
}

void BlockSplitter::takeTextLine(const QString& line, qsizetype start) {
    using Kind = TextBlock::Kind;
    QChar mark;
    if (const int length = fenceLength(line, &mark); length > 0) {
        const Fence before = m_fence;
        const QString info = line.trimmed().mid(length).trimmed();
        m_fence = {mark, length, info.section(u' ', 0, 0).left(40)};
        begin(Kind::Code, start, before).language = m_fence.language;
        return;
    }
    if (isBlank(line)) {
        m_open = false;
        return;
    }
    if (const int level = headingLevel(line); level > 0) {
        TextBlock& block = begin(Kind::Heading, start, m_fence);
        block.level = level;
        block.text = line.mid(level).trimmed();
        m_open = false;
        return;
    }
    if (isRule(line)) {
        begin(Kind::Rule, start, m_fence);
        m_open = false;
        return;
    }
    const qsizetype indent = indentOf(line);
    QString marker;
    if (const qsizetype length = listMarker(line, indent, &marker); length > 0) {
        TextBlock& block = begin(Kind::ListItem, start, m_fence);
        block.level = static_cast<int>(std::min<qsizetype>(indent / 2, 6));
        block.marker = marker;
        addLine(line.mid(indent + length), start);
        return;
    }
    if (line.startsWith(u'>')) {
        const bool goesOn = m_open && m_blocks.last().kind == Kind::Quote;
        if (!goesOn) {
            begin(Kind::Quote, start, m_fence);
        }
        addLine(line.mid(line.startsWith(QLatin1String("> ")) ? 2 : 1), start);
        return;
    }
    if (m_open && m_blocks.last().kind == Kind::ListItem) {
        addLine(line.trimmed(), start);
        return;
    }
    if (!m_open || m_blocks.last().kind != Kind::Paragraph) {
        begin(Kind::Paragraph, start, m_fence);
    }
    addLine(line, start);
}

void BlockSplitter::addLine(const QString& line, qsizetype start) {
    if (m_lines > 0 && (m_lines >= TextBlock::kBlockLines ||
                        m_blocks.last().text.size() + line.size() > TextBlock::kBlockChars)) {
        const TextBlock before = m_blocks.last();
        beginContinuation(before, start);
    }
    TextBlock& block = m_blocks.last();
    if (m_lines > 0) {
        block.text += u'\n';
    }
    block.text += line;
    ++m_lines;
}

void BlockSplitter::finishInline(qsizetype firstBlock) {
    if (m_kind != TextKind::Markdown) {
        return;
    }
    for (qsizetype index = firstBlock; index < m_blocks.size(); ++index) {
        TextBlock& block = m_blocks[index];
        if (block.kind != TextBlock::Kind::Code && block.kind != TextBlock::Kind::Rule) {
            block.text = readInlineMarkup(block.text, &block.spans);
        }
    }
}

} // namespace phidelity
