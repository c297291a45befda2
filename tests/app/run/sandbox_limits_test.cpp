// SPDX-License-Identifier: MIT
// What a program in the sandbox could use up or reach besides what sandbox_test.cpp tries: memory
// of the system that no limit of a process counts, system calls that few know, and those of
// tomorrow.
#include <cstring>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <QFile>
#include <QTest>

#include "sandbox_runs.h"

using namespace phidelity;

class SandboxLimitsTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void filesWithoutSizeHaveAnEnd();
    void attributesOfFilesHoldNothing();
    void threadsWithSmallStacksHaveAnEnd();
    void limitsCannotBeRaised();
    void theReportHoldsNothingButCounts();
    void buffersOfPipesAndPairsHaveAnEnd();
    void rarelyUsedCallsAreForbidden();
    void callsThatAreNotKnownYetDoNotExist();
    void socketsOfTheHostWithoutAFileAreOutOfReach();
    void anotherProgramIsAsConfined();
    void ownTerminalsTakeNoInputFromIt();
};

void SandboxLimitsTest::initTestCase() {
    if (const QString reason = whyNoSandbox(); !reason.isEmpty()) {
        QSKIP(qPrintable(reason));
    }
}

void SandboxLimitsTest::filesWithoutSizeHaveAnEnd() {
    for (const char* make :
         {"os.mknod(f'/tmp/{n}')", "os.mkdir(f'/tmp/{n}')", "os.symlink('x', f'/tmp/{n}')"}) {
        RunLimits limits;
        limits.fileCount = 2000;
        const RunResult result =
            runCode(QStringLiteral("import os\nn = 0\nwhile True:\n    n += 1\n    %1\n")
                        .arg(QLatin1String(make)),
                    limits);
        QVERIFY2(result.outcome == Outcome::TooManyFiles, qPrintable(describe(result)));
        QVERIFY(describe(result).contains(QStringLiteral("too many files")));
    }
    // Links to one file are no files of their own, but fill folders.
    const RunResult links =
        runCode(QStringLiteral("import os\nopen('/tmp/a', 'w')\nn = 0\nwhile True:\n    n += 1\n"
                               "    os.link('/tmp/a', f'/tmp/{n}')\n"));
    QVERIFY2(links.outcome == Outcome::TooManyFiles || links.outcome == Outcome::Failed,
             qPrintable(describe(links)));
    // As many as a program may want are none too many.
    QCOMPARE(runCode(QStringLiteral("import os\nfor n in range(1500): os.mknod(f'/tmp/{n}')\n"
                                    "import time; time.sleep(0.3)\n"))
                 .outcome,
             Outcome::Finished);
}

void SandboxLimitsTest::attributesOfFilesHoldNothing() {
    const RunResult result = attempt(
        QStringLiteral("open('/tmp/a', 'w')\n"
                       "attempt('set', lambda: os.setxattr('/tmp/a', 'user.x', b'x' * 1000))\n"
                       "attempt('set2', lambda: os.setxattr('/tmp', 'user.x', b'x'))\n"
                       "fd = os.open('/tmp/a', os.O_RDWR)\n"
                       "attempt('set3', lambda: os.setxattr(fd, 'user.x', b'x'))\n"));
    QVERIFY2(!result.output.contains(QStringLiteral("OUT:")), qPrintable(result.output));
    QCOMPARE(result.output.count(QStringLiteral("held:")), 3);
}

void SandboxLimitsTest::threadsWithSmallStacksHaveAnEnd() {
    const RunResult result = runCode(QStringLiteral(
        "import threading, time\nthreading.stack_size(32768)\nn = 0\ntry:\n    while n < 100000:\n"
        "        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
        "        n += 1\nexcept RuntimeError:\n    print('end', n, flush=True)\n"));
    const int threads = result.output.section(u' ', 1).trimmed().toInt();
    QVERIFY2(threads >= 8 && threads <= 64, qPrintable(result.output));
}

void SandboxLimitsTest::limitsCannotBeRaised() {
    const RunResult result = attempt(QStringLiteral(
        "import resource\nfor name in ('AS', 'CPU', 'NPROC', 'FSIZE', 'NOFILE', 'CORE', "
        "'MEMLOCK', 'MSGQUEUE'):\n    which = getattr(resource, 'RLIMIT_' + name, 12)\n"
        "    hard = resource.getrlimit(which)[1]\n"
        "    attempt(name, lambda: resource.setrlimit(which, (hard, hard + 1)))\n"
        "    attempt(name, lambda: resource.setrlimit(which, (-1, -1)))\n"));
    QVERIFY2(!result.output.contains(QStringLiteral("OUT:")), qPrintable(result.output));
    QCOMPARE(result.output.count(QStringLiteral("held:")), 16);
}

void SandboxLimitsTest::theReportHoldsNothingButCounts() {
    const RunResult result = attempt(QStringLiteral(
        "attempt('grow', lambda: os.ftruncate(201, 1 << 20))\n"
        "attempt('beyond', lambda: os.pwrite(201, b'x' * 1000, 200))\n"
        "attempt('far', lambda: os.pwrite(201, b'x', 1 << 20))\n"
        "attempt('again', lambda: open('/proc/self/fd/201', 'r+b').truncate(9999))\n"));
    QVERIFY2(!result.output.contains(QStringLiteral("OUT:")), qPrintable(result.output));
    // Whatever stands there is read as counts or as none.
    for (const char* forged : {"b'x' * 256", "b'{\"passed\": -5, \"total\": 1e300}'.ljust(256)",
                               "b'{\"passed\": 4000000000}'.ljust(256)", "bytes([255]) * 256"}) {
        const RunResult odd =
            runCode(QStringLiteral("import os\nos.pwrite(201, %1, 0)\nos._exit(0)")
                        .arg(QLatin1String(forged)));
        QCOMPARE(odd.outcome, Outcome::Finished);
        QVERIFY(odd.passed >= 0 && odd.passed <= 1'000'000 && odd.failed == 0 && odd.notRun >= 0);
    }
}

void SandboxLimitsTest::buffersOfPipesAndPairsHaveAnEnd() {
    const RunResult result = runCode(QStringLiteral(
        "import os, socket\nkept = []\ntry:\n    while True:\n        kept.append("
        "os.pipe())\nexcept OSError as e:\n    print('pipes', len(kept))\n"
        "for a, b in kept: os.close(a); os.close(b)\nkept = []\ntry:\n    while True:\n"
        "        kept.append(socket.socketpair())\nexcept OSError:\n    print('pairs', "
        "len(kept))\n"));
    QVERIFY2(result.output.contains(QStringLiteral("pairs")), qPrintable(result.output));
    for (const QString& line : result.output.split(u'\n', Qt::SkipEmptyParts)) {
        QVERIFY2(line.section(u' ', 1).toInt() <= 32, qPrintable(line));
    }
}

void SandboxLimitsTest::rarelyUsedCallsAreForbidden() {
#ifndef __x86_64__
    QSKIP("the numbers are those of x86-64");
#else
    const RunResult result = attempt(QStringLiteral(
        "zeros = ctypes.create_string_buffer(4096)\n"
        "for name, number in dict(splice=275, tee=276, vmsplice=278, modify_ldt=154, "
        "userfaultfd=323, io_uring_setup=425, io_uring_register=427, kexec_file=320, "
        "process_madvise=440, move_pages=279, migrate_pages=256, sched_setattr=314, "
        "ioprio_set=251, quotactl_fd=443, memfd_secret=447, fanotify=300, keyctl=250, "
        "request_key=249, perf=298, pidfd_getfd=438, open_tree=428, fsopen=430, "
        "setns=308, kcmp=312, personality=135, iopl=172).items():\n"
        "    ctypes.set_errno(0)\n"
        "    libc.syscall(number, zeros, zeros, zeros, 0, 0, 0)\n"
        "    error = ctypes.get_errno()\n"
        "    print('held:' if error == 1 else 'OUT:', name, error)\n"
        "attempt('pair of another family', lambda: socket.socketpair(30, 1))\n"));
    QVERIFY2(!result.output.contains(QStringLiteral("OUT:")), qPrintable(result.output));
    QCOMPARE(result.output.count(QStringLiteral("held:")), 27);
#endif
}

void SandboxLimitsTest::callsThatAreNotKnownYetDoNotExist() {
    const RunResult result = attempt(QStringLiteral(
        "for number in list(range(451, 600)) + [0x40000000 + 41, 0x7fffffff, -1 & "
        "0xffffffff]:\n    ctypes.set_errno(0)\n"
        "    libc.syscall(ctypes.c_long(number), 0, 0, 0, 0, 0, 0)\n"
        "    if ctypes.get_errno() != 38: print('OUT:', number, ctypes.get_errno())\n"
        "print('done')\n"));
    QVERIFY2(!result.output.contains(QStringLiteral("OUT:")), qPrintable(result.output));
    QVERIFY(result.output.contains(QStringLiteral("done")));
}

/// As a D-Bus or an X server has them: names that stand in no file system.
void SandboxLimitsTest::socketsOfTheHostWithoutAFileAreOutOfReach() {
    const int host = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    QVERIFY(host >= 0);
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    const QByteArray name = QByteArrayLiteral("phidelity-test-") +
                            QByteArray::number(QCoreApplication::applicationPid());
    std::memcpy(address.sun_path + 1, name.constData(), static_cast<size_t>(name.size()));
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 +
                                               static_cast<size_t>(name.size()));
    QCOMPARE(bind(host, reinterpret_cast<const sockaddr*>(&address), length), 0);
    const RunResult result =
        attempt(QStringLiteral("a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)\n"
                               "attempt('send', lambda: a.sendto(b'x', b'\\0%1'))\n"
                               "attempt('connect', lambda: a.connect(b'\\0%1'))\n"
                               "attempt('message', lambda: a.sendmsg([b'x'], [], 0, b'\\0%1'))\n")
                    .arg(QString::fromLatin1(name)));
    char received = 0;
    const bool nothing = recv(host, &received, 1, 0) < 0;
    close(host);
    QVERIFY2(!result.output.contains(QStringLiteral("OUT:")), qPrintable(result.output));
    QCOMPARE(result.output.count(QStringLiteral("held:")), 3);
    QVERIFY(nothing);
}

/// It may turn into another program of the system, which keeps filter, limits and clock.
void SandboxLimitsTest::anotherProgramIsAsConfined() {
    const QString shell = QStringLiteral("import os\nos.execv('/bin/sh', ['sh', '-c', '%1'])\n");
    const RunResult busy = runCode(
        shell.arg(QStringLiteral("echo started; echo x > /usr/x; while :; do :; done")), shortly());
    QCOMPARE(busy.outcome, Outcome::TimedOut);
    QVERIFY2(busy.output.contains(QStringLiteral("started")), qPrintable(busy.output));
    QVERIFY(!QFile::exists(QStringLiteral("/usr/x")));
    const RunResult forking = runCode(shell.arg(QStringLiteral("/bin/echo reached; echo so")));
    QCOMPARE(forking.outcome, Outcome::Failed);
    QVERIFY2(!forking.output.contains(QStringLiteral("reached")), qPrintable(forking.output));
}

void SandboxLimitsTest::ownTerminalsTakeNoInputFromIt() {
    const RunResult result = attempt(QStringLiteral(
        "import fcntl, termios, pty\n"
        "attempt('pty', lambda: fcntl.ioctl(os.openpty()[1], termios.TIOCSTI, b'x'))\n"
        "attempt('high', lambda: libc.ioctl(0, ctypes.c_ulong(0xff00000000 + "
        "termios.TIOCSTI), b'x'))\n"
        "attempt('fork', lambda: pty.fork())\n"));
    QVERIFY2(!result.output.contains(QStringLiteral("OUT:")), qPrintable(result.output));
    QCOMPARE(result.output.count(QStringLiteral("held:")), 3);
}

QTEST_GUILESS_MAIN(SandboxLimitsTest)
#include "sandbox_limits_test.moc"
