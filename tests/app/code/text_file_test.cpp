// SPDX-License-Identifier: MIT
#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "code/swap_store.h"
#include "code/text_file.h"

using namespace phidelity;

class TextFileTest : public QObject {
    Q_OBJECT

private slots:
    void bytesComeBackAsTheyWere_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<int>("encoding");
        QTest::addColumn<int>("lineEnd");
        const auto row = [](const char* name, const QByteArray& bytes, TextEncoding encoding,
                            LineEnd end) {
            QTest::newRow(name) << bytes << static_cast<int>(encoding) << static_cast<int>(end);
        };
        row("empty", "", TextEncoding::Utf8, LineEnd::Unix);
        row("unix", "a\nb\n", TextEncoding::Utf8, LineEnd::Unix);
        row("no end", "a\nb", TextEncoding::Utf8, LineEnd::Unix);
        row("windows", "a\r\nb\r\n\r\n", TextEncoding::Utf8, LineEnd::Windows);
        row("old mac", "a\rb\r", TextEncoding::Utf8, LineEnd::OldMac);
        row("umlauts",
            "gr\xC3\xBC\xC3\x9F"
            "e \xF0\x9F\x99\x82\n",
            TextEncoding::Utf8, LineEnd::Unix);
        row("mark", "\xEF\xBB\xBFx\r\n", TextEncoding::Utf8WithMark, LineEnd::Windows);
        row("latin",
            "gr\xFC\xDF"
            "e\n",
            TextEncoding::Latin1, LineEnd::Unix);
        row("utf-16 le",
            QByteArray("\xFF\xFE"
                       "a\0\n\0\xFC\0",
                       8),
            TextEncoding::Utf16Little, LineEnd::Unix);
        row("utf-16 be", QByteArray("\xFE\xFF\0a\0\r\0\n", 8), TextEncoding::Utf16Big,
            LineEnd::Windows);
    }
    void bytesComeBackAsTheyWere() {
        QFETCH(QByteArray, bytes);
        QFETCH(int, encoding);
        QFETCH(int, lineEnd);
        TextFile file = decodeText(bytes);
        QCOMPARE(static_cast<int>(file.encoding), encoding);
        QCOMPARE(static_cast<int>(file.lineEnd), lineEnd);
        QVERIFY(!file.text.contains(u'\r'));
        QCOMPARE(encodeText(file), bytes);
    }

    void whatLatin1DoesNotHaveMakesItUtf8() {
        TextFile file = decodeText("\xFC\n");
        file.text += QChar(0x20AC);
        QCOMPARE(encodeText(file), QByteArray("\xC3\xBC\n\xE2\x82\xAC"));
        QCOMPARE(file.encoding, TextEncoding::Utf8);
    }

    void aSavedFileKeepsItsPermissionsAndLinks() {
        QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("run.sh"));
        TextFile file = decodeText("#!/bin/sh\n");
        QString problem;
        QVERIFY(writeTextFile(path, &file, &problem));
        QVERIFY(QFile::setPermissions(path, QFile::permissions(path) | QFileDevice::ExeOwner));
        const auto wanted = QFile::permissions(path);
        QVERIFY(wanted & QFileDevice::ExeOwner);
        const QString link = folder.filePath(QStringLiteral("link.sh"));
        QVERIFY(QFile::link(path, link));
        file.text = QStringLiteral("new\n");
        QVERIFY(writeTextFile(link, &file, &problem));
        QVERIFY(QFileInfo(link).isSymLink());
        QCOMPARE(QFile::permissions(path), wanted);
        QCOMPARE(hashOnDisk(path), file.hash);
    }

    void whatIsNoTextIsRefusedAndSaysWhy() {
        QTemporaryDir folder;
        QFile file(folder.filePath(QStringLiteral("x")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QByteArray("a\0b", 3));
        file.close();
        TextFile text;
        QString problem;
        QVERIFY(!readTextFile(file.fileName(), &text, &problem));
        QVERIFY(problem.contains(QStringLiteral("zero bytes")));
        QVERIFY(!readTextFile(folder.path(), &text, &problem));
        QVERIFY(!writeTextFile(folder.filePath(QStringLiteral("no/such/x")), &text, &problem));
        QVERIFY(problem.contains(QStringLiteral("cannot be written")));
    }

    void whatIsKeptComesBackUntilItIsForgotten() {
        QTemporaryDir folder;
        const SwapStore store(folder.filePath(QStringLiteral("new/swap")));
        QVERIFY(store.entries().isEmpty());
        QVERIFY(store.keep(
            {QStringLiteral("a1"), QStringLiteral("/x.py"), QStringLiteral("tab\tline\nü"), 4}));
        QFile damaged(folder.filePath(QStringLiteral("new/swap/bad.swap")));
        QVERIFY(damaged.open(QIODevice::WriteOnly));
        damaged.write("{");
        damaged.close();
        const QList<SwapEntry> entries = store.entries();
        QCOMPARE(entries.size(), 1);
        QCOMPARE(entries[0].text, QStringLiteral("tab\tline\nü"));
        QCOMPARE(entries[0].cursor, 4);
        store.forget(QStringLiteral("a1"));
        QVERIFY(store.entries().isEmpty());
        QVERIFY(damaged.exists());
    }
};

QTEST_GUILESS_MAIN(TextFileTest)
#include "text_file_test.moc"
