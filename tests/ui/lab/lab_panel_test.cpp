// SPDX-License-Identifier: MIT
// The sampling lab by itself, by clicks and keys.
#include <algorithm>
#include <limits>
#include <memory>

#include <QAction>
#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QInputDialog>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QSignalSpy>
#include <QSlider>
#include <QTableView>
#include <QTest>
#include <QToolButton>

#include "ui/lab/distribution_model.h"
#include "ui/lab/distribution_view.h"
#include "ui/lab/lab_panel.h"
#include "ui/lab/stage_list.h"
#include "ui/lab/stage_row.h"
#include "ui/lab/stage_words.h"
#include "ui/theme.h"

using namespace phidelity;

class LabPanelTest : public QObject {
    Q_OBJECT

    std::unique_ptr<LabPanel> m_panel;
    QList<GenerationSettings> m_changes;

    template <class Widget>
    Widget* find(const QString& name) {
        auto* widget = m_panel->findChild<Widget*>(name);
        if (!widget) {
            qFatal("no widget named %s", qPrintable(name));
        }
        return widget;
    }
    template <class Widget>
    Widget* of(const char* part, SamplingStage stage) {
        return find<Widget>(QLatin1String(part) + stageKey(stage));
    }
    /// Brings it into sight, as one scrolls.
    void see(QWidget* widget) {
        QApplication::processEvents();
        find<QScrollArea>(QStringLiteral("labScroll"))->ensureWidgetVisible(widget);
        QApplication::processEvents();
    }
    void click(QWidget* widget) {
        see(widget);
        QVERIFY2(widget->isVisible() && widget->isEnabled(), qPrintable(widget->objectName()));
        QTest::mouseClick(widget, Qt::LeftButton);
        QApplication::processEvents();
    }
    void clickSwitch(SamplingStage stage) {
        auto* box = of<QCheckBox>("switch_", stage);
        see(box);
        QTest::mouseClick(box, Qt::LeftButton, {}, QPoint(8, box->height() / 2));
        QApplication::processEvents();
    }
    /// The rows as they are seen, from above.
    QList<SamplingStage> seenOrder() {
        QApplication::processEvents();
        QList<SamplingStage> order = stagesOf(StageOrder::LlamaCpp);
        std::sort(order.begin(), order.end(), [this](SamplingStage a, SamplingStage b) {
            return m_panel->stages()->row(a)->y() < m_panel->stages()->row(b)->y();
        });
        return order;
    }
    static LabDistribution chances() {
        const LabToken the{1, QStringLiteral("\u00b7the"), 0.6, 0.6, {}};
        const LabToken a{2, QStringLiteral("\u00b7a"), 0.3, 0.3, {}};
        LabToken kept = the;
        kept.after = 1;
        LabToken cut = a;
        cut.after = 0;
        cut.removedBy = SamplingStage::TopP;
        return {{{std::nullopt, 3, {the, a}},
                 {SamplingStage::TopK, 2, {the, a}},
                 {SamplingStage::TopP, 1, {kept, cut}}},
                QStringLiteral("Once upon")};
    }
    QStringList texts(DistributionModel::Column column) {
        QStringList all;
        const QAbstractItemModel* model = find<QTableView>(QStringLiteral("distribution"))->model();
        for (int row = 0; row < model->rowCount(); ++row) {
            all.append(model->index(row, column).data().toString());
        }
        return all;
    }

private slots:
    void init() {
        m_changes.clear();
        m_panel = std::make_unique<LabPanel>();
        connect(m_panel.get(), &LabPanel::settingsChanged, this,
                [this](const GenerationSettings& settings) { m_changes << settings; });
        m_panel->resize(420, 900);
        m_panel->show();
        QVERIFY(QTest::qWaitForWindowActive(m_panel.get()));
    }
    void cleanup() { m_panel.reset(); }

    void everyStageHasARowWithASwitchAndASentence() {
        for (int number = 0; number < kSamplingStages; ++number) {
            const auto stage = static_cast<SamplingStage>(number);
            auto* box = of<QCheckBox>("switch_", stage);
            QVERIFY(!box->accessibleDescription().isEmpty());
            QCOMPARE(box->isChecked(), isStageOn(stage, GenerationSettings()));
            auto* row = m_panel->stages()->row(stage);
            QVERIFY(!row->isUnfolded()); // nothing overwhelms at first
            click(of<QToolButton>("fold_", stage));
            QVERIFY(row->isUnfolded());
            for (const StageField& field : stageFields(stage)) {
                QVERIFY(find<QDoubleSpinBox>(field.objectName)->isVisible());
                QVERIFY(find<QSlider>(field.objectName + QStringLiteral("Slider"))->isVisible());
            }
            click(of<QToolButton>("fold_", stage));
        }
        QVERIFY(m_changes.isEmpty());
    }

    void aSwitchTurnsAStageOffAndOnWithItsValue() {
        GenerationSettings settings;
        settings.topK = 17;
        m_panel->setSettings(settings);
        clickSwitch(SamplingStage::TopK);
        QCOMPARE(m_changes.last().topK, 0);
        QVERIFY(!isStageOn(SamplingStage::TopK, m_panel->settings()));
        clickSwitch(SamplingStage::TopK);
        QCOMPARE(m_changes.last(), settings);
        clickSwitch(SamplingStage::Dry);
        QVERIFY(m_changes.last().dryMultiplier > 0);
        clickSwitch(SamplingStage::Greedy);
        QCOMPARE(m_changes.last().temperature, 0.0);
        clickSwitch(SamplingStage::Mirostat);
        QVERIFY(m_changes.last().mirostat && m_changes.last().temperature > 0);
        QVERIFY(!of<QCheckBox>("switch_", SamplingStage::Greedy)->isChecked());
        QCOMPARE(of<QLabel>("value_", SamplingStage::TopK)->text(),
                 QStringLiteral("Mirostat does it"));
    }

    void aBiasWithoutTokensCannotBeSwitchedOn() {
        clickSwitch(SamplingStage::LogitBias);
        QVERIFY(!of<QCheckBox>("switch_", SamplingStage::LogitBias)->isChecked());
        QVERIFY(find<QLineEdit>(QStringLiteral("biasText"))->isVisible()); // here one adds some
    }

    void slidersAndFieldsSetExactValues() {
        click(of<QToolButton>("fold_", SamplingStage::TopP));
        auto* field = find<QDoubleSpinBox>(QStringLiteral("labTopP"));
        see(field);
        field->setFocus();
        field->selectAll();
        QTest::keyClicks(field, field->locale().toString(0.925, 'f', 3));
        QTest::keyClick(field, Qt::Key_Return);
        QCOMPARE(m_changes.last().topP, 0.925);
        auto* slider = find<QSlider>(QStringLiteral("labTopPSlider"));
        slider->setFocus();
        QTest::keyClick(slider, Qt::Key_Left);
        QVERIFY(qAbs(m_changes.last().topP - 0.92) < 1e-9);
        // A value that a field cannot show exactly is kept as it came.
        GenerationSettings fine;
        fine.topP = 0.91234567;
        m_panel->setSettings(fine);
        clickSwitch(SamplingStage::MinP);
        QCOMPARE(m_changes.last().topP, fine.topP);
    }

    void altAndArrowsMoveAStageAndTheFocusGoesWithIt() {
        auto* grip = of<QToolButton>("grip_", SamplingStage::Temperature);
        see(grip);
        grip->setFocus();
        QTest::keyClick(grip, Qt::Key_Up, Qt::AltModifier);
        QTest::keyClick(grip, Qt::Key_Up, Qt::AltModifier);
        QApplication::processEvents();
        QVERIFY(grip->hasFocus());
        QCOMPARE(stagesOf(m_changes.last()).indexOf(SamplingStage::Temperature), 7);
        QCOMPARE(seenOrder(), stagesOf(m_changes.last()));
        QCOMPARE(find<QComboBox>(QStringLiteral("stageOrder"))->currentIndex(), -1); // an own one
        // From its switch, too, and never past the ends.
        for (int time = 0; time < 12; ++time) {
            QTest::keyClick(of<QCheckBox>("switch_", SamplingStage::Temperature), Qt::Key_Up,
                            Qt::AltModifier);
        }
        QCOMPARE(stagesOf(m_changes.last()).indexOf(SamplingStage::Temperature), 0);
        QTest::keyClick(grip, Qt::Key_Down, Qt::AltModifier);
        QCOMPARE(stagesOf(m_changes.last()).indexOf(SamplingStage::Temperature), 1);
    }

    void theTabKeyFollowsTheOrderThatIsSeen() {
        auto* moved = of<QToolButton>("grip_", SamplingStage::TopK);
        moved->setFocus();
        for (int time = 0; time < 4; ++time) {
            QTest::keyClick(moved, Qt::Key_Up, Qt::AltModifier);
        }
        QApplication::processEvents();
        QList<int> heights;
        for (int step = 0; step < 40; ++step) {
            QWidget* focus = QApplication::focusWidget();
            if (m_panel->stages()->isAncestorOf(focus)) {
                heights.append(focus->mapTo(m_panel->stages(), QPoint(0, 0)).y());
            }
            QTest::keyClick(focus, Qt::Key_Tab);
        }
        QVERIFY(heights.size() > 25);
        const qsizetype wrap = std::distance(
            heights.begin(), std::adjacent_find(heights.begin(), heights.end(),
                                                [](int a, int b) { return b < a - 20; }));
        QVERIFY2(wrap > 25, "the focus jumped back within the list");
    }

    void draggingAGripMovesAStage() {
        auto* grip = of<QToolButton>("grip_", SamplingStage::TopK);
        auto* target = m_panel->stages()->row(SamplingStage::MinP);
        see(grip);
        const QPoint place = m_panel->stages()->mapToGlobal(
            QPoint(grip->mapTo(m_panel->stages(), grip->rect().center()).x(),
                   target->geometry().bottom()));
        QTest::mousePress(grip, Qt::LeftButton, {}, grip->rect().center());
        // The pointer stands still and the grip goes with its row: each event says where it is.
        const int from = grip->mapToGlobal(grip->rect().center()).y();
        for (int y = from; y <= place.y(); y += 4) {
            QMouseEvent move(QEvent::MouseMove, grip->mapFromGlobal(QPointF(place.x(), y)),
                             QPointF(place.x(), y), Qt::NoButton, Qt::LeftButton, Qt::NoModifier);
            QApplication::sendEvent(grip, &move);
            QApplication::processEvents();
        }
        QTest::mouseRelease(grip, Qt::LeftButton);
        QVERIFY(!m_changes.isEmpty());
        QCOMPARE(stagesOf(m_changes.last()).indexOf(SamplingStage::TopK), 7); // behind Min-p
        QApplication::processEvents();
        QCOMPARE(seenOrder(), stagesOf(m_changes.last()));
    }

    void anOrderIsNamedAfterItsProgramAndSaysWhatItMeans() {
        auto* box = find<QComboBox>(QStringLiteral("stageOrder"));
        const QString before = find<QLabel>(QStringLiteral("orderSentence"))->text();
        see(box);
        box->setFocus();
        QTest::keyClick(box, Qt::Key_Down);
        QCOMPARE(orderOf(m_changes.last()), StageOrder::HuggingFace);
        QCOMPARE(seenOrder(), stagesOf(StageOrder::HuggingFace));
        QVERIFY(find<QLabel>(QStringLiteral("orderSentence"))->text() != before);
        QTest::keyClick(box, Qt::Key_Up);
        QCOMPARE(m_changes.last(), GenerationSettings());
    }

    void presetsSetValuesAndAreRecognised() {
        auto* box = find<QComboBox>(QStringLiteral("presetBox"));
        QCOMPARE(box->currentText(), QStringLiteral("Balanced"));
        box->setFocus();
        QTest::keyClick(box, Qt::Key_Down);
        QCOMPARE(m_changes.last(), withPreset(Preset::Creative, {}));
        clickSwitch(SamplingStage::MinP);
        QCOMPARE(box->currentIndex(), -1); // values of one's own
    }

    void ownPresetsAreSavedRenamedDeletedAndBroughtBack() {
        QSignalSpy changed(m_panel.get(), &LabPanel::ownPresetsChanged);
        auto* box = find<QComboBox>(QStringLiteral("presetBox"));
        clickSwitch(SamplingStage::Xtc);
        const auto name = [this](const QString& text) {
            auto* dialog = find<QInputDialog>(QStringLiteral("presetName"));
            auto* edit = dialog->findChild<QLineEdit*>();
            edit->selectAll();
            QTest::keyClicks(edit, text);
            QTest::keyClick(edit, Qt::Key_Return);
            QApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
            QApplication::processEvents();
        };
        click(find<QToolButton>(QStringLiteral("presetSave")));
        name(QStringLiteral("Poems"));
        QCOMPARE(m_panel->ownPresets().size(), 1);
        QCOMPARE(box->currentText(), QStringLiteral("Poems"));
        QCOMPARE(m_panel->ownPresets().front().settings, m_panel->settings());

        find<QAction>(QStringLiteral("presetRename"))->trigger();
        name(QStringLiteral("Verses"));
        QCOMPARE(box->currentText(), QStringLiteral("Verses"));

        const QList<OwnPreset> before = m_panel->ownPresets();
        auto* undo = find<QAction>(QStringLiteral("presetUndo"));
        QVERIFY(!undo->isVisible());
        find<QAction>(QStringLiteral("presetDelete"))->trigger();
        QVERIFY(m_panel->ownPresets().isEmpty());
        QVERIFY(undo->isVisible());
        undo->trigger();
        QCOMPARE(m_panel->ownPresets(), before);
        QCOMPARE(changed.size(), 4);

        // Chosen again after other values.
        m_panel->setSettings({});
        QCOMPARE(box->currentText(), QStringLiteral("Balanced"));
        box->setFocus();
        QTest::keyClick(box, Qt::Key_End);
        QCOMPARE(m_changes.last(), before.front().settings);
    }

    void theSeedIsLockedByHandAndTheDieRollsANewOne() {
        auto* lock = find<QToolButton>(QStringLiteral("seedLock"));
        auto* field = find<QLineEdit>(QStringLiteral("labSeed"));
        QVERIFY(!lock->isChecked());
        click(lock);
        QVERIFY(!m_changes.last().randomSeed);
        click(lock);
        QVERIFY(m_changes.last().randomSeed);
        click(find<QToolButton>(QStringLiteral("seedDie")));
        const quint64 rolled = m_changes.last().seed;
        QVERIFY(!m_changes.last().randomSeed);
        QCOMPARE(field->text(), QString::number(rolled));
        click(find<QToolButton>(QStringLiteral("seedDie")));
        QVERIFY(m_changes.last().seed != rolled);
        see(field);
        field->selectAll();
        QTest::keyClicks(field, QStringLiteral("18446744073709551615"));
        QCOMPARE(m_changes.last().seed, std::numeric_limits<quint64>::max());
    }

    void stopStringsHideNothing() {
        GenerationSettings settings;
        settings.extraStops = {QStringLiteral("\n\nEnd"), QStringLiteral("\t")};
        m_panel->setSettings(settings);
        auto* edit = find<QPlainTextEdit>(QStringLiteral("stopStrings"));
        QCOMPARE(edit->toPlainText(), QStringLiteral("\\n\\nEnd\n\\t"));
        see(edit);
        edit->setFocus();
        edit->selectAll();
        QTest::keyClicks(edit, QStringLiteral("###"));
        QTest::keyClick(edit, Qt::Key_Return);
        QTest::keyClicks(edit, QStringLiteral("\\\\n\\n"));
        QCOMPARE(m_changes.last().extraStops,
                 (QStringList{QStringLiteral("###"), QStringLiteral("\\n\n")}));
        QCOMPARE(edit->toPlainText(), QStringLiteral("###\n\\\\n\\n"));
        const auto count = m_changes.size();
        QTest::keyClicks(edit, QStringLiteral("\\q"));
        QVERIFY(find<QLabel>(QStringLiteral("stopStringsNote"))->text().startsWith("Line 2: "));
        QCOMPARE(m_changes.size(), count); // what means nothing changes nothing
    }

    void whatEndsARepetitionIsSeenAndChanged() {
        m_panel->setSettings({});
        click(of<QToolButton>("fold_", SamplingStage::Dry));
        auto* edit = find<QPlainTextEdit>(QStringLiteral("dryBreakers"));
        QCOMPARE(edit->toPlainText(), QStringLiteral("\\n\n:\n\"\n*"));
        see(edit);
        edit->setFocus();
        edit->moveCursor(QTextCursor::End);
        QTest::keyClick(edit, Qt::Key_Return);
        QTest::keyClicks(edit, QStringLiteral("\\t"));
        QCOMPARE(m_changes.last().dryBreakers,
                 (QStringList{QStringLiteral("\n"), QStringLiteral(":"), QStringLiteral("\""),
                              QStringLiteral("*"), QStringLiteral("\t")}));
        QCOMPARE(m_changes.last().extraStops, QStringList());
        edit->selectAll();
        QTest::keyClick(edit, Qt::Key_Delete);
        QCOMPARE(m_changes.last().dryBreakers, QStringList());
        const auto count = m_changes.size();
        QTest::keyClicks(edit, QStringLiteral("\\q"));
        QVERIFY(find<QLabel>(QStringLiteral("dryBreakersNote"))->text().startsWith("Line 1: "));
        QCOMPARE(m_changes.size(), count);
    }

    void aBiasIsGivenByTypedText() {
        QSignalSpy asked(m_panel->bias(), &BiasEditor::tokensRequested);
        click(of<QToolButton>("fold_", SamplingStage::LogitBias));
        auto* text = find<QLineEdit>(QStringLiteral("biasText"));
        auto* never = find<QPushButton>(QStringLiteral("biasNever"));
        QVERIFY(!never->isEnabled());
        QTest::keyClicks(text, QStringLiteral(" cat\\n"));
        QCOMPARE(asked.last().front().toString(), QStringLiteral(" cat\n"));
        m_panel->bias()->showTokens(QStringLiteral(" ca"), {{9, QStringLiteral("late")}});
        QVERIFY(!never->isEnabled()); // the answer to what stood there before
        m_panel->bias()->showTokens(QStringLiteral(" cat\n"), {{5, QStringLiteral("\u00b7cat")},
                                                               {6, QStringLiteral("\u21b5")}});
        const QString note = find<QLabel>(QStringLiteral("biasNote"))->text();
        QVERIFY2(note.startsWith("2 tokens") && note.contains(QChar(0x00B7)), qPrintable(note));
        click(never);
        QCOMPARE(m_changes.last().logitBias,
                 (QList<QPair<quint32, float>>{{5, -std::numeric_limits<float>::infinity()}}));
        QCOMPARE(find<QDoubleSpinBox>(QStringLiteral("bias5"))->text(), QStringLiteral("Never"));
        QVERIFY(of<QCheckBox>("switch_", SamplingStage::LogitBias)->isChecked());

        QTest::keyClicks(text, QStringLiteral("x"));
        m_panel->bias()->showTokens(QStringLiteral("x"),
                                    {{5, QStringLiteral("\u00b7cat")}, {7, QStringLiteral("x")}});
        auto* which = find<QComboBox>(QStringLiteral("biasWhich"));
        see(which);
        which->setFocus();
        QTest::keyClick(which, Qt::Key_Down);
        click(find<QPushButton>(QStringLiteral("biasMore")));
        QCOMPARE(m_changes.last().logitBias, (QList<QPair<quint32, float>>{{5, 2.0F}, {7, 2.0F}}));
        auto* field = find<QDoubleSpinBox>(QStringLiteral("bias7"));
        see(field);
        field->setFocus();
        QTest::keyClick(field, Qt::Key_Up);
        QCOMPARE(m_changes.last().logitBias.last().second, 2.5F);
        click(find<QToolButton>(QStringLiteral("biasRemove5")));
        QCOMPARE(m_changes.last().logitBias, (QList<QPair<quint32, float>>{{7, 2.5F}}));
    }

    void whatAStageRemovedIsStruckOutWithItsName() {
        m_panel->setDistribution(chances());
        QCOMPARE(texts(DistributionModel::Token),
                 (QStringList{QStringLiteral("\u00b7the"), QStringLiteral("\u00b7a")}));
        QCOMPARE(texts(DistributionModel::After).last(), QStringLiteral("Top-p"));
        QCOMPARE(of<QToolButton>("left_", SamplingStage::TopK)->text(), QStringLiteral("2 left"));
        QCOMPARE(of<QToolButton>("left_", SamplingStage::TopP)->text(), QStringLiteral("1 left"));
        QCOMPARE(find<QLabel>(QStringLiteral("distributionCount"))->text(),
                 QStringLiteral("1 left"));
        // Behind the stage before it, it was still there.
        click(of<QToolButton>("left_", SamplingStage::TopK));
        QCOMPARE(texts(DistributionModel::After).last(), percentText(0.3));
        QVERIFY(of<QToolButton>("left_", SamplingStage::TopK)->isChecked());
        QCOMPARE(find<QComboBox>(QStringLiteral("distributionStage"))->currentText(),
                 QStringLiteral("After Top-k"));
        click(of<QToolButton>("left_", SamplingStage::TopK)); // and back
        QCOMPARE(texts(DistributionModel::After).last(), QStringLiteral("Top-p"));
        auto* box = find<QComboBox>(QStringLiteral("distributionStage"));
        box->setFocus();
        QTest::keyClick(box, Qt::Key_Down); // before all stages
        QCOMPARE(texts(DistributionModel::After).last(), percentText(0.3));
    }

    void aTokenOfTheListCanBeForbidden() {
        m_panel->setDistribution(chances());
        auto* table = find<QTableView>(QStringLiteral("distribution"));
        const QPoint place = table->visualRect(table->model()->index(1, 0)).center();
        emit table->customContextMenuRequested(place);
        auto* menu = m_panel->findChild<QMenu*>(QStringLiteral("tokenMenu"));
        QVERIFY(menu);
        menu->actions().last()->trigger();
        QCOMPARE(m_changes.last().logitBias,
                 (QList<QPair<quint32, float>>{{2, -std::numeric_limits<float>::infinity()}}));
        menu->close();
    }

    void aNoteStandsWhereNothingIsKnown() {
        QSignalSpy act(m_panel->distribution(), &DistributionView::actionRequested);
        m_panel->distribution()->setNote(QStringLiteral("Nothing yet."), QStringLiteral("Look"));
        click(find<QPushButton>(QStringLiteral("distributionAction")));
        QCOMPARE(act.size(), 1);
        QVERIFY(!find<QTableView>(QStringLiteral("distribution"))->isVisible());
    }

    void everyControlHasANameAndFitsANarrowPanel() {
        GenerationSettings biased;
        biased.logitBias = {{5, -std::numeric_limits<float>::infinity()}, {50000, 2.5F}};
        m_panel->setSettings(biased);
        m_panel->setDistribution(chances());
        m_panel->bias()->setTexts({{5, QStringLiteral("\u00b7unbelievable")}});
        m_panel->resize(m_panel->minimumWidth(), 420);
        const QList<QWidget*> all = m_panel->findChildren<QWidget*>();
        for (const SamplingStage stage : stagesOf(StageOrder::LlamaCpp)) {
            m_panel->stages()->row(stage)->setUnfolded(true);
        }
        QApplication::processEvents();
        for (const QWidget* widget : all) {
            const bool control = (widget->focusPolicy() & Qt::TabFocus) != 0;
            if (!control || !widget->isVisible() || widget->objectName().startsWith("qt_")) {
                continue;
            }
            const auto* button = qobject_cast<const QAbstractButton*>(widget);
            QVERIFY2(!widget->accessibleName().isEmpty() || (button && !button->text().isEmpty()),
                     qPrintable(widget->objectName()));
            const int right = widget->mapTo(m_panel.get(), QPoint(widget->width(), 0)).x();
            QVERIFY2(right <= m_panel->width(), qPrintable(widget->objectName()));
        }
    }
};

QTEST_MAIN(LabPanelTest)
#include "lab_panel_test.moc"
