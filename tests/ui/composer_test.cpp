// SPDX-License-Identifier: MIT
// Writing in the composer.
#include <QAbstractButton>
#include <QClipboard>
#include <QElapsedTimer>
#include <QScrollBar>

#include "ui/composer.h"
#include "ui/message_view.h"
#include "window_fixture.h"

using namespace phidelity;

class ComposerTest : public WindowFixture {
    Q_OBJECT

private slots:
    void whatIsTypedOverTheMessagesIsWritten() {
        type(QStringLiteral("Hi"));
        answer(QStringLiteral(" Hello."));
        m_window->page()->view()->setFocus();
        QTest::keyClicks(m_window->page()->view(), QStringLiteral("W"));
        QVERIFY(edit()->hasFocus());
        QCOMPARE(edit()->toPlainText(), QStringLiteral("W"));
        m_window->page()->view()->setFocus();
        QTest::keyClick(m_window->page()->view(), Qt::Key_Backspace);
        QTest::keyClick(m_window->page()->view(), Qt::Key_Delete);
        QCOMPARE(edit()->toPlainText(), QStringLiteral("W"));
        QCOMPARE(messages()->rowCount(), 2);
    }

    void shiftEnterBreaksTheLine() {
        QTest::keyClicks(edit(), QStringLiteral("a"));
        const int height = edit()->height();
        QTest::keyClick(edit(), Qt::Key_Return, Qt::ShiftModifier);
        QTest::keyClicks(edit(), QStringLiteral("b"));
        settle();
        QCOMPARE(edit()->toPlainText(), QStringLiteral("a\nb"));
        QVERIFY(edit()->height() > height);
        QCOMPARE(m_engine->generations, 0);
    }

    void composerGrowsToAThirdOfTheWindowAtMost() {
        edit()->setPlainText(QStringLiteral("line\n").repeated(200));
        settle();
        QVERIFY(edit()->height() <= m_window->height() / 3 + 1);
        QVERIFY(m_window->page()->view()->parentWidget()->height() > 100);
    }

    void sendTurnsIntoStopWhileWriting() {
        auto* button = find<QAbstractButton>("sendButton");
        QVERIFY(!button->isEnabled());
        QTest::keyClicks(edit(), QStringLiteral("Go"));
        QVERIFY(button->isEnabled());
        QCOMPARE(button->accessibleName(), QStringLiteral("Send"));
        QTest::mouseClick(button, Qt::LeftButton);
        settle();
        QCOMPARE(button->accessibleName(), QStringLiteral("Stop"));
        QTest::keyClicks(edit(), QStringLiteral("draft"));
        QTest::keyClick(edit(), Qt::Key_Return);
        QCOMPARE(edit()->toPlainText(), QStringLiteral("draft"));
        QTest::mouseClick(button, Qt::LeftButton);
        QVERIFY(m_engine->lastGenerate.stop->load());
        m_engine->end(EndReason::Stopped);
        settle();
        QCOMPARE(button->accessibleName(), QStringLiteral("Send"));
        QCOMPARE(edit()->toPlainText(), QStringLiteral("draft"));
    }

    void upRecallsTheLastMessageInTheEmptyBox() {
        type(QStringLiteral("Remember me"));
        answer(QStringLiteral(" ok"));
        QTest::keyClick(edit(), Qt::Key_Up);
        QCOMPARE(edit()->toPlainText(), QStringLiteral("Remember me"));
        QTest::keyClick(edit(), Qt::Key_Z, Qt::ControlModifier);
        QVERIFY(edit()->toPlainText().isEmpty());
    }

    void aMegabyteCanBePastedAndUndone() {
        const QString big = QStringLiteral("A line of text to be pasted.\n").repeated(36000);
        QApplication::clipboard()->setText(big);
        edit()->paste();
        settle();
        QCOMPARE(m_window->page()->composer()->text(), big);
        QTest::keyClicks(edit(), QStringLiteral("x"));
        edit()->undo();
        edit()->undo();
        QVERIFY(edit()->toPlainText().isEmpty());
    }

    void fewLinesFitTheComposerWithoutScrolling() {
        edit()->setPlainText(QStringLiteral("one\ntwo\n\nfour"));
        settle();
        QVERIFY(!edit()->verticalScrollBar()->isVisible());
    }

    void aMegabyteOnOneLineCanBePasted() {
        QApplication::clipboard()->setText(QStringLiteral("word ").repeated(200000));
        QElapsedTimer timer;
        timer.start();
        edit()->paste();
        settle();
        const qint64 pasted = timer.restart();
        QTest::keyClicks(edit(), QStringLiteral("x"));
        settle();
        qInfo("paste %lld ms, key %lld ms", static_cast<long long>(pasted),
              static_cast<long long>(timer.elapsed()));
        QCOMPARE(m_window->page()->composer()->text(),
                 QStringLiteral("word ").repeated(200000) + u'x');
        edit()->undo();
        edit()->undo();
        QVERIFY(edit()->toPlainText().isEmpty());
    }
};

QTEST_MAIN(ComposerTest)
#include "composer_test.moc"
