// SPDX-License-Identifier: MIT
#include <QAbstractItemModelTester>
#include <QScrollBar>
#include <QSignalSpy>
#include <QToolButton>
#include <QWheelEvent>

#include "ui/message_layout.h"
#include "view_fixture.h"

using namespace phidelity;

namespace {

Message user(const QString& text) {
    Message message;
    message.text = text;
    return message;
}

QString longText(int paragraphs) {
    QString text;
    for (int index = 0; index < paragraphs; ++index) {
        text += QStringLiteral("Paragraph %1 says that water flows down and smoke goes up, as "
                               "everybody can see who looks.\n\n")
                    .arg(index);
    }
    return text;
}

} // namespace

class MessageViewTest : public ViewFixture {
    Q_OBJECT

    void wheel(int steps) {
        const QPointF middle(300, 200);
        QWheelEvent event(middle, m_view->viewport()->mapToGlobal(middle), {}, {0, steps * 120},
                          Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase, false);
        QApplication::sendEvent(m_view->viewport(), &event);
    }
    [[nodiscard]] bool atEnd() const {
        return m_view->verticalScrollBar()->value() == m_view->verticalScrollBar()->maximum();
    }

private slots:
    void init() {
        ViewFixture::init();
        new QAbstractItemModelTester(
            m_model.get(), QAbstractItemModelTester::FailureReportingMode::QtTest, m_model.get());
    }

    void modelAnnouncesAnAppendAsOneChange() {
        m_model->add(reply(QStringLiteral("a"), MessageState::Writing));
        QSignalSpy changes(m_model.get(), &QAbstractItemModel::dataChanged);
        m_model->appendText(0, QStringLiteral("b"));
        QCOMPARE(changes.size(), 1);
        QCOMPARE(changes.at(0).at(2).value<QList<int>>(), QList<int>{MessageModel::AppendedRole});
        QCOMPARE(m_model->at(0).text, QStringLiteral("ab"));
        m_model->replaceFrom(0, {});
        QCOMPARE(m_model->rowCount(), 0);
    }

    /// 200 KB in batches as the engine sends them: each lays out a few blocks, early or late.
    void costOfAnUpdateDoesNotGrowWithTheMessage() {
        m_model->add(user(QStringLiteral("Tell me everything")));
        m_model->add(reply({}, MessageState::Writing));
        const QString text = longText(1) + QStringLiteral("```python\n") +
                             QStringLiteral("x = x + 1\n").repeated(200) + QStringLiteral("```\n") +
                             longText(2000);
        const QString all = text.left(200 * 1024);
        quint64 worst = 0;
        for (qsizetype at = 0; at < all.size(); at += 64) {
            const quint64 before = MessageLayout::blocksLaidOut();
            m_model->appendText(1, all.mid(at, 64));
            worst = std::max(worst, MessageLayout::blocksLaidOut() - before);
            if (at % (64 * 256) == 0) {
                QApplication::processEvents();
            }
        }
        QVERIFY2(worst <= 4, qPrintable(QStringLiteral("%1 blocks").arg(worst)));
        QVERIFY(atEnd());
    }

    void onlyVisibleRowsAreLaidOut() {
        QList<Message> messages;
        for (int index = 0; index < 5000; ++index) {
            messages << user(QStringLiteral("Question %1").arg(index)) << reply(longText(2));
        }
        const quint64 before = MessageLayout::blocksLaidOut();
        m_model->reset(messages);
        QApplication::processEvents();
        QVERIFY(MessageLayout::blocksLaidOut() - before < 100);
        QVERIFY(atEnd());
        m_view->verticalScrollBar()->setValue(m_view->verticalScrollBar()->maximum() / 2);
        QApplication::processEvents();
        QVERIFY(MessageLayout::blocksLaidOut() - before < 200);
    }

    void followsTheEndUntilTheUserScrollsUp() {
        m_model->add(user(QStringLiteral("Go")));
        m_model->add(reply(longText(30), MessageState::Writing));
        QVERIFY(m_view->isFollowing());
        QVERIFY(atEnd());
        auto* jump = m_view->findChild<QToolButton*>(QStringLiteral("jumpToLatest"));
        QVERIFY(!jump->isVisible());
        wheel(2);
        QVERIFY(!m_view->isFollowing());
        QVERIFY(jump->isVisible());
        const int top = m_view->rowRect(1).top();
        m_model->appendText(1, longText(10));
        m_model->add(user(QStringLiteral("More")));
        QApplication::processEvents();
        QCOMPARE(m_view->rowRect(1).top(), top);
        QTest::mouseClick(jump, Qt::LeftButton);
        QVERIFY(m_view->isFollowing());
        QVERIFY(atEnd());
        QVERIFY(!jump->isVisible());
    }

    void scrollingBackToTheEndFollowsAgain() {
        m_model->add(reply(longText(30), MessageState::Writing));
        wheel(1);
        QVERIFY(!m_view->isFollowing());
        wheel(-20);
        QVERIFY(m_view->isFollowing());
    }

    /// Rows above that turn out higher or lower than estimated do not move what is read.
    void scrollingUpDoesNotJump() {
        QList<Message> messages;
        for (int index = 0; index < 300; ++index) {
            messages << user(longText(1)) << reply(longText(1 + index % 7));
        }
        m_model->reset(messages);
        for (int step = 0; step < 200; ++step) {
            QScrollBar* bar = m_view->verticalScrollBar();
            const int row = m_model->rowCount() - 1;
            const int lastTop = m_view->rowRect(row).top();
            const int before = bar->value();
            wheel(1);
            // The last row moved down by what was scrolled; estimates above may change the value,
            // but not the picture.
            const int moved = m_view->rowRect(row).top() - lastTop;
            QVERIFY2(moved >= 0 && moved < 400, qPrintable(QString::number(moved)));
            QVERIFY(before >= 0);
        }
    }

    void selectsAndCopiesAcrossMessagesWhileTextArrives() {
        m_model->add(user(QStringLiteral("First message")));
        m_model->add(reply(QStringLiteral("A **bold** answer"), MessageState::Writing));
        m_view->setFocus();
        QTest::keyClick(m_view.get(), Qt::Key_A, Qt::ControlModifier);
        m_model->appendText(1, QStringLiteral(" and more"));
        QTest::keyClick(m_view.get(), Qt::Key_C, Qt::ControlModifier);
        QCOMPARE(QApplication::clipboard()->text(),
                 QStringLiteral("First message\n\nA bold answer"));
    }

    void aChangeOfOneMessageLeavesWhatIsSelectedInAnother() {
        m_model->add(user(QStringLiteral("One\n\nTwo\n\nThree and more")));
        m_model->add(reply(QStringLiteral("Yes"), MessageState::Writing));
        QApplication::processEvents();
        const QRect first = m_view->rowRect(0);
        const QRect second = m_view->rowRect(1);
        QTest::mousePress(m_view->viewport(), Qt::LeftButton, {},
                          QPoint(first.right() - 30, first.bottom() - 24));
        QTest::mouseMove(m_view->viewport(), QPoint(second.right(), second.bottom()));
        QTest::mouseRelease(m_view->viewport(), Qt::LeftButton, {}, second.bottomRight());
        const QString before = m_view->selectedText();
        QVERIFY(before.endsWith(QStringLiteral("Yes")));
        QVERIFY(!before.startsWith(QStringLiteral("One")));
        m_model->change(1, reply(QStringLiteral("Yes")));
        QCOMPARE(m_view->selectedText(), before);
    }

    void whatWasNeverSeenIsCopiedAsItWouldBeShown() {
        for (int index = 0; index < 200; ++index) {
            m_model->add(reply(QStringLiteral("Some **bold** and `code`\n\n- item")));
        }
        QList<Message> messages;
        for (int row = 0; row < m_model->rowCount(); ++row) {
            messages << m_model->at(row);
        }
        m_model->reset(messages);
        m_view->selectAll();
        QStringList wanted;
        for (int row = 0; row < m_model->rowCount(); ++row) {
            wanted << QStringLiteral("Some bold and code\n\n• item");
        }
        QCOMPARE(m_view->selectedText(), wanted.join(QStringLiteral("\n\n")));
    }

    void aWindowThatGrowsToTheEndFollowsAgain() {
        m_model->add(reply(longText(30), MessageState::Writing));
        wheel(1);
        QVERIFY(!m_view->isFollowing());
        m_view->resize(700, 4000);
        QApplication::processEvents();
        QVERIFY(m_view->isFollowing());
        QVERIFY(!m_view->findChild<QToolButton*>(QStringLiteral("jumpToLatest"))->isVisible());
    }

    void dragSelectsText() {
        m_model->add(reply(QStringLiteral("Some words to select")));
        QApplication::processEvents();
        const QRect row = m_view->rowRect(0);
        const QPoint start(row.left() + 1, row.center().y());
        QTest::mousePress(m_view->viewport(), Qt::LeftButton, {}, start);
        QTest::mouseMove(m_view->viewport(), start + QPoint(row.width(), 0));
        QTest::mouseRelease(m_view->viewport(), Qt::LeftButton, {}, start + QPoint(row.width(), 0));
        QVERIFY(!m_view->selectedText().isEmpty());
        QVERIFY(QStringLiteral("Some words to select").contains(m_view->selectedText()));
    }

    void copiesMessageAndCodeFaithfully() {
        m_model->add(reply(QStringLiteral(" See:\n```py\nif x:\n    y()\n\nz()\n```\n*done*")));
        m_view->copyMessage(0);
        QCOMPARE(QApplication::clipboard()->text(),
                 QStringLiteral("See:\n```py\nif x:\n    y()\n\nz()\n```\n*done*"));
        m_view->copyLastCode();
        QCOMPARE(QApplication::clipboard()->text(), QStringLiteral("if x:\n    y()\n\nz()"));
    }

    void whatWasCutIsShownByAClick() {
        Message message = reply(QStringLiteral("Yes."), MessageState::TurnCut);
        message.cut = QStringLiteral("\nAlice: And now?\nBob: No.");
        m_model->add(message);
        const int folded = m_view->rowRect(0).height();
        m_view->toggleCut();
        QVERIFY(m_view->rowRect(0).height() > folded);
        m_view->toggleCut();
        QCOMPARE(m_view->rowRect(0).height(), folded);
    }

    void actionsStandUnderTheLastReply() {
        m_model->add(user(QStringLiteral("Hi")));
        m_model->add(reply(QStringLiteral("Hello"), MessageState::Writing));
        auto* actions = m_view->findChild<QWidget*>(QStringLiteral("lastReplyActions"));
        QVERIFY(!actions->isVisible());
        m_model->change(1, reply(QStringLiteral("Hello")));
        QVERIFY(actions->isVisible());
        QVERIFY(m_view->viewport()->rect().contains(actions->geometry()));
        QSignalSpy again(m_view.get(), &MessageView::regenerateRequested);
        QTest::mouseClick(actions->findChild<QToolButton*>(QStringLiteral("regenerate")),
                          Qt::LeftButton);
        QCOMPARE(again.size(), 1);
        QCOMPARE(again.first().first().toInt(), 1);
    }

    void coloursFollowThePalette() {
        m_model->add(user(QStringLiteral("Hi")));
        m_model->add(reply(QStringLiteral("Hello")));
        const QPalette before = m_view->palette();
        QPalette dark(QColor(40, 40, 44), QColor(30, 30, 32));
        dark.setColor(QPalette::Base, QColor(20, 20, 22));
        dark.setColor(QPalette::Text, Qt::white);
        m_view->setPalette(dark);
        QApplication::processEvents();
        const QImage picture = m_view->grab().toImage();
        QCOMPARE(picture.pixelColor(5, 5), QColor(20, 20, 22));
        int bright = 0;
        const QRect row = m_view->rowRect(1);
        for (int x = row.left(); x < row.left() + 60; ++x) {
            for (int y = row.top(); y < row.bottom(); ++y) {
                bright += picture.pixelColor(x, y).lightness() > 200 ? 1 : 0;
            }
        }
        QVERIFY(bright > 20);
    }

    void textReachesTheContrastOfAa() {
        for (const QColor& base :
             {QColor(Qt::white), QColor(28, 29, 33), QColor(0, 43, 54), QColor(253, 246, 227)}) {
            QPalette palette(base.lightness() > 128 ? QColor(240, 240, 240) : QColor(50, 50, 55));
            palette.setColor(QPalette::Base, base);
            palette.setColor(QPalette::Text, base.lightness() > 128 ? Qt::black : Qt::white);
            const Shades shades = shadesOf(palette);
            for (const QColor& text :
                 {shades.text, shades.dimText, shades.accent, shades.warning, shades.danger}) {
                QVERIFY(contrast(shades.page, text) >= 4.5);
            }
            QVERIFY(contrast(shades.card, shades.text) >= 4.5);
            QVERIFY(contrast(shades.page, shades.edge) >= 3);
        }
    }

    void hostileTextIsShownAsText() {
        m_model->add(reply(QStringLiteral("<img src=\"http://127.0.0.1:9/\"> ![x](http://"
                                          "127.0.0.1:9/) smb://host/a\n<script>alert(1)</script>") +
                           QString(1, QChar(0)) + QString(QChar(0x202E)) +
                           QStringLiteral(">").repeated(10000)));
        m_model->add(reply(QString(1 << 20, u'x')));
        QApplication::processEvents();
        m_view->grab();
        QVERIFY(atEnd());
    }
};

QTEST_MAIN(MessageViewTest)
#include "message_view_test.moc"
