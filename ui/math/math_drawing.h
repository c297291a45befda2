// SPDX-License-Identifier: MIT
#pragma once

#include <QGlyphRun>
#include <QPainterPath>
#include <QRectF>
#include <QString>
#include <utility>
#include <vector>

namespace phidelity {

/// What a MathBox shares: everything that is painted, around the origin of the baseline, in pixels.
struct MathDrawing {
    double width = 0;
    double ascent = 0;
    double descent = 0;
    std::vector<QGlyphRun> runs; ///< one a font and size; positions are absolute
    std::vector<QRectF> rules;   ///< set on whole pixels where there are pixels
    std::vector<QPainterPath> shapes;
    QString source;
    QString spoken;
};

/// A part of a formula while it is set: its measures and its ink, in pixels around the left end of
/// its baseline. Built from the inside outwards; add() takes over what is in the other.
struct Box {
    struct Glyph {
        int font;
        quint32 index;
        double size;
        QPointF at;
    };

    double width = 0;
    double ascent = 0;
    double descent = 0;
    double italic = 0; ///< how far its upper end leans out to the right: room for a superscript
    double skew = 0;   ///< how far right of its middle an accent sits
    bool isCharacter = false; ///< one letter, whose scripts have their places by the font
    QRectF ink;
    std::vector<Glyph> glyphs;
    std::vector<QRectF> rules;
    std::vector<QPainterPath> shapes;

    void add(Box other, double x, double y) {
        const QPointF by(x, y);
        if (!other.ink.isNull()) {
            ink = ink.isNull() ? other.ink.translated(by) : ink.united(other.ink.translated(by));
        }
        for (Glyph& glyph : other.glyphs) {
            glyph.at += by;
            glyphs.push_back(glyph);
        }
        for (const QRectF& rule : other.rules) {
            rules.push_back(rule.translated(by));
        }
        for (QPainterPath& shape : other.shapes) {
            shape.translate(by);
            shapes.push_back(std::move(shape));
        }
    }

    /// The same, and the box grows in height to hold the other.
    void addAndGrow(Box other, double x, double y) {
        ascent = std::max(ascent, other.ascent - y);
        descent = std::max(descent, other.descent + y);
        add(std::move(other), x, y);
    }

    void addShape(const QPainterPath& shape) {
        const QRectF bounds = shape.boundingRect();
        ink = ink.isNull() ? bounds : ink.united(bounds);
        shapes.push_back(shape);
    }

    void addRule(const QRectF& rule) {
        ink = ink.isNull() ? rule : ink.united(rule);
        rules.push_back(rule);
    }
};

} // namespace phidelity
