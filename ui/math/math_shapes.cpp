// SPDX-License-Identifier: MIT
#include "ui/math/math_shapes.h"

#include <QPainterPathStroker>
#include <algorithm>
#include <initializer_list>

namespace phidelity {

namespace {

QPainterPath stroked(const QPainterPath& line, double width, Qt::PenJoinStyle join = Qt::MiterJoin,
                     Qt::PenCapStyle cap = Qt::FlatCap) {
    QPainterPathStroker stroker;
    stroker.setWidth(width);
    stroker.setJoinStyle(join);
    stroker.setCapStyle(cap);
    stroker.setMiterLimit(6);
    stroker.setCurveThreshold(0.05);
    QPainterPath path = stroker.createStroke(line);
    path.setFillRule(Qt::WindingFill);
    return path;
}

QPainterPath polyline(std::initializer_list<QPointF> points) {
    QPainterPath path(*points.begin());
    std::for_each(points.begin() + 1, points.end(), [&path](QPointF p) { path.lineTo(p); });
    return path;
}

QPainterPath mirrored(const QPainterPath& path, double width) {
    return QTransform(-1, 0, 0, 1, width, 0).map(path);
}

/// Curved ends of a bounded height with a straight piece between, thinner towards the ends.
QPainterPath parenthesis(double height, MathPen pen, double* width) {
    const double half = height / 2;
    const double curve = std::min(half, 1.5 * pen.em);
    const double w = std::min(0.24 * pen.em + 0.045 * height, 0.5 * pen.em);
    const double thick = pen.stroke * 1.35;
    const double thin = pen.stroke * 0.8;
    const double bend = -half + curve;
    QPainterPath path(QPointF(w - thin, -half));
    path.cubicTo(0.30 * w, -half + 0.30 * curve, 0, bend - 0.38 * curve, 0, bend);
    path.lineTo(0, -bend);
    path.cubicTo(0, -bend + 0.38 * curve, 0.30 * w, half - 0.30 * curve, w - thin, half);
    path.lineTo(w, half);
    path.cubicTo(0.36 * w + thick * 0.6, half - 0.30 * curve, thick, -bend + 0.38 * curve, thick,
                 -bend);
    path.lineTo(thick, bend);
    path.cubicTo(thick, bend - 0.38 * curve, 0.36 * w + thick * 0.6, -half + 0.30 * curve, w,
                 -half);
    path.closeSubpath();
    *width = w;
    return path;
}

QPainterPath curlyBrace(double height, MathPen pen, double* width) {
    const double half = height / 2;
    const double w = std::min(0.42 * pen.em + 0.02 * height, 0.56 * pen.em);
    const double stem = w * 0.52;
    const double hook = std::min(half * 0.5, 0.42 * pen.em);
    const double s = pen.stroke;
    QPainterPath line(QPointF(w, -half + s / 2));
    line.cubicTo(w - 0.7 * (w - stem), -half + s / 2, stem, -half + 0.35 * hook, stem,
                 -half + hook);
    line.lineTo(stem, -hook);
    line.cubicTo(stem, -0.35 * hook, 0.6 * stem, 0, s * 0.3, 0);
    line.cubicTo(0.6 * stem, 0, stem, 0.35 * hook, stem, hook);
    line.lineTo(stem, half - hook);
    line.cubicTo(stem, half - 0.35 * hook, w - 0.7 * (w - stem), half - s / 2, w, half - s / 2);
    *width = w;
    return stroked(line, s, Qt::RoundJoin);
}

QPainterPath uprightArrow(char32_t arrow, double height, MathPen pen, double* width) {
    const bool up = arrow == U'↑' || arrow == U'↕' || arrow == U'⇑' || arrow == U'⇕';
    const bool down = arrow == U'↓' || arrow == U'↕' || arrow == U'⇓' || arrow == U'⇕';
    const bool twice = arrow == U'⇑' || arrow == U'⇓' || arrow == U'⇕';
    const double w = 0.5 * pen.em;
    const double half = height / 2;
    const double s = pen.stroke;
    QPainterPath line;
    const auto head = [&line, w, s](double tip, double direction) {
        line.addPath(polyline({{s, tip + direction * 0.28 * w * 2},
                               {w / 2, tip + direction * s * 0.7},
                               {w - s, tip + direction * 0.28 * w * 2}}));
    };
    const double inset = twice ? 0.24 * w : s;
    for (const double x : {twice ? 0.32 * w : w / 2, twice ? 0.68 * w : w / 2}) {
        line.addPath(polyline({{x, up ? -half + inset : -half}, {x, down ? half - inset : half}}));
    }
    if (up) {
        head(-half, 1);
    }
    if (down) {
        head(half, -1);
    }
    *width = w;
    return stroked(line, s);
}

} // namespace

QPainterPath delimiterShape(char32_t delimiter, double height, MathPen pen, double* width) {
    const double half = height / 2;
    const double s = pen.stroke;
    const double edge = half - s / 2;
    const auto done = [width](double w, const QPainterPath& path) {
        *width = w;
        return path;
    };
    const auto turned = [&](char32_t twin) {
        const QPainterPath path = delimiterShape(twin, height, pen, width);
        return mirrored(path, *width);
    };
    const double foot = std::min(0.24 * pen.em + 0.015 * height, 0.36 * pen.em);
    switch (delimiter) {
    case U'(':
        return parenthesis(height, pen, width);
    case U'{':
        return curlyBrace(height, pen, width);
    case U'[':
        return done(
            foot,
            stroked(polyline({{foot, -edge}, {s / 2, -edge}, {s / 2, edge}, {foot, edge}}), s));
    case U'⌊':
        return done(foot, stroked(polyline({{s / 2, -half}, {s / 2, edge}, {foot, edge}}), s));
    case U'⌈':
        return done(foot, stroked(polyline({{foot, -edge}, {s / 2, -edge}, {s / 2, half}}), s));
    case U'⟦': {
        QPainterPath line =
            polyline({{foot * 1.5, -edge}, {s / 2, -edge}, {s / 2, edge}, {foot * 1.5, edge}});
        line.addPath(polyline({{s / 2 + 0.6 * foot, -edge}, {s / 2 + 0.6 * foot, edge}}));
        return done(foot * 1.5, stroked(line, s));
    }
    case U'⟨': {
        const double w = std::min(0.22 * pen.em + 0.06 * height, 0.55 * pen.em);
        return done(w, stroked(polyline({{w - s / 2, -half}, {s * 0.6, 0}, {w - s / 2, half}}), s));
    }
    case U'⌜':
        return done(foot,
                    stroked(polyline({{foot, -edge}, {s / 2, -edge}, {s / 2, -edge + foot}}), s));
    case U'⌞':
        return done(foot,
                    stroked(polyline({{s / 2, edge - foot}, {s / 2, edge}, {foot, edge}}), s));
    case U'/': {
        const double w = std::min(0.3 * pen.em + 0.2 * height, 1.2 * pen.em);
        return done(w, stroked(polyline({{w - s / 2, -half}, {s / 2, half}}), s));
    }
    case U')':
        return turned(U'(');
    case U'}':
        return turned(U'{');
    case U']':
        return turned(U'[');
    case U'⌋':
        return turned(U'⌊');
    case U'⌉':
        return turned(U'⌈');
    case U'⟧':
        return turned(U'⟦');
    case U'⟩':
        return turned(U'⟨');
    case U'⌝':
        return turned(U'⌜');
    case U'⌟':
        return turned(U'⌞');
    case U'\\':
        return turned(U'/');
    case U'↑':
    case U'↓':
    case U'↕':
    case U'⇑':
    case U'⇓':
    case U'⇕':
        return uprightArrow(delimiter, height, pen, width);
    default:
        return {};
    }
}

QPainterPath rootShape(double height, MathPen pen, double* width) {
    const double w = std::min(0.62 * pen.em + 0.05 * height, 0.95 * pen.em);
    const double s = pen.stroke;
    // However tall the root is, the tick at its left stays as high as a small letter.
    const double tick = std::min(0.5 * height, 0.55 * pen.em);
    const double foot = height - s * 0.4;
    const double bottom = 0.46 * w;
    const double thick = s * 1.5;
    // One outline: the tick, a heavier stroke down, a light one up to the line.
    const QPointF start(0.03 * w, height - tick + 0.10 * pen.em);
    const QPointF peak(0.20 * w, height - tick);
    QPainterPath path(start);
    path.lineTo(peak + QPointF(0.02 * w, -s * 0.2));
    path.lineTo(QPointF(bottom + thick * 0.12, foot - thick * 1.6));
    path.lineTo(QPointF(w - s * 0.55, 0));
    path.lineTo(QPointF(w, 0));
    path.lineTo(QPointF(w, s * 0.9));
    path.lineTo(QPointF(w + s * 0.15, s * 0.9));
    path.lineTo(QPointF(bottom + thick * 0.45, height));
    path.lineTo(QPointF(bottom - thick * 0.35, height));
    path.lineTo(QPointF(0.20 * w - thick * 0.25, height - tick + s * 1.0));
    path.lineTo(start + QPointF(s * 0.35, s * 0.75));
    path.closeSubpath();
    *width = w;
    return path;
}

QPainterPath accentShape(MathAccent accent, double width, MathPen pen, double* height) {
    const double em = pen.em;
    const double s = pen.stroke;
    const double narrow = 0.36 * em;
    const auto dots = [&](int count) {
        const double radius = 0.062 * em;
        const double step = 0.2 * em;
        QPainterPath path;
        for (int i = 0; i < count; ++i) {
            path.addEllipse(QPointF((i - (count - 1) / 2.0) * step, -radius), radius, radius);
        }
        *height = 2 * radius;
        return path;
    };
    const auto done = [height](double h, const QPainterPath& path) {
        *height = h;
        return path;
    };
    switch (accent) {
    case MathAccent::Hat:
    case MathAccent::WideHat: {
        const double w = accent == MathAccent::Hat ? narrow : std::max(narrow, width);
        const double h = std::min(0.14 * em + 0.06 * w, 0.28 * em);
        return done(h + s / 2, stroked(polyline({{-w / 2, -s / 2}, {0, -h}, {w / 2, -s / 2}}), s));
    }
    case MathAccent::Check: {
        const double h = 0.16 * em;
        return done(h + s / 2,
                    stroked(polyline({{-narrow / 2, -h}, {0, -s / 2}, {narrow / 2, -h}}), s));
    }
    case MathAccent::Tilde:
    case MathAccent::WideTilde: {
        const double w = accent == MathAccent::Tilde ? narrow * 1.05 : std::max(narrow, width);
        const double h = std::min(0.11 * em + 0.02 * w, 0.18 * em);
        QPainterPath line(QPointF(-w / 2, -s / 2));
        line.cubicTo(-w * 0.30, -h * 1.9 - s / 2, -w * 0.06, -h * 0.9 - s / 2, 0, -h / 2 - s / 2);
        line.cubicTo(w * 0.06, -h * 0.1 - s / 2, w * 0.30, h * 0.9 - s / 2, w / 2, -h - s / 2);
        return done(h * 1.15 + s, stroked(line, s));
    }
    case MathAccent::Acute:
    case MathAccent::Grave: {
        const double sign = accent == MathAccent::Acute ? 1 : -1;
        const double h = 0.18 * em;
        return done(h + s / 2,
                    lineShape({-sign * 0.08 * em, -s / 2}, {sign * 0.1 * em, -h}, s * 1.1));
    }
    case MathAccent::Breve: {
        const double h = 0.13 * em;
        QPainterPath line(QPointF(-narrow / 2, -h - s / 2));
        line.cubicTo(-narrow * 0.35, -s / 2 + h * 0.2, narrow * 0.35, -s / 2 + h * 0.2, narrow / 2,
                     -h - s / 2);
        return done(h + s, stroked(line, s));
    }
    case MathAccent::Bar:
        return done(s, lineShape({-narrow * 0.55, -s / 2}, {narrow * 0.55, -s / 2}, s));
    case MathAccent::Dot:
        return dots(1);
    case MathAccent::DoubleDot:
        return dots(2);
    case MathAccent::TripleDot:
        return dots(3);
    case MathAccent::Ring: {
        const double radius = 0.095 * em;
        QPainterPath line;
        line.addEllipse(QPointF(0, -radius - s / 2), radius, radius);
        return done(2 * radius + s, stroked(line, s * 0.85));
    }
    case MathAccent::Vector: {
        double h = 0;
        const QPainterPath arrow =
            arrowShape(U'→', std::max(0.46 * em, 0.0), {em * 0.72, s * 0.9}, &h);
        return done(h, arrow.translated(-0.23 * em, -h / 2));
    }
    case MathAccent::OverRightArrow:
    case MathAccent::OverLeftArrow:
    case MathAccent::OverBothArrow: {
        double h = 0;
        const char32_t arrow = accent == MathAccent::OverRightArrow  ? U'→'
                               : accent == MathAccent::OverLeftArrow ? U'←'
                                                                     : U'↔';
        const double length = std::max(width, 0.5 * em);
        const QPainterPath path = arrowShape(arrow, length, {em * 0.8, s * 0.9}, &h);
        return done(h, path.translated(-length / 2, -h / 2));
    }
    default:
        return done(0, {});
    }
}

QPainterPath braceShape(double width, BracePoint point, MathPen pen, double* height) {
    double thickness = 0;
    const QPainterPath upright =
        curlyBrace(std::max(width, 1.0 * pen.em), {pen.em * 0.72, pen.stroke * 0.9}, &thickness);
    *height = thickness;
    // Turned by a quarter: its point is at the top, its ends at the bottom.
    const QPainterPath up = QTransform(0, 1, 1, 0, width / 2, -thickness).map(upright);
    return point == BracePoint::Up ? up : QTransform(1, 0, 0, -1, 0, -thickness).map(up);
}

QPainterPath arrowShape(char32_t arrow, double length, MathPen pen, double* height) {
    const bool right = arrow == U'→' || arrow == U'↔' || arrow == U'⇒';
    const bool left = arrow == U'←' || arrow == U'↔' || arrow == U'⇐';
    const bool twice = arrow == U'⇒' || arrow == U'⇐';
    const double s = pen.stroke;
    const double rise = 0.17 * pen.em;
    const double run = 0.20 * pen.em;
    QPainterPath line;
    const double apart = twice ? 0.085 * pen.em : 0;
    const double inset = twice ? run * 0.5 : s * 0.7;
    const auto shaft = [&](double y) {
        line.addPath(polyline({{left ? inset : 0, y}, {right ? length - inset : length, y}}));
    };
    shaft(-apart);
    if (twice) {
        shaft(apart);
    }
    if (right) {
        line.addPath(
            polyline({{length - run, -rise}, {length - s * 0.7, 0}, {length - run, rise}}));
    }
    if (left) {
        line.addPath(polyline({{run, -rise}, {s * 0.7, 0}, {run, rise}}));
    }
    *height = 2 * rise + s;
    return stroked(line, s);
}

QPainterPath lineShape(QPointF from, QPointF to, double stroke) {
    return stroked(polyline({from, to}), stroke);
}

} // namespace phidelity
