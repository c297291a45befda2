// SPDX-License-Identifier: MIT
// What the window says of a replay, and where it is asked for.
#include <QAction>
#include <QApplication>
#include <QLabel>
#include <QLayout>
#include <QMenu>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

#include "ui/replay_dialog.h"
#include "ui/thin_bar.h"
#include "window_fixture.h"

using namespace phidelity;

class ReplayDialogTest : public WindowFixture {
    Q_OBJECT

private slots:
    void itIsOfferedOnlyWhereRepliesCanBeReplayed() {
        type(QStringLiteral("Hello"));
        answer(QStringLiteral(" Hi"));
        auto* action = m_window->findChild<QAction*>(QStringLiteral("actionReplay"));
        QVERIFY(action);
        QVERIFY(!action->isVisible());
        m_window->setReplayOffered(true);
        QVERIFY(action->isVisible() && action->isEnabled());
        QSignalSpy asked(m_window.get(), &MainWindow::replayRequested);
        action->trigger();
        QCOMPARE(asked.size(), 1);
        QCOMPARE(asked.first().first().toInt(), 1); // the row of the reply
    }

    void progressThenIdentical() {
        ReplayDialog dialog(m_window.get());
        dialog.setAttribute(Qt::WA_DeleteOnClose, false);
        dialog.show();
        dialog.showProgress({1, 0, 0});
        QVERIFY(text(dialog, "replaySentence").contains(QStringLiteral("model's file")));
        dialog.showProgress({1, 30, 40});
        QVERIFY(text(dialog, "replaySentence").contains(QStringLiteral("30 of 40")));
        QCOMPARE(dialog.findChild<ThinBar*>(QStringLiteral("replayBar"))->fraction(), 0.75);
        ReplayEnded end;
        end.verdict = ReplayVerdict::Identical;
        end.sentence = QStringLiteral("All the same.");
        dialog.showEnd(end);
        QCOMPARE(text(dialog, "replayVerdict"), QStringLiteral("Identical"));
        QCOMPARE(text(dialog, "replaySentence"), end.sentence);
        dialog.showProgress({1, 31, 40}); // late
        QCOMPARE(text(dialog, "replaySentence"), end.sentence);
        QSignalSpy stopped(&dialog, &ReplayDialog::stopRequested);
        QTest::mouseClick(dialog.findChild<QPushButton*>(QStringLiteral("replayStop")),
                          Qt::LeftButton);
        QVERIFY(!dialog.isVisible());
        QVERIFY(stopped.isEmpty());
    }

    void aDifferenceShowsBothCandidates() {
        ReplayDialog dialog(m_window.get());
        dialog.setAttribute(Qt::WA_DeleteOnClose, false);
        dialog.show();
        ReplayEnded end;
        end.verdict = ReplayVerdict::Differs;
        end.firstDifference = 3;
        end.expected = {7, QStringLiteral("<b> cat"), -0.5F};
        end.found = {8, QStringLiteral(" dog"), -1.25F};
        end.caution = QStringLiteral("Another build.");
        dialog.showEnd(end);
        settle();
        QCOMPARE(text(dialog, "replayCell:0:1"), QStringLiteral("“<b> cat”"));
        QCOMPARE(text(dialog, "replayCell:1:1"), QStringLiteral("“ dog”"));
        QVERIFY(text(dialog, "replayCell:0:2").startsWith(QStringLiteral("60.65")));
        QVERIFY(text(dialog, "replayCell:1:3").contains(QStringLiteral("1.25")));
        QVERIFY(dialog.findChild<QLabel*>(QStringLiteral("replayCaution"))->isVisible());
        QVERIFY(dialog.height() >= dialog.layout()->totalHeightForWidth(dialog.width()));
    }

    void closingItWhileItRunsStopsTheReplay() {
        for (const bool escaped : {false, true}) {
            ReplayDialog dialog(m_window.get());
            dialog.setAttribute(Qt::WA_DeleteOnClose, false);
            dialog.show();
            QSignalSpy stopped(&dialog, &ReplayDialog::stopRequested);
            if (escaped) {
                dialog.activateWindow();
                QTRY_VERIFY(dialog.isActiveWindow());
                QTest::keyClick(&dialog, Qt::Key_Escape);
            } else {
                dialog.close();
            }
            QVERIFY2(stopped.size() == 1, escaped ? "Escape" : "close");
            QVERIFY(!dialog.isVisible());
        }
    }

private:
    static QString text(const QDialog& dialog, const char* name) {
        const auto* label = dialog.findChild<QLabel*>(QLatin1String(name));
        return label != nullptr ? label->text() : QString();
    }
};

QTEST_MAIN(ReplayDialogTest)
#include "replay_dialog_test.moc"
