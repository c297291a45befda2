// SPDX-License-Identifier: MIT
// Unsaved text is kept beside the window's thread, and nothing that was kept is lost.
#include <cstdio>
#include <cstring>

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QProcess>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "code/swap_writer.h"

using namespace phidelity;

namespace {

/// A text whose every line says which one it is.
QString numbered(int number) {
    return QStringLiteral("version %1\n").arg(number).repeated(4000);
}

/// Writes one text after the other until it is killed, and says of each that it is on the disk.
int writeForever(const QString& folder) {
    const SwapStore store(folder);
    SwapWriter writer(store);
    for (int number = 1;; ++number) {
        writer.keep({QStringLiteral("a1"), QStringLiteral("/x.py"), numbered(number), number});
        if (number % 3 == 0) {
            writer.flush();
            std::printf("%d\n", number);
            std::fflush(stdout);
        }
    }
}

} // namespace

class SwapWriterTest : public QObject {
    Q_OBJECT

private slots:
    void whatWasGivenLastIsKept() {
        const QTemporaryDir folder;
        const SwapStore store(folder.filePath(QStringLiteral("swap")));
        {
            SwapWriter writer(store);
            for (int number = 0; number <= 200; ++number) {
                writer.keep({QStringLiteral("a1"), {}, numbered(number), number});
                writer.keep({QStringLiteral("b2"), {}, numbered(number), number});
            }
            writer.forget(QStringLiteral("b2"));
            writer.flush();
            QCOMPARE(store.entries().size(), 1);
            writer.keep({QStringLiteral("c3"), {}, QStringLiteral("last"), 4});
        } // waits
        const QList<SwapEntry> entries = store.entries();
        QCOMPARE(entries.size(), 2);
        for (const SwapEntry& entry : entries) {
            QCOMPARE(entry.text,
                     entry.id == QLatin1String("c3") ? QStringLiteral("last") : numbered(200));
        }
    }

    void forgettingGoesBeforeNothingThatComesLater() {
        const QTemporaryDir folder;
        const SwapStore store(folder.path());
        SwapWriter writer(store);
        writer.keep({QStringLiteral("a1"), {}, QStringLiteral("first"), 0});
        writer.forget(QStringLiteral("a1"));
        writer.keep({QStringLiteral("a1"), {}, QStringLiteral("second"), 0});
        writer.flush();
        QCOMPARE(store.entries().size(), 1);
        QCOMPARE(store.entries().first().text, QStringLiteral("second"));
    }

    void whatCannotBeWrittenIsTold() {
        const QTemporaryDir folder;
        QFile file(folder.filePath(QStringLiteral("file")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        const SwapStore store(file.fileName() + QStringLiteral("/swap"));
        SwapWriter writer(store);
        QSignalSpy failed(&writer, &SwapWriter::failed);
        writer.keep({QStringLiteral("a1"), {}, QStringLiteral("text"), 0});
        writer.flush();
        QTRY_COMPARE(failed.size(), 1);
        QCOMPARE(failed.first().first().toString(), QStringLiteral("a1"));
    }

    void aKilledProgramLosesNothingThatWasOnTheDisk() {
        const QTemporaryDir folder;
        for (int round = 0; round < 5; ++round) {
            const QString swap = folder.filePath(QString::number(round));
            QProcess child;
            child.start(QCoreApplication::applicationFilePath(), {QStringLiteral("--write"), swap});
            int told = 0;
            while (told < 3 * (round + 1)) {
                QVERIFY(child.waitForReadyRead(60000));
                while (child.canReadLine()) {
                    told = child.readLine().trimmed().toInt();
                }
            }
            child.kill();
            QVERIFY(child.waitForFinished(60000));
            while (child.canReadLine()) {
                told = child.readLine().trimmed().toInt();
            }
            const QList<SwapEntry> entries = SwapStore(swap).entries();
            QCOMPARE(entries.size(), 1);
            QVERIFY2(entries.first().cursor >= told,
                     qPrintable(QString::number(entries.first().cursor)));
            QCOMPARE(entries.first().text, numbered(entries.first().cursor)); // whole
            QCOMPARE(entries.first().path, QStringLiteral("/x.py"));
        }
    }
};

int main(int argc, char** argv) {
    QCoreApplication application(argc, argv);
    if (argc == 3 && std::strcmp(argv[1], "--write") == 0) {
        return writeForever(QString::fromLocal8Bit(argv[2]));
    }
    SwapWriterTest test;
    return QTest::qExec(&test, argc, argv);
}

#include "swap_writer_test.moc"
