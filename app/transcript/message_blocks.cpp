// SPDX-License-Identifier: MIT
#include "app/transcript/message_blocks.h"

#include <algorithm>

#include "chat/markdown/block_splitter.h"
#include "chat/transcript/transcript.h"
#include "chat/transcript/writers.h"

namespace phidelity {

namespace {

TextKind kindOf(const Message& message) {
    switch (textOf(message)) {
    case MessageText::Plain:
        return TextKind::Plain;
    case MessageText::Markdown:
        return TextKind::Markdown;
    case MessageText::Code:
        return TextKind::Python;
    }
    return TextKind::Plain;
}

/// Puts a piece behind the block that it continues.
void join(TextBlock& whole, const TextBlock& piece) {
    const QString between = piece.midLine ? QString() : QStringLiteral("\n");
    const qsizetype shift = whole.text.size() + between.size();
    whole.text += between + piece.text;
    whole.continued = piece.continued;
    for (Span span : piece.spans) {
        span.start += shift;
        whole.spans.append(span);
    }
    for (TextLink link : piece.links) {
        link.start += shift;
        whole.links.append(link);
    }
    for (TextFormula formula : piece.formulas) {
        formula.at += shift;
        whole.formulas.append(formula);
    }
    for (TextBlock::Cell cell : piece.cells) {
        cell.start += shift;
        whole.cells.append(cell);
    }
}

enum class Pieces { Apart, Together };

QList<TextBlock> blocksOf(const Message& message, Pieces pieces) {
    BlockSplitter splitter(kindOf(message));
    splitter.update(transcriptText(message), BlockSplitter::Ending::Final);
    QList<TextBlock> blocks;
    for (const TextBlock& piece : splitter.blocks()) {
        const bool wanted = pieces == Pieces::Together || piece.kind == TextBlock::Kind::Table;
        if (wanted && piece.continues && !blocks.isEmpty() && blocks.last().kind == piece.kind) {
            join(blocks.last(), piece);
        } else {
            blocks.append(piece);
        }
    }
    return blocks;
}

} // namespace

QList<TextBlock> messageBlocks(const Message& message) {
    return blocksOf(message, Pieces::Apart);
}

QList<TextBlock> wholeBlocks(const Message& message) {
    return blocksOf(message, Pieces::Together);
}

QList<InlineRun> inlineRuns(const TextBlock& block, qsizetype from, qsizetype to) {
    QList<InlineRun> runs;
    const auto behind = [](const auto& list, qsizetype at) {
        return std::find_if(list.begin(), list.end(),
                            [at](const auto& one) { return one.start + one.length > at; });
    };
    auto span = behind(block.spans, from);
    auto link = behind(block.links, from);
    auto formula = std::find_if(block.formulas.begin(), block.formulas.end(),
                                [from](const TextFormula& one) { return one.at >= from; });
    for (qsizetype at = from; at < to;) {
        InlineRun run;
        run.start = at;
        qsizetype end = to;
        while (span != block.spans.end() && span->start + span->length <= at) {
            ++span;
        }
        while (link != block.links.end() && link->start + link->length <= at) {
            ++link;
        }
        if (span != block.spans.end()) {
            const bool inside = span->start <= at;
            run.looks = inside ? span->looks : quint8{0};
            end = std::min(end, inside ? span->start + span->length : span->start);
        }
        if (link != block.links.end()) {
            const bool inside = link->start <= at;
            run.link = inside ? &*link : nullptr;
            end = std::min(end, inside ? link->start + link->length : link->start);
        }
        if (formula != block.formulas.end()) {
            if (formula->at == at) {
                run.formula = &*formula;
                end = at + 1;
                ++formula;
            } else {
                end = std::min(end, formula->at);
            }
        }
        run.length = std::max<qsizetype>(end - at, 1);
        at += run.length;
        runs.append(run);
    }
    return runs;
}

} // namespace phidelity
