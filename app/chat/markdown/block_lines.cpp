// SPDX-License-Identifier: MIT
// What the lines of a BlockSplitter mean. The order of the questions that are asked of a line is
// that of CommonMark 0.30, appendix "A parsing strategy".
#include <algorithm>

#include "chat/markdown/block_splitter.h"

namespace phidelity {

using Kind = TextBlock::Kind;

namespace {

constexpr int kCodeIndent = 4;

/// A line of a paragraph that would be markup if it stood at the beginning of a line.
bool looksLikeMarkup(QStringView text) {
    return !text.isEmpty() &&
           (QStringView(u"=-+*#>`~").contains(text.front()) || text.front().isDigit());
}

} // namespace

void BlockSplitter::takeLine(const Line& line) {
    if (line.midLine) {
        addLine(line.text, line);
        return;
    }
    if (m_kind == TextKind::Markdown) {
        takeMarkdownLine(line);
        return;
    }
    if (!m_state.leaf.open) {
        const Leaf leaf = m_state.leaf;
        begin(leaf.kind, line.start).language = leaf.language;
        m_state.leaf.language = leaf.language;
    }
    addLine(line.text, line);
}

qsizetype BlockSplitter::matchFrames(LineCursor& cursor) const {
    qsizetype matched = 0;
    for (; matched < m_state.frames.size(); ++matched) {
        const Frame& frame = m_state.frames.at(matched);
        if (frame.shown.kind == TextContainer::Kind::Quote) {
            if (cursor.indent() >= kCodeIndent || !cursor.rest().startsWith(u'>')) {
                break;
            }
            cursor.skipIndent();
            cursor.skipCharacters(1);
            cursor.skipColumns(1);
        } else if (cursor.isBlank()) {
            const bool empty = m_state.leaf.open && m_state.leaf.markerOnly &&
                               matched + 1 == m_state.frames.size();
            if (empty) {
                break;
            }
        } else if (cursor.indent() >= frame.indent) {
            cursor.skipColumns(frame.indent);
        } else {
            break;
        }
    }
    return matched;
}

void BlockSplitter::takeMarkdownLine(const Line& line) {
    LineCursor cursor(line.text);
    qsizetype matched = matchFrames(cursor);
    const Leaf& leaf = m_state.leaf;
    const bool all = matched == m_state.frames.size();
    if (leaf.open && leaf.kind == Kind::Code) {
        if (all && goOnWithCode(cursor, line)) {
            return;
        }
        m_state.leaf.open = false;
    }
    if (leaf.open && all && !leaf.mathEnd.isEmpty() && !cursor.isBlank()) {
        takeText(cursor, line, matched);
        return;
    }
    Opened opened = Opened::Nothing;
    while (!cursor.isBlank() && cursor.indent() < kCodeIndent) {
        if (!line.finished && couldBecomeMarkup(cursor.rest())) {
            return;
        }
        const bool paragraph = leaf.open && leaf.kind == Kind::Paragraph &&
                               matched == m_state.frames.size() && !leaf.markerOnly;
        const Above above = paragraph ? Above::Paragraph : Above::Nothing;
        if (startContainer(cursor, line, &matched, above)) {
            opened = Opened::Container;
            continue;
        }
        if (startLeaf(cursor, line, matched, above)) {
            return;
        }
        break;
    }
    if (cursor.isBlank()) {
        takeBlankLine(line, matched, opened);
        return;
    }
    const bool paragraph = leaf.open && leaf.kind == Kind::Paragraph && !leaf.markerOnly;
    if (cursor.indent() >= kCodeIndent && !paragraph) {
        closeFrames(matched);
        begin(Kind::Code, line.start);
        m_state.leaf.indent = kCodeIndent;
        cursor.skipColumns(kCodeIndent);
        addLine(cursor.remaining(), line);
        return;
    }
    takeText(cursor, line, matched);
}

bool BlockSplitter::goOnWithCode(LineCursor& cursor, const Line& line) {
    Leaf& leaf = m_state.leaf;
    if (leaf.fence.length == 0) {
        if (cursor.isBlank()) {
            ++leaf.blanks;
            return leaf.blanks < TextBlock::kBlockLines;
        }
        if (cursor.indent() < kCodeIndent) {
            return false;
        }
        for (; leaf.blanks > 0; --leaf.blanks) {
            addLine({}, line);
        }
        cursor.skipColumns(kCodeIndent);
        addLine(cursor.remaining(), line);
        return true;
    }
    const QStringView rest = cursor.rest().trimmed();
    const bool onlyMarks = !rest.isEmpty() && cursor.indent() < kCodeIndent &&
                           rest.count(leaf.fence.mark) == rest.size();
    if (onlyMarks && !line.finished) {
        return true; // held back: it may be the end of the code
    }
    if (onlyMarks && rest.size() >= leaf.fence.length) {
        leaf.open = false;
        return true;
    }
    cursor.skipColumns(leaf.indent);
    addLine(cursor.remaining(), line);
    return true;
}

bool BlockSplitter::startContainer(LineCursor& cursor, const Line& line, qsizetype* matched,
                                   Above above) {
    const QStringView rest = cursor.rest();
    if (*matched >= TextBlock::kDepth) {
        return false;
    }
    const qsizetype id = line.start + cursor.column() + cursor.indent();
    if (rest.startsWith(u'>')) {
        closeFrames(*matched);
        cursor.skipIndent();
        cursor.skipCharacters(1);
        cursor.skipColumns(1);
        Frame frame;
        frame.shown.id = frame.shown.listId = id;
        pushFrame(frame);
        ++*matched;
        return true;
    }
    const std::optional<ListMark> mark = isRule(rest) ? std::nullopt : listMark(rest);
    if (!mark) {
        return false;
    }
    const bool empty = rest.sliced(mark->length).trimmed().isEmpty();
    const bool mayInterrupt =
        !empty && (mark->kind == TextContainer::Kind::Bullet || mark->number == 1);
    if (above == Above::Paragraph && !mayInterrupt) {
        return false;
    }
    closeFrames(*matched);
    Frame frame;
    frame.shown.kind = mark->kind;
    frame.shown.mark = mark->mark;
    frame.shown.number = mark->number;
    frame.shown.id = frame.shown.listId = id;
    if (m_state.siblings.size() > *matched) {
        const TextContainer& before = m_state.siblings.at(*matched);
        if (before.id >= 0 && before.kind == mark->kind && before.mark == mark->mark) {
            frame.shown.listId = before.listId;
            frame.shown.number = before.number + 1;
        }
    }
    const int outer = cursor.indent();
    cursor.skipIndent();
    cursor.skipCharacters(mark->length);
    const int inner = cursor.indent();
    const int gap = empty || inner > kCodeIndent ? 1 : inner;
    cursor.skipColumns(gap);
    frame.indent = outer + static_cast<int>(mark->length) + gap;
    if (cursor.indent() == 0) {
        frame.shown.task = taskMark(cursor.rest());
        if (frame.shown.task != TextContainer::Task::None) {
            cursor.skipCharacters(3);
            cursor.skipIndent();
        }
    }
    pushFrame(frame);
    ++*matched;
    return true;
}

bool BlockSplitter::startLeaf(LineCursor& cursor, const Line& line, qsizetype matched,
                              Above above) {
    const QStringView rest = cursor.rest();
    if (const int level = headingLevel(rest); level > 0) {
        closeFrames(matched);
        TextBlock& block = begin(Kind::Heading, line.start);
        block.level = level;
        block.text = headingText(rest, level).toString();
        m_state.leaf.open = line.cut; // the rest of a very long line still comes
        m_state.leaf.lines = 1;
        return true;
    }
    if (const FenceMark fence = fenceMark(rest); fence.length > 0) {
        closeFrames(matched);
        const QString language =
            rest.sliced(fence.length).trimmed().toString().section(u' ', 0, 0).left(40);
        const int indent = cursor.indent();
        begin(Kind::Code, line.start).language = language;
        m_state.leaf.fence = fence;
        m_state.leaf.indent = indent;
        m_state.leaf.language = language;
        return true;
    }
    if (above == Above::Paragraph && !m_blocks.last().continues) {
        if (const int level = underlineLevel(rest); level > 0) {
            TextBlock& block = m_blocks.last();
            block.kind = Kind::Heading;
            block.level = level;
            m_state.leaf.open = false;
            return true;
        }
    }
    if (isRule(rest)) {
        closeFrames(matched);
        begin(Kind::Rule, line.start);
        m_state.leaf.open = false;
        return true;
    }
    return false;
}

void BlockSplitter::takeBlankLine(const Line& line, qsizetype matched, Opened opened) {
    closeFrames(matched);
    const bool needsMarker = opened == Opened::Container &&
                             m_state.frames.last().shown.kind != TextContainer::Kind::Quote;
    if (needsMarker) {
        begin(Kind::Paragraph, line.start);
        m_state.leaf.markerOnly = true;
    } else {
        m_state.leaf.open = false;
    }
}

void BlockSplitter::takeText(LineCursor& cursor, const Line& line, qsizetype matched) {
    const bool all = matched == m_state.frames.size();
    const QStringView rest = cursor.rest();
    QString text = rest.toString();
    Leaf& leaf = m_state.leaf;
    if (leaf.open && leaf.kind == Kind::Table) {
        if (all && !line.cut) {
            addLine(text, line);
            return;
        }
        leaf.open = false;
    }
    if (leaf.open && leaf.kind == Kind::Paragraph && (all || !leaf.markerOnly)) {
        if (all && leaf.mathEnd.isEmpty() && turnIntoTable(rest, line)) {
            return;
        }
        // md4c shall see text where we have seen text: it takes some lines for blocks that are none
        // in CommonMark ("1." in the middle of a paragraph), and a fence however far it is
        // indented.
        if (fenceMark(rest).length > 0) {
            text.prepend(u'\\');
        } else if (looksLikeMarkup(rest)) {
            text.prepend(QString(kCodeIndent, u' '));
        }
        addLine(text, line);
    } else {
        closeFrames(matched);
        if (takeReference(rest, line)) {
            return;
        }
        begin(Kind::Paragraph, line.start);
        addLine(text, line);
    }
    noteMathematics(rest);
}

/// Between "$$" or "\[" at the beginning of a line and its end, "- b" is no list and "= c" no
/// underline.
void BlockSplitter::noteMathematics(QStringView text) {
    QString& end = m_state.leaf.mathEnd;
    if (!end.isEmpty()) {
        if (text.contains(end)) {
            end.clear();
        }
    } else if (text.startsWith(u"$$")) {
        end = text.sliced(2).contains(u"$$") ? QString() : QStringLiteral("$$");
    } else if (text.startsWith(u"\\[")) {
        end = text.contains(u"\\]") ? QString() : QStringLiteral("\\]");
    } else if (text.startsWith(u"\\begin{")) {
        const qsizetype brace = text.indexOf(u'}');
        const QString wanted =
            QStringLiteral("\\end%1").arg(text.sliced(6, std::max<qsizetype>(0, brace - 5)));
        end = brace < 0 || brace > 32 || text.contains(wanted) ? QString() : wanted;
    }
}

bool BlockSplitter::takeReference(QStringView text, const Line& line) {
    if (!text.startsWith(u'[') || line.cut) {
        return false;
    }
    if (!line.finished) {
        return text.contains(u"]:"); // held back: the address is still being written
    }
    const LinkReferences::Taken taken = m_references.take(text, line.start);
    m_referencesChanged = m_referencesChanged || taken == LinkReferences::Taken::New;
    return taken != LinkReferences::Taken::No;
}

bool BlockSplitter::turnIntoTable(QStringView text, const Line& line) {
    Leaf& leaf = m_state.leaf;
    TextBlock& paragraph = m_blocks.last();
    if (leaf.lines == 0 || isFull(text) || (leaf.lines == 1 && paragraph.continues)) {
        return false;
    }
    const QList<TextBlock::Align> columns = tableColumns(text);
    const QString header = paragraph.text.sliced(paragraph.text.lastIndexOf(u'\n') + 1);
    if (columns.isEmpty() || !header.contains(u'|') ||
        tableCells(header, TextBlock::kTableColumns + 1).size() != columns.size()) {
        return false;
    }
    const qsizetype headerAt = leaf.lastLineAt;
    if (leaf.lines == 1) {
        paragraph.kind = Kind::Table;
    } else {
        paragraph.text.chop(header.size() + 1);
        // The paragraph and the table are read again together: what parts them is in the middle.
        m_lineBegan = true;
        begin(Kind::Table, headerAt).text = header;
    }
    m_blocks.last().columns = columns;
    leaf.kind = Kind::Table;
    leaf.columns = columns;
    leaf.lines = 1;
    leaf.chars = header.size();
    leaf.lastLineAt = line.start;
    return true;
}

} // namespace phidelity
