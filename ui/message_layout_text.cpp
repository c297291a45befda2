// SPDX-License-Identifier: MIT
// Places in the text of a MessageLayout: what is where, selected, copied, linked, found.
#include <algorithm>

#include <QTextBoundaryFinder>

#include "ui/message_layout.h"

namespace phidelity {

using Kind = TextBlock::Kind;

QPoint MessageLayout::textOrigin(qsizetype index) const {
    const Insets inset = insets(index);
    return {inset.left - scrolled(index), blockTop(index) + inset.above + inset.top};
}

BlockPosition MessageLayout::positionAt(QPoint point) {
    if (isEmpty()) {
        return {};
    }
    const qsizetype index = blockAt(point.y());
    ensureBlock(index);
    const LaidOutBlock& layout = m_items[static_cast<size_t>(index)].layout;
    return {index, layout.positionAt(point - textOrigin(index))};
}

BlockPosition MessageLayout::characterAt(QPoint point) {
    BlockPosition position = positionAt(point);
    if (!isEmpty()) {
        const QPoint inBlock = point - textOrigin(position.block);
        const qsizetype found =
            m_items[static_cast<size_t>(position.block)].layout.characterAt(inBlock);
        position.offset = found < 0 ? position.offset : found;
    }
    return position;
}

BlockPosition MessageLayout::end() const {
    return isEmpty() ? BlockPosition{}
                     : BlockPosition{blockCount() - 1, m_splitter.blocks().last().text.size()};
}

MessageLayout::Selection MessageLayout::wordAt(BlockPosition position) const {
    if (isEmpty()) {
        return {};
    }
    const QString& text = block(position.block).text;
    QTextBoundaryFinder finder(QTextBoundaryFinder::Word, text);
    finder.setPosition(std::min(position.offset + 1, text.size()));
    const qsizetype start = std::max<qsizetype>(0, finder.toPreviousBoundary());
    finder.setPosition(start);
    const qsizetype stop = finder.toNextBoundary();
    return {{position.block, start}, {position.block, stop < 0 ? text.size() : stop}};
}

QString MessageLayout::text(const Selection& selection) const {
    QString text;
    const qsizetype last = std::min(selection.to.block, blockCount() - 1);
    for (qsizetype index = selection.from.block; index <= last; ++index) {
        const TextBlock& here = block(index);
        const qsizetype from = index == selection.from.block ? selection.from.offset : 0;
        const qsizetype to = index == selection.to.block ? selection.to.offset : here.text.size();
        if (index > selection.from.block) {
            const bool list = !here.containers.isEmpty() && !block(index - 1).containers.isEmpty();
            text += here.midLine ? QLatin1String("")
                                 : QLatin1String(here.continues || list ? "\n" : "\n\n");
        }
        if (from == 0 && selection.from.block != selection.to.block) {
            for (qsizetype depth = 0; depth < here.containers.size(); ++depth) {
                const QString marker = markerOf(here.containers.at(depth));
                if (!marker.isEmpty() && beginsContainer(here, depth, before(index))) {
                    text += marker + u' ';
                }
            }
        }
        text += plainText(here, from, to);
    }
    return text;
}

qsizetype MessageLayout::firstOfCode(qsizetype index) const {
    if (block(index).kind != Kind::Code || m_frame != CodeFrame::Boxed) {
        return -1;
    }
    return firstOf(index);
}

QRect MessageLayout::copyButton(qsizetype firstBlock) const {
    const int unit = m_look->unit;
    const int side = m_look->labelLine + 2 * unit;
    return {m_width - side - unit, blockTop(firstBlock) + insets(firstBlock).above + unit, side,
            side};
}

qsizetype MessageLayout::codeAt(QPoint point) const {
    if (isEmpty() || point.y() < 0 || point.y() >= height() || point.x() < 0 ||
        point.x() >= m_width) {
        return -1;
    }
    return firstOfCode(blockAt(point.y()));
}

qsizetype MessageLayout::copyButtonAt(QPoint point) const {
    const qsizetype code = codeAt(point);
    return code >= 0 && copyButton(code).contains(point) ? code : -1;
}

QString MessageLayout::codeText(qsizetype firstBlock) const {
    QString code = block(firstBlock).text;
    for (qsizetype index = firstBlock + 1; index < blockCount() && block(index).continues;
         ++index) {
        if (!block(index).midLine) {
            code += u'\n';
        }
        code += block(index).text;
    }
    return code;
}

QList<qsizetype> MessageLayout::codes() const {
    QList<qsizetype> codes;
    for (qsizetype index = 0; index < blockCount(); ++index) {
        if (!block(index).continues && firstOfCode(index) == index) {
            codes.append(index);
        }
    }
    return codes;
}

// ---- Links

MessageLayout::LinkPlace MessageLayout::linkAt(QPoint point) const {
    if (isEmpty() || point.y() < 0 || point.y() >= height() || point.x() < 0 ||
        point.x() >= m_width) {
        return {};
    }
    const qsizetype index = blockAt(point.y());
    const LaidOutBlock& layout = m_items[static_cast<size_t>(index)].layout;
    if (!layout || block(index).links.isEmpty()) {
        return {};
    }
    const qsizetype at = layout.characterAt(point - textOrigin(index));
    const QList<TextLink>& links = block(index).links;
    for (qsizetype link = 0; link < links.size() && at >= 0; ++link) {
        if (links.at(link).opens && at >= links.at(link).start &&
            at < links.at(link).start + links.at(link).length) {
            return {index, link};
        }
    }
    return {};
}

QList<MessageLayout::LinkPlace> MessageLayout::linksBetween(int top, int bottom) const {
    QList<LinkPlace> places;
    for (qsizetype index = isEmpty() ? 0 : blockAt(top);
         index < blockCount() && blockTop(index) < bottom; ++index) {
        for (qsizetype link = 0; link < block(index).links.size(); ++link) {
            if (block(index).links.at(link).opens) {
                places.append({index, link});
            }
        }
    }
    return places;
}

const TextLink& MessageLayout::link(LinkPlace place) const {
    return block(place.block).links.at(place.index);
}

QRect MessageLayout::linkRect(LinkPlace place) const {
    const LaidOutBlock& layout = m_items[static_cast<size_t>(place.block)].layout;
    QRectF rect;
    if (layout) {
        const TextLink& target = link(place);
        for (const QRectF& part : layout.rectsOf(target.start, target.start + target.length)) {
            rect |= part;
        }
    }
    return rect.translated(textOrigin(place.block)).toAlignedRect();
}

QRect MessageLayout::rectOf(BlockPosition position) {
    ensureBlock(position.block);
    const LaidOutBlock& layout = m_items[static_cast<size_t>(position.block)].layout;
    const QList<QRectF> rects = layout.rectsOf(position.offset, position.offset + 1);
    return rects.value(0).translated(textOrigin(position.block)).toAlignedRect();
}

void MessageLayout::revealSideways(BlockPosition position) {
    ensureBlock(position.block);
    const int most = hiddenWidth(position.block);
    if (block(position.block).kind == Kind::Table && most > 0) {
        int& scrolled = m_items[static_cast<size_t>(firstOf(position.block))].scrolled;
        const int inTable = rectOf(position).left() + scrolled;
        scrolled = std::clamp(inTable - m_width / 2, 0, most);
    }
}

bool MessageLayout::scrollSideways(QPoint point, int by) {
    if (isEmpty() || point.y() < 0 || point.y() >= height()) {
        return false;
    }
    const qsizetype index = blockAt(point.y());
    const int most = hiddenWidth(index);
    if (block(index).kind != Kind::Table || most == 0) {
        return false;
    }
    int& scrolled = m_items[static_cast<size_t>(firstOf(index))].scrolled;
    const int before = scrolled;
    scrolled = std::clamp(scrolled + by, 0, most);
    return scrolled != before;
}

} // namespace phidelity
