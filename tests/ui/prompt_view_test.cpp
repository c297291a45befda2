// SPDX-License-Identifier: MIT
// The prompt that goes to the model next, as the window shows it.
#include <QClipboard>
#include <QDialog>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>

#include "app/prompt_desk.h"
#include "ui/composer.h"
#include "ui/link_label.h"
#include "ui/message_view.h"
#include "ui/prompt_view.h"
#include "ui/token_view.h"
#include "window_fixture.h"

using namespace phidelity;

class PromptViewTest : public WindowFixture {
    Q_OBJECT

    /// Waits until the engine is asked for the tokens of what is there now, and answers.
    void preview(int cached = 0, int context = 2048) {
        const int before = m_engine->previews;
        m_controller->prompt()->refresh();
        QTRY_VERIFY(m_engine->previews > before);
        m_engine->answerPreview(cached, context);
        settle();
    }
    PromptView* open() {
        trigger("actionPrompt");
        return find<PromptView>("promptView");
    }
    QString shown(const char* label) { return find<QLabel>(label)->text(); }
    QLabel* strip() { return find<QLabel>("promptWarning"); }

private slots:
    void ctrlShiftPShowsTheTokensOfWhatWouldBeSent() {
        QTest::keyClicks(edit(), QStringLiteral("Hello there"));
        preview(2);
        QTest::keyClick(m_window.get(), Qt::Key_P, Qt::ControlModifier | Qt::ShiftModifier);
        settle();
        QVERIFY(find<PromptView>("promptView")->isVisible());
        QCOMPARE(m_engine->lastPreview.prompt, QStringLiteral("Alice: Hello there\nBob:"));
        QCOMPARE(find<TokenView>("promptTokens")->toPlainText(),
                 QStringLiteral("Alice:·Hello·there↵\nBob:"));
        QCOMPARE(shown("promptCounts"),
                 QStringLiteral("4 of 2,048 tokens, 2 of them in the cache, 2 to be read"));
        QVERIFY(shown("promptOccasion").contains(QStringLiteral("send")));
    }

    void whatIsSentIsWhatWasShown() {
        QTest::keyClicks(edit(), QStringLiteral("  Hi!  "));
        preview();
        const QString shown = m_engine->lastPreview.prompt;
        QTest::keyClick(edit(), Qt::Key_Return);
        settle();
        QCOMPARE(m_engine->lastGenerate.prompt, shown);
    }

    void theViewFollowsWhatIsTyped() {
        open();
        QVERIFY(shown("promptOccasion").contains(QStringLiteral("Write something")));
        QTest::keyClicks(edit(), QStringLiteral("One"));
        preview();
        QCOMPARE(find<TokenView>("promptTokens")->toPlainText(),
                 QStringLiteral("Alice:·One↵\nBob:"));
        QTest::keyClicks(edit(), QStringLiteral(" two"));
        preview();
        QCOMPARE(find<TokenView>("promptTokens")->toPlainText(),
                 QStringLiteral("Alice:·One·two↵\nBob:"));
    }

    void anAnswerThatWasOvertakenIsDropped() {
        open();
        QTest::keyClicks(edit(), QStringLiteral("One"));
        preview();
        const PromptPreviewRequest old = m_engine->lastPreview;
        QTest::keyClicks(edit(), QStringLiteral(" two"));
        preview();
        emit m_engine->promptPreviewed({old.id, old.prompt, {}, 0, 2048});
        settle();
        QCOMPARE(find<TokenView>("promptTokens")->toPlainText(),
                 QStringLiteral("Alice:·One·two↵\nBob:"));
    }

    void withAnEmptyBoxItShowsWhatContinuingSends() {
        type(QStringLiteral("Hi"));
        answer(QStringLiteral(" Hello."), EndReason::StopString, QStringLiteral("\nAlice: And"));
        preview();
        open();
        QVERIFY(shown("promptOccasion").contains(QStringLiteral("continue")));
        const QString shownPrompt = m_engine->lastPreview.prompt;
        QCOMPARE(shownPrompt, QStringLiteral("Alice: Hi\nBob: Hello.\nAlice: And"));
        trigger("actionContinue");
        QCOMPARE(m_engine->lastGenerate.prompt, shownPrompt);
    }

    void whatContinuingSendsIsShownInTheTokensThatWereDrawn() {
        m_engine->record.prompt = {5, 6};
        m_engine->record.tokens = {7, 8};
        type(QStringLiteral("Hi"));
        answer(QStringLiteral(" Hello."), EndReason::MaxTokens);
        preview();
        QCOMPARE(m_engine->lastPreview.recorded, QList<quint32>({5, 6, 7, 8}));
        trigger("actionContinue");
        QVERIFY(m_engine->lastGenerate.continues);
        QCOMPARE(m_engine->lastGenerate.continues->prompt, m_engine->record.prompt);
        answer(QStringLiteral(" More."));
        QTest::keyClicks(edit(), QStringLiteral("What is sent anew"));
        preview();
        QCOMPARE(m_engine->lastPreview.recorded, QList<quint32>());
    }

    void anEditedMessageIsShownInItsPlace() {
        type(QStringLiteral("Hi"));
        answer(QStringLiteral(" Hello."));
        type(QStringLiteral("Bye"));
        answer(QStringLiteral(" See you."));
        emit m_window->page()->view()->editRequested(0);
        QTest::keyClicks(edit(), QStringLiteral(" you"));
        preview();
        const QString shownPrompt = m_engine->lastPreview.prompt;
        QCOMPARE(shownPrompt, QStringLiteral("Alice: Hi you\nBob:"));
        QTest::keyClick(edit(), Qt::Key_Return);
        settle();
        QCOMPARE(m_engine->lastGenerate.prompt, shownPrompt);
    }

    void theFormatChangesThePrompt() {
        QTest::keyClicks(edit(), QStringLiteral("Why?"));
        preview();
        emit m_window->formatChosen(FormatId::Qa);
        preview();
        QCOMPARE(m_engine->lastPreview.prompt, QStringLiteral("Instruct: Why?\nOutput:"));
    }

    void aReplyIsFollowedOnlyWhileTheViewIsOpen() {
        type(QStringLiteral("Hi"));
        preview();
        const int before = m_engine->previews;
        m_engine->sendText(QStringLiteral(" Hello"));
        settle();
        QTest::qWait(250);
        QCOMPARE(m_engine->previews, before);
        open();
        preview();
        QCOMPARE(m_engine->lastPreview.prompt, QStringLiteral("Alice: Hi\nBob: Hello"));
        m_engine->sendText(QStringLiteral(" you"));
        QTRY_COMPARE(m_engine->lastPreview.prompt, QStringLiteral("Alice: Hi\nBob: Hello you"));
        find<PromptView>("promptView")->close();
    }

    void textAndIdsAreCopiedExactly() {
        QTest::keyClicks(edit(), QStringLiteral("Hello there"));
        preview();
        open();
        QTest::mouseClick(find<QPushButton>("copyPromptText"), Qt::LeftButton);
        QCOMPARE(QApplication::clipboard()->text(), QStringLiteral("Alice: Hello there\nBob:"));
        QTest::mouseClick(find<QPushButton>("copyPromptIds"), Qt::LeftButton);
        QCOMPARE(QApplication::clipboard()->text(), QStringLiteral("100 101 102 103"));
        auto* tokens = find<TokenView>("promptTokens");
        tokens->setFocus();
        QTest::keyClick(tokens, Qt::Key_A, Qt::ControlModifier);
        QTest::keyClick(tokens, Qt::Key_C, Qt::ControlModifier);
        QCOMPARE(QApplication::clipboard()->text(), QStringLiteral("Alice: Hello there\nBob:"));
    }

    void keysMoveOverTheTokens() {
        QTest::keyClicks(edit(), QStringLiteral("Hello there"));
        preview();
        open();
        auto* tokens = find<TokenView>("promptTokens");
        tokens->setFocus();
        QTest::keyClick(tokens, Qt::Key_Home, Qt::ControlModifier);
        QCOMPARE(shown("promptToken"), QStringLiteral("At the cursor: token 1, id 100: Alice:"));
        for (int step = 0; step < 6; ++step) {
            QTest::keyClick(tokens, Qt::Key_Right);
        }
        QCOMPARE(shown("promptToken"), QStringLiteral("At the cursor: token 2, id 101: ·Hello"));
    }

    void cachedTokensStandOnOtherGrounds() {
        QTest::keyClicks(edit(), QStringLiteral("Hello there"));
        preview(2);
        open();
        auto* tokens = find<TokenView>("promptTokens");
        QTextCursor cursor(tokens->document());
        QList<QColor> grounds;
        for (const int at : {1, 8, 14, 21}) {
            cursor.setPosition(at);
            grounds.append(cursor.charFormat().background().color());
        }
        QCOMPARE(
            QSet<QRgb>({grounds[0].rgb(), grounds[1].rgb(), grounds[2].rgb(), grounds[3].rgb()})
                .size(),
            4);
    }

    void aTrailingSpaceIsToldOfBesideTheBox() {
        emit m_window->formatChosen(FormatId::Raw);
        QTest::keyClicks(edit(), QStringLiteral("Once upon"));
        preview();
        QVERIFY(!strip()->isVisible());
        QTest::keyClicks(edit(), QStringLiteral(" "));
        preview();
        QVERIFY(strip()->isVisible());
        QVERIFY(strip()->accessibleName().contains(QStringLiteral("ends in a space")));
        QTest::mouseClick(strip(), Qt::LeftButton);
        settle();
        QVERIFY(shown("promptWarnings").contains(QStringLiteral("ends in a space")));
        QTest::keyClick(edit(), Qt::Key_Backspace);
        preview();
        QVERIFY(!strip()->isVisible());
        QVERIFY(!find<QLabel>("promptWarnings")->isVisible());
    }

    void markersOfEarlierTurnsDoNotNagBesideTheBox() {
        type(QStringLiteral("[INST] Hi"));
        answer(QStringLiteral(" Hello."));
        QTest::keyClicks(edit(), QStringLiteral("More"));
        preview();
        QVERIFY(!strip()->isVisible());
        open();
        QVERIFY(shown("promptWarnings").contains(QStringLiteral("[INST]")));
    }

    void aPromptPastTheContextIsToldBeforeItIsSent() {
        QTest::keyClicks(edit(), QStringLiteral("one two three"));
        preview(0, 4);
        QVERIFY(strip()->isVisible());
        QVERIFY(strip()->accessibleName().contains(QStringLiteral("5 tokens")));
    }

    void theContextInTheStatusLineOpensTheView() {
        auto* context = find<LinkLabel>("statusContext");
        QTest::mouseClick(context, Qt::LeftButton);
        settle();
        QVERIFY(find<PromptView>("promptView")->isVisible());
        QTest::keyClick(find<PromptView>("promptView"), Qt::Key_Escape);
        settle();
        context->setFocus();
        QTest::keyClick(context, Qt::Key_Return);
        settle();
        QVERIFY(find<PromptView>("promptView")->isVisible());
    }

    void withoutAModelTheTextIsShown() {
        QTest::keyClicks(edit(), QStringLiteral("Hi"));
        preview();
        emit m_engine->promptPreviewed(
            {m_engine->lastPreview.id, m_engine->lastPreview.prompt, {}, 0, 0});
        settle();
        open();
        QVERIFY(shown("promptCounts").contains(QStringLiteral("No model")));
        QCOMPARE(find<TokenView>("promptTokens")->toPlainText(),
                 QStringLiteral("Alice:·Hi↵\nBob:"));
        QVERIFY(!find<QPushButton>("copyPromptIds")->isEnabled());
    }
};

QTEST_MAIN(PromptViewTest)
#include "prompt_view_test.moc"
