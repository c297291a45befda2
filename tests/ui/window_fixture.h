// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include <QAction>
#include <QApplication>
#include <QListView>
#include <QPlainTextEdit>
#include <QTest>

#include "app/wiring.h"
#include "fake_engine.h"
#include "ui/chat_page.h"
#include "ui/main_window.h"
#include "ui/message_model.h"

namespace phidelity {

/// A fresh window for each test, wired to the controller and to an engine that does what the test
/// tells it; the demo model is open and the cursor in the composer.
class WindowFixture : public QObject {
    Q_OBJECT

protected:
    std::unique_ptr<ChatController> m_controller;
    std::unique_ptr<MainWindow> m_window;
    std::unique_ptr<FakeEngine> m_engine;

    template <class Widget>
    Widget* find(const char* name) {
        auto* widget = m_window->findChild<Widget*>(QLatin1String(name));
        if (!widget) {
            qFatal("no widget named %s", name);
        }
        return widget;
    }
    QPlainTextEdit* edit() { return find<QPlainTextEdit>("composerEdit"); }
    MessageModel* messages() { return m_window->page()->messages(); }
    static void settle() {
        for (int round = 0; round < 5; ++round) {
            QApplication::processEvents();
        }
    }
    void type(const QString& text) {
        QTest::keyClicks(edit(), text);
        QTest::keyClick(edit(), Qt::Key_Return);
        settle();
    }
    void answer(const QString& text, EndReason reason = EndReason::EndOfText,
                const QString& cut = {}) {
        m_engine->sendText(text);
        settle();
        m_engine->end(reason, cut);
        settle();
    }
    QListView* conversationList() { return find<QListView>("conversations"); }
    /// What stands in the list, headings too.
    QStringList listed() {
        QStringList rows;
        const QAbstractItemModel* model = conversationList()->model();
        for (int row = 0; row < model->rowCount(); ++row) {
            rows.append(model->index(row, 0).data().toString());
        }
        return rows;
    }
    QRect listedRect(const QString& text) {
        const auto row = static_cast<int>(listed().indexOf(text));
        return conversationList()->visualRect(conversationList()->model()->index(row, 0));
    }
    void clickListed(const QString& text) {
        QVERIFY(listed().contains(text));
        QTest::mouseClick(conversationList()->viewport(), Qt::LeftButton, Qt::NoModifier,
                          listedRect(text).center());
        settle();
    }
    void trigger(const char* action) {
        find<QAction>(action)->trigger();
        settle();
    }

protected slots:
    void initTestCase() { registerEngineMessages(); }

    void init() {
        m_controller = std::make_unique<ChatController>();
        m_window = std::make_unique<MainWindow>();
        m_engine = std::make_unique<FakeEngine>();
        connectWindow(*m_window, *m_controller);
        connectEngine(*m_engine, *m_controller);
        connectDevices(*m_engine, *m_window);
        m_controller->newConversation();
        m_window->show();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
        m_controller->models()->open({});
        settle();
        m_engine->answerOpen();
        settle();
        edit()->setFocus();
    }
    void cleanup() {
        m_window.reset();
        m_controller.reset();
        m_engine.reset();
    }
};

} // namespace phidelity
