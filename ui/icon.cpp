// SPDX-License-Identifier: MIT
#include "ui/icon.h"

#include <optional>

#include <QApplication>
#include <QFile>
#include <QHash>
#include <QIconEngine>
#include <QPainter>
#include <QPainterPath>
#include <QPalette>
#include <QPixmap>
#include <QRegularExpression>
#include <QXmlStreamReader>

/// A static library's resources are not registered by themselves. Outside of any namespace, as Qt
/// asks for.
static void registerIcons() {
    Q_INIT_RESOURCE(icons);
}

namespace phidelity {

namespace {

struct Shape {
    QPainterPath path;
    QString fill = QStringLiteral("none");
    QString stroke = QStringLiteral("none");
    double strokeWidth = 1.5;
};

struct Drawing {
    QRectF viewBox{0, 0, 16, 16};
    QList<Shape> shapes;
};

QPainterPath pathOf(const QString& data) {
    static const QRegularExpression token(QStringLiteral("([A-Za-z])|(-?\\d*\\.?\\d+)"));
    QPainterPath path;
    QChar command = u'M';
    QList<double> numbers;
    const auto point = [&numbers](qsizetype index) {
        return QPointF(numbers.at(index), numbers.at(index + 1));
    };
    auto tokens = token.globalMatch(data);
    const auto draw = [&]() {
        const QPointF here = path.currentPosition();
        const qsizetype count = numbers.size();
        if (command == u'M' && count == 2) {
            path.moveTo(point(0));
            command = u'L';
        } else if (command == u'L' && count == 2) {
            path.lineTo(point(0));
        } else if (command == u'H' && count == 1) {
            path.lineTo(numbers.at(0), here.y());
        } else if (command == u'V' && count == 1) {
            path.lineTo(here.x(), numbers.at(0));
        } else if (command == u'C' && count == 6) {
            path.cubicTo(point(0), point(2), point(4));
        } else if (command == u'Q' && count == 4) {
            path.quadTo(point(0), point(2));
        } else {
            return;
        }
        numbers.clear();
    };
    while (tokens.hasNext()) {
        const QRegularExpressionMatch match = tokens.next();
        if (match.hasCaptured(1)) {
            command = match.captured(1).front();
            numbers.clear();
            if (command == u'Z') {
                path.closeSubpath();
            }
        } else {
            numbers.append(match.captured(2).toDouble());
            draw();
        }
    }
    return path;
}

Drawing readDrawing(const QString& fileName) {
    Drawing drawing;
    QFile file(fileName);
    if (!file.open(QIODevice::ReadOnly)) {
        return drawing;
    }
    QXmlStreamReader xml(&file);
    while (!xml.atEnd()) {
        if (xml.readNext() != QXmlStreamReader::StartElement) {
            continue;
        }
        const QXmlStreamAttributes attributes = xml.attributes();
        const auto number = [&attributes](const char* name) {
            return attributes.value(QLatin1String(name)).toDouble();
        };
        Shape shape;
        if (xml.name() == QLatin1String("svg")) {
            const auto box = attributes.value(QLatin1String("viewBox")).split(u' ');
            if (box.size() == 4) {
                drawing.viewBox = QRectF(box[0].toDouble(), box[1].toDouble(), box[2].toDouble(),
                                         box[3].toDouble());
            }
            continue;
        }
        if (xml.name() == QLatin1String("path")) {
            shape.path = pathOf(attributes.value(QLatin1String("d")).toString());
        } else if (xml.name() == QLatin1String("circle")) {
            shape.path.addEllipse(QPointF(number("cx"), number("cy")), number("r"), number("r"));
        } else if (xml.name() == QLatin1String("rect")) {
            shape.path.addRoundedRect(
                QRectF(number("x"), number("y"), number("width"), number("height")), number("rx"),
                number("rx"));
        } else {
            continue;
        }
        if (attributes.hasAttribute(QLatin1String("fill"))) {
            shape.fill = attributes.value(QLatin1String("fill")).toString();
        }
        if (attributes.hasAttribute(QLatin1String("stroke"))) {
            shape.stroke = attributes.value(QLatin1String("stroke")).toString();
        }
        if (attributes.hasAttribute(QLatin1String("stroke-width"))) {
            shape.strokeWidth = number("stroke-width");
        }
        drawing.shapes.append(shape);
    }
    return drawing;
}

const Drawing& drawingOf(const QString& name) {
    static const bool registered = (registerIcons(), true);
    Q_UNUSED(registered);
    static QHash<QString, Drawing> cache;
    auto found = cache.find(name);
    if (found == cache.end()) {
        found =
            cache.insert(name, readDrawing(QStringLiteral(":/phidelity/icons/%1.svg").arg(name)));
    }
    return *found;
}

std::optional<QColor> colorOf(const QString& value, const QColor& current) {
    if (value == QLatin1String("none")) {
        return std::nullopt;
    }
    return value == QLatin1String("currentColor") ? current : QColor(value);
}

class DrawnIcon : public QIconEngine {
public:
    explicit DrawnIcon(const QString& name) : m_name(name) {}

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override {
        const Drawing& drawing = drawingOf(m_name);
        const QPalette palette = QApplication::palette();
        const QColor current =
            mode == QIcon::Disabled
                ? palette.color(QPalette::Disabled, QPalette::ButtonText)
                : palette.color(mode == QIcon::Selected ? QPalette::HighlightedText
                                                        : QPalette::ButtonText);
        const double side = std::min(rect.width(), rect.height());
        const double scale = side / drawing.viewBox.width();
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        painter->translate(rect.x() + (rect.width() - side) / 2,
                           rect.y() + (rect.height() - side) / 2);
        painter->scale(scale, scale);
        for (const Shape& shape : drawing.shapes) {
            const std::optional<QColor> fill = colorOf(shape.fill, current);
            const std::optional<QColor> stroke = colorOf(shape.stroke, current);
            painter->setBrush(fill ? QBrush(*fill) : QBrush(Qt::NoBrush));
            painter->setPen(stroke ? QPen(*stroke, shape.strokeWidth, Qt::SolidLine, Qt::RoundCap,
                                          Qt::RoundJoin)
                                   : QPen(Qt::NoPen));
            painter->drawPath(shape.path);
        }
        painter->restore();
    }

    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
        QPixmap pixmap(size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        paint(&painter, QRect(QPoint(0, 0), size), mode, state);
        return pixmap;
    }

    QIconEngine* clone() const override { return new DrawnIcon(m_name); }
    QString key() const override { return QStringLiteral("phidelity"); }
    QString iconName() override { return m_name; }
    bool isNull() override { return drawingOf(m_name).shapes.isEmpty(); }

private:
    QString m_name;
};

} // namespace

QIcon icon(const QString& name) {
    return QIcon(new DrawnIcon(name));
}

QIcon programIcon() {
    return icon(QStringLiteral("phidelity"));
}

} // namespace phidelity
