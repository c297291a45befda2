// SPDX-License-Identifier: MIT
#pragma once

#include <QLabel>
#include <QTemporaryDir>

#include "store/store_thread.h"
#include "window_fixture.h"

namespace phidelity {

/// The window with a real store, which restart() ends and begins again on what it has kept.
class StoredWindowFixture : public WindowFixture {
    Q_OBJECT

protected:
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<StoreThread> m_store;

    /// Before the store of a start of the program.
    virtual void connectMore() {}
    void startStore() {
        connectMore();
        m_store = std::make_unique<StoreThread>(m_folder->filePath(QStringLiteral("data")));
        connectStore(m_store->worker(), *m_controller, m_window.get());
        m_store->start();
        waitUntilSaved();
    }
    void waitUntilSaved() {
        QTRY_COMPARE(find<QLabel>("statusKept")->text(), QStringLiteral("Saved"));
    }
    void restart() {
        m_window->close();
        settle();
        QCOMPARE(m_store->finish(), StoreEnd::AllKept);
        WindowFixture::cleanup();
        m_store.reset();
        WindowFixture::init();
        startStore();
    }
    /// A question and its answer, both kept.
    void say(const QString& text, const QString& reply) {
        const int asked = m_engine->generations;
        edit()->setFocus();
        type(text);
        QTRY_COMPARE(m_engine->generations, asked + 1);
        answer(reply);
        waitUntilSaved();
    }

protected slots:
    void initTestCase() {
        WindowFixture::initTestCase();
        registerStoreMessages();
    }
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        WindowFixture::init();
        startStore();
    }
    void cleanup() {
        m_store.reset();
        WindowFixture::cleanup();
    }
};

} // namespace phidelity
