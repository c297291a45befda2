// SPDX-License-Identifier: MIT
// The frame of the window: pages, side panels, and the palette of commands.
#include <QAbstractButton>
#include <QAccessible>
#include <QDockWidget>
#include <QKeyEvent>
#include <QLineEdit>
#include <QListView>
#include <QMenu>
#include <QMenuBar>
#include <QSettings>
#include <QTemporaryDir>
#include <QToolButton>

#include "app/preferences.h"
#include "ui/command_palette.h"
#include "ui/elided_label.h"
#include "ui/fuzzy_match.h"
#include "ui/workbench_page.h"
#include "window_fixture.h"

using namespace phidelity;

namespace {

/// A page with a field and an action that has a key which the chat uses, too.
class NotesPage : public WorkbenchPage {
public:
    NotesPage() : m_edit(new QPlainTextEdit(this)), m_sort(new QAction(tr("&Sort Notes"), this)) {
        m_edit->setObjectName(QStringLiteral("notesEdit"));
        m_sort->setObjectName(QStringLiteral("actionSortNotes"));
        m_sort->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_R));
        addAction(m_sort);
        connect(m_sort, &QAction::triggered, this, [this] { ++sorted; });
    }
    [[nodiscard]] QString title() const override { return QStringLiteral("Notes"); }
    [[nodiscard]] QString symbol() const override { return QStringLiteral("edit"); }
    void activated() override { m_edit->setFocus(); }
    bool escape() override {
        ++escaped;
        return true;
    }
    int sorted = 0;
    int escaped = 0;

private:
    QPlainTextEdit* m_edit;
    QAction* m_sort;
};

} // namespace

class WorkbenchTest : public WindowFixture {
    Q_OBJECT

    NotesPage* m_notes = nullptr;

    void addNotes() {
        m_notes = new NotesPage;
        m_window->addPage(m_notes, QStringLiteral("notes"));
        settle();
    }
    void press(Qt::Key key, Qt::KeyboardModifiers modifiers = Qt::ControlModifier) {
        QWidget* focus = m_window->focusWidget();
        QTest::keyClick(focus ? focus : m_window.get(), key, modifiers);
        settle();
    }
    QListView* commands() { return find<QListView>("commands"); }
    QStringList offered() {
        QStringList texts;
        for (int row = 0; row < commands()->model()->rowCount(); ++row) {
            texts.append(commands()->model()->index(row, 0).data().toString());
        }
        return texts;
    }
    QDockWidget* dock(const char* key) {
        return m_window->findChild<QDockWidget*>(QStringLiteral("panel.") + QLatin1String(key));
    }

private slots:
    void pagesAreChosenByKeyClickAndMenu() {
        QVERIFY(!find<QWidget>("pageSwitch")->isVisible()); // nothing to choose from
        addNotes();
        QVERIFY(find<QWidget>("pageSwitch")->isVisible());
        press(Qt::Key_2);
        QCOMPARE(m_window->shownPage(), QStringLiteral("notes"));
        QVERIFY(find<QPlainTextEdit>("notesEdit")->hasFocus());
        QCOMPARE(find<ElidedLabel>("conversationTitle")->text(), QStringLiteral("Notes"));
        press(Qt::Key_1);
        QCOMPARE(m_window->shownPage(), QStringLiteral("chat"));
        QVERIFY(edit()->hasFocus());
        auto* button = find<QAbstractButton>("actionPage.notesButton");
        QCOMPARE(button->accessibleName(), QStringLiteral("Notes page"));
        QTest::mouseClick(button, Qt::LeftButton);
        QCOMPARE(m_window->shownPage(), QStringLiteral("notes"));
        QVERIFY(button->isChecked());
        trigger("actionPage.chat");
        QVERIFY(!button->isChecked());
        QVERIFY(edit()->isVisible());
    }

    void arrowsGoThroughThePagesOfTheSwitch() {
        addNotes();
        auto* chat = find<QAbstractButton>("actionPage.chatButton");
        chat->setFocus();
        QTest::keyClick(chat, Qt::Key_Right);
        auto* notes = find<QAbstractButton>("actionPage.notesButton");
        QVERIFY(notes->hasFocus());
        QTest::keyClick(notes, Qt::Key_Space);
        QCOMPARE(m_window->shownPage(), QStringLiteral("notes"));
    }

    void whatAPageCanDoStandsInItsMenuWhileItIsShown() {
        addNotes();
        const auto menus = [this] {
            QStringList titles;
            for (const QAction* action : m_window->menuBar()->actions()) {
                if (action->isVisible()) {
                    titles.append(action->text().remove(u'&'));
                }
            }
            return titles;
        };
        QVERIFY(menus().contains(QStringLiteral("Chat")));
        QVERIFY(!menus().contains(QStringLiteral("Notes")));
        type(QStringLiteral("Hi"));
        answer(QStringLiteral(" one"));
        press(Qt::Key_R);
        QCOMPARE(m_engine->generations, 2); // the chat's Ctrl+R
        answer(QStringLiteral(" two"));
        press(Qt::Key_2);
        QVERIFY(menus().contains(QStringLiteral("Notes")));
        QVERIFY(!menus().contains(QStringLiteral("Chat")));
        press(Qt::Key_R);
        QCOMPARE(m_notes->sorted, 1);
        QCOMPARE(m_engine->generations, 2);
    }

    void escapeIsThePages() {
        addNotes();
        type(QStringLiteral("Go"));
        m_engine->sendText(QStringLiteral(" part"));
        settle();
        press(Qt::Key_2);
        press(Qt::Key_Escape, Qt::NoModifier);
        QCOMPARE(m_notes->escaped, 1);
        QVERIFY(!m_engine->lastGenerate.stop->load()); // the reply goes on
        press(Qt::Key_1);
        press(Qt::Key_Escape, Qt::NoModifier);
        QVERIFY(m_engine->lastGenerate.stop->load());
    }

    void aNoticeIsSeenOnEveryPage() {
        addNotes();
        press(Qt::Key_2);
        m_window->showNotice(QStringLiteral("The disk is full."), {});
        QVERIFY(find<QWidget>("noticeBar")->isVisible());
    }

    void searchingAndNewConversationsLeadToTheChat() {
        addNotes();
        press(Qt::Key_2);
        QVERIFY(!find<QWidget>("conversationList")->isVisible()); // they belong to the chat
        press(Qt::Key_F, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(m_window->shownPage(), QStringLiteral("chat"));
        QVERIFY(find<QLineEdit>("conversationSearch")->hasFocus());
        press(Qt::Key_2);
        press(Qt::Key_N);
        QCOMPARE(m_window->shownPage(), QStringLiteral("chat"));
    }

    void panelsAreThereAtOnceWhereThereIsRoom() {
        MainWindow fresh;
        fresh.resize(1280, 800);
        fresh.show();
        settle();
        QVERIFY(fresh.findChild<QWidget*>(QStringLiteral("settingsPanel"))->isVisible());
        QVERIFY(fresh.findChild<QWidget*>(QStringLiteral("conversationList"))->isVisible());
        fresh.resize(640, 480);
        QVERIFY(!fresh.findChild<QWidget*>(QStringLiteral("settingsPanel"))->isVisible());
    }

    void aPanelFloatsAndComesBack() {
        m_window->resize(1200, 700);
        settle();
        QDockWidget* settings = dock("settings");
        auto* button = settings->findChild<QToolButton*>(QStringLiteral("panelFloat"));
        QCOMPARE(button->accessibleName(), QStringLiteral("Let Settings float"));
        QTest::mouseClick(button, Qt::LeftButton);
        settle();
        QVERIFY(settings->isFloating());
        QVERIFY(settings->isVisible());
        QCOMPARE(button->accessibleName(), QStringLiteral("Put Settings back"));
        // A floating one takes no room, so it stays.
        m_window->resize(640, 480);
        settle();
        QVERIFY(settings->isVisible());
        m_window->resize(1200, 700);
        QTest::mouseClick(button, Qt::LeftButton);
        settle();
        QVERIFY(!settings->isFloating());
        QVERIFY(settings->isVisible());
    }

    void aPanelIsHiddenByItsButtonAndComesBackByItsAction() {
        m_window->resize(1200, 700);
        settle();
        QTest::mouseClick(
            dock("conversations")->findChild<QToolButton*>(QStringLiteral("panelHide")),
            Qt::LeftButton);
        QVERIFY(!find<QWidget>("conversationList")->isVisible());
        QVERIFY(!find<QAction>("actionConversations")->isChecked());
        press(Qt::Key_F9, Qt::NoModifier);
        QVERIFY(find<QWidget>("conversationList")->isVisible());
        // Closed like a window, too.
        dock("conversations")->close();
        settle();
        QVERIFY(!m_window->state().panels.value(QStringLiteral("conversations")));
    }

    void panelsOfOneSideShareItAsTabs() {
        m_window->resize(1200, 700);
        settle();
        auto* other = new QWidget;
        other->setMinimumWidth(200);
        auto* toggle = new QAction(QStringLiteral("Other"), m_window.get());
        toggle->setCheckable(true);
        m_window->addPanel(other, QStringLiteral("other"), QStringLiteral("Other"),
                           Qt::RightDockWidgetArea, toggle);
        settle();
        QVERIFY(!other->isVisible()); // not checked: hidden at a first start
        QVERIFY(find<QMenu>("viewMenu")->actions().contains(toggle));
        toggle->trigger();
        settle();
        QVERIFY(other->isVisible());
        QVERIFY(!other->visibleRegion().isEmpty());
        QVERIFY(find<QWidget>("settingsPanel")->visibleRegion().isEmpty()); // behind it
        // What stands behind a tab is asked for, not hidden.
        trigger("actionSettings");
        QVERIFY(!find<QWidget>("settingsPanel")->visibleRegion().isEmpty());
        QVERIFY(find<QAction>("actionSettings")->isChecked());
    }

    void allPanelsCanBePutBack() {
        m_window->resize(1200, 700);
        settle();
        dock("settings")->setFloating(true);
        trigger("actionConversations");
        settle();
        trigger("actionPanelsBack");
        QVERIFY(!dock("settings")->isFloating());
        QVERIFY(find<QWidget>("conversationList")->isVisible());
        QVERIFY(find<QWidget>("settingsPanel")->isVisible());
    }

    void pagePanelsAndRecentCommandsAreRemembered() {
        const QTemporaryDir folder;
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, folder.path());
        addNotes();
        m_window->resize(1200, 700);
        settle();
        trigger("actionConversations");
        dock("settings")->setFloating(true);
        settle();
        press(Qt::Key_K);
        QTest::keyClicks(find<QLineEdit>("commandSearch"), QStringLiteral("zoom in"));
        press(Qt::Key_Return, Qt::NoModifier);
        press(Qt::Key_2);
        Preferences preferences;
        preferences.window = m_window->state();
        savePreferences(preferences);
        cleanup();
        init();
        m_window->setState(loadPreferences().window);
        QCOMPARE(m_window->shownPage(), QStringLiteral("chat")); // the other is not there yet
        addNotes();
        QCOMPARE(m_window->shownPage(), QStringLiteral("notes"));
        press(Qt::Key_1);
        QVERIFY(!find<QWidget>("conversationList")->isVisible());
        QVERIFY(dock("settings")->isFloating());
        press(Qt::Key_K);
        QCOMPARE(offered().first(), QStringLiteral("Zoom In"));
    }

    void aDamagedLayoutChangesNothing() {
        m_window->resize(1200, 700);
        WindowState state = m_window->state();
        state.panelLayout = QByteArray("\xff\x00 nonsense", 11);
        state.page = QStringLiteral("nowhere");
        m_window->setState(state);
        settle();
        QVERIFY(find<QWidget>("settingsPanel")->isVisible());
        QCOMPARE(m_window->shownPage(), QStringLiteral("chat"));
    }

    void aCommandIsFoundByAFewLettersAndRunByEnter() {
        m_window->resize(1200, 700);
        settle();
        edit()->setFocus();
        QTest::keyClicks(edit(), QStringLiteral("my draft"));
        press(Qt::Key_K); // in a text field, where it would delete to the end of the line
        auto* field = find<QLineEdit>("commandSearch");
        QVERIFY(field->hasFocus());
        QTest::keyClicks(field, QStringLiteral("sett"));
        QCOMPARE(offered().first(), QStringLiteral("Settings"));
        QTest::keyClick(field, Qt::Key_Return);
        settle();
        QVERIFY(!find<QWidget>("commandPalette")->isVisible());
        QVERIFY(!find<QWidget>("settingsPanel")->isVisible());
        QVERIFY(edit()->hasFocus());
        QCOMPARE(edit()->toPlainText(), QStringLiteral("my draft"));
    }

    void thePaletteActsOnWhatHadTheFocus() {
        QTest::keyClicks(edit(), QStringLiteral("words"));
        press(Qt::Key_K);
        QTest::keyClicks(find<QLineEdit>("commandSearch"), QStringLiteral("select all"));
        press(Qt::Key_Return, Qt::NoModifier);
        QCOMPARE(edit()->textCursor().selectedText(), QStringLiteral("words"));
    }

    void thePaletteIsUsedByKeysAloneAndLeftByEscape() {
        type(QStringLiteral("Go"));
        m_engine->sendText(QStringLiteral(" part"));
        settle();
        press(Qt::Key_K);
        auto* field = find<QLineEdit>("commandSearch");
        const int before = commands()->currentIndex().row();
        QTest::keyClick(field, Qt::Key_Down);
        QTest::keyClick(field, Qt::Key_Down);
        QTest::keyClick(field, Qt::Key_Up);
        QCOMPARE(commands()->currentIndex().row(), before + 1);
        QTest::keyClick(field, Qt::Key_Escape);
        settle();
        QVERIFY(!find<QWidget>("commandPalette")->isVisible());
        QVERIFY(!m_engine->lastGenerate.stop->load()); // it closed the palette and nothing else
        QVERIFY(edit()->hasFocus());
        press(Qt::Key_K);
        press(Qt::Key_K);
        QVERIFY(!find<QWidget>("commandPalette")->isVisible());
    }

    void aCommandIsRunByAClick() {
        m_window->resize(1200, 700);
        settle();
        press(Qt::Key_K);
        QTest::keyClicks(find<QLineEdit>("commandSearch"), QStringLiteral("conversations"));
        const auto row = static_cast<int>(offered().indexOf(QStringLiteral("Conversations")));
        const QRect place = commands()->visualRect(commands()->model()->index(row, 0));
        QTest::mouseClick(commands()->viewport(), Qt::LeftButton, {}, place.center());
        settle();
        QVERIFY(!find<QWidget>("conversationList")->isVisible());
    }

    void onlyWhatCanBeDoneIsOfferedAndNothingFoundIsSaid() {
        press(Qt::Key_K);
        QVERIFY(!offered().contains(QStringLiteral("Write Last Reply Again")));
        QVERIFY(offered().contains(QStringLiteral("New Conversation")));
        QTest::keyClicks(find<QLineEdit>("commandSearch"), QStringLiteral("qqqq"));
        QCOMPARE(offered(), QStringList{QStringLiteral("No command has these letters")});
        press(Qt::Key_Return, Qt::NoModifier);
        press(Qt::Key_Escape, Qt::NoModifier);
        type(QStringLiteral("Hi"));
        answer(QStringLiteral(" one"));
        press(Qt::Key_K);
        QVERIFY(offered().contains(QStringLiteral("Write Last Reply Again")));
    }

    void everyActionWithAKeyStandsInAMenu() {
        addNotes();
        QSet<const QAction*> inMenus;
        const auto gather = [&](auto&& self, const QList<QAction*>& actions) -> void {
            for (const QAction* action : actions) {
                inMenus.insert(action);
                if (action->menu()) {
                    self(self, action->menu()->actions());
                }
            }
        };
        gather(gather, m_window->menuBar()->actions());
        for (const QAction* action : m_window->findChildren<QAction*>()) {
            if (!action->shortcut().isEmpty()) {
                QVERIFY2(inMenus.contains(action), qPrintable(action->text()));
            }
        }
    }

    void eachCommandIsReadOutWithMenuAndKey() {
        press(Qt::Key_K);
        QTest::keyClicks(find<QLineEdit>("commandSearch"), QStringLiteral("full screen"));
        QCOMPARE(commands()->currentIndex().data(Qt::AccessibleTextRole).toString(),
                 QStringLiteral("Full Screen, View, F11"));
    }

    void thePaletteFitsASmallWindow() {
        m_window->resize(440, 340);
        settle();
        press(Qt::Key_K);
        QVERIFY(m_window->rect().contains(find<QWidget>("commandPalette")->geometry()));
        QVERIFY(commands()->height() > 60);
    }

    void startsOfWordsAndNeighboursWin() {
        const auto score = [](const char* pattern, const char* text) {
            const auto match = fuzzyMatch(QLatin1String(pattern), QLatin1String(text));
            return match ? match->score : -1;
        };
        QCOMPARE(score("xyz", "Zoom In"), -1);
        QVERIFY(score("zi", "Zoom In") > score("zi", "Resize It"));
        QVERIFY(score("set", "Settings") > score("set", "Reset"));
        QCOMPARE(score("", "Anything"), 0);
        const auto match = fuzzyMatch(QStringLiteral("NC"), QStringLiteral("new conversation"));
        QVERIFY(match);
        QCOMPARE(match->positions, (QList<qsizetype>{0, 4}));
    }
};

QTEST_MAIN(WorkbenchTest)
#include "workbench_test.moc"
