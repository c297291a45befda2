// SPDX-License-Identifier: MIT
// What stands inside of the blocks that BlockSplitter has found.
#include <algorithm>

#include "chat/markdown/block_splitter.h"

namespace phidelity {

using Kind = TextBlock::Kind;

void BlockSplitter::finish(qsizetype firstBlock, Ending ending) {
    if (m_kind != TextKind::Markdown) {
        return;
    }
    constexpr qsizetype kMostUnresolved = 500;
    for (qsizetype index = firstBlock; index < m_blocks.size(); ++index) {
        TextBlock& block = m_blocks[index];
        if (block.kind == Kind::Code || block.kind == Kind::Rule) {
            continue;
        }
        if (block.text.contains(u'[') && m_unresolved.size() < kMostUnresolved) {
            m_unresolved.insert(index, block.text);
        }
        const bool open =
            ending == Ending::Open && m_state.leaf.open && index + 1 == m_blocks.size();
        readBlock(block, open ? Ending::Open : Ending::Final);
    }
}

void BlockSplitter::readBlock(TextBlock& block, Ending ending) const {
    const InlineEnding more = ending == Ending::Open ? InlineEnding::Open : InlineEnding::Final;
    block.spans.clear();
    block.links.clear();
    block.formulas.clear();
    block.cells.clear();
    const auto append = [&block](InlineText read) {
        const qsizetype by = block.text.size();
        for (Span& span : read.spans) {
            span.start += by;
        }
        for (TextLink& link : read.links) {
            link.start += by;
        }
        for (TextFormula& formula : read.formulas) {
            formula.at += by;
        }
        block.text += read.text;
        block.spans += read.spans;
        block.links += read.links;
        block.formulas += read.formulas;
    };
    const QString source = block.text;
    block.text.clear();
    if (block.kind != Kind::Table) {
        const bool heading = block.kind == Kind::Heading;
        append(readInline(source, m_references,
                          heading ? InlinePlace::OneLine : InlinePlace::Paragraph, more));
        return;
    }
    const QStringList rows = source.split(u'\n');
    for (const QString& row : rows) {
        const QStringList cells = tableCells(row, block.columns.size());
        for (qsizetype column = 0; column < block.columns.size(); ++column) {
            if (!block.cells.isEmpty()) {
                block.text += column == 0 ? u'\n' : u'\t';
            }
            const qsizetype start = block.text.size();
            append(readInline(cells.value(column), m_references, InlinePlace::OneLine, more));
            block.cells.append({start, block.text.size() - start});
        }
    }
}

/// Reads blocks again whose links a new definition may lead somewhere. Returns the number of
/// leading blocks that stayed as they were, `before` at most.
qsizetype BlockSplitter::readAgain(qsizetype before) {
    if (!m_referencesChanged) {
        return before;
    }
    m_referencesChanged = false;
    qsizetype unchanged = before;
    for (auto [index, source] : m_unresolved.asKeyValueRange()) {
        if (index >= m_blocks.size()) {
            continue;
        }
        TextBlock read = m_blocks.at(index);
        read.text = source;
        readBlock(read, Ending::Final);
        if (read != m_blocks.at(index)) {
            m_blocks[index] = read;
            unchanged = std::min(unchanged, index);
        }
    }
    return unchanged;
}

} // namespace phidelity
