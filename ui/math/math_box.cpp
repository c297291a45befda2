// SPDX-License-Identifier: MIT
#include "ui/math/math_box.h"

#include <QPainter>
#include <algorithm>
#include <map>

#include "ui/math/math_layout.h"
#include "ui/math/math_parse.h"
#include "ui/math/math_speech.h"

namespace phidelity {

namespace {

/// On a grid of pixels a thin rule is as crisp as the letters only if it begins and ends with one.
QRectF onPixels(const QRectF& rule, const QTransform& toDevice) {
    if (toDevice.type() > QTransform::TxScale) {
        return rule;
    }
    QRectF device = toDevice.mapRect(rule);
    const double left = device.left();
    const double right = device.right();
    const double width = std::max(1.0, std::round(device.width()));
    const double height = std::max(1.0, std::round(device.height()));
    // Only the thin side: the long one ends where the letters do.
    if (device.height() <= device.width()) {
        device = QRectF(left, std::round(device.center().y() - height / 2), right - left, height);
    } else {
        device = QRectF(std::round(device.center().x() - width / 2), device.top(), width,
                        device.height());
    }
    return toDevice.inverted().mapRect(device);
}

} // namespace

/// Makes drawings of boxes.
class MathSetter {
public:
    static MathBox boxOf(Box box, MathFonts& fonts, const QString& source, const MathNode& tree);
};

MathBox MathSetter::boxOf(Box box, MathFonts& fonts, const QString& source, const MathNode& tree) {
    auto drawing = std::make_shared<MathDrawing>();
    // All ink is inside, even of letters that lean out and of accents wider than their letters.
    const double left = std::max(0.0, -box.ink.left());
    drawing->width = left + std::max(box.width, box.ink.right());
    drawing->ascent = std::max(box.ascent, -box.ink.top());
    drawing->descent = std::max(box.descent, box.ink.bottom());
    struct Run {
        QList<quint32> indexes;
        QList<QPointF> places;
    };
    std::map<std::pair<int, double>, Run> runs;
    for (const Box::Glyph& glyph : box.glyphs) {
        Run& run = runs[{glyph.font, glyph.size}];
        run.indexes.append(glyph.index);
        run.places.append(glyph.at + QPointF(left, 0));
    }
    for (const auto& [key, run] : runs) {
        QGlyphRun glyphs;
        glyphs.setRawFont(fonts.sized(key.first, key.second));
        glyphs.setGlyphIndexes(run.indexes);
        glyphs.setPositions(run.places);
        drawing->runs.push_back(std::move(glyphs));
    }
    for (const QRectF& rule : box.rules) {
        drawing->rules.push_back(rule.translated(left, 0));
    }
    for (const QPainterPath& shape : box.shapes) {
        drawing->shapes.push_back(shape.translated(left, 0));
    }
    drawing->source = source;
    drawing->spoken = spokenMath(tree);
    MathBox made;
    made.m_drawing = std::move(drawing);
    return made;
}

MathBox::MathBox() : m_drawing(std::make_shared<MathDrawing>()) {}
MathBox::MathBox(const MathBox&) = default;
MathBox::MathBox(MathBox&&) noexcept = default;
MathBox& MathBox::operator=(const MathBox&) = default;
MathBox& MathBox::operator=(MathBox&&) noexcept = default;
MathBox::~MathBox() = default;

qreal MathBox::width() const {
    return m_drawing->width;
}
qreal MathBox::ascent() const {
    return m_drawing->ascent;
}
qreal MathBox::descent() const {
    return m_drawing->descent;
}
QString MathBox::plainText() const {
    return m_drawing->source;
}
QString MathBox::spokenText() const {
    return m_drawing->spoken;
}

void MathBox::paint(QPainter& painter, QPointF baseline, const QColor& color) const {
    painter.save();
    painter.translate(baseline);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(color);
    for (const QGlyphRun& run : m_drawing->runs) {
        painter.drawGlyphRun({0, 0}, run);
    }
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    for (const QPainterPath& shape : m_drawing->shapes) {
        painter.drawPath(shape);
    }
    const QTransform toDevice = painter.deviceTransform();
    for (const QRectF& rule : m_drawing->rules) {
        painter.drawRect(onPixels(rule, toDevice));
    }
    painter.restore();
}

std::optional<MathBox> setMath(const QString& latex, const QFont& font, MathOptions options,
                               QString* why) {
    const auto tree = parseMath(latex, why);
    if (!tree) {
        return std::nullopt;
    }
    MathFonts& fonts = MathFonts::of(font);
    const bool display = options.style == MathOptions::Style::Display;
    auto box = MathLayout(fonts).set(*tree, display ? MathLevel::Display : MathLevel::Text,
                                     options.breakWidth);
    if (!box) {
        if (why != nullptr) {
            *why = QStringLiteral("a character that no font has, or too much that needs shaping");
        }
        return std::nullopt;
    }
    return MathSetter::boxOf(std::move(*box), fonts, latex, *tree);
}

} // namespace phidelity
