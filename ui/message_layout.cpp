// SPDX-License-Identifier: MIT
#include "ui/message_layout.h"

#include <algorithm>
#include <cmath>

#include <QFontMetrics>
#include <QTextBoundaryFinder>
#include <QWidget>

namespace phidelity {

namespace {

quint64 laidOutCount = 0;

using Kind = TextBlock::Kind;

constexpr int kQuoteUnits = 4;
constexpr int kItemUnits = 6;

double headingScale(int level) {
    return level == 1 ? 1.35 : level == 2 ? 1.2 : level == 3 ? 1.08 : 1.0;
}

} // namespace

MessageLook::MessageLook(const QWidget* widget)
    : text(scaledFont(widget->font(), 1.08)), code(codeFont(text)),
      label(scaledFont(widget->font(), 0.92)), palette(widget->palette()),
      shades(shadesOf(palette)), unit(gridUnit(widget)) {
    const QFontMetricsF textMetrics(text);
    const QFontMetricsF codeMetrics(code);
    textLine = static_cast<int>(std::ceil(textMetrics.height() * 1.25));
    codeLine = static_cast<int>(std::ceil(codeMetrics.height() * 1.2));
    labelLine = QFontMetrics(label).height();
    textCharacter = std::max(1.0, textMetrics.averageCharWidth());
    codeCharacter = std::max(1.0, codeMetrics.averageCharWidth());
}

MessageLayout::MessageLayout(const MessageLook* look, TextKind kind, qsizetype start,
                             CodeFrame frame)
    : m_look(look), m_frame(frame), m_splitter(kind, start) {}

MessageLayout::~MessageLayout() = default;

quint64 MessageLayout::blocksLaidOut() {
    return laidOutCount;
}

void MessageLayout::update(const QString& source, BlockSplitter::Ending ending) {
    syncItems(m_splitter.update(source, ending));
}

void MessageLayout::syncItems(qsizetype unchanged) {
    // The last unchanged block may have lost or gained the one after it, and with it its lower
    // edge.
    const qsizetype keep = std::max<qsizetype>(0, unchanged - 1);
    const auto count = static_cast<size_t>(blockCount());
    const auto edge = static_cast<size_t>(keep);
    if (edge < m_items.size() && keep < unchanged) {
        Item& item = m_items[edge];
        if (item.layout) {
            const Insets inset = insets(keep);
            const int lines = item.layout->lineCount() * lineHeightOf(block(keep));
            item.height = inset.above + inset.top + lines + inset.bottom;
        } else if (!item.measured) {
            item.height = estimate(keep);
        }
    }
    m_items.resize(std::min(m_items.size(), static_cast<size_t>(unchanged)));
    const size_t firstNew = m_items.size();
    m_items.resize(count);
    for (size_t index = firstNew; index < count; ++index) {
        m_items[index].height = estimate(static_cast<qsizetype>(index));
    }
    m_validTops = std::min(m_validTops, edge + 1);
}

void MessageLayout::setWidth(int width) {
    if (width != m_width) {
        m_width = width;
        forgetHeights();
    }
}

void MessageLayout::lookChanged() {
    for (Item& item : m_items) {
        item.colorsAtEnd.reset();
    }
    forgetHeights();
}

void MessageLayout::forgetHeights() {
    for (size_t index = 0; index < m_items.size(); ++index) {
        Item& item = m_items[index];
        item.layout.reset();
        item.measured = false;
        item.height = estimate(static_cast<qsizetype>(index));
    }
    m_validTops = 0;
}

void MessageLayout::release() {
    for (Item& item : m_items) {
        item.layout.reset();
    }
}

void MessageLayout::updateTops() const {
    m_tops.resize(m_items.size() + 1);
    if (m_validTops == 0) {
        m_tops[0] = 0;
        m_validTops = 1;
    }
    for (; m_validTops < m_tops.size(); ++m_validTops) {
        m_tops[m_validTops] = m_tops[m_validTops - 1] + m_items[m_validTops - 1].height;
    }
}

int MessageLayout::height() const {
    updateTops();
    return m_tops.back();
}

int MessageLayout::blockTop(qsizetype index) const {
    updateTops();
    return m_tops[static_cast<size_t>(index)];
}

qsizetype MessageLayout::blockAt(int y) const {
    updateTops();
    const auto after = std::upper_bound(m_tops.begin(), m_tops.end(), y);
    const auto found = std::distance(m_tops.begin(), after) - 1;
    return std::clamp<qsizetype>(found, 0, std::max<qsizetype>(0, blockCount() - 1));
}

int MessageLayout::naturalWidth() const {
    double widest = 0;
    for (size_t index = 0; index < m_items.size(); ++index) {
        const Item& item = m_items[index];
        if (!item.layout) {
            continue;
        }
        const Insets inset = insets(static_cast<qsizetype>(index));
        for (int line = 0; line < item.layout->lineCount(); ++line) {
            widest = std::max(widest, item.layout->lineAt(line).naturalTextWidth() + inset.left +
                                          inset.right);
        }
    }
    return static_cast<int>(std::ceil(widest));
}

int MessageLayout::containerLeft(qsizetype index, qsizetype depth) const {
    const QList<TextContainer>& containers = block(index).containers;
    int units = 0;
    for (qsizetype at = 0; at < depth; ++at) {
        units += containers.at(at).kind == TextContainer::Kind::Quote ? kQuoteUnits : kItemUnits;
    }
    // However deep it is nested, text keeps half of the width.
    return std::min(units * m_look->unit, m_width / 2);
}

MessageLayout::Insets MessageLayout::insets(qsizetype index) const {
    const TextBlock& here = block(index);
    const int unit = m_look->unit;
    Insets inset;
    if (index > 0 && !here.continues) {
        const TextBlock& last = block(index - 1);
        const bool item = !here.containers.isEmpty() && !last.containers.isEmpty() &&
                          here.containers.first().listId == last.containers.first().listId &&
                          here.containers.last().kind != TextContainer::Kind::Quote;
        const bool codeAround = here.kind == Kind::Code || last.kind == Kind::Code;
        inset.above = here.kind == Kind::Heading ? 4 * unit
                      : codeAround               ? 3 * unit
                      : item                     ? unit
                                                 : 2 * unit + unit / 2;
    }
    inset.left = containerLeft(index, here.containers.size());
    if (here.kind == Kind::Code && m_frame == CodeFrame::Boxed) {
        inset.left += 3 * unit;
        inset.right = 3 * unit;
        inset.top = here.continues ? 0 : m_look->labelLine + 4 * unit;
        inset.bottom = here.continued ? 0 : 3 * unit;
    } else if (here.kind == Kind::Rule) {
        inset.top = inset.bottom = 2 * unit;
    }
    return inset;
}

QFont MessageLayout::fontOf(const TextBlock& block) const {
    if (block.kind == Kind::Code) {
        return m_look->code;
    }
    if (block.kind == Kind::Heading) {
        QFont font = scaledFont(m_look->text, headingScale(block.level));
        font.setWeight(QFont::DemiBold);
        return font;
    }
    return m_look->text;
}

int MessageLayout::lineHeightOf(const TextBlock& block) const {
    switch (block.kind) {
    case Kind::Code:
        return m_look->codeLine;
    case Kind::Heading:
        return static_cast<int>(std::ceil(m_look->textLine * headingScale(block.level)));
    case Kind::Rule:
        return 1;
    case Kind::Paragraph:
    case Kind::Table:
        break;
    }
    return m_look->textLine;
}

int MessageLayout::estimate(qsizetype index) const {
    const TextBlock& here = block(index);
    const Insets inset = insets(index);
    const double character =
        here.kind == Kind::Code ? m_look->codeCharacter : m_look->textCharacter;
    const auto perLine = std::max<qsizetype>(
        8, static_cast<qsizetype>((m_width - inset.left - inset.right) / character));
    qsizetype lines = 0;
    for (qsizetype start = 0; start <= here.text.size();) {
        qsizetype end = here.text.indexOf(u'\n', start);
        end = end < 0 ? here.text.size() : end;
        lines += std::max<qsizetype>(1, (end - start + perLine - 1) / perLine);
        start = end + 1;
    }
    return inset.above + inset.top + static_cast<int>(lines) * lineHeightOf(here) + inset.bottom;
}

CodeColors::State MessageLayout::colorsBefore(qsizetype index) {
    qsizetype known = index;
    while (block(known).continues && !m_items[static_cast<size_t>(known - 1)].colorsAtEnd) {
        --known;
    }
    CodeColors::State state;
    if (block(known).continues) {
        state = *m_items[static_cast<size_t>(known - 1)].colorsAtEnd;
    }
    for (; known < index; ++known) {
        const TextBlock& before = block(known);
        CodeColors::instance().highlight(before.language, before.text, m_look->palette,
                                         m_look->shades.code, &state);
        m_items[static_cast<size_t>(known)].colorsAtEnd = state;
    }
    return state;
}

QList<QTextLayout::FormatRange> MessageLayout::formatsOf(qsizetype index) {
    const TextBlock& here = block(index);
    if (here.kind == Kind::Code) {
        CodeColors::State state = colorsBefore(index);
        const QColor back = m_frame == CodeFrame::Boxed ? m_look->shades.code : m_look->shades.card;
        auto formats = CodeColors::instance().highlight(here.language, here.text, m_look->palette,
                                                        back, &state);
        m_items[static_cast<size_t>(index)].colorsAtEnd = state;
        return formats;
    }
    QList<QTextLayout::FormatRange> formats;
    for (const Span& span : here.spans) {
        QTextLayout::FormatRange range;
        range.start = static_cast<int>(span.start);
        range.length = static_cast<int>(span.length);
        if (span.looks & Span::Code) {
            range.format.setFont(m_look->code);
            range.format.setBackground(mixed(m_look->shades.page, m_look->shades.text, 0.09));
        }
        if (span.looks & Span::Bold) {
            range.format.setFontWeight(QFont::Bold);
        }
        if (span.looks & Span::Italic) {
            range.format.setFontItalic(true);
        }
        if (span.looks & Span::Link) {
            range.format.setForeground(m_look->shades.accent);
        }
        formats.append(range);
    }
    return formats;
}

bool MessageLayout::ensureBlock(qsizetype index) {
    Item& item = m_items[static_cast<size_t>(index)];
    if (item.layout) {
        return false;
    }
    ++laidOutCount;
    const TextBlock& here = block(index);
    const Insets inset = insets(index);
    QString shown = here.text;
    shown.replace(u'\n', QChar(QChar::LineSeparator));
    item.layout = std::make_unique<QTextLayout>(shown, fontOf(here));
    QTextOption option;
    option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    const bool rightToLeft = here.kind != Kind::Code && shown.isRightToLeft();
    option.setTextDirection(rightToLeft ? Qt::RightToLeft : Qt::LeftToRight);
    option.setTabStopDistance(m_look->codeCharacter * 4);
    item.layout->setTextOption(option);
    item.layout->setCacheEnabled(true);
    item.layout->setFormats(formatsOf(index));
    const int lineHeight = lineHeightOf(here);
    const int width = std::max(16, m_width - inset.left - inset.right);
    int lines = 0;
    item.layout->beginLayout();
    if (here.kind != Kind::Rule) {
        for (QTextLine line = item.layout->createLine(); line.isValid();
             line = item.layout->createLine()) {
            line.setLineWidth(width);
            line.setPosition(
                QPointF(0, lines * lineHeight + std::floor((lineHeight - line.height()) / 2)));
            ++lines;
        }
    }
    item.layout->endLayout();
    const int height = inset.above + inset.top + std::max(1, lines) * lineHeight + inset.bottom;
    const bool changed = height != item.height;
    item.height = height;
    item.measured = true;
    if (changed) {
        m_validTops = std::min(m_validTops, static_cast<size_t>(index) + 1);
    }
    return changed;
}

QPoint MessageLayout::textOrigin(qsizetype index) const {
    const Insets inset = insets(index);
    return {inset.left, blockTop(index) + inset.above + inset.top};
}

BlockPosition MessageLayout::positionAt(QPoint point) {
    if (isEmpty()) {
        return {};
    }
    const qsizetype index = blockAt(point.y());
    ensureBlock(index);
    const QTextLayout& layout = *m_items[static_cast<size_t>(index)].layout;
    const QPoint local = point - textOrigin(index);
    const int lineHeight = lineHeightOf(block(index));
    const int lineIndex =
        std::clamp(local.y() / lineHeight, 0, std::max(0, layout.lineCount() - 1));
    if (layout.lineCount() == 0) {
        return {index, 0};
    }
    if (local.y() < 0) {
        return {index, 0};
    }
    if (local.y() >= layout.lineCount() * lineHeight) {
        return {index, block(index).text.size()};
    }
    return {index, layout.lineAt(lineIndex).xToCursor(local.x())};
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
    while (index > 0 && block(index).continues) {
        --index;
    }
    return index;
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

} // namespace phidelity
