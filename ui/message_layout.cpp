// SPDX-License-Identifier: MIT
#include "ui/message_layout.h"

#include <algorithm>
#include <cmath>

#include <QFontMetrics>
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
    hit = mixed(shades.page, QColor(255, 190, 0), shades.dark ? 0.35 : 0.4);
    currentHit = mixed(shades.page, QColor(255, 120, 0), shades.dark ? 0.55 : 0.6);
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
            item.height = inset.above + inset.top + item.layout.height() + inset.bottom;
        } else if (!item.measured) {
            item.height = estimate(keep);
        }
    }
    if (static_cast<size_t>(unchanged) < m_items.size()) {
        m_older = m_items[static_cast<size_t>(unchanged)].layout.takeTable();
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
    for (auto& [block, note] : m_notes) {
        note.text.reset();
    }
    forgetHeights();
}

void MessageLayout::forgetHeights() {
    m_older.reset();
    for (size_t index = 0; index < m_items.size(); ++index) {
        Item& item = m_items[index];
        item.layout.reset();
        item.scrolled = 0;
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
        widest = std::max(widest, item.layout.naturalWidth() + inset.left + inset.right);
    }
    return static_cast<int>(std::ceil(widest));
}

int MessageLayout::containerLeft(qsizetype index, qsizetype depth) const {
    const QList<TextContainer>& containers = block(index).containers;
    int before = 0;
    int all = 0;
    for (qsizetype at = 0; at < containers.size(); ++at) {
        const bool quote = containers.at(at).kind == TextContainer::Kind::Quote;
        all += (quote ? kQuoteUnits : kItemUnits) * m_look->unit;
        before = at < depth ? all : before;
    }
    // However deep it is nested, text keeps half of the width.
    return all <= m_width / 2 ? before : before * (m_width / 2) / all;
}

bool MessageLayout::isMirrored(qsizetype index) const {
    const TextBlock& here = block(index);
    const bool text = here.kind == Kind::Paragraph || here.kind == Kind::Heading;
    return text && !here.containers.isEmpty() && here.text.isRightToLeft();
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
    (isMirrored(index) ? inset.right : inset.left) = containerLeft(index, here.containers.size());
    if (here.kind == Kind::Code && m_frame == CodeFrame::Boxed) {
        inset.left += 3 * unit;
        inset.right = 3 * unit;
        inset.top = here.continues ? 0 : m_look->labelLine + 4 * unit;
        inset.bottom = here.continued ? 0 : 3 * unit + noteHeight(index);
    } else if (here.kind == Kind::Rule) {
        inset.top = inset.bottom = 2 * unit;
    } else if (here.kind == Kind::Table) {
        inset.bottom = here.continued || hiddenWidth(index) == 0 ? 1 : 3 * unit;
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
    if (here.kind == Kind::Table) {
        const qsizetype rows = here.cells.size() / std::max<qsizetype>(1, here.columns.size());
        return inset.above + static_cast<int>(rows) * (m_look->textLine + 2 * m_look->unit) +
               inset.bottom;
    }
    const auto perLine =
        std::max<qsizetype>(8, static_cast<qsizetype>(textWidth(index) / character));
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
    // Of very long code only so much is read before it, though a string may be open before that.
    constexpr qsizetype kMostBefore = 100;
    qsizetype known = index;
    while (block(known).continues && index - known < kMostBefore &&
           !m_items[static_cast<size_t>(known - 1)].colorsAtEnd) {
        --known;
    }
    CodeColors::State state;
    if (block(known).continues && m_items[static_cast<size_t>(known - 1)].colorsAtEnd) {
        state = *m_items[static_cast<size_t>(known - 1)].colorsAtEnd;
    }
    for (; known < index; ++known) {
        colorsOf(known, &state);
    }
    return state;
}

/// The colours of a piece of code; the middle of a very long line has none.
QList<QTextLayout::FormatRange> MessageLayout::colorsOf(qsizetype index, CodeColors::State* state) {
    const TextBlock& here = block(index);
    const QColor back = m_frame == CodeFrame::Boxed ? m_look->shades.code : m_look->shades.card;
    QList<QTextLayout::FormatRange> formats;
    if (!here.midLine || here.text.contains(u'\n')) {
        formats = CodeColors::instance().highlight(here.language, here.text, m_look->palette, back,
                                                   state);
    }
    m_items[static_cast<size_t>(index)].colorsAtEnd = *state;
    return formats;
}

QList<QTextLayout::FormatRange> MessageLayout::codeFormats(qsizetype index) {
    CodeColors::State state = colorsBefore(index);
    return colorsOf(index, &state);
}

int MessageLayout::textWidth(qsizetype index) const {
    const Insets inset = insets(index);
    return std::max(16, m_width - inset.left - inset.right);
}

qsizetype MessageLayout::firstOf(qsizetype index) const {
    while (index > 0 && block(index).continues) {
        --index;
    }
    return index;
}

/// How much of a table does not fit in.
int MessageLayout::hiddenWidth(qsizetype index) const {
    const TableLayout* table = static_cast<size_t>(index) < m_items.size()
                                   ? m_items[static_cast<size_t>(index)].layout.table()
                                   : nullptr;
    const int room = m_width - containerLeft(index, block(index).containers.size());
    return table ? std::max(0, table->fullWidth() - room) : 0;
}

int MessageLayout::scrolled(qsizetype index) const {
    return block(index).kind == Kind::Table ? m_items[static_cast<size_t>(firstOf(index))].scrolled
                                            : 0;
}

void MessageLayout::layOut(qsizetype index) {
    ++laidOutCount;
    const TextBlock& here = block(index);
    LaidOutBlock& layout = m_items[static_cast<size_t>(index)].layout;
    if (here.kind == Kind::Table) {
        QList<double> columns;
        if (here.continues) {
            const qsizetype first = firstOf(index);
            ensureBlock(first);
            columns = m_items[static_cast<size_t>(first)].layout.table()->columns();
        }
        const bool last = index + 1 == blockCount();
        layout.set(std::make_unique<TableLayout>(m_look, here, textWidth(index), columns,
                                                 last ? m_older.get() : nullptr));
        m_older.reset();
        return;
    }
    RichText::Style style;
    style.font = fontOf(here);
    style.lineHeight = lineHeightOf(here);
    if (here.kind == Kind::Code) {
        style.formats = codeFormats(index);
    } else if (m_frame == CodeFrame::Boxed && here.text.isRightToLeft()) {
        // A bare text is as wide as its longest line, and begins where the layout does.
        style.align = Qt::AlignRight;
    }
    auto text = std::make_unique<RichText>(m_look, here, TextBlock::Cell{0, here.text.size()},
                                           std::move(style));
    text->setWidth(textWidth(index));
    layout.set(std::move(text));
}

bool MessageLayout::ensureBlock(qsizetype index) {
    Item& item = m_items[static_cast<size_t>(index)];
    if (item.layout) {
        return false;
    }
    layOut(index);
    check(index);
    const Insets inset = insets(index);
    const int height = inset.above + inset.top + item.layout.height() + inset.bottom;
    const bool changed = height != item.height;
    item.height = height;
    item.measured = true;
    if (changed) {
        m_validTops = std::min(m_validTops, static_cast<size_t>(index) + 1);
    }
    return changed;
}

} // namespace phidelity
