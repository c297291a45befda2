// SPDX-License-Identifier: MIT
// Not a test: sets the corpus on a sheet to look at, and says what that costs.
// math_sheet FOLDER [pixel size] [family]
#include <QDir>
#include <QElapsedTimer>
#include <QFontDatabase>
#include <QGuiApplication>
#include <QImage>
#include <QPainter>
#include <QTextStream>

#include "math_corpus.h"
#include "ui/math/math_box.h"

using namespace phidelity;

namespace {

struct Sheet {
    const char* name;
    QColor paper;
    QColor ink;
    int scale;
};

void drawSheet(const Sheet& sheet, const QFont& font, const QString& folder) {
    const double gap = font.pixelSize() * 0.9;
    constexpr int kWidth = 900;
    double y = gap;
    double x = gap;
    double line = 0;
    struct Placed {
        MathBox box;
        QPointF at;
    };
    std::vector<Placed> placed;
    for (const MathSample& sample : kMathCorpus) {
        MathOptions options;
        options.style = sample.display ? MathOptions::Style::Display : MathOptions::Style::Inline;
        options.breakWidth = kWidth - 2 * gap;
        QString why;
        const auto box = setMath(QString::fromUtf8(sample.latex), font, options, &why);
        if (!box) {
            QTextStream(stderr) << sample.latex << ": " << why << '\n';
            continue;
        }
        if (x > gap && x + box->width() > kWidth - gap) {
            x = gap;
            y += line + gap;
            line = 0;
        }
        placed.push_back({*box, {x, y + box->ascent()}});
        x += box->width() + 2.2 * gap;
        line = std::max(line, box->height());
    }
    QImage image(kWidth * sheet.scale, static_cast<int>(y + line + gap) * sheet.scale,
                 QImage::Format_RGB32);
    image.setDevicePixelRatio(sheet.scale);
    image.fill(sheet.paper);
    QPainter painter(&image);
    for (const Placed& formula : placed) {
        formula.box.paint(painter, formula.at, sheet.ink);
    }
    painter.end();
    image.save(QDir(folder).filePath(QString::fromLatin1(sheet.name)));
}

/// Mean cost of a formula of the corpus, with the glyphs of the font known already.
void measure(const QFont& font) {
    constexpr int kRounds = 50;
    QImage image(900, 200, QImage::Format_RGB32);
    QPainter painter(&image);
    qint64 setting = 0;
    qint64 painting = 0;
    qint64 slowest = 0;
    for (int round = 0; round < kRounds; ++round) {
        for (const MathSample& sample : kMathCorpus) {
            QElapsedTimer timer;
            timer.start();
            const auto box = setMath(QString::fromUtf8(sample.latex), font);
            const qint64 set = timer.nsecsElapsed();
            box->paint(painter, {10, 100}, Qt::black);
            painting += timer.nsecsElapsed() - set;
            setting += set;
            slowest = std::max(slowest, round == 0 ? 0 : set);
        }
    }
    const double count = kRounds * static_cast<double>(std::size(kMathCorpus));
    QTextStream(stdout) << std::size(kMathCorpus) << " formulas, mean of " << kRounds
                        << " rounds: set in " << static_cast<double>(setting) / count / 1000
                        << " us (slowest " << static_cast<double>(slowest) / 1000
                        << "), painted in " << static_cast<double>(painting) / count / 1000
                        << " us\n";
}

} // namespace

int main(int argc, char** argv) {
    const QGuiApplication app(argc, argv);
    const QStringList arguments = QGuiApplication::arguments();
    const QString folder = arguments.value(1, QStringLiteral("."));
    QDir().mkpath(folder);
    QFont font(arguments.value(3, QStringLiteral("DejaVu Sans")));
    font.setPixelSize(arguments.value(2, QStringLiteral("15")).toInt());
    const QColor darkPaper(0x1e, 0x1f, 0x22);
    const QColor lightInk(0xe3, 0xe4, 0xe6);
    const QColor darkInk(0x20, 0x22, 0x26);
    for (const Sheet& sheet : {Sheet{"light-1x.png", Qt::white, darkInk, 1},
                               Sheet{"light-2x.png", Qt::white, darkInk, 2},
                               Sheet{"dark-1x.png", darkPaper, lightInk, 1},
                               Sheet{"dark-2x.png", darkPaper, lightInk, 2}}) {
        drawSheet(sheet, font, folder);
    }
    measure(font);
    return 0;
}
