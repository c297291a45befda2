// SPDX-License-Identifier: MIT
// The keyboard alone: Tab reaches every control of the window and of its dialogs, what has the
// focus is seen and has a name, and no two mnemonics of one place are the same key.
#include <QAbstractButton>
#include <QAccessible>
#include <QDialog>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMenuBar>
#include <QRadioButton>
#include <QSet>

#include "ui/chat_find.h"
#include "ui/export_dialog.h"
#include "ui/format_editor.h"
#include "ui/import_dialog.h"
#include "ui/message_view.h"
#include "ui/replay_dialog.h"
#include "window_fixture.h"

using namespace phidelity;

namespace {

QString described(const QWidget* widget) {
    return QStringLiteral("%1 %2").arg(QLatin1String(widget->metaObject()->className()),
                                       widget->objectName());
}

/// What Tab must come to. Of radio buttons the chosen one; arrows go to the others.
QList<QWidget*> controlsOf(const QWidget* window) {
    QList<QWidget*> controls;
    const QList<QWidget*> all = window->findChildren<QWidget*>();
    for (QWidget* widget : all) {
        const auto* radio = qobject_cast<QRadioButton*>(widget);
        const bool wanted = widget->window() == window && widget->isVisible() &&
                            widget->isEnabled() && (widget->focusPolicy() & Qt::TabFocus) &&
                            !widget->focusProxy() && (!radio || radio->isChecked());
        if (wanted) {
            controls.append(widget);
        }
    }
    return controls;
}

QImage pictureOf(QWidget* window, const QWidget* part) {
    const QRect place(part->mapTo(window, QPoint()), part->size());
    return window->grab(place.adjusted(-4, -4, 4, 4)).toImage();
}

void walk(QWidget* window) {
    const QList<QWidget*> controls = controlsOf(window);
    QVERIFY(!controls.isEmpty());
    QSet<QWidget*> reached;
    controls.first()->setFocus(Qt::TabFocusReason);
    QTest::keyClick(window->focusWidget(), Qt::Key_Tab); // from now on the focus is to be seen
    for (qsizetype step = 0; step < controls.size() * 3; ++step) {
        QWidget* focus = window->focusWidget();
        QVERIFY(focus);
        const QAccessibleInterface* spoken = QAccessible::queryAccessibleInterface(focus);
        QVERIFY2(spoken && !spoken->text(QAccessible::Name).isEmpty(),
                 qPrintable(described(focus) + QStringLiteral(" has no name")));
        const QImage with = pictureOf(window, focus);
        QTest::keyClick(focus, Qt::Key_Tab);
        QApplication::processEvents();
        if (focus != window->focusWidget()) {
            QVERIFY2(with != pictureOf(window, focus),
                     qPrintable(described(focus) + QStringLiteral(" does not show the focus")));
        }
        reached.insert(focus);
    }
    for (QWidget* control : controls) {
        // Of buttons of which one is chosen, Tab comes to one and arrows to the others.
        const bool byArrows = !(control->focusPolicy() & Qt::TabFocus);
        QVERIFY2(byArrows || reached.contains(control),
                 qPrintable(described(control) + QStringLiteral(" is not reached by Tab")));
    }
}

/// Adds a key; false where it is taken.
void take(QMap<QString, QString>& taken, const QString& text) {
    const QString key = QKeySequence::mnemonic(text).toString();
    if (!key.isEmpty()) {
        QVERIFY2(!taken.contains(key),
                 qPrintable(QStringLiteral("%1: “%2” and “%3”").arg(key, taken.value(key), text)));
        taken.insert(key, text);
    }
}

void checkMnemonics(const QWidget* window, QMap<QString, QString> taken = {}) {
    const QList<QWidget*> all = window->findChildren<QWidget*>();
    for (const QWidget* widget : all) {
        if (widget->window() != window || !widget->isVisible()) {
            continue;
        }
        if (const auto* button = qobject_cast<const QAbstractButton*>(widget)) {
            take(taken, button->text());
        } else if (const auto* label = qobject_cast<const QLabel*>(widget);
                   label && label->buddy()) {
            take(taken, label->text());
        }
    }
}

} // namespace

class KeyboardTest : public WindowFixture {
    Q_OBJECT

    void check(QWidget* dialog) {
        QVERIFY(dialog);
        QVERIFY(QTest::qWaitForWindowActive(dialog));
        settle();
        walk(dialog);
        checkMnemonics(dialog);
    }
    QDialog* dialog() { return m_window->findChild<QDialog*>(); }
    void greet() {
        type(QStringLiteral("Hello! Who are you?"));
        answer(QStringLiteral(" A *demo*, see [this](https://example.org).\n\n```python\nx\n```\n"),
               EndReason::StopString, QStringLiteral("\nAlice: Nice!"));
    }
    /// Escape closes it.
    void leave() {
        QPointer<QWidget> open = dialog();
        QVERIFY(open);
        QWidget* focus = open->focusWidget();
        QTest::keyClick(focus ? focus : open.data(), Qt::Key_Escape);
        QTRY_VERIFY(!open || !open->isVisible());
    }

private slots:
    void initTestCase() {
        WindowFixture::initTestCase();
        QApplication::setCursorFlashTime(0); // pictures differ by the focus alone
        applyAppearance(*qApp, Appearance::Dark);
    }

    void theWindowAtAnySize() {
        greet();
        for (const QSize size : {QSize(1280, 800), QSize(640, 480)}) {
            m_window->resize(size);
            settle();
            walk(m_window.get());
        }
    }

    void theWindowWithAllThatMayStandInIt() {
        greet();
        m_window->resize(1280, 800);
        m_window->showNotice(QStringLiteral("It could not be opened."), QStringLiteral("Why"));
        m_window->offerContext(1024);
        m_window->page()->find()->open();
        type(QStringLiteral("And what is 2 + 2?"));
        m_engine->refuseForRoom(36);
        settle();
        walk(m_window.get());
        QMap<QString, QString> menus;
        for (const QAction* menu : m_window->menuBar()->actions()) {
            take(menus, menu->isVisible() ? menu->text() : QString());
        }
        QCOMPARE(menus.size(), 5); // each menu has one
        checkMnemonics(m_window.get(), menus);
    }

    void theWindowBeforeTheFirstMessage() {
        m_window->resize(640, 480);
        settle();
        walk(m_window.get());
        // In the order in which they are read.
        find<QAbstractButton>("example0")->setFocus();
        for (const char* next : {"example1", "example2", "example3", "welcomeOpen"}) {
            QTest::keyClick(m_window->focusWidget(), Qt::Key_Tab);
            QCOMPARE(m_window->focusWidget()->objectName(), QLatin1String(next));
        }
    }

    void menusHaveNoTwoMnemonicsOfOneKey() {
        for (const QAction* entry : m_window->menuBar()->actions()) {
            QMap<QString, QString> taken;
            for (const QAction* action : entry->menu()->actions()) {
                take(taken, action->isSeparator() ? QString() : action->text());
            }
        }
    }

    void dialogsOfTheMenus_data() {
        QTest::addColumn<QByteArray>("action");
        for (const char* action :
             {"actionDevice", "actionPrompt", "actionShortcuts", "actionAbout"}) {
            QTest::newRow(action) << QByteArray(action);
        }
    }
    void dialogsOfTheMenus() {
        QFETCH(QByteArray, action);
        greet();
        m_window->resize(640, 480);
        trigger(action.constData());
        m_engine->answerList();
        check(dialog());
        leave();
    }

    void theEditorOfFormats() {
        m_window->resize(640, 480);
        FormatRules rules;
        rules.name = QStringLiteral("Pirate");
        const PromptFormat pirate = PromptFormat::own(rules);
        (new FormatEditor(m_window.get(), {pirate}, pirate))->open();
        check(dialog());
        leave();
    }

    void theExport() {
        m_window->resize(640, 480);
        ExportSubject subject;
        subject.title = QStringLiteral("Hello");
        subject.shownMessages = 4;
        subject.allMessages = 6;
        subject.branches = 2;
        subject.hasRecords = true;
        for (const TranscriptFormat format : {TranscriptFormat::Markdown, TranscriptFormat::Pdf}) {
            auto* open = new ExportDialog(m_window.get(), subject);
            ExportChoice choice;
            choice.format = format;
            open->setLast({}, choice);
            open->show();
            check(open);
            delete open;
        }
    }

    void theReportOfAnImport() {
        ImportReport report;
        report.source = QStringLiteral("a file");
        report.conversations = 1;
        report.messages = 2;
        report.leaveOut(QStringLiteral("images"), 7);
        (new ImportDialog(m_window.get(), QStringLiteral("a.json"), report))->show();
        check(dialog());
        leave();
    }

    void theReplay() {
        auto* open = new ReplayDialog(m_window.get());
        open->show();
        open->showProgress({1, 212, 640});
        check(open);
        leave();
    }

    void theSummary() {
        greet();
        GenerationSettings settings = m_controller->settings();
        settings.maxTokens = 16;
        m_controller->setSettings(settings);
        type(QStringLiteral("And what is 2 + 2?"));
        m_engine->refuseForRoom(48);
        settle();
        QTest::mouseClick(find<QAbstractButton>("contextSummarise"), Qt::LeftButton);
        check(dialog());
        leave();
    }
};

QTEST_MAIN(KeyboardTest)
#include "keyboard_test.moc"
