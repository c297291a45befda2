// SPDX-License-Identifier: MIT
// What is read again when text is appended, and how blocks begin and end.
#include "chat/markdown/block_splitter.h"

#include <algorithm>

#include "chat/markdown/line_marks.h"
#include "chat/markdown/visible_text.h"

namespace phidelity {

using Kind = TextBlock::Kind;

namespace {

/// The most that a block takes of a line: less of emoji and the like, which are slow to lay out.
/// The beginning of the line decides, so that it stays the same while the line grows.
qsizetype longestOf(QStringView line) {
    constexpr qsizetype kHeavy = TextBlock::kBlockChars / 4;
    const QStringView begin = line.first(std::min(line.size(), kHeavy / 2));
    const auto pairs =
        std::count_if(begin.begin(), begin.end(), [](QChar c) { return c.isSurrogate(); });
    return 2 * pairs > kHeavy / 2 ? kHeavy : TextBlock::kBlockChars;
}

} // namespace

BlockSplitter::BlockSplitter(TextKind kind, qsizetype start) : m_kind(kind) {
    m_state.at = start;
    if (kind == TextKind::Python) {
        m_state.leaf.kind = Kind::Code;
        m_state.leaf.language = QStringLiteral("Python");
    }
    m_checkpoint = m_state;
}

qsizetype BlockSplitter::update(const QString& source, Ending ending) {
    const qsizetype first = m_checkpointBlocks;
    const QList<TextBlock> before = m_blocks.mid(first);
    rewind();
    while (m_state.at < source.size()) {
        qsizetype next = 0;
        const Line line = lineAt(source, m_state.at, ending, &next);
        if (isHeldTable(source, line, next, ending)) {
            break;
        }
        m_lineBefore = m_state;
        m_lineBegan = false;
        takeLine(line);
        m_state.at = next;
        if (line.terminated && !m_state.leaf.open) {
            m_checkpoint = m_state;
            m_checkpointBlocks = m_blocks.size();
        }
    }
    finish(first, ending);
    qsizetype unchanged = first;
    while (unchanged < std::min(first + before.size(), m_blocks.size()) &&
           before.at(unchanged - first) == m_blocks.at(unchanged)) {
        ++unchanged;
    }
    return readAgain(unchanged);
}

void BlockSplitter::rewind() {
    m_state = m_checkpoint;
    m_blocks.resize(m_checkpointBlocks);
    m_unresolved.removeIf([this](auto entry) { return entry.key() >= m_checkpointBlocks; });
    if (!m_blocks.isEmpty()) {
        m_blocks.last().continued = false;
    }
}

BlockSplitter::Line BlockSplitter::lineAt(const QString& source, qsizetype at, Ending ending,
                                          qsizetype* next) const {
    const qsizetype newline = source.indexOf(u'\n', at);
    qsizetype end = newline < 0 ? source.size() : newline;
    *next = newline < 0 ? source.size() : newline + 1;
    Line line;
    line.start = at;
    line.midLine = at > 0 && m_state.leaf.open && source.at(at - 1) != u'\n';
    line.terminated = newline >= 0;
    const qsizetype most = longestOf(QStringView(source).sliced(at, end - at));
    if (end - at > most) {
        end = at + most;
        const qsizetype space = source.lastIndexOf(u' ', end - 1);
        if (space > at + most / 2) {
            end = space + 1;
        } else if (source.at(end - 1).isHighSurrogate()) {
            --end;
        }
        *next = end;
        line.terminated = true;
        line.cut = true;
    }
    line.finished = line.terminated || ending == Ending::Final;
    line.text = source.mid(at, end - at);
    if (line.text.endsWith(u'\r')) {
        line.text.chop(1);
    }
    line.text = visibleText(line.text);
    return line;
}

/// A row with a bar first becomes the header of a table by the line after it, or not.
bool BlockSplitter::isHeldTable(const QString& source, const Line& line, qsizetype next,
                                Ending ending) const {
    const bool header = m_kind == TextKind::Markdown && ending == Ending::Open && !line.cut &&
                        !line.midLine &&
                        (!m_state.leaf.open || m_state.leaf.kind == Kind::Paragraph);
    if (!header || !LineCursor(line.text).rest().startsWith(u'|')) {
        return false;
    }
    const QStringView after = QStringView(source).sliced(next);
    return after.size() <= TextBlock::kBlockChars &&
           std::all_of(after.begin(), after.end(),
                       [](QChar c) { return QStringView(u"|:- \t").contains(c); });
}

// ---- Blocks

void BlockSplitter::closeFrames(qsizetype keep) {
    if (m_state.frames.size() <= keep) {
        return;
    }
    TextContainer ended = m_state.frames.at(keep).shown;
    if (ended.kind == TextContainer::Kind::Quote) {
        ended.id = -1;
    }
    m_state.frames.resize(keep);
    m_state.siblings.resize(keep);
    m_state.siblings.append(ended);
    m_state.leaf.open = false;
}

void BlockSplitter::pushFrame(const Frame& frame) {
    m_state.siblings.resize(m_state.frames.size());
    m_state.frames.append(frame);
    m_state.leaf.open = false;
}

TextBlock& BlockSplitter::begin(Kind kind, qsizetype sourceStart) {
    const bool joinsMarker = m_state.leaf.open && m_state.leaf.markerOnly;
    if (joinsMarker) {
        m_blocks.removeLast();
    } else if (!m_lineBegan) {
        m_checkpoint = m_lineBefore;
        m_checkpointBlocks = m_blocks.size();
    }
    m_lineBegan = true;
    TextBlock block;
    block.kind = kind;
    block.sourceStart = sourceStart;
    for (const Frame& frame : std::as_const(m_state.frames)) {
        block.containers.append(frame.shown);
    }
    m_state.siblings.resize(std::min(m_state.siblings.size(), m_state.frames.size()));
    m_blocks.append(block);
    m_state.leaf = {};
    m_state.leaf.open = true;
    m_state.leaf.kind = kind;
    return m_blocks.last();
}

TextBlock& BlockSplitter::beginContinuation(qsizetype sourceStart) {
    const Leaf leaf = m_state.leaf;
    TextBlock& before = m_blocks.last();
    const int level = before.level;
    before.continued = true;
    TextBlock& block = begin(leaf.kind, sourceStart);
    m_state.leaf = leaf;
    m_state.leaf.lines = 0;
    m_state.leaf.chars = 0;
    block.continues = true;
    block.level = level;
    block.language = leaf.language;
    block.columns = leaf.columns;
    return block;
}

/// Whether a further line goes to a block of its own. Once true, it stays so while the line grows.
bool BlockSplitter::isFull(QStringView line) const {
    const Leaf& leaf = m_state.leaf;
    const int most =
        leaf.columns.isEmpty()
            ? TextBlock::kBlockLines
            : std::max(4, TextBlock::kTableCells / static_cast<int>(leaf.columns.size()));
    return leaf.lines >= most || leaf.chars + line.size() > TextBlock::kBlockChars ||
           line.size() > longestOf(line) / 2;
}

void BlockSplitter::addLine(const QString& text, const Line& line) {
    Leaf& leaf = m_state.leaf;
    if (leaf.lines > 0 && (line.midLine || isFull(text))) {
        beginContinuation(line.start).midLine = line.midLine;
    }
    TextBlock& block = m_blocks.last();
    if (leaf.lines > 0) {
        block.text += u'\n';
    }
    block.text += text;
    ++leaf.lines;
    leaf.chars += text.size() + 1;
    leaf.lastLineAt = line.start;
    leaf.markerOnly = false;
}

} // namespace phidelity
