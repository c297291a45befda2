// SPDX-License-Identifier: MIT
// What the window says of an import, with a store that answers when it is told to.
#include <QLabel>
#include <QPushButton>
#include <QTemporaryDir>

#include "fake_store.h"
#include "window_fixture.h"

using namespace phidelity;

class ImportKeptTest : public WindowFixture {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::unique_ptr<FakeStore> m_store;
    std::unique_ptr<TranscriptSource> m_source;
    std::unique_ptr<TranscriptDesk> m_desk;

    [[nodiscard]] QString summary() const {
        const auto* dialog = m_window->findChild<ImportDialog*>();
        return dialog ? dialog->findChild<QLabel*>(QStringLiteral("importSummary"))->text()
                      : QString();
    }
    /// Two conversations.
    void import() {
        const QString path = m_folder.filePath(QStringLiteral("two.jsonl"));
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("{\"conversations\":[{\"from\":\"human\",\"value\":\"a\"}]}\n"
                   "{\"conversations\":[{\"from\":\"human\",\"value\":\"b\"}]}\n");
        file.close();
        m_desk->importPath(path);
        QTRY_VERIFY(!summary().isEmpty());
        settle();
    }
    void openStore() {
        m_store->open();
        settle();
        m_store->answerList({});
        settle();
    }

private slots:
    void initTestCase() {
        WindowFixture::initTestCase();
        registerStoreMessages();
    }
    void init() {
        WindowFixture::init();
        m_store = std::make_unique<FakeStore>();
        m_source = std::make_unique<TranscriptSource>(m_controller.get());
        m_desk = std::make_unique<TranscriptDesk>(m_window.get());
        connectStore(*m_store, *m_controller, m_window.get());
        connectTranscripts(*m_window, *m_source, *m_desk);
    }
    void cleanup() {
        m_desk.reset();
        m_source.reset();
        WindowFixture::cleanup();
        m_store.reset();
    }

    void itIsSavedWhenEveryPartOfItIsCommitted() {
        openStore();
        import();
        QVERIFY2(summary().startsWith("2 conversations with 2 messages were read from"),
                 qPrintable(summary()));
        QVERIFY2(summary().endsWith("They are being saved."), qPrintable(summary()));
        QVERIFY(m_store->saves.size() >= 2);
        emit m_store->saved({m_store->saves.first().id});
        settle();
        QVERIFY(summary().endsWith("They are being saved."));
        m_store->commitAll();
        settle();
        QVERIFY2(summary().endsWith("They are saved."), qPrintable(summary()));
    }

    void aFailureIsToldAndSoIsTheAttemptThatSucceeds() {
        openStore();
        import();
        SaveFailed failure;
        failure.id = m_store->saves.first().id;
        failure.sentence = QStringLiteral("The disk is full.");
        emit m_store->saveFailed(failure);
        settle();
        QVERIFY2(summary().endsWith("not saved yet. The disk is full."), qPrintable(summary()));
        const QList<SaveRequest> all = m_store->saves;
        for (const SaveRequest& one : all) {
            emit m_store->saved({one.id});
        }
        settle();
        QVERIFY2(summary().endsWith("They are saved."), qPrintable(summary()));
    }

    void withoutAStoreItIsSaidThatTheyEndWithTheWindow() {
        import();
        QVERIFY2(summary().contains("only in this window"), qPrintable(summary()));
    }

    void closingItBeforeTheEndIsNoHarm() {
        openStore();
        import();
        m_window->findChild<ImportDialog*>()->close();
        settle();
        QVERIFY(!m_window->findChild<ImportDialog*>());
        QTRY_VERIFY((m_store->commitAll(), settle(),
                     find<QLabel>("statusKept")->text() == QLatin1String("Saved")));
    }
};

QTEST_MAIN(ImportKeptTest)
#include "import_kept_test.moc"
