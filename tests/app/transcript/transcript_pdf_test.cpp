// SPDX-License-Identifier: MIT
#include <algorithm>

#include <QCryptographicHash>
#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QFontDatabase>
#include <QImage>
#include <QTemporaryDir>
#include <QTest>

#include "app/transcript/odt_styles.h"
#include "app/transcript/pdf_text.h"
#include "app/transcript/rich_writers.h"
#include "rich_checks.h"
#include "transcript_samples.h"

using namespace phidelity;

/// Pages as PDF.
class TranscriptPdfTest : public QObject {
    Q_OBJECT

private slots:
    void pdfHoldsEveryWord();
    void pdfIsReadAsItWasWritten();
    void pdfThatIsNotAsExpectedStaysAsItIs();
    void pdfOfHostileTextsEnds();
    void pdfNumbersItsPages();
    void pagesAreAsLargeAsTheChosenPaper_data();
    void pagesAreAsLargeAsTheChosenPaper();
    void emojiAreInColour();
    void pdfTellsHowFarItIsAndStops();
};

void TranscriptPdfTest::pdfHoldsEveryWord() {
    const QString reader = tool("pdftotext");
    if (reader.isEmpty()) {
        QSKIP("pdftotext (poppler-utils) is not installed");
    }
    const QByteArray pdf = toPdf(smallTranscript(), kTreeWithAll);
    bool ok = false;
    const QString text = QString::fromUtf8(
        printed(reader, {"-layout", "%", "-"}, QStringLiteral("x.pdf"), pdf, &ok));
    QVERIFY2(ok, qPrintable(text));
    const QStringList words = wordsOf(smallTranscript());
    for (const QString& word : words) {
        QVERIFY2(text.contains(word), qPrintable(word + u'\n' + text));
    }
    QVERIFY(text.contains(QLatin1String("Stopped by the user.")));
    QVERIFY(text.contains(QLatin1String("18446744073709551615")));
}

void TranscriptPdfTest::pdfIsReadAsItWasWritten() {
    const QString reader = tool("pdftotext");
    if (reader.isEmpty()) {
        QSKIP("pdftotext (poppler-utils) is not installed");
    }
    if (!QFontDatabase::families().contains(QLatin1String("Noto Color Emoji"))) {
        QSKIP("Noto Color Emoji (fonts-noto-color-emoji) is not installed");
    }
    const QStringList signs{QStringLiteral("\U0001F600"), QStringLiteral("\U0001F680"),
                            QStringLiteral("\U0001F468\u200D\U0001F469\u200D\U0001F467"),
                            QStringLiteral("\U0001F1E9\U0001F1EA"),
                            QStringLiteral("\U0001F44D\U0001F3FD")};
    Transcript transcript = transcriptOf(
        {QStringLiteral("flags of the office: ") + signs.join(QStringLiteral(" or ")),
         QStringLiteral(
             "# \U0001F680 start\n\n- \U0001F600\n\n| a | \U0001F1E9\U0001F1EA |\n|---|---|"
             "\n| 1 | 2 |\n\n") +
             QStringLiteral("many words ").repeated(2000) + QStringLiteral("\U0001F40C"),
         QStringLiteral("\u0645\u0631\u062D\u0628\u0627 \U0001F680\U0001F600")});
    transcript.conversation.info.title = QStringLiteral("Off \U0001F9ED we go");
    bool ok = false;
    const auto read = [&](const QStringList& arguments) {
        return QString::fromUtf8(printed(reader, arguments, QStringLiteral("x.pdf"),
                                         toPdf(transcript, kTreeWithAll), &ok));
    };
    const QString text = read({"%", "-"});
    QVERIFY2(ok && !text.contains(QLatin1String("rror")), qPrintable(text));
    QVERIFY(text.contains(QLatin1String("flags of the office")) && !text.contains(u'\t'));
    for (const QString& sign : signs) {
        QVERIFY2(text.contains(sign), qPrintable(sign + u'\n' + text.left(500)));
    }
    QVERIFY(text.count(QStringLiteral("\U0001F680")) >= 3); // in each message, in any direction
    QVERIFY(text.contains(QStringLiteral("\U0001F40C")));   // pages later
    QVERIFY(text.contains(QStringLiteral("\u0645\u0631\u062D\u0628\u0627")));
    const auto pages = text.count(u'\f');
    QVERIFY(pages > 2);
    // At the head and at each foot.
    QCOMPARE(text.count(QStringLiteral("\U0001F9ED")), pages + 1);
}

void TranscriptPdfTest::pdfThatIsNotAsExpectedStaysAsItIs() {
    const QList<PaintedSign> signs{{1, {10, 10}, QStringLiteral("\U0001F680")}};
    const QByteArray pdf = toPdf(transcriptOf({QStringLiteral("flags \U0001F680")}), kTree);
    for (const QByteArray& none : {QByteArray(), QByteArray("%PDF-"), QByteArray("startxref")}) {
        QCOMPARE(withWholeText(none, signs), none);
    }
    QRandomGenerator random(12);
    for (int round = 0; round < 300; ++round) {
        QByteArray broken = pdf;
        if (round % 2 == 0) {
            broken.truncate(random.bounded(static_cast<int>(pdf.size())));
        }
        for (int damage = 0; damage < round % 20 && !broken.isEmpty(); ++damage) {
            broken[random.bounded(static_cast<int>(broken.size()))] =
                static_cast<char>(random.bounded(256));
        }
        QVERIFY(withWholeText(broken, signs).startsWith(broken)); // something is added, or nothing
    }
}

void TranscriptPdfTest::pdfOfHostileTextsEnds() {
    QElapsedTimer timer;
    timer.start();
    const QByteArray pdf = toPdf(transcriptOf(hostileTexts()), kTreeWithAll);
    QVERIFY(pdf.startsWith("%PDF-"));
    QRandomGenerator random(10);
    QVERIFY(toPdf(randomTranscript(random, 100), kTreeWithAll).startsWith("%PDF-"));
    QVERIFY(toPdf(Transcript(), kTree).startsWith("%PDF-"));
    qInfo("%lld ms", timer.elapsed());
}

void TranscriptPdfTest::pdfNumbersItsPages() {
    const QString reader = tool("pdftotext");
    if (reader.isEmpty()) {
        QSKIP("pdftotext (poppler-utils) is not installed");
    }
    QStringList texts;
    for (int at = 0; at < 60; ++at) {
        texts.append(QStringLiteral("Message %1\n\n").arg(at) +
                     QString(QStringLiteral("some words ")).repeated(40));
    }
    bool ok = false;
    const QString text =
        QString::fromUtf8(printed(reader, {"-layout", "%", "-"}, QStringLiteral("x.pdf"),
                                  toPdf(transcriptOf(texts), kTree), &ok));
    const QStringList pages = text.split(u'\f', Qt::SkipEmptyParts);
    QVERIFY(pages.size() > 3);
    for (qsizetype page = 0; page < pages.size(); ++page) {
        const QString foot = pages.at(page).trimmed().section(u'\n', -1);
        QVERIFY2(foot.startsWith(QLatin1String("Hostile")) &&
                     foot.endsWith(QStringLiteral(" %1 of %2").arg(page + 1).arg(pages.size())),
                 qPrintable(foot));
    }
    for (int at = 0; at < 60; ++at) {
        QVERIFY(text.contains(QStringLiteral("Message %1\n").arg(at)));
    }
}

void TranscriptPdfTest::pagesAreAsLargeAsTheChosenPaper_data() {
    QTest::addColumn<Paper>("paper");
    QTest::addColumn<QByteArray>("points");
    QTest::newRow("A4") << Paper::A4 << QByteArray("595 x 842 pts");
    QTest::newRow("A5") << Paper::A5 << QByteArray("420 x 595 pts");
    QTest::newRow("Letter") << Paper::Letter << QByteArray("612 x 792 pts");
    QTest::newRow("Legal") << Paper::Legal << QByteArray("612 x 1008 pts");
}

void TranscriptPdfTest::pagesAreAsLargeAsTheChosenPaper() {
    QFETCH(const Paper, paper);
    QFETCH(const QByteArray, points);
    TranscriptOptions options;
    options.paper = paper;
    const QByteArray width = "fo:page-width=\"" + QByteArray::number(sizeOf(paper).width()) + "mm";
    QVERIFY(odtStyles(QStringLiteral("%2"), paper).contains(width));
    const QString reader = tool("pdfinfo");
    if (reader.isEmpty()) {
        QSKIP("pdfinfo (poppler-utils) is not installed");
    }
    bool ok = false;
    const QByteArray told =
        printed(reader, {"%"}, QStringLiteral("x.pdf"), toPdf(smallTranscript(), options), &ok);
    QVERIFY2(told.contains(points), told.constData());
}

void TranscriptPdfTest::emojiAreInColour() {
    const QString painter = tool("pdftoppm");
    if (painter.isEmpty()) {
        QSKIP("pdftoppm (poppler-utils) is not installed");
    }
    if (!QFontDatabase::families().contains(QLatin1String("Noto Color Emoji"))) {
        QSKIP("Noto Color Emoji (fonts-noto-color-emoji) is not installed");
    }
    const auto colored = [&painter](const QString& text) {
        bool ok = false;
        const QImage page =
            QImage::fromData(printed(painter, {"-r", "200", "-png", "%"}, QStringLiteral("x.pdf"),
                                     toPdf(transcriptOf({text}), kTree), &ok));
        int count = 0;
        for (int y = 0; y < page.height(); ++y) {
            for (int x = 0; x < page.width(); ++x) {
                constexpr int kVivid = 150;
                count += page.pixelColor(x, y).hsvSaturation() > kVivid ? 1 : 0;
            }
        }
        return count;
    };
    QCOMPARE(colored(QStringLiteral("no rocket")), 0);
    QVERIFY(colored(QStringLiteral("a rocket: \U0001F680")) > 20);
}

void TranscriptPdfTest::pdfTellsHowFarItIsAndStops() {
    QList<int> told;
    std::stop_source stop;
    PageWatch watch{[&told](int percent) { told.append(percent); }, stop.get_token()};
    const Transcript transcript = transcriptOf(QStringList(40, QStringLiteral("some words")));
    QVERIFY(toPdf(transcript, kTree, watch).startsWith("%PDF-"));
    QVERIFY(std::is_sorted(told.begin(), told.end()));
    QCOMPARE(told.last(), 100);
    told.clear();
    watch.progress = [&](int percent) {
        told.append(percent);
        stop.request_stop();
    };
    QVERIFY(toPdf(transcript, kTree, watch).isEmpty());
    QCOMPARE(told.size(), 1);
}

QTEST_MAIN(TranscriptPdfTest)
#include "transcript_pdf_test.moc"
