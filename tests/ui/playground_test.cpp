// SPDX-License-Identifier: MIT
// The playground by clicks and keys, with the real engine and the embedded demo model.
#include <cmath>
#include <limits>
#include <memory>

#include <QAbstractButton>
#include <QAction>
#include <QApplication>
#include <QComboBox>
#include <QDir>
#include <QElapsedTimer>
#include <QLabel>
#include <QListWidget>
#include <QSpinBox>
#include <QTabBar>
#include <QTemporaryDir>
#include <QTest>
#include <QTextBlock>
#include <QTextLayout>

#include "engine/model_source.h"
#include "playground_fixture.h"
#include "ui/elided_label.h"
#include "ui/inspector/inspector_view.h"
#include "ui/inspector/token_legend.h"
#include "ui/playground/play_edit.h"
#include "ui/playground/play_text.h"
#include "ui/settings_panel.h"

using namespace phidelity;

class PlaygroundTest : public QObject {
    Q_OBJECT

    using Program = PlaygroundProgram;

    QTemporaryDir m_folder;
    std::unique_ptr<Program> m_program;

    bool ready() { return m_program->controller.models()->isReady(); }
    bool idle() { return !m_program->desk.isBusy(); }
    void writeOn() {
        const auto before = m_program->ended.size();
        m_program->key(Qt::Key_Return);
        QTRY_COMPARE_WITH_TIMEOUT(m_program->ended.size(), before + 1, 60000);
        QTRY_VERIFY_WITH_TIMEOUT(idle(), 60000);
    }
    /// Until there is some text and more to come: it does not end of itself.
    void beginLong() {
        const auto tokenizer = openTokenizer({});
        GenerationSettings settings;
        settings.logitBias = {{(*tokenizer)->endOfText(), -std::numeric_limits<float>::infinity()}};
        settings.temperature = 5;
        settings.topK = 0;
        settings.topP = 1;
        settings.minP = 0;
        settings.maxTokens = 0;
        m_program->desk.setSettings(settings);
        const auto before = m_program->text().size();
        m_program->key(Qt::Key_Return);
        QTRY_VERIFY_WITH_TIMEOUT(m_program->text().size() > before + 10, 60000);
        QVERIFY(m_program->desk.isBusy());
    }
    static QString joined(const QList<TextPiece>& pieces, Origin origin) {
        QString text;
        for (const TextPiece& piece : pieces) {
            text += piece.origin == origin ? piece.text : QString();
        }
        return text;
    }

private slots:
    void initTestCase() { registerEngineMessages(); }

    void init() {
        QVERIFY(QDir(m_folder.path()).removeRecursively());
        m_program = std::make_unique<Program>(m_folder.path());
        QVERIFY(QTest::qWaitForWindowActive(&m_program->window));
        QTRY_VERIFY_WITH_TIMEOUT(ready(), 60000);
        m_program->edit()->setFocus();
    }
    void cleanup() { m_program.reset(); }

    void theModelGoesOnFromTheCursor() {
        QTest::keyClicks(m_program->edit(), QStringLiteral("Once upon a time. The end."));
        for (int step = 0; step < 9; ++step) {
            m_program->key(Qt::Key_Left, Qt::NoModifier);
        }
        writeOn();
        QVERIFY(m_program->text().startsWith(QStringLiteral("Once upon a time.")));
        QVERIFY(m_program->text().endsWith(QStringLiteral(" The end.")));
        QVERIFY(m_program->text().size() > 30);
        const QList<TextPiece> pieces = m_program->edit()->text()->pieces();
        QCOMPARE(joined(pieces, Origin::Typed), QStringLiteral("Once upon a time. The end."));
        QCOMPARE(textOf(pieces), m_program->text());
    }

    void whatIsSelectedAloneIsThePrompt() {
        QTest::keyClicks(m_program->edit(), QStringLiteral("2 + 2 ="));
        writeOn();
        const QString alone = m_program->text().mid(7);
        m_program->edit()->selectAll();
        m_program->key(Qt::Key_Delete, Qt::NoModifier);
        QTest::keyClicks(m_program->edit(), QStringLiteral("Ignore this: 2 + 2 ="));
        for (int step = 0; step < 7; ++step) {
            m_program->key(Qt::Key_Left, Qt::ShiftModifier);
        }
        writeOn();
        QCOMPARE(m_program->text().mid(20), alone);
    }

    void everyGeneratedTokenIsKnown() {
        QTest::keyClicks(m_program->edit(), QStringLiteral("What is water?"));
        writeOn();
        int known = 0;
        for (const TextPiece& piece : m_program->edit()->text()->pieces()) {
            for (const TokenDetail& token : piece.tokens) {
                QVERIFY(!std::isnan(token.logprob));
                QCOMPARE(token.rank, 0); // temperature 0 takes the first
                QVERIFY(!token.top.isEmpty());
                ++known;
            }
        }
        QVERIFY(known > 4);
    }

    void undoAndRedoGoThroughGenerations() {
        QTest::keyClicks(m_program->edit(), QStringLiteral("Hello"));
        writeOn();
        const QString first = m_program->text();
        QTest::keyClicks(m_program->edit(), QStringLiteral(" And"));
        writeOn();
        const QString second = m_program->text();
        m_program->key(Qt::Key_Z); // the whole generation at once
        QCOMPARE(m_program->text(), first + QStringLiteral(" And"));
        m_program->key(Qt::Key_Z);
        QCOMPARE(m_program->text(), first);
        m_program->key(Qt::Key_Z);
        QCOMPARE(m_program->text(), QStringLiteral("Hello"));
        for (int step = 0; step < 3; ++step) {
            m_program->key(Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        }
        QCOMPARE(m_program->text(), second);
        // What came back is still known to be generated, and by which tokens.
        const QList<TextPiece> pieces = m_program->edit()->text()->pieces();
        QCOMPARE(joined(pieces, Origin::Typed), QStringLiteral("Hello And"));
        QVERIFY(!pieces.at(1).tokens.isEmpty());
    }

    void whatIsTypedIntoATokenIsTyped() {
        QTest::keyClicks(m_program->edit(), QStringLiteral("Hello"));
        writeOn();
        const QString before = m_program->text();
        QTest::keyClicks(m_program->edit(), QStringLiteral("XYZ")); // right behind the last token
        QList<TextPiece> pieces = m_program->edit()->text()->pieces();
        QCOMPARE(joined(pieces, Origin::Generated), before.mid(5));
        QCOMPARE(joined(pieces, Origin::Typed), QStringLiteral("HelloXYZ"));
        const TextPiece* piece = nullptr;
        int at = 5;
        while (at < before.size() && !(piece && piece->text.size() > 2)) {
            piece = m_program->edit()->text()->pieceAt(at++);
        }
        QVERIFY(piece);
        m_program->edit()->setCursorPosition(at);
        QTest::keyClicks(m_program->edit(), QStringLiteral("_"));
        pieces = m_program->edit()->text()->pieces();
        QVERIFY(joined(pieces, Origin::Typed).contains(u'_'));
        QCOMPARE(textOf(pieces), m_program->text());
    }

    void escapeStopsAndKeepsThePart() {
        QTest::keyClicks(m_program->edit(), QStringLiteral("Once upon a time"));
        beginLong();
        QElapsedTimer timer;
        timer.start();
        QTest::keyClick(m_program->edit(), Qt::Key_Escape);
        QTRY_VERIFY_WITH_TIMEOUT(idle(), 5000);
        qInfo("stopped after %lld ms", timer.elapsed());
        QVERIFY(m_program->text().size() > 26);
        QVERIFY(
            m_program->find<ElidedLabel>("playNote")->text().startsWith(QStringLiteral("Stopped")));
        QVERIFY(!m_program->edit()->isReadOnly());
    }

    void everythingIsOnTheDiskWithoutAnEnd() {
        QTest::keyClicks(m_program->edit(), QStringLiteral("Remember me."));
        beginLong();
        const QString seen = m_program->text();
        // What a program that was killed here would find: nothing of this one has ended.
        const auto kept = [this] {
            const QList<PlayPage> pages = PageFiles(m_folder.path()).load();
            return pages.isEmpty() ? QString() : textOf(pages.first().shown().pieces);
        };
        QTRY_VERIFY_WITH_TIMEOUT(kept().startsWith(seen), 3000);
        m_program->key(Qt::Key_Escape, Qt::NoModifier);
        QTRY_VERIFY_WITH_TIMEOUT(idle(), 5000);
        const QString text = m_program->text();
        m_program->page->tellEdited();
        m_program.reset();
        m_program = std::make_unique<Program>(m_folder.path());
        QCOMPARE(m_program->text(), text);
        QVERIFY(!joined(m_program->edit()->text()->pieces(), Origin::Generated).isEmpty());
    }

    void pagesAreTabsThatCloseAndComeBack() {
        auto* tabs = m_program->find<QTabBar>("playTabs");
        QTest::keyClicks(m_program->edit(), QStringLiteral("First page"));
        m_program->key(Qt::Key_T);
        QCOMPARE(tabs->count(), 2);
        QVERIFY(m_program->text().isEmpty());
        QTest::keyClicks(m_program->edit(), QStringLiteral("Second page"));
        QTRY_COMPARE(tabs->tabText(1), QStringLiteral("Second page"));
        m_program->key(Qt::Key_PageUp);
        QCOMPARE(m_program->text(), QStringLiteral("First page"));
        QTest::mouseClick(tabs, Qt::LeftButton, {}, tabs->tabRect(1).center());
        QCOMPARE(m_program->text(), QStringLiteral("Second page"));
        m_program->key(Qt::Key_W);
        QCOMPARE(tabs->count(), 1);
        QCOMPARE(m_program->text(), QStringLiteral("First page"));
        m_program->key(Qt::Key_T, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(tabs->count(), 2);
        QCOMPARE(m_program->text(), QStringLiteral("Second page"));
        m_program->key(Qt::Key_W);
        m_program->key(Qt::Key_W); // closing the last one leaves an empty one
        QCOMPARE(tabs->count(), 1);
        QVERIFY(m_program->text().isEmpty());
    }

    void aBranchLeavesThePageAtTheCursor() {
        QTest::keyClicks(m_program->edit(), QStringLiteral("one two"));
        for (int step = 0; step < 4; ++step) {
            m_program->key(Qt::Key_Left, Qt::NoModifier);
        }
        m_program->key(Qt::Key_B);
        QCOMPARE(m_program->text(), QStringLiteral("one"));
        QTest::keyClicks(m_program->edit(), QStringLiteral(" three"));
        auto* branches = m_program->find<QComboBox>("playBranches");
        QVERIFY(branches->isVisible());
        QCOMPARE(branches->count(), 2);
        m_program->key(Qt::Key_PageUp, Qt::AltModifier);
        QCOMPARE(m_program->text(), QStringLiteral("one two"));
        m_program->key(Qt::Key_PageDown, Qt::AltModifier);
        QCOMPARE(m_program->text(), QStringLiteral("one three"));
    }

    void continuationsStandSideBySideAndAreBranches() {
        m_program->setLength(12, 1.2);
        QTest::keyClicks(m_program->edit(), QStringLiteral("My favourite animal is"));
        m_program->find<QSpinBox>("playCount")->setValue(3);
        QTest::mouseClick(m_program->find<QAbstractButton>("playWrite"), Qt::LeftButton);
        QVERIFY(m_program->desk.isBusy());
        QTRY_VERIFY_WITH_TIMEOUT(idle(), 60000);
        QVERIFY(m_program->find<QWidget>("sampleColumns")->isVisible());
        const QString second = m_program->find<PlayEdit>("sample1")->toPlainText();
        QVERIFY(!second.isEmpty());
        QVERIFY(!m_program->find<QLabel>("sampleNote1")->text().isEmpty());
        QCOMPARE(m_program->text(), QStringLiteral("My favourite animal is")); // it stays as it was
        const PlayPage& page = m_program->desk.pages().first();
        QCOMPARE(page.branches.size(), 4);
        QCOMPARE(page.branches.at(2).parent, 1);
        QTest::mouseClick(m_program->find<QAbstractButton>("useSample1"), Qt::LeftButton);
        QCOMPARE(m_program->text(), QStringLiteral("My favourite animal is") + second);
        QVERIFY(!m_program->find<QWidget>("sampleColumns")->isVisible());
        // Kept, too.
        QTRY_COMPARE(textOf(PageFiles(m_folder.path()).load().first().shown().pieces),
                     m_program->text());
        // Each comes out as it would alone with its seed.
        const quint64 seed = page.branches.at(2).seed;
        m_program->key(Qt::Key_PageUp, Qt::AltModifier);
        m_program->key(Qt::Key_PageUp, Qt::AltModifier);
        GenerationSettings settings;
        settings.temperature = 1.2;
        settings.maxTokens = 12;
        settings.randomSeed = false;
        settings.seed = seed;
        m_program->desk.setSettings(settings);
        QCOMPARE(m_program->text(), QStringLiteral("My favourite animal is"));
        m_program->edit()->moveCursor(QTextCursor::End);
        writeOn();
        QCOMPARE(m_program->text(), QStringLiteral("My favourite animal is") + second);
    }

    void theInspectorFollowsAndBranchesFromAnotherToken() {
        QTest::keyClicks(m_program->edit(), QStringLiteral("What is water?"));
        writeOn();
        const QString before = m_program->text();
        m_program->find<QAction>("playActionInspector")->trigger();
        QApplication::processEvents();
        auto* panel = m_program->find<InspectorView>("playgroundInspector");
        QVERIFY(panel->isVisible());
        m_program->edit()->setCursorPosition(15);
        const int first = panel->current(); // those of what was typed come before
        QVERIFY(first > 0);
        emit panel->currentPicked(first + 1);
        QCOMPARE(panel->current(), first + 1);
        const QString picked = m_program->edit()->extraSelections().at(0).cursor.selectedText();
        QVERIFY(!m_program->edit()->textCursor().hasSelection()); // which would be the prompt
        const QList<TextPiece> pieces = m_program->edit()->text()->pieces();
        QCOMPARE(picked, pieces.at(2).text);
        const TokenAlternative other = pieces.at(2).tokens.at(0).top.at(1);
        emit panel->branchRequested(first + 1, other.id);
        QTRY_VERIFY_WITH_TIMEOUT(idle(), 60000);
        const QString kept =
            QStringLiteral("What is water?") + pieces.at(1).text + QString::fromUtf8(other.bytes);
        QVERIFY2(m_program->text().startsWith(kept), qPrintable(m_program->text()));
        QCOMPARE(m_program->desk.pages().first().branches.size(), 2);
        m_program->key(Qt::Key_PageUp, Qt::AltModifier);
        QCOMPARE(m_program->text(), before);
    }

    void coloursAreOffUntilAskedForAndHaveALegend() {
        QTest::keyClicks(m_program->edit(), QStringLiteral("Hello"));
        writeOn();
        auto* legend = m_program->page->findChild<TokenLegend*>();
        QVERIFY(legend);
        QVERIFY(!legend->isVisible());
        const auto grounds = [this] {
            QSet<QRgb> colors;
            for (const QTextLayout::FormatRange& range :
                 m_program->edit()->document()->firstBlock().layout()->formats()) {
                colors.insert(range.format.background().color().rgb());
            }
            return colors;
        };
        QCOMPARE(grounds().size(), 1); // that it was generated
        auto* measure = m_program->find<QComboBox>("playMeasure");
        measure->setCurrentIndex(measure->findData(static_cast<int>(TokenMeasure::Probability)));
        emit measure->activated(measure->currentIndex());
        QVERIFY(legend->isVisible());
        QVERIFY(grounds().size() > 1);
        m_program->find<QAction>("playActionMeasure0")->trigger();
        QVERIFY(!legend->isVisible());
        QCOMPARE(grounds().size(), 1);
    }

    void twoSettingsAreComparedOnOnePrompt() {
        m_program->setLength(16);
        QTest::keyClicks(m_program->edit(), QStringLiteral("Once upon a time"));
        m_program->key(Qt::Key_D);
        QVERIFY(m_program->find<QDialog>("compareDialog")->isVisible());
        const auto compare = [this] {
            QTest::mouseClick(m_program->find<QAbstractButton>("compareRun"), Qt::LeftButton);
            QVERIFY(m_program->desk.isBusy());
            QTRY_VERIFY_WITH_TIMEOUT(idle(), 60000);
        };
        const auto pick = [this](const char* box, const QVariant& data) {
            auto* combo = m_program->find<QComboBox>(box);
            combo->setCurrentIndex(combo->findData(data));
        };
        // The same on both sides comes out the same.
        pick("comparePreset0", 0);
        pick("comparePreset1", 0);
        compare();
        auto* result = m_program->find<QLabel>("compareResult");
        QVERIFY2(result->text().contains(QStringLiteral("same")), qPrintable(result->text()));
        // Another format is another text.
        pick("compareFormat1", PromptFormat(FormatId::Chat).key());
        compare();
        QVERIFY2(result->text().contains(QStringLiteral("differ")), qPrintable(result->text()));
        for (const char* list : {"compareCandidates0", "compareCandidates1"}) {
            QVERIFY(m_program->find<QListWidget>(list)->count() > 1);
        }
        auto* left = m_program->find<PlayEdit>("compareText0");
        QCOMPARE(left->extraSelections().size(), 1);
    }

    void ownFormatsAreComparedToo() {
        FormatRules rules;
        rules.name = QStringLiteral("Bare");
        rules.userText = UserText::AsTyped;
        const PromptFormat bare = PromptFormat::own(rules);
        rules.name = QStringLiteral("Pirate");
        rules.opening = QStringLiteral("A pirate counts: 1, 2, 3, 4, 5, 6.\n");
        const PromptFormat pirate = PromptFormat::own(rules);
        m_program->window.setOwnFormats({bare, pirate});
        m_program->setLength(16);
        QTest::keyClicks(m_program->edit(), QStringLiteral("7, 8,"));
        m_program->key(Qt::Key_D);
        auto* chooser = m_program->find<QComboBox>("compareFormat1");
        m_program->find<QComboBox>("comparePreset1")->setCurrentIndex(1);
        const auto compare = [&](const PromptFormat& format) {
            chooser->setCurrentIndex(chooser->findText(formatTitle(format)));
            QTest::mouseClick(m_program->find<QAbstractButton>("compareRun"), Qt::LeftButton);
            QTRY_VERIFY_WITH_TIMEOUT(idle(), 60000);
        };
        auto* result = m_program->find<QLabel>("compareResult");
        compare(bare); // beside raw text
        QVERIFY2(result->text().contains(QStringLiteral("same")), qPrintable(result->text()));
        compare(pirate);
        QVERIFY2(result->text().contains(QStringLiteral("differ")), qPrintable(result->text()));
    }

    void everyControlHasAName() {
        for (const QWidget* widget : m_program->page->findChildren<QWidget*>()) {
            if (widget->focusPolicy() == Qt::NoFocus || !widget->isVisible() ||
                widget->objectName().startsWith(QLatin1String("qt_"))) {
                continue;
            }
            const auto* button = qobject_cast<const QAbstractButton*>(widget);
            const bool named = !widget->accessibleName().isEmpty() ||
                               !widget->toolTip().isEmpty() ||
                               (button && !button->text().isEmpty());
            QVERIFY2(named, qPrintable(QString::fromLatin1(widget->metaObject()->className()) +
                                       widget->objectName()));
        }
    }

    void theKeyboardAloneReachesEveryControl() {
        QTest::keyClicks(m_program->edit(), QStringLiteral("a"));
        m_program->key(Qt::Key_B);
        m_program->key(Qt::Key_Tab, Qt::NoModifier); // is text
        QCOMPARE(m_program->text(), QStringLiteral("a\t"));
        QVERIFY(m_program->edit()->hasFocus());
        m_program->key(Qt::Key_Tab, Qt::ShiftModifier);
        QVERIFY(!m_program->edit()->hasFocus());
        m_program->edit()->setFocus();
        QSet<QString> reached;
        for (int step = 0; step < 60; ++step) {
            QWidget* focus = QApplication::focusWidget();
            QVERIFY(focus && focus->isVisible());
            reached.insert(focus->objectName());
            QTest::keyClick(focus, Qt::Key_Tab,
                            focus == m_program->edit() ? Qt::ControlModifier : Qt::NoModifier);
        }
        for (const char* name : {"playEdit", "playTabs", "playNew", "playWrite", "playCount",
                                 "playScore", "playMeasure", "playBranches"}) {
            QVERIFY2(reached.contains(QLatin1String(name)), name);
        }
    }

    void itFitsASmallWindow() {
        QTest::keyClicks(m_program->edit(), QStringLiteral("a"));
        m_program->key(Qt::Key_B);
        m_program->window.resize(640, 480);
        QApplication::processEvents();
        QCOMPARE(m_program->window.size(), QSize(640, 480));
        const QWidget* bar = m_program->find<QWidget>("playBar");
        for (const QWidget* child : bar->findChildren<QWidget*>(Qt::FindDirectChildrenOnly)) {
            QVERIFY2(bar->rect().contains(child->geometry()), qPrintable(child->objectName()));
        }
        QVERIFY(m_program->edit()->height() > 200);
    }
};

QTEST_MAIN(PlaygroundTest)
#include "playground_test.moc"
