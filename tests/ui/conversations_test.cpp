// SPDX-License-Identifier: MIT
// The list of conversations, by clicks and keys: names, pins, folders, trash, search.
#include <QInputDialog>
#include <QLineEdit>
#include <QMenu>
#include <QMessageBox>
#include <QPushButton>
#include <QTimer>
#include <QSignalSpy>
#include <QToolButton>

#include "ui/conversation_list.h"
#include "window_fixture.h"

namespace phidelity {

class ConversationsTest : public WindowFixture {
    Q_OBJECT

    void talkAbout(const QStringList& topics) {
        for (const QString& topic : topics) {
            trigger("actionNew");
            type(topic);
            answer(QStringLiteral(" About ") + topic);
        }
    }
    /// Opens the menu of a row and chooses in it, as a user does; `path` may lead through a
    /// submenu.
    void chooseInMenu(const QString& row, const QStringList& path) {
        bool chosen = false;
        QTimer::singleShot(0, this, [&] {
            auto* menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
            QAction* found = nullptr;
            for (const QString& text : path) {
                found = nullptr;
                for (QAction* action : menu->actions()) {
                    if (action->text() == text) {
                        found = action;
                    }
                }
                if (found && found->menu()) {
                    menu = found->menu();
                }
            }
            chosen = found != nullptr;
            if (found) {
                found->trigger();
            }
            while (QWidget* popup = QApplication::activePopupWidget()) {
                popup->close();
            }
        });
        const QPoint at = listedRect(row).center();
        QContextMenuEvent event(QContextMenuEvent::Mouse, at,
                                conversationList()->viewport()->mapToGlobal(at));
        QApplication::sendEvent(conversationList()->viewport(), &event);
        settle();
        QVERIFY2(chosen, qPrintable(path.join(u'/')));
    }
    void press(Qt::Key key) {
        QTest::keyClick(conversationList(), key);
        settle();
    }
    template <class Dialog>
    Dialog* dialog() {
        auto* found = m_window->findChild<Dialog*>();
        if (!found) {
            qFatal("no dialog");
        }
        return found;
    }

private slots:
    void aNameIsChangedInPlace() {
        talkAbout({"Cats"});
        clickListed("Cats");
        conversationList()->setFocus();
        press(Qt::Key_F2);
        auto* field = conversationList()->viewport()->findChild<QLineEdit*>();
        QVERIFY(field);
        field->selectAll();
        QTest::keyClicks(field, "Dogs");
        QTest::keyClick(field, Qt::Key_Return);
        settle();
        QCOMPARE(listed(), QStringList({"Dogs"}));
        QCOMPARE(m_window->windowTitle(), QStringLiteral("Dogs"));
    }

    void pinnedOnesStandAtTheTop() {
        talkAbout({"Cats", "Dogs"});
        QCOMPARE(listed(), QStringList({"Dogs", "Cats"}));
        chooseInMenu("Cats", {"Pin"});
        QCOMPARE(listed(), QStringList({"Pinned", "Cats", "Today", "Dogs"}));
        chooseInMenu("Cats", {"Unpin"});
        QCOMPARE(listed(), QStringList({"Dogs", "Cats"}));
    }

    void foldersAreMadeFoldedRenamedAndRemoved() {
        talkAbout({"Cats", "Dogs"});
        chooseInMenu("Cats", {"Move to Folder", "New Folder…"});
        auto* ask = dialog<QInputDialog>();
        ask->setTextValue("Pets");
        ask->accept();
        settle();
        QCOMPARE(listed(), QStringList({"Pets", "Cats", "Today", "Dogs"}));
        clickListed("Pets");
        QCOMPARE(listed(), QStringList({"Pets", "Today", "Dogs"}));
        clickListed("Pets");
        chooseInMenu("Dogs", {"Move to Folder", "Pets"});
        QCOMPARE(listed(), QStringList({"Pets", "Dogs", "Cats"}));
        chooseInMenu("Pets", {"Remove Folder (Keep Conversations)"});
        QCOMPARE(listed(), QStringList({"Dogs", "Cats"}));
    }

    void theTrashIsUndoneAtOnceOrLater() {
        talkAbout({"Cats", "Dogs"});
        clickListed("Dogs");
        conversationList()->setFocus();
        press(Qt::Key_Delete);
        QCOMPARE(listed(), QStringList({"Cats"}));
        QCOMPARE(messages()->rowCount(), 0); // another conversation than the deleted one
        QTest::mouseClick(find<QToolButton>("undoTrash"), Qt::LeftButton);
        settle();
        QCOMPARE(listed(), QStringList({"Dogs", "Cats"}));

        chooseInMenu("Cats", {"Move to Trash"});
        auto* trash = find<QToolButton>("showTrash");
        QCOMPARE(trash->text(), QStringLiteral("Trash (1)"));
        QTest::mouseClick(trash, Qt::LeftButton);
        settle();
        QCOMPARE(listed(), QStringList({"Trash", "Cats"}));
        chooseInMenu("Cats", {"Put Back"});
        QTest::mouseClick(trash, Qt::LeftButton);
        settle();
        QCOMPARE(listed(), QStringList({"Dogs", "Cats"}));
        QVERIFY(!trash->isVisible());
    }

    void nothingIsDeletedForGoodWithoutAsking() {
        talkAbout({"Cats"});
        chooseInMenu("Cats", {"Move to Trash"});
        QTest::mouseClick(find<QToolButton>("showTrash"), Qt::LeftButton);
        settle();
        chooseInMenu("Cats", {"Delete for Good…"});
        auto* box = dialog<QMessageBox>();
        QTest::keyClick(box, Qt::Key_Return); // the answer that does no harm
        settle();
        QCOMPARE(listed(), QStringList({"Trash", "Cats"}));
        QTRY_VERIFY(!m_window->findChild<QMessageBox*>());
        chooseInMenu("Cats", {"Empty Trash…"});
        box = dialog<QMessageBox>();
        for (QAbstractButton* button : box->buttons()) {
            if (box->buttonRole(button) == QMessageBox::DestructiveRole) {
                QTest::mouseClick(button, Qt::LeftButton);
            }
        }
        settle();
        QCOMPARE(listed(), QStringList({"Trash", "The trash is empty."}));
    }

    void whatASearchFoundStandsInTheListUntilEscape() {
        talkAbout({"Cats"});
        QTest::keyClick(m_window.get(), Qt::Key_F, Qt::ControlModifier | Qt::ShiftModifier);
        auto* search = find<QLineEdit>("conversationSearch");
        QCOMPARE(QApplication::focusWidget(), search);
        QSignalSpy asked(m_window->conversations(), &ConversationList::searchRequested);
        QTest::keyClicks(search, "cat");
        QTRY_COMPARE(asked.size(), 1);
        Found found;
        found.text = "cat";
        SearchHit title;
        title.conversation = m_controller->conversation().info.id;
        title.title = "Cats";
        title.marks = {{0, 3}};
        SearchHit message = title;
        message.node = 2;
        message.excerpt = "About Cats";
        message.excerptMarks = {{6, 3}};
        found.hits = {title, message};
        m_window->conversations()->showFound(found);
        QCOMPARE(conversationList()->model()->rowCount(), 2);
        QSignalSpy chosen(m_window->conversations(), &ConversationList::hitChosen);
        QTest::keyClick(search, Qt::Key_Down);
        press(Qt::Key_Down);
        press(Qt::Key_Return);
        QCOMPARE(chosen.size(), 1);
        QCOMPARE(chosen.first().at(1).value<NodeId>(), NodeId(2));
        search->setFocus();
        QTest::keyClick(search, Qt::Key_Escape);
        settle();
        QCOMPARE(listed(), QStringList({"Cats"}));
        // What was found for words that stand there no more is not shown.
        m_window->conversations()->showFound(found);
        QCOMPARE(listed(), QStringList({"Cats"}));
    }

    void nothingFoundIsSaid() {
        talkAbout({"Cats"});
        QTest::keyClicks(find<QLineEdit>("conversationSearch"), "zebra");
        QTRY_COMPARE(listed(), QStringList({"Nothing was found."}));
    }
};

} // namespace phidelity

QTEST_MAIN(phidelity::ConversationsTest)
#include "conversations_test.moc"
