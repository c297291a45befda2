// SPDX-License-Identifier: MIT
// Emoji in messages: which they are, and that they stand in the text as one letter each that is
// copied as it was written.
#include <QApplication>
#include <QClipboard>
#include <QTest>

#include "message_samples.h"
#include "ui/emoji_picture.h"
#include "ui/message_model.h"
#include "ui/message_view.h"
#include "ui/theme.h"

using namespace phidelity;

namespace {

const QString kFour = QStringLiteral("👩‍👩‍👧‍👦");

} // namespace

class EmojiTest : public QObject {
    Q_OBJECT

private slots:
    void eachIsFoundWithAllThatBelongsToIt() {
        const QString text = QStringLiteral("a") + kFour +
                             QStringLiteral("b👍🏽 🇩🇪c❤️d 5️⃣ é ∑ 中");
        QStringList found;
        for (const TextBlock::Cell& cell : emojiIn(text)) {
            found.append(text.mid(cell.start, cell.length));
        }
        QCOMPARE(found, QStringList({kFour, QStringLiteral("👍🏽"), QStringLiteral("🇩🇪"),
                                     QStringLiteral("❤️")}));
        QVERIFY(emojiIn(QString(u'a') + QString(100, QChar(0x0301))).isEmpty());
        QVERIFY(emojiIn(QStringLiteral("🎉") + QString(100, QChar(0x0301))).isEmpty());
        QVERIFY(emojiIn(QString(QChar(0xD83D))).isEmpty()); // half of one
        QVERIFY(emojiIn({}).isEmpty());
    }

    void aPictureTakesTheRoomOfTheText() {
        QFont font = QApplication::font();
        const EmojiPicture picture = emojiPicture(kFour, font, Qt::black, 2);
        QCOMPARE(picture.advance, QFontMetricsF(font).horizontalAdvance(kFour));
        QCOMPARE(picture.pixmap.devicePixelRatio(), 2.0);
        QVERIFY(picture.pixmap.toImage().convertToFormat(QImage::Format_ARGB32) !=
                QPixmap(picture.pixmap.size()).toImage());
        const qint64 key = picture.pixmap.cacheKey();
        QCOMPARE(emojiPicture(kFour, font, Qt::black, 2).pixmap.cacheKey(), key);
        font.setPointSize(font.pointSize() + 7);
        QVERIFY(emojiPicture(kFour, font, Qt::black, 2).pixmap.cacheKey() != key);
    }

    void theyAreCopiedAsTheyWereWritten() {
        applyAppearance(*qApp, Appearance::Light);
        MessageModel model;
        MessageView view;
        view.setModel(&model);
        view.resize(600, 400);
        view.show();
        QVERIFY(QTest::qWaitForWindowExposed(&view));
        const QString text = QStringLiteral("One %1 two $x^2$ 🎉🎉 **three 👍🏽** four\n\n"
                                            "| a | b |\n|---|---|\n| ⭐️ | %1 |\n\n`🎉 code`")
                                 .arg(kFour);
        model.add(reply(text));
        view.grab();
        view.selectAll();
        const QString copied = view.selectedText();
        for (const QString& piece : {QStringLiteral("One ") + kFour + QStringLiteral(" two"),
                                     QStringLiteral(" 🎉🎉 "), QStringLiteral("three 👍🏽"),
                                     QStringLiteral("⭐️"), QStringLiteral("🎉 code")}) {
            QVERIFY2(copied.contains(piece), qPrintable(copied));
        }
    }

    /// A line of them is as long as their advances and breaks between them.
    void aLineOfThemBreaksInTheWindow() {
        MessageModel model;
        MessageView view;
        view.setModel(&model);
        view.resize(600, 400);
        view.show();
        QVERIFY(QTest::qWaitForWindowExposed(&view));
        model.add(reply(kFour.repeated(300)));
        view.grab();
        view.selectAll();
        QCOMPARE(view.selectedText().trimmed(), kFour.repeated(300));
        const QImage shown = view.viewport()->grab().toImage();
        // Colours, unless no font here has any.
        const auto colourful = [&] {
            for (int y = 0; y < shown.height(); y += 2) {
                for (int x = shown.width() / 2; x < shown.width(); x += 2) {
                    const QColor pixel = shown.pixelColor(x, y);
                    if (pixel.saturation() > 120 && pixel.value() > 120) {
                        return true;
                    }
                }
            }
            return false;
        };
        const QImage sample =
            emojiPicture(kFour, QApplication::font(), Qt::black, 1).pixmap.toImage();
        bool hasColours = false;
        for (int y = 0; y < sample.height(); ++y) {
            for (int x = 0; x < sample.width(); ++x) {
                hasColours = hasColours || sample.pixelColor(x, y).saturation() > 120;
            }
        }
        QVERIFY(colourful() || !hasColours);
    }
};

QTEST_MAIN(EmojiTest)
#include "emoji_test.moc"
