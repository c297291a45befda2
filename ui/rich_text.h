// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <optional>

#include <QList>
#include <QRectF>
#include <QTextLayout>

#include "chat/markdown/text_block.h"
#include "ui/math/math_box.h"
#include "ui/message_look.h"

class QPainter;

namespace phidelity {

/// What is marked in a block: offsets in its text.
struct TextMarks {
    TextBlock::Cell selected;
    QList<TextBlock::Cell> hits; ///< of a search, in order
    qsizetype currentHit = -1;   ///< where the one begins that the user has gone to
    TextBlock::Cell token;       ///< that is inspected
    TextBlock::Cell hotToken;    ///< that is pointed at
};

/// A stretch of a block's text in lines: a paragraph, or a cell of a table. Formulas stand in the
/// lines; those that cannot be set are their source. Emoji stand there as pictures. Points are
/// relative to its top left, offsets are those of the block's text. `look` must outlive it. GUI
/// thread only.
class RichText {
public:
    struct Style {
        QFont font;
        int lineHeight = 0;
        Qt::Alignment align = Qt::AlignLeft; ///< whatever the direction of the text
        /// Of code: its colours. Otherwise the spans of the block count.
        std::optional<QList<QTextLayout::FormatRange>> formats;
    };
    RichText(const MessageLook* look, const TextBlock& block, TextBlock::Cell stretch, Style style);
    ~RichText();

    /// Breaks the text into lines.
    void setWidth(double width);
    /// Leaves all of it on one line: then the widths are those of the text and of its widest word.
    void measure();
    [[nodiscard]] double width() const { return m_width; }
    [[nodiscard]] int height() const;
    /// The widest line at the width that was set.
    [[nodiscard]] double naturalWidth() const;
    [[nodiscard]] double widestWord() const;
    [[nodiscard]] double firstBaseline() const;
    /// Whether it shows what this stretch of a block is, so that it need not be made anew.
    [[nodiscard]] bool shows(const TextBlock& block, TextBlock::Cell stretch) const;

    void paint(QPainter& painter, QPointF at, const QRectF& clip, const TextMarks& marks,
               const QColor& color) const;
    /// The offset nearest to a point.
    [[nodiscard]] qsizetype positionAt(QPointF point) const;
    /// The offset of the character at a point; -1 for none.
    [[nodiscard]] qsizetype characterAt(QPointF point) const;
    /// Where a stretch of the text is, one rectangle a line.
    [[nodiscard]] QList<QRectF> rectsOf(qsizetype from, qsizetype to) const;

private:
    void paintToken(QPainter& painter, QPointF at, TextBlock::Cell token,
                    const QBrush& ground) const;
    struct Formula {
        TextFormula written;
        qsizetype shownAt = 0; ///< in the layout's text
        qsizetype shownLength = 1;
        std::optional<MathBox> box;
        double scale = 1;
        [[nodiscard]] double width() const { return box->width() * scale; }
    };
    /// An emoji. Not in code, whose colours come with places of their own.
    struct Picture {
        QString emoji;
        QFont font;            ///< bold or italic text has its own
        qsizetype shownAt = 0; ///< in the layout's text
        double advance = 0;
    };
    /// Where the layout's text is another than the block's.
    struct Inset {
        qsizetype at = 0;     ///< in the block's text
        qsizetype length = 1; ///< there
        qsizetype shownAt = 0;
        qsizetype shownLength = 1;
    };
    struct Line {
        double top = 0;
        double height = 0;
    };

    [[nodiscard]] QList<QTextLayout::FormatRange> formatsOf() const;
    [[nodiscard]] QFont fontAt(qsizetype offset) const;
    void addPictureFormats(QList<QTextLayout::FormatRange>& formats) const;
    void paintPictures(QPainter& painter, QPointF at, const QRectF& clip, const TextMarks& marks,
                       const QColor& color) const;
    void breakLines(double width, QTextOption::WrapMode mode);
    void fitFormulas();
    Line placeLine(QTextLine line, double top) const;
    [[nodiscard]] qsizetype toShown(qsizetype offset) const;
    [[nodiscard]] qsizetype toOffset(qsizetype shown) const;
    [[nodiscard]] int lineAt(double y) const;

    const MessageLook* m_look;
    Style m_style;
    TextBlock::Cell m_stretch;
    QString m_text; ///< of the stretch, as the block has it
    QList<Span> m_spans;
    QList<Formula> m_formulas;
    QList<Picture> m_pictures;
    QList<Inset> m_insets; ///< formulas and pictures, in order
    std::unique_ptr<QTextLayout> m_layout;
    QList<Line> m_lines;
    double m_width = -1;
};

} // namespace phidelity
