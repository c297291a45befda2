// SPDX-License-Identifier: MIT
// What a reply says makes the window neither connect to anything nor open any file: seen from
// outside, by strace, while it is shown, pointed at, selected and copied.
#include <QApplication>
#include <QClipboard>
#include <QFile>
#include <QProcess>
#include <QScrollBar>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include "hostile_replies.h"
#include "message_samples.h"
#include "ui/message_model.h"
#include "ui/message_view.h"
#include "ui/theme.h"

using namespace phidelity;

namespace {

/// What runs under strace.
int show(const QString& bait) {
    applyAppearance(*qApp, Appearance::Light);
    MessageModel model;
    MessageView view;
    view.setModel(&model);
    view.resize(700, 500);
    view.show();
    for (const HostileReply& hostile : hostileReplies(bait)) {
        model.reset({reply(hostile.text)});
        for (const double share : {0.0, 0.5, 1.0}) {
            QScrollBar* bar = view.verticalScrollBar();
            bar->setValue(static_cast<int>(bar->maximum() * share));
            view.grab();
            for (int y = 10; y < 500; y += 35) {
                for (int x = 40; x < 660; x += 60) {
                    QTest::mouseMove(view.viewport(), QPoint(x, y));
                }
            }
        }
        view.selectAll();
        view.copy();
        QApplication::processEvents();
    }
    return QApplication::clipboard()->text().isEmpty() ? 1 : 0;
}

} // namespace

class HostileViewTest : public QObject {
    Q_OBJECT

private slots:
    void noConnectionAndNoFileByWhatAReplySays() {
        const QString strace = QStandardPaths::findExecutable(QStringLiteral("strace"));
        if (strace.isEmpty()) {
            QSKIP("strace is not installed");
        }
        QTemporaryDir folder;
        const QString bait = folder.filePath(QStringLiteral("phidelity-bait.png"));
        QFile file(bait);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("bait");
        file.close();
        const QString trace = folder.filePath(QStringLiteral("trace"));
        QProcess process;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.remove(QStringLiteral("DBUS_SESSION_BUS_ADDRESS"));
        process.setProcessEnvironment(environment);
        process.setProcessChannelMode(QProcess::MergedChannels);
        process.start(strace,
                      {QStringLiteral("-f"), QStringLiteral("-s"), QStringLiteral("300"),
                       QStringLiteral("-e"), QStringLiteral("trace=%network,%file,%process"),
                       QStringLiteral("-o"), trace, QApplication::applicationFilePath(),
                       QStringLiteral("--show"), bait});
        QVERIFY(process.waitForFinished(240000));
        const QByteArray said = process.readAll();
        if (said.contains("Operation not permitted") || said.contains("ptrace")) {
            QSKIP("strace may not trace here");
        }
        QVERIFY2(process.exitStatus() == QProcess::NormalExit && process.exitCode() == 0,
                 said.constData());
        QFile traced(trace);
        QVERIFY(traced.open(QIODevice::ReadOnly));
        const QList<QByteArray> calls = traced.readAll().split('\n');
        QVERIFY(calls.size() > 100);
        bool sawProgram = false;
        for (const QByteArray& call : calls) {
            if (call.contains("execve(")) {
                // The one that starts what is watched names the bait among its arguments.
                QVERIFY2(!sawProgram, call.constData());
                sawProgram = true;
                continue;
            }
            QVERIFY2(!call.contains("phidelity-bait"), call.constData());
            QVERIFY2(!call.contains("AF_INET"), call.constData());
        }
        QVERIFY(sawProgram);
    }
};

int main(int argc, char** argv) {
    QApplication application(argc, argv);
    if (argc == 3 && qstrcmp(argv[1], "--show") == 0) {
        return show(QString::fromLocal8Bit(argv[2]));
    }
    HostileViewTest test;
    return QTest::qExec(&test, argc, argv);
}
#include "hostile_view_test.moc"
