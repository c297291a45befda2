// SPDX-License-Identifier: MIT
#include <algorithm>
#include <utility>
#include <vector>

#include <QBuffer>
#include <QPageLayout>
#include <QPdfWriter>

#include "app/transcript/page_flow.h"
#include "app/transcript/rich_writers.h"

namespace phidelity {

namespace {

constexpr QRgb kText = 0xFF1D1F21;
constexpr QRgb kDim = 0xFF5B6066;
constexpr QRgb kBar = 0xFFB0B4B9;
constexpr QRgb kCard = 0xFFF0F3F7;

// Points.
constexpr qreal kGap = 5;         // between blocks
constexpr qreal kMessageGap = 14; // between messages
constexpr qreal kInset = 7;       // inside of grounds
constexpr qreal kQuoteStep = 12;
constexpr qreal kItemStep = 17;

class PageWriter {
public:
    /// `flow`: fresh; counts or paints. Must outlive this.
    PageWriter(const Transcript& transcript, const TranscriptOptions& options, PageFlow& flow)
        : m_transcript(transcript), m_options(options), m_flow(flow) {}

    /// `rowDone` hears of each message and says whether to go on. False: it did not, or the device
    /// took no more.
    template <class RowDone>
    bool write(RowDone rowDone) {
        if (!m_flow.isGood()) {
            return false;
        }
        const Conversation& conversation = m_transcript.conversation;
        putLine(titleOf(conversation), m_flow.fonts().heading(1), kText, 0);
        if (const QString created = timeText(conversation.info.createdMs); !created.isEmpty()) {
            putLine(created, m_flow.fonts().small, kDim, 2);
        }
        const QList<TranscriptStrand> strands = strandsOf(conversation, m_options);
        for (const TranscriptStrand& strand : strands) {
            if (const QString name = strandTitle(strand); !name.isEmpty()) {
                m_flow.need(pt(90));
                m_flow.putRule(pt(18));
                putLine(name, m_flow.fonts().heading(3), kText, 8);
            }
            int row = strand.firstRow;
            for (const NodeId id : strand.ids) {
                putMessage(*conversation.find(id), row++);
                if (!m_flow.isGood() || !rowDone()) {
                    return false;
                }
            }
        }
        return m_flow.isGood();
    }

private:
    [[nodiscard]] qreal pt(qreal count) const { return m_flow.points(count); }

    void putLine(const QString& text, const QFont& font, QRgb color, qreal gap) {
        PageText line = PageText::ofLine(text, font, QColor(color));
        line.setLines(m_flow.width());
        PagePlace place;
        place.gap = pt(gap);
        m_flow.put(line, place);
    }

    void putMessage(const MessageNode& node, int row) {
        const Message& message = node.message;
        constexpr qreal kBeginning = 60; // the name and what follows stay together
        m_flow.need(pt(kMessageGap + kBeginning));
        putLine(QStringLiteral("%1. ").arg(row) + speakerName(message), m_flow.fonts().heading(6),
                kText, kMessageGap);
        if (const QString time = timeText(node.createdMs); !time.isEmpty()) {
            PageText beside = PageText::ofLine(time, m_flow.fonts().small, QColor(kDim));
            beside.setLines(m_flow.width(), Qt::AlignRight | Qt::AlignAbsolute);
            m_flow.putBeside(beside);
        }
        m_user = message.speaker == Speaker::User;
        const QList<TextBlock> blocks = messageBlocks(message);
        for (qsizetype at = 0; at < blocks.size(); ++at) {
            putBlock(blocks.at(at), at == 0 ? nullptr : &blocks.at(at - 1),
                     at + 1 == blocks.size() ? nullptr : &blocks.at(at + 1));
        }
        QStringList notes = recordNotes(m_transcript.records.value(node.id), m_options.parts);
        if (const QString note = stateNote(message); !note.isEmpty()) {
            notes.prepend(note);
        }
        for (const QString& note : notes) {
            putLine(note, m_flow.fonts().small, kDim, 3);
        }
    }

    static bool isShared(const TextBlock& block, const TextBlock* before, qsizetype depth) {
        if (!before || before->containers.size() <= depth) {
            return false;
        }
        for (qsizetype at = 0; at <= depth; ++at) {
            if (before->containers.at(at).id != block.containers.at(at).id) {
                return false;
            }
        }
        return true;
    }

    /// Where a block goes: its indentation, what stands behind it, its marker. Null before the
    /// first block of a message and after the last.
    PagePlace placeOf(const TextBlock& block, const TextBlock* before, const TextBlock* after) {
        PagePlace place;
        place.gap = before == nullptr ? pt(2) : block.continues ? 0 : pt(kGap);
        if (m_user) {
            place.bands.append({0, m_flow.width(), QColor(kCard), before != nullptr});
            place.x = pt(kInset);
            place.above = before == nullptr ? pt(kInset - 2) : 0;
            place.below = after == nullptr ? pt(kInset - 2) : 0;
        }
        for (qsizetype depth = 0; depth < block.containers.size(); ++depth) {
            const TextContainer& container = block.containers.at(depth);
            const bool shared = isShared(block, before, depth);
            if (container.kind == TextContainer::Kind::Quote) {
                place.bands.append({place.x, pt(1.6), QColor(kBar), shared});
                place.x += pt(kQuoteStep);
            } else {
                place.x += pt(kItemStep);
                if (!shared && !block.continues) {
                    m_flow.putMarker(markerOf(container), place.x - pt(4));
                    place.gap =
                        before != nullptr && isTight(block, *before, depth) ? pt(2) : place.gap;
                }
            }
        }
        return place;
    }

    /// Whether an item follows another one of its list or opens a list below one.
    static bool isTight(const TextBlock& block, const TextBlock& before, qsizetype depth) {
        return depth < before.containers.size()
                   ? before.containers.at(depth).listId == block.containers.at(depth).listId
                   : depth > 0;
    }

    void putBlock(const TextBlock& block, const TextBlock* before, const TextBlock* after) {
        PagePlace place = placeOf(block, before, after);
        const qreal right = m_user ? pt(kInset) : 0;
        const qreal width = std::max(m_flow.width() - place.x - right, pt(40));
        switch (block.kind) {
        case TextBlock::Kind::Paragraph:
        case TextBlock::Kind::Heading: {
            const bool heading = block.kind == TextBlock::Kind::Heading;
            const QFont font =
                heading ? m_flow.fonts().heading(block.level + 1) : m_flow.fonts().body;
            PageText text = PageText::ofBlock(block, 0, block.text.size(), m_flow.fonts(), font);
            text.setLines(width);
            if (heading) {
                place.gap += before ? pt(kGap) : 0;
                m_flow.need(place.gap + text.height() + pt(40));
            }
            m_flow.put(text, place);
            break;
        }
        case TextBlock::Kind::Code:
            putCode(block, place, width);
            break;
        case TextBlock::Kind::Rule:
            m_flow.putRule(pt(kGap + 2));
            break;
        case TextBlock::Kind::Table:
            putTable(block, place);
            break;
        }
    }

    void putCode(const TextBlock& block, PagePlace place, qreal width) {
        constexpr qreal kPad = 6;
        if (!block.continues) {
            m_code.begin(block.language);
        }
        place.bands.append({place.x, width, QColor(kCodeGround), block.continues});
        const qreal pad = pt(kPad);
        place.x += pad;
        place.above += block.continues ? 0 : pad;
        place.below += block.continued ? 0 : pad;
        PageText text = PageText::ofCode(block.text, m_flow.fonts(), m_code);
        text.setLines(std::max(width - 2 * pad, pt(20)), Qt::AlignLeft | Qt::AlignAbsolute);
        m_flow.put(text, place);
    }

    void putTable(const TextBlock& block, const PagePlace& place) {
        const qsizetype columns = std::max<qsizetype>(block.columns.size(), 1);
        QList<Qt::Alignment> sides;
        for (qsizetype column = 0; column < columns; ++column) {
            switch (block.columns.value(column)) {
            case TextBlock::Align::Default:
                sides.append(Qt::AlignLeading);
                break;
            case TextBlock::Align::Left:
                sides.append(Qt::AlignLeft | Qt::AlignAbsolute);
                break;
            case TextBlock::Align::Center:
                sides.append(Qt::AlignHCenter);
                break;
            case TextBlock::Align::Right:
                sides.append(Qt::AlignRight | Qt::AlignAbsolute);
                break;
            }
        }
        QFont bold = m_flow.fonts().body;
        bold.setWeight(QFont::DemiBold);
        std::vector<PageText> cells;
        cells.reserve(static_cast<size_t>(block.cells.size()));
        QList<PageText*> pointers;
        for (qsizetype at = 0; at < block.cells.size(); ++at) {
            const TextBlock::Cell& cell = block.cells.at(at);
            cells.push_back(PageText::ofBlock(block, cell.start, cell.start + cell.length,
                                              m_flow.fonts(),
                                              at < columns ? bold : m_flow.fonts().body));
            pointers.append(&cells.back());
        }
        m_flow.putTable(pointers, sides, place);
    }

    const Transcript& m_transcript;
    const TranscriptOptions m_options;
    PageFlow& m_flow;
    CodeKinds m_code;
    bool m_user = false;
};

/// Tells the percents of two passes over as many messages.
class TwoPasses {
public:
    TwoPasses(const PageWatch& watch, qsizetype messages) : m_watch(watch), m_steps(2 * messages) {}

    /// Whether to go on.
    bool step() {
        ++m_done;
        const int percent = static_cast<int>(100 * m_done / m_steps);
        if (m_watch.progress && percent != m_told) {
            m_watch.progress(percent);
        }
        m_told = percent;
        return !m_watch.stop.stop_requested();
    }

private:
    const PageWatch& m_watch;
    qsizetype m_steps;
    qsizetype m_done = 0;
    int m_told = 0;
};

/// paintPages(), and what was painted that a PDF has to be told of.
Painted paintPages(const Transcript& transcript, const TranscriptOptions& options,
                   QPagedPaintDevice& device, const PageWatch& watch, QList<PaintedSign>* signs) {
    qsizetype messages = 0;
    const QList<TranscriptStrand> strands = strandsOf(transcript.conversation, options);
    for (const TranscriptStrand& strand : strands) {
        messages += strand.ids.size();
    }
    TwoPasses passes(watch, messages);
    const auto pass = [&](PageFlow& flow) {
        return PageWriter(transcript, options, flow).write([&passes] { return passes.step(); });
    };
    const QString title = titleOf(transcript.conversation);
    PageFlow counted(std::as_const(device), title);
    bool all = pass(counted);
    if (all) {
        PageFlow painted(device, title, counted.page());
        all = pass(painted);
        painted.finish();
        *signs = painted.signs();
    }
    return all ? Painted::All : watch.stop.stop_requested() ? Painted::Stopped : Painted::Failed;
}

} // namespace

Painted paintPages(const Transcript& transcript, const TranscriptOptions& options,
                   QPagedPaintDevice& device, const PageWatch& watch) {
    QList<PaintedSign> signs;
    return paintPages(transcript, options, device, watch, &signs);
}

QByteArray toPdf(const Transcript& transcript, const TranscriptOptions& options,
                 const PageWatch& watch) {
    constexpr int kResolution = 1200;
    const QPageSize paper(sizeOf(options.paper), QPageSize::Millimeter, {}, QPageSize::FuzzyMatch);
    QByteArray bytes;
    QList<PaintedSign> signs;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    {
        QPdfWriter pdf(&buffer);
        pdf.setTitle(titleOf(transcript.conversation));
        pdf.setCreator(QStringLiteral("Phidelity"));
        pdf.setResolution(kResolution);
        pdf.setPageLayout(QPageLayout(paper, QPageLayout::Portrait, QMarginsF(20, 18, 20, 14),
                                      QPageLayout::Millimeter));
        if (paintPages(transcript, options, pdf, watch, &signs) != Painted::All) {
            return {};
        }
    }
    return withWholeText(bytes, signs);
}

} // namespace phidelity
