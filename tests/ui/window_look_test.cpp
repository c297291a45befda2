// SPDX-License-Identifier: MIT
// How the window fits, scales, is reached by keyboard and remembered.
#include <QAbstractButton>
#include <QAbstractScrollArea>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QScreen>
#include <QScopeGuard>
#include <QSettings>
#include <QSlider>
#include <QStandardPaths>
#include <QTextDocument>
#include <QToolButton>
#include <QWheelEvent>

#include "app/preferences.h"
#include "ui/composer.h"
#include "ui/elided_label.h"
#include "ui/message_view.h"
#include "ui/theme.h"
#include "window_fixture.h"

using namespace phidelity;

class WindowLookTest : public WindowFixture {
    Q_OBJECT

    static void wheel(QWidget* widget, int steps) {
        const QPointF middle(widget->rect().center());
        QWheelEvent event(middle, widget->mapToGlobal(middle), {}, {0, steps * 120}, Qt::NoButton,
                          Qt::NoModifier, Qt::NoScrollPhase, false);
        QApplication::sendEvent(widget, &event);
    }
    static QString readAsTip(const QString& tip) {
        QTextDocument page;
        page.setHtml(tip);
        return page.toPlainText();
    }

private slots:
    void theWindowFitsTheScreenAtItsFirstStart() {
        const QSize screen = m_window->screen()->availableSize();
        QVERIFY(m_window->width() <= screen.width());
        QVERIFY(m_window->height() <= screen.height());
    }

    void aLongTitleIsShortenedAtItsEnd() {
        const QString text =
            QStringLiteral("Tell me all there is to know about rivers, lakes and oceans");
        type(text);
        m_window->resize(440, 480);
        settle();
        auto* title = find<ElidedLabel>("conversationTitle");
        QVERIFY(title->fontMetrics().horizontalAdvance(title->shownText()) <= title->width());
        QVERIFY(title->shownText().endsWith(QChar(0x2026)));
        QVERIFY(text.startsWith(title->shownText().chopped(1)));
        QCOMPARE(title->accessibleName(), text);
    }

    void titlesAreShownAsTheyStand() {
        const QString text = QStringLiteral("<b>bold</b> <img src=\"file:///x.png\"> a & b");
        type(text);
        QCOMPARE(readAsTip(find<ElidedLabel>("conversationTitle")->toolTip()), text);
        QCOMPARE(
            readAsTip(conversationList()->model()->index(0, 0).data(Qt::ToolTipRole).toString()),
            text);
    }

    void theStatusIsReadOutWhole() {
        m_window->resize(440, 340);
        settle();
        QVERIFY(find<QLabel>("statusModel")
                    ->accessibleName()
                    .contains(QStringLiteral("Phidelity demo · Q8_0")));
        type(QStringLiteral("Go"));
        answer(QStringLiteral(" ok"));
        QVERIFY(find<QLabel>("statusActivity")->accessibleName().contains(QStringLiteral("24")));
        QVERIFY(find<QLabel>("statusContext")->accessibleName().contains(QStringLiteral("2,048")));
    }

    void theWheelChangesOnlyWhatHasTheFocus() {
        auto* field = find<QDoubleSpinBox>("temperature");
        auto* slider = find<QSlider>("topPSlider");
        auto* formats = find<QComboBox>("formatChooser");
        const double temperature = field->value();
        const int topP = slider->value();
        const int format = formats->currentIndex();
        for (QWidget* widget : {static_cast<QWidget*>(field), static_cast<QWidget*>(slider),
                                static_cast<QWidget*>(formats)}) {
            wheel(widget, -1);
            QVERIFY(edit()->hasFocus());
        }
        QCOMPARE(field->value(), temperature);
        QCOMPARE(slider->value(), topP);
        QCOMPARE(formats->currentIndex(), format);
        field->setFocus();
        wheel(field, -1);
        QVERIFY(field->value() < temperature);
    }

    void aResetOfTheSettingsCanBeUndone() {
        auto* reset = find<QAbstractButton>("resetSettings");
        QVERIFY(!reset->isEnabled());
        find<QDoubleSpinBox>("temperature")->setValue(1.35);
        auto* seed = find<QLineEdit>("seed");
        seed->selectAll();
        QTest::keyClicks(seed, QStringLiteral("77"));
        const GenerationSettings own = m_controller->settings();
        QTest::mouseClick(reset, Qt::LeftButton);
        QCOMPARE(m_controller->settings(), GenerationSettings());
        QTest::mouseClick(reset, Qt::LeftButton);
        QCOMPARE(m_controller->settings(), own);
        QTest::mouseClick(reset, Qt::LeftButton);
        find<QDoubleSpinBox>("temperature")->setValue(0.5);
        QTest::mouseClick(reset, Qt::LeftButton);
        QCOMPARE(m_controller->settings(), GenerationSettings());
    }

    void theEditMenuActsOnWhatHasTheFocus() {
        auto* seed = find<QLineEdit>("seed");
        seed->setFocus();
        trigger("actionSelectAll");
        trigger("actionCut");
        QVERIFY(seed->text().isEmpty());
        trigger("actionPaste");
        QCOMPARE(seed->text(), QStringLiteral("1"));
        auto* field = find<QDoubleSpinBox>("temperature");
        field->setFocus();
        trigger("actionSelectAll");
        trigger("actionCopy");
        edit()->setFocus();
        trigger("actionPaste");
        QCOMPARE(edit()->toPlainText(), field->text());
        trigger("actionUndo");
        QVERIFY(edit()->toPlainText().isEmpty());
    }

    void onlyWhatCanActIsOffered() {
        const auto offered = [this](const char* name) { return find<QAction>(name)->isEnabled(); };
        QVERIFY(!offered("actionRegenerate"));
        QVERIFY(!offered("actionContinue"));
        type(QStringLiteral("Hi"));
        QVERIFY(!offered("actionRegenerate"));
        QVERIFY(offered("actionStop"));
        answer(QStringLiteral(" Hello."), EndReason::StopString,
               QStringLiteral("\nAlice: Bye\nBob: Bye"));
        QVERIFY(offered("actionRegenerate"));
        QVERIFY(offered("actionContinue"));
        QVERIFY(offered("actionToggleCut"));
        trigger("actionRegenerate");
        answer(QStringLiteral(" full"), EndReason::ContextFull);
        QVERIFY(offered("actionContinue")); // it asks what shall be left out
        QVERIFY(!offered("actionToggleCut"));
    }

    void nothingIsClippedInASmallWindow() {
        type(QStringLiteral("Go"));
        answer(QStringLiteral(" ok"));
        m_window->resize(640, 480);
        settle();
        QCOMPARE(m_window->size(), QSize(640, 480));
        const QList<QWidget*> widgets = m_window->findChildren<QWidget*>();
        for (const QWidget* widget : widgets) {
            if (!widget->isVisible() || widget->objectName().isEmpty() ||
                widget->objectName().startsWith(QLatin1String("qt_"))) {
                continue;
            }
            const bool scrolls = qobject_cast<const QAbstractScrollArea*>(widget->parentWidget()) ||
                                 widget->objectName() == QLatin1String("settingsContent");
            const bool floats = widget->parentWidget() == m_window->page()->view()->viewport();
            if (!scrolls && !floats && widget->parentWidget()) {
                QVERIFY2(widget->parentWidget()->rect().contains(widget->geometry()),
                         qPrintable(widget->objectName()));
            }
            const auto* label = qobject_cast<const QLabel*>(widget);
            if (label && !label->wordWrap() &&
                label->objectName() != QLatin1String("conversationTitle")) {
                QVERIFY2(label->fontMetrics().horizontalAdvance(label->text()) <=
                             label->width() + 1,
                         qPrintable(label->objectName() + label->text()));
            }
        }
    }

    void everyControlHasAName() {
        const QList<QWidget*> widgets = m_window->findChildren<QWidget*>();
        for (QWidget* widget : widgets) {
            if (widget->focusPolicy() == Qt::NoFocus || !widget->isVisible() ||
                widget->objectName().startsWith(QLatin1String("qt_"))) {
                continue;
            }
            const auto* button = qobject_cast<QAbstractButton*>(widget);
            const bool named =
                !widget->accessibleName().isEmpty() || (button && !button->text().isEmpty());
            QVERIFY2(named, qPrintable(QString::fromLatin1(widget->metaObject()->className()) +
                                       widget->objectName()));
        }
    }

    void tabReachesEveryControlAndComesBack() {
        m_window->resize(1200, 700);
        settle();
        edit()->setFocus();
        QSet<QString> seen;
        for (int step = 0; step < 60; ++step) {
            QTest::keyClick(m_window->focusWidget(), Qt::Key_Tab);
            seen.insert(m_window->focusWidget()->objectName());
        }
        for (const char* name :
             {"composerEdit", "formatChooser", "newConversation", "conversations", "temperature",
              "topP", "topK", "maxTokens", "seed", "newSeed", "moreSettings"}) {
            QVERIFY2(seen.contains(QLatin1String(name)), name);
        }
    }

    void zoomScalesAndIsBounded() {
        const double before = QApplication::font().pointSizeF();
        connect(m_window.get(), &MainWindow::zoomChosen, qApp,
                [](double factor) { applyZoom(*qApp, factor); });
        for (int step = 0; step < 20; ++step) {
            trigger("actionZoomIn");
        }
        QVERIFY(std::abs(QApplication::font().pointSizeF() - 2 * before) < 0.6);
        QVERIFY(m_window->page()->composer()->height() > 40);
        trigger("actionZoomReset");
        QVERIFY(std::abs(QApplication::font().pointSizeF() - before) < 0.1);
    }

    void panelsAreRememberedAndHideWhenNarrow() {
        auto* panel = find<QWidget>("settingsPanel");
        m_window->resize(1200, 700);
        settle();
        QVERIFY(panel->isVisible());
        trigger("actionSettings");
        QVERIFY(!panel->isVisible());
        QVERIFY(!m_window->state().panels.value(QStringLiteral("settings")));
        trigger("actionSettings");
        m_window->resize(640, 480);
        settle();
        QVERIFY(!panel->isVisible());
        QVERIFY(m_window->state().panels.value(QStringLiteral("settings")));
        trigger("actionSettings");
        QVERIFY(panel->isVisible());
        auto* button = find<QToolButton>("actionSettingsButton");
        QCOMPARE(button->toolButtonStyle(), Qt::ToolButtonIconOnly);
        QVERIFY(!button->icon().isNull());
    }

    void theWindowStaysAsItIsWhileAModelOpens() {
        const int top = edit()->mapTo(m_window.get(), QPoint()).y();
        emit m_window->openModelRequested(QStringLiteral("/models/phi-2.gguf"));
        settle();
        QCOMPARE(edit()->mapTo(m_window.get(), QPoint()).y(), top);
    }

    void preferencesComeBack() {
        Preferences preferences;
        preferences.settings.seed = Q_UINT64_C(18446744073709551614);
        preferences.settings.temperature = 1.25;
        preferences.format = FormatId::Raw;
        preferences.window.zoom = 1.3;
        preferences.window.panels = {{QStringLiteral("conversations"), true},
                                     {QStringLiteral("settings"), false}};
        preferences.window.appearance = Appearance::Dark;
        QSettings::setPath(
            QSettings::IniFormat, QSettings::UserScope,
            QStandardPaths::writableLocation(QStandardPaths::TempLocation) +
                QStringLiteral("/phidelity-test-%1").arg(QCoreApplication::applicationPid()));
        preferences.device = {QStringLiteral("vulkan:1"), QStringLiteral("Some GPU"), true};
        preferences.paper = Paper::Legal;
        savePreferences(preferences);
        const Preferences loaded = loadPreferences();
        QCOMPARE(loaded.paper, Paper::Legal);
        QCOMPARE(loaded.device, preferences.device);
        QCOMPARE(loaded.settings, preferences.settings);
        QCOMPARE(loaded.format, FormatId::Raw);
        QCOMPARE(loaded.window.zoom, 1.3);
        QCOMPARE(loaded.window.panels, preferences.window.panels);
        QCOMPARE(loaded.window.appearance, Appearance::Dark);
        preferences.device = {QStringLiteral("auto"), {}, true};
        preferences.paper = localPaper();
        savePreferences(preferences);
        {
            const QByteArray paper = qgetenv("LC_ALL");
            const auto asBefore = qScopeGuard([&] { qputenv("LC_ALL", paper); });
            for (const char* locale : {"en_US.UTF-8", "de_DE.UTF-8"}) {
                qputenv("LC_ALL", locale); // whoever chose none gets what is usual there
                QCOMPARE(loadPreferences().paper, localPaper());
            }
        }
        QCOMPARE(loadPreferences().device, preferences.device);
    }
};

QTEST_MAIN(WindowLookTest)
#include "window_look_test.moc"
