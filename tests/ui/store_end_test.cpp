// SPDX-License-Identifier: MIT
// What the user is told where the program ends and its last changes are not kept: a real store
// whose thread is held up, as by a disk that does not answer, or whose folder cannot be written to.
#include <memory>

#include <QApplication>
#include <QMessageBox>
#include <QPushButton>
#include <QSemaphore>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>

#include "app/store_end.h"

using namespace phidelity;

class StoreEndTest : public QObject {
    Q_OBJECT

    QStringList m_asked; ///< names of the dialogs that came

    /// Answers the next dialogs with buttons of these labels, doing something before.
    void answerWith(const QStringList& labels, const std::function<void()>& before = {}) {
        auto* timer = new QTimer(this);
        timer->setInterval(10);
        auto left = std::make_shared<QStringList>(labels);
        connect(timer, &QTimer::timeout, this, [this, timer, left, before] {
            auto* box = qobject_cast<QMessageBox*>(QApplication::activeModalWidget());
            if (!box) {
                return;
            }
            if (before) {
                before();
            }
            m_asked.append(box->objectName());
            const QString label = left->takeFirst();
            const auto buttons = box->buttons();
            for (QAbstractButton* button : buttons) {
                if (button->text().remove(u'&') == label) {
                    QTest::mouseClick(button, Qt::LeftButton);
                }
            }
            if (left->isEmpty()) {
                timer->deleteLater();
            }
        });
        timer->start();
    }

    /// Holds the store's thread up until `gate` is released.
    static void holdUp(StoreThread& store, const std::shared_ptr<QSemaphore>& gate) {
        QMetaObject::invokeMethod(
            &store.worker(), [gate] { gate->acquire(); }, Qt::QueuedConnection);
    }

private slots:
    void init() { m_asked.clear(); }

    void whatIsKeptEndsWithoutAWord() {
        QTemporaryDir folder;
        StoreThread store(folder.path());
        store.start();
        QCOMPARE(endStore(store), 0);
        QCOMPARE(m_asked, QStringList());
    }

    void whoWaitsForADiskThatAnswersLateLosesNothing() {
        QTemporaryDir folder;
        const auto gate = std::make_shared<QSemaphore>();
        StoreThread store(folder.path());
        store.start();
        holdUp(store, gate);
        int asked = 0;
        answerWith({"Wait", "Wait"}, [&] {
            if (++asked == 2) {
                gate->release();
            }
        });
        const int code = endStore(store, 300);
        gate->release();
        QCOMPARE(m_asked, QStringList({"storeTimedOut", "storeTimedOut"}));
        QCOMPARE(code, 0);
        QCOMPARE(store.finish(), StoreEnd::AllKept);
    }

    void whoDoesNotWaitGetsACodeThatSaysSo() {
        QTemporaryDir folder;
        const auto gate = std::make_shared<QSemaphore>();
        StoreThread store(folder.path());
        store.start();
        holdUp(store, gate);
        answerWith({"End Without Them"});
        const int code = endStore(store, 100);
        gate->release();
        QCOMPARE(code, 1);
        QCOMPARE(m_asked, QStringList{"storeTimedOut"});
        QCOMPARE(store.finish(), StoreEnd::AllKept);
    }

    void changesThatCannotBeKeptAreTold() {
        QTemporaryDir folder;
        const QString notAFolder = folder.filePath("file");
        QFile file(notAFolder);
        QVERIFY(file.open(QIODevice::WriteOnly));
        StoreThread store(notAFolder + "/data");
        store.start();
        ConversationInfo info;
        info.id = "c1";
        QMetaObject::invokeMethod(
            &store.worker(),
            [&] {
                store.worker().save({1, {PutConversation{info}}});
            },
            Qt::QueuedConnection);
        answerWith({"OK"});
        QCOMPARE(endStore(store), 1);
        QCOMPARE(m_asked, QStringList{"storeNotKept"});
    }
};

QTEST_MAIN(StoreEndTest)
#include "store_end_test.moc"
