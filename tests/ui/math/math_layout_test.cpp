// SPDX-License-Identifier: MIT
#include <QBuffer>
#include <QFontMetricsF>
#include <QImage>
#include <QPainter>
#include <QPdfWriter>
#include <QRandomGenerator>
#include <QTest>
#include <cmath>

#include "math_corpus.h"
#include "ui/math/math_box.h"
#include "ui/math/math_layout.h"
#include "ui/math/math_parse.h"

using namespace phidelity;
using namespace Qt::StringLiterals;

namespace {

QFont fontOf(int pixels) {
    QFont font(u"DejaVu Sans"_s);
    font.setPixelSize(pixels);
    return font;
}

/// The boxes of a formula at 100 pixels an em, so that lengths read as hundredths of an em.
Box boxOf(const QString& latex, MathLevel level = MathLevel::Display, double breakWidth = 0) {
    const auto tree = parseMath(latex);
    if (!tree) {
        qFatal("not read: %s", qPrintable(latex));
    }
    auto box = MathLayout(MathFonts::of(fontOf(100))).set(*tree, level, breakWidth);
    if (!box) {
        qFatal("not set: %s", qPrintable(latex));
    }
    return *std::move(box);
}

double widthOf(const QString& latex, MathLevel level = MathLevel::Display) {
    return boxOf(latex, level).width;
}

double heightOf(const QString& latex, MathLevel level = MathLevel::Display) {
    const Box box = boxOf(latex, level);
    return box.ascent + box.descent;
}

/// Where there is ink, on an image of one pixel a pixel.
QRect inkOf(const QImage& image, QRgb paper) {
    QRect ink;
    for (int y = 0; y < image.height(); ++y) {
        const auto* line = reinterpret_cast<const QRgb*>(image.constScanLine(y));
        for (int x = 0; x < image.width(); ++x) {
            // Not the faintest spill of antialiasing.
            if (std::abs(qGray(line[x]) - qGray(paper)) > 24) {
                ink = ink.united(QRect(x, y, 1, 1));
            }
        }
    }
    return ink;
}

QImage painted(const MathBox& box, QPointF baseline, QSize size) {
    QImage image(size, QImage::Format_RGB32);
    image.fill(Qt::white);
    QPainter painter(&image);
    box.paint(painter, baseline, Qt::black);
    return image;
}

} // namespace

class MathLayoutTest : public QObject {
    Q_OBJECT

private slots:
    void everyFormulaOfTheCorpusIsSet() {
        for (const MathSample& sample : kMathCorpus) {
            for (const int size : {9, 15, 40}) {
                for (const auto style : {MathOptions::Style::Inline, MathOptions::Style::Display}) {
                    QString why;
                    const auto box =
                        setMath(QString::fromUtf8(sample.latex), fontOf(size), {style, 0}, &why);
                    QVERIFY2(box, qPrintable(QString::fromUtf8(sample.latex) + u": "_s + why));
                    QVERIFY(box->width() > 0 && box->ascent() + box->descent() > 0);
                }
            }
        }
    }

    void allInkIsInsideTheBox() {
        for (const MathSample& sample : kMathCorpus) {
            for (const int size : {13, 40}) {
                const auto box = setMath(QString::fromUtf8(sample.latex), fontOf(size),
                                         {MathOptions::Style::Display, 0});
                constexpr int kMargin = 60;
                const QSize room(static_cast<int>(box->width()) + 2 * kMargin,
                                 static_cast<int>(box->height()) + 2 * kMargin);
                const QPointF baseline(kMargin, std::round(kMargin + box->ascent()));
                const QRect ink = inkOf(painted(*box, baseline, room), qRgb(255, 255, 255));
                const QRectF allowed =
                    box->rect().translated(baseline).adjusted(-1.5, -1.5, 1.5, 1.5);
                QVERIFY2(allowed.contains(QRectF(ink)),
                         qPrintable(u"%1 at %2: top %3, bottom %4, left %5, right %6"_s
                                        .arg(QString::fromUtf8(sample.latex))
                                        .arg(size)
                                        .arg(ink.top() - allowed.top())
                                        .arg(allowed.bottom() - ink.bottom() - 1)
                                        .arg(ink.left() - allowed.left())
                                        .arg(allowed.right() - ink.right() - 1)));
                QVERIFY2(ink.width() > box->width() / 2, sample.latex);
            }
        }
    }

    void aNumeratorStandsAboveItsBarAndInTheMiddle() {
        for (const MathLevel level : {MathLevel::Display, MathLevel::Text, MathLevel::Script}) {
            const Box box = boxOf(u"\\frac{a}{bcd}"_s, level);
            QCOMPARE(box.rules.size(), 1);
            QCOMPARE(box.glyphs.size(), 4);
            const QRectF bar = box.rules.front();
            MathFonts& fonts = MathFonts::of(fontOf(100));
            const double width =
                fonts.glyph(U'a', MathFace::Auto)->advance * box.glyphs.front().size;
            const double middle = box.glyphs.front().at.x() + width / 2;
            QVERIFY(std::abs(middle - bar.center().x()) < 3);
            QVERIFY(box.glyphs.front().at.y() < bar.top());
            QVERIFY(box.glyphs.back().at.y() > bar.bottom());
            QVERIFY(bar.left() >= 0 && bar.right() <= box.width);
        }
    }

    void aTallDenominatorDoesNotTouchTheBar() {
        const Box box = boxOf(u"\\frac{y_j}{\\frac{A^2}{b}}"_s);
        QCOMPARE(box.rules.size(), 2);
        const Box over = boxOf(u"y_j"_s, MathLevel::Text);
        const double bar = std::min(box.rules[0].top(), box.rules[1].top());
        const double lowest = box.glyphs.front().at.y() + over.descent;
        QVERIFY(lowest < bar);
    }

    void scriptsAreSmallerAndRaisedOrLowered() {
        const Box box = boxOf(u"x_i^2"_s);
        QCOMPARE(box.glyphs.size(), 3);
        QVERIFY(box.glyphs[1].at.y() < -20 && box.glyphs[2].at.y() > 10);
        QVERIFY(box.glyphs[1].size < 80 && box.glyphs[2].size < 80);
        const Box twice = boxOf(u"x^{y^z}"_s);
        QVERIFY(twice.glyphs[2].size < twice.glyphs[1].size);
        QVERIFY(twice.glyphs[2].at.y() < twice.glyphs[1].at.y());
        const Box thrice = boxOf(u"x^{y^{z^w}}"_s);
        QCOMPARE(thrice.glyphs[3].size, thrice.glyphs[2].size);
    }

    void limitsStandAboveAndBelowInDisplayOnly() {
        const Box display = boxOf(u"\\sum_i^n"_s);
        const Box text = boxOf(u"\\sum_i^n"_s, MathLevel::Text);
        QCOMPARE(display.width, boxOf(u"\\sum"_s).width);
        QVERIFY(text.width > boxOf(u"\\sum"_s, MathLevel::Text).width + 20);
        QVERIFY(display.ascent > text.ascent && display.descent > text.descent);
        QVERIFY(widthOf(u"\\int_a^b"_s) > widthOf(u"\\int"_s));
        QVERIFY(heightOf(u"\\int\\limits_a^b"_s) > heightOf(u"\\int_a^b"_s));
    }

    void spacesFollowTheClassesOfNeighbours() {
        const auto sum = [](std::initializer_list<const char*> parts) {
            double width = 0;
            for (const char* part : parts) {
                width += widthOf(QString::fromUtf8(part));
            }
            return width;
        };
        const double thin = 300.0 / 18;
        const double medium = 400.0 / 18;
        const double thick = 500.0 / 18;
        const auto near = [](double a, double b) { return std::abs(a - b) < 0.01; };
        QVERIFY(near(widthOf(u"ab"_s), sum({"a", "b"})));
        QVERIFY(near(widthOf(u"a+b"_s), sum({"a", "+", "b"}) + 2 * medium));
        QVERIFY(near(widthOf(u"a=b"_s), sum({"a", "=", "b"}) + 2 * thick));
        QVERIFY(near(widthOf(u"-b"_s), sum({"-", "b"})));
        QVERIFY(near(widthOf(u"(-b)"_s), sum({"(", "-", "b", ")"})));
        QVERIFY(near(widthOf(u"a=-b"_s), sum({"a", "=", "-", "b"}) + 2 * thick));
        QVERIFY(near(widthOf(u"a,b"_s), sum({"a", ",", "b"}) + thin));
        QVERIFY(near(widthOf(u"\\sin x"_s), sum({"\\sin", "x"}) + thin));
        QVERIFY(near(widthOf(u"\\sin(x)"_s), sum({"\\sin", "(", "x", ")"})));
        QVERIFY(near(widthOf(u"a{=}b"_s), sum({"a", "=", "b"})));
        QVERIFY(near(widthOf(u"a\\quad b"_s), sum({"a", "b"}) + 100));
        QVERIFY(near(widthOf(u"a\\!b"_s), sum({"a", "b"}) - thin));
        const auto small = [](const QString& latex) { return widthOf(latex, MathLevel::Script); };
        QVERIFY(near(small(u"a+b"_s), small(u"a"_s) + small(u"+"_s) + small(u"b"_s)));
    }

    void delimitersReachRoundWhatTheyEnclose() {
        for (const auto& [left, right] : {std::pair("(", ")"),
                                          {"[", "]"},
                                          {"\\{", "\\}"},
                                          {"|", "|"},
                                          {"\\|", "\\|"},
                                          {"\\langle", "\\rangle"},
                                          {"\\lfloor", "\\rfloor"},
                                          {"\\lceil", "\\rceil"},
                                          {"/", "\\backslash"},
                                          {"\\uparrow", "\\Downarrow"}}) {
            for (const char* inside : {"x", "\\frac{a}{b}", "\\sum_{i=1}^n \\frac{a}{b}",
                                       "\\begin{matrix}a\\\\b\\\\c\\\\d\\\\e\\\\f\\end{matrix}"}) {
                const QString inner = QString::fromUtf8(inside);
                const Box content = boxOf(inner);
                const Box alone = boxOf(u"\\left%1\\vphantom{%2}\\right%3"_s.arg(
                    QString::fromUtf8(left), inner, QString::fromUtf8(right)));
                const double needed = content.ascent + content.descent;
                QVERIFY2(alone.ink.height() >= 0.85 * needed, qPrintable(inner));
                QVERIFY2(alone.ink.top() <= -0.75 * content.ascent, qPrintable(inner));
                // What is drawn instead of a glyph has no ink outside of its box.
                for (const QPainterPath& shape : alone.shapes) {
                    const QRectF bounds = shape.boundingRect();
                    QVERIFY2(bounds.left() >= -0.5 && bounds.right() <= alone.width + 0.5, left);
                    QVERIFY2(bounds.height() <= alone.ascent + alone.descent + 1, left);
                }
            }
        }
    }

    void largerContentMakesLargerBoxes() {
        double last = 0;
        for (const char* size : {"\\big", "\\Big", "\\bigg", "\\Bigg"}) {
            const double height = heightOf(QString::fromUtf8(size) + u'(');
            QVERIFY(height > last);
            last = height;
        }
        for (const char* around : {"\\frac{%1}{2}", "\\sqrt{%1}", "\\left(\\frac{1}{%1}\\right)",
                                   "\\overline{%1}", "\\underbrace{%1}", "\\boxed{%1}"}) {
            QString inner = u"x"_s;
            double height = heightOf(inner);
            for (int depth = 0; depth < 5; ++depth) {
                inner = QString::fromUtf8(around).arg(inner);
                QVERIFY2(heightOf(inner) > height, qPrintable(inner));
                height = heightOf(inner);
            }
        }
        last = 0;
        for (int rows = 1; rows < 8; ++rows) {
            const QString matrix =
                u"\\begin{matrix}"_s + u"a&b\\\\"_s.repeated(rows) + u"\\end{matrix}"_s;
            QVERIFY(heightOf(matrix) > last);
            last = heightOf(matrix);
        }
        QVERIFY(widthOf(u"\\widehat{abcdef}"_s) >= widthOf(u"abcdef"_s));
    }

    void aRootCoversItsRadicand() {
        for (const char* inside : {"x", "x^2+y^2", "\\frac{\\frac{a}{b}}{c}"}) {
            const QString inner = QString::fromUtf8(inside);
            const Box content = boxOf(inner);
            const Box box = boxOf(u"\\sqrt{"_s + inner + u'}');
            const QRectF line = *std::min_element(
                box.rules.begin(), box.rules.end(),
                [](const QRectF& a, const QRectF& b) { return a.top() < b.top(); });
            QVERIFY(line.bottom() < -content.ascent * 0.95);
            QVERIFY(line.width() >= content.width);
            QVERIFY(box.descent >= content.descent);
        }
    }

    void columnsAndEqualsSignsStandBelowEachOther() {
        const Box aligned = boxOf(u"\\begin{aligned} a+b+c &= d \\\\ e &= f+g \\end{aligned}"_s);
        MathFonts& fonts = MathFonts::of(fontOf(100));
        const quint32 equals = fonts.glyph(U'=', MathFace::Auto)->index;
        std::vector<QPointF> places;
        for (const Box::Glyph& glyph : aligned.glyphs) {
            if (glyph.index == equals) {
                places.push_back(glyph.at);
            }
        }
        QCOMPARE(places.size(), 2);
        QVERIFY(std::abs(places[0].x() - places[1].x()) < 1e-6);
        QVERIFY(places[1].y() > places[0].y() + 100);
        const Box cases = boxOf(u"\\begin{cases} a & xx \\\\ bcd & y \\end{cases}"_s);
        QVERIFY(std::abs(cases.glyphs[0].at.x() - cases.glyphs[3].at.x()) < 1e-6);
    }

    void theLinesOfATableMeetAtItsCorners() {
        const Box box =
            boxOf(u"\\begin{array}{|c|c|}\\hline a&b\\\\\\hline c&d\\\\\\hline\\end{array}"_s);
        QCOMPARE(box.rules.size(), 6);
        QRectF frame;
        for (const QRectF& rule : box.rules) {
            frame = frame.united(rule);
        }
        for (const QRectF& rule : box.rules) {
            if (rule.width() > rule.height()) {
                QVERIFY(std::abs(rule.width() - frame.width()) < 0.01);
            } else {
                QVERIFY(std::abs(rule.height() - frame.height()) < rule.width() + 0.01);
            }
            for (const Box::Glyph& glyph : box.glyphs) {
                QVERIFY(!rule.adjusted(0, -8, 0, 8).contains(glyph.at));
            }
        }
        QVERIFY(frame.left() >= 0 && frame.right() <= box.width);
    }

    void accentsStandAboveTheirLetters() {
        for (const char* accent : {"\\hat", "\\bar", "\\vec", "\\dot", "\\ddot", "\\tilde",
                                   "\\check", "\\overline", "\\widehat", "\\mathring"}) {
            for (const char* letter : {"x", "A", "f", "i"}) {
                const Box plain = boxOf(QString::fromUtf8(letter));
                const Box box =
                    boxOf(QString::fromUtf8(accent) + u'{' + QString::fromUtf8(letter) + u'}');
                QVERIFY2(box.ascent > plain.ascent, accent);
                const QRectF mark =
                    box.shapes.empty() ? box.rules.front() : box.shapes.front().boundingRect();
                QVERIFY2(mark.bottom() <= plain.ink.top() + 1, accent);
                QVERIFY2(std::abs(mark.center().x() - plain.ink.center().x()) < 16, accent);
            }
        }
    }

    void whatIsTooWideIsBrokenBeforeSigns() {
        const QString latex = u"a = b + c + d + e + f + g + h + i + j + k + l + m + n"_s;
        const Box whole = boxOf(latex);
        const Box broken = boxOf(latex, MathLevel::Display, 700);
        QVERIFY(whole.width > 700 && broken.width <= 700);
        QVERIFY(broken.descent > whole.descent + 100);
        QCOMPARE(broken.ascent, whole.ascent);
        QCOMPARE(broken.glyphs.size(), whole.glyphs.size());
        QCOMPARE(boxOf(latex, MathLevel::Display, 1e6).width, whole.width);
        const QString one = u"abcdefghijklmnopqrstuvwxyz"_s;
        QCOMPARE(boxOf(one, MathLevel::Display, 100).width, boxOf(one).width);
    }

    /// A thin bar is one full row of pixels wherever the baseline falls, as crisp as the letters.
    void barsFallOnWholePixels() {
        const auto box = setMath(u"\\frac{\\quad}{\\quad}"_s, fontOf(15));
        for (const double y : {50.0, 50.2, 50.5, 50.77}) {
            const QImage image = painted(*box, {20, y}, {80, 100});
            int full = 0;
            int partly = 0;
            for (int row = 0; row < image.height(); ++row) {
                const int gray = qGray(image.pixel(20 + static_cast<int>(box->width() / 2), row));
                full += gray == 0 ? 1 : 0;
                partly += gray > 0 && gray < 255 ? 1 : 0;
            }
            QCOMPARE(full, 1);
            QCOMPARE(partly, 0);
        }
    }

    void aCharacterThatNoFontHasIsRefused() {
        const QFontMetricsF metrics(fontOf(15));
        // Scripts that few machines have fonts for.
        for (const char32_t c : {U'\U00012000', U'\U00016A40', U'\U00011A50', U'\U0001E900'}) {
            if (!metrics.inFontUcs4(c)) {
                QString why;
                QVERIFY(!setMath(QString::fromUcs4(&c, 1), fontOf(15), {}, &why));
                QVERIFY(why.startsWith(u"a character that no font has"_s));
                QVERIFY(!setMath(u"\\text{"_s + QString::fromUcs4(&c, 1) + u'}', fontOf(15)));
                return;
            }
        }
        QSKIP("this machine has fonts for everything");
    }

    void thePainterIsLeftAsItWas() {
        const auto box = setMath(u"\\frac{a}{\\sqrt{b}}"_s, fontOf(15));
        QImage image(100, 100, QImage::Format_RGB32);
        QPainter painter(&image);
        painter.setPen(Qt::red);
        painter.setBrush(Qt::green);
        painter.translate(3, 4);
        const QTransform before = painter.transform();
        box->paint(painter, {10, 50}, Qt::blue);
        QCOMPARE(painter.pen().color(), QColor(Qt::red));
        QCOMPARE(painter.brush().color(), QColor(Qt::green));
        QCOMPARE(painter.transform(), before);
        QVERIFY(!painter.testRenderHint(QPainter::Antialiasing));
    }

    void aPdfHoldsTheFormulaAsText() {
        QByteArray pdf;
        QBuffer buffer(&pdf);
        buffer.open(QIODevice::WriteOnly);
        {
            QPdfWriter writer(&buffer);
            writer.setResolution(1200);
            QPainter painter(&writer);
            const auto box = setMath(u"\\sum_{i=1}^n \\sqrt{x_i}"_s, fontOf(200));
            QVERIFY(box);
            box->paint(painter, {500, 1000}, Qt::black);
        }
        QVERIFY(pdf.startsWith("%PDF"));
        QVERIFY(pdf.contains("/FontFile2"));
    }

    void saysItsSourceAndItsWords_data() {
        QTest::addColumn<QString>("latex");
        QTest::addColumn<QString>("spoken");
        const auto row = [](const char* latex, const char* spoken) {
            QTest::newRow(latex) << QString::fromUtf8(latex) << QString::fromUtf8(spoken);
        };
        row("a+b=c", "a plus b equals c");
        row("\\frac{a}{b}", "a over b");
        row("\\frac{a+1}{b}", "the fraction a plus 1 over b end of fraction,");
        row("x^2", "x squared");
        row("x^{12}", "x to the 12");
        row("x_1", "x sub 1");
        row("\\sqrt{x}", "the square root of x");
        row("\\sum_{i=1}^n i", "sum from i equals 1 to n of i");
        row("f'(x)", "f prime ( x )");
        row("\\alpha \\le 3.14", "alpha is at most 3.14");
        row("\\vec{v}", "v vector");
        row("\\text{if } x", "if x");
        row("\\binom{n}{k}", "( n choose k )");
        row("\\lim_{x \\to 0} x", "lim over x to 0 x");
    }

    void saysItsSourceAndItsWords() {
        QFETCH(QString, latex);
        QFETCH(QString, spoken);
        const auto box = setMath(latex, fontOf(15));
        QVERIFY(box);
        QCOMPARE(box->plainText(), latex);
        QCOMPARE(box->spokenText(), spoken);
    }

    void anyFontDoes() {
        for (const char* family : {"DejaVu Serif", "DejaVu Sans Mono", "Nimbus Sans", "no such"}) {
            for (const int size : {1, 6, 200}) {
                QFont font(QString::fromUtf8(family));
                font.setPixelSize(size);
                font.setBold(size == 6);
                for (const MathSample& sample : kMathCorpus) {
                    QVERIFY2(setMath(QString::fromUtf8(sample.latex), font), sample.latex);
                }
            }
        }
    }

    void randomFormulasStayWithinBounds() {
        QRandomGenerator random(5);
        const QStringList tokens = mathTokens();
        const QFont font = fontOf(10);
        int made = 0;
        for (int i = 0; i < 200'000; ++i) {
            QString latex;
            for (int length = random.bounded(24); length > 0; --length) {
                latex += tokens.at(random.bounded(tokens.size()));
            }
            const double breakWidth = i % 3 == 0 ? random.bounded(200) : 0;
            const auto style =
                i % 2 == 0 ? MathOptions::Style::Inline : MathOptions::Style::Display;
            if (const auto box = setMath(latex, font, {style, breakWidth})) {
                ++made;
                const bool sane = box->width() >= 0 && box->width() < 20'000 &&
                                  box->height() >= 0 && box->height() < 20'000 &&
                                  box->ascent() > -1000 && box->descent() > -1000;
                QVERIFY2(sane, qPrintable(latex));
                if (made % 50 == 0) {
                    painted(*box, {5, 50}, {100, 100});
                }
            }
        }
        QVERIFY2(made > 5000, "the random formulas are all broken, which tests little");
    }

    void formulasAtTheBoundsAreSet() {
        const QString long_ = u"x+"_s.repeated(2000) + u"1"_s;
        QVERIFY(setMath(long_, fontOf(15)));
        QVERIFY(setMath(long_, fontOf(15), {MathOptions::Style::Display, 300}));
        QString deep = u"x"_s;
        for (int i = 0; i < 50; ++i) {
            deep = u"\\frac{1}{"_s + deep + u'}';
        }
        QVERIFY(setMath(deep, fontOf(15)));
        const QString fences = u"\\left("_s.repeated(60) + u'x' + u"\\right)"_s.repeated(60);
        QVERIFY(setMath(fences, fontOf(15)));
        QVERIFY(setMath(u"\\text{abc}"_s.repeated(1300), fontOf(15)));
        QVERIFY(!setMath(u"\\text{שלום}"_s.repeated(1300), fontOf(15)));
        QString many;
        for (char16_t c = 0x4E00; c < 0x4E00 + 3000; ++c) {
            many += QChar(c);
        }
        setMath(many, fontOf(15)).reset(); // whatever the fonts are, it comes back
        const QString cells = u"\\begin{matrix}"_s +
                              (u"a&"_s.repeated(30) + u"\\\\"_s).repeated(40) + u"\\end{matrix}"_s;
        QVERIFY(setMath(cells, fontOf(15)));
    }
};

QTEST_MAIN(MathLayoutTest)
#include "math_layout_test.moc"
