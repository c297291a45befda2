// SPDX-License-Identifier: MIT
// Programs of a stranger in the sandbox: what they may do, and every way out that they may try.
#include <unistd.h>

#include <algorithm>
#include <vector>

#include <QDir>
#include <QFile>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTcpServer>
#include <QTemporaryDir>
#include <QTest>

#include "run/run_driver.h"
#include "run/syscall_filter.h"
#include "sandbox_runs.h"

using namespace phidelity;

namespace {

/// Whether a process of a sandbox is there.
bool sandboxIsRunning() {
    const QByteArray mark = QByteArray(runDriver()).left(60);
    const QStringList processes = QDir(QStringLiteral("/proc")).entryList(QDir::Dirs);
    return std::any_of(processes.begin(), processes.end(), [&](const QString& entry) {
        QFile file(QStringLiteral("/proc/%1/cmdline").arg(entry));
        return file.open(QIODevice::ReadOnly) && file.readAll().contains(mark);
    });
}

} // namespace

class SandboxTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    // What is promised
    void aProgramRunsAndItsOutputComesBack();
    void assertsAreCounted();
    void doctestsAreCounted();
    void aFailureInTheMiddleLeavesTheRestNotRun();
    void anErrorShowsTheLineOfTheCode();
    void aProgramThatIsStoppedSaysSo();
    void nothingRunsWithoutTheTools();
    // Attacks
    void aForkBombCannotFork();
    void threadsHaveAnEnd();
    void aMemoryBombHitsItsLimit();
    void endlessOutputIsCutOff();
    void endlessWorkIsStopped();
    void nothingIsLeftRunning();
    void stoppedAtAnyMomentNothingIsLeftRunning();
    void whateverDescriptorsAreTakenItRuns();
    void nothingCanBeWrittenButItsOwnScratch();
    void theScratchFolderHasAnEndAndIsGone();
    void theHomeAndItsSecretsAreNotThere();
    void linksAndProcLeadNowhere();
    void otherProcessesCannotBeSeenOrTraced();
    void nothingCanBeConnectedTo();
    void namespacesAndMountsAreForbidden();
    void theTerminalIsOutOfReach();
    void theEnvironmentIsEmpty();
    void descriptorsOfTheProgramAreNotInherited();
};

void SandboxTest::initTestCase() {
    if (const QString reason = whyNoSandbox(); !reason.isEmpty()) {
        QSKIP(qPrintable(reason));
    }
}

void SandboxTest::aProgramRunsAndItsOutputComesBack() {
    const RunResult result = runCode(QStringLiteral(
        "import sys, math\nprint('grüße', math.factorial(20))\nprint('x', file=sys.stderr)"));
    QCOMPARE(result.outcome, Outcome::Finished);
    QCOMPARE(result.output, QStringLiteral("grüße 2432902008176640000\nx\n"));
    QCOMPARE(result.passed + result.failed + result.notRun, 0);
}

void SandboxTest::assertsAreCounted() {
    const RunResult result = runCode(QStringLiteral(
        "def never():\n    assert False\nfor i in range(3):\n    assert i < 3\nassert True, 'x'"));
    QCOMPARE(result.outcome, Outcome::Finished);
    QCOMPARE(result.passed, 2);
    QCOMPARE(result.failed, 0);
    QCOMPARE(result.notRun, 1);
}

void SandboxTest::doctestsAreCounted() {
    const RunResult result = runCode(QStringLiteral(
        "def twice(x):\n    \"\"\"\n    >>> twice(2)\n    4\n    >>> twice(3)\n    7\n"
        "    \"\"\"\n    return 2 * x\nassert twice(1) == 2\n"));
    QCOMPARE(result.outcome, Outcome::Failed);
    QCOMPARE(result.passed, 2);
    QCOMPARE(result.failed, 1);
    QVERIFY2(result.output.contains(QStringLiteral("Expected:")), qPrintable(result.output));
    const RunResult session = runCode(QStringLiteral(">>> 1 + 1\n2\n>>> 'a' * 2\n'aa'\n"));
    QCOMPARE(session.outcome, Outcome::Finished);
    QCOMPARE(session.passed, 2);
}

void SandboxTest::aFailureInTheMiddleLeavesTheRestNotRun() {
    const RunResult result =
        runCode(QStringLiteral("def f():\n    '''\n    >>> f()\n    1\n    '''\n    return "
                               "1\nassert f() == 1\nassert f() == "
                               "2, 'two'\nassert f() == 1\n"));
    QCOMPARE(result.outcome, Outcome::Failed);
    QCOMPARE(result.passed, 1);
    QCOMPARE(result.failed, 1);
    QCOMPARE(result.notRun, 2);
    QVERIFY(describe(result).contains(QStringLiteral("1 passed, 1 failed, 2 not run")));
}

void SandboxTest::anErrorShowsTheLineOfTheCode() {
    const RunResult result = runCode(QStringLiteral("x = 1\ny = x / 0\n"));
    QCOMPARE(result.outcome, Outcome::Failed);
    QVERIFY2(result.output.contains(QStringLiteral("line 2")) &&
                 result.output.contains(QStringLiteral("y = x / 0")) &&
                 result.output.contains(QStringLiteral("ZeroDivisionError")),
             qPrintable(result.output));
    QVERIFY(!result.output.contains(QStringLiteral("main()")));
    const RunResult syntax = runCode(QStringLiteral("def f(:\n"));
    QCOMPARE(syntax.outcome, Outcome::Failed);
    QVERIFY(syntax.output.contains(QStringLiteral("SyntaxError")));
}

void SandboxTest::aProgramThatIsStoppedSaysSo() {
    ProgramRun run(findSandboxTools(), QStringLiteral("print('a')\nwhile True: pass"), {});
    QSignalSpy printed(&run, &ProgramRun::printed);
    QSignalSpy ended(&run, &ProgramRun::ended);
    QVERIFY(printed.wait());
    run.stop();
    QVERIFY(ended.wait());
    const auto result = ended.at(0).at(0).value<RunResult>();
    QCOMPARE(result.outcome, Outcome::Stopped);
    QCOMPARE(result.output, QStringLiteral("a\n"));
}

void SandboxTest::nothingRunsWithoutTheTools() {
    SandboxTools tools = findSandboxTools();
    tools.bubblewrap = QStringLiteral("/nonexistent/bwrap");
    ProgramRun run(tools, QStringLiteral("open('/tmp/ran', 'w')"), {});
    QSignalSpy ended(&run, &ProgramRun::ended);
    QVERIFY(!ended.isEmpty() || ended.wait());
    QCOMPARE(ended.at(0).at(0).value<RunResult>().outcome, Outcome::NotStarted);
    QVERIFY(!syscallFilter().isEmpty());
}

void SandboxTest::aForkBombCannotFork() {
    const RunResult result = attempt(QStringLiteral(
        "attempt('fork', os.fork)\nattempt('vfork', lambda: libc.vfork())\n"
        "attempt('clone', lambda: libc.syscall(56, 17, 0, 0, 0, 0))\n"
        "attempt('clone3', lambda: libc.syscall(435, ctypes.create_string_buffer(64), 64))\n"
        "import subprocess\nattempt('run', lambda: subprocess.run(['/bin/true']))\n"
        "attempt('spawn', lambda: os.posix_spawn('/bin/true', ['true'], {}))\n"
        "attempt('system', lambda: -1 if os.system('true') else 0)\n"));
    QVERIFY2(!result.output.contains(QStringLiteral("OUT:")), qPrintable(result.output));
    QCOMPARE(result.output.count(QStringLiteral("held:")), 7);
    const RunResult bomb = runCode(
        QStringLiteral("import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n"
                       "        pass\n"),
        shortly());
    QCOMPARE(bomb.outcome, Outcome::TimedOut);
}

void SandboxTest::threadsHaveAnEnd() {
    const RunResult result = runCode(QStringLiteral(
        "import threading, time\nn = 0\ntry:\n    while n < 100000:\n        "
        "threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n        "
        "n += 1\nexcept BaseException as e:\n    print('end', n, flush=True)\n"));
    QVERIFY2(result.output.contains(QStringLiteral("end ")), qPrintable(result.output));
    QVERIFY(result.output.mid(4).trimmed().toInt() < 1000);
}

void SandboxTest::aMemoryBombHitsItsLimit() {
    const RunResult one = runCode(QStringLiteral("x = bytearray(8 << 30)"));
    QCOMPARE(one.outcome, Outcome::Failed);
    QVERIFY2(one.output.contains(QStringLiteral("MemoryError")), qPrintable(one.output));
    const RunResult many =
        runCode(QStringLiteral("x = []\nwhile True:\n    x.append(bytearray(1 << 20))"));
    QCOMPARE(many.outcome, Outcome::Failed);
    const RunResult held =
        attempt(QStringLiteral("attempt('memfd', lambda: os.memfd_create('x'))\n"
                               "attempt('shm', lambda: libc.shmget(0, 1 << 20, 0o1600))\n"
                               "attempt('devshm', lambda: open('/dev/shm/x', 'w'))\n"));
    QVERIFY2(!held.output.contains(QStringLiteral("OUT:")), qPrintable(held.output));
}

void SandboxTest::endlessOutputIsCutOff() {
    const RunLimits limits;
    const RunResult result = runCode(QStringLiteral("while True: print('x' * 1000)"), limits);
    QCOMPARE(result.outcome, Outcome::TooMuchOutput);
    QVERIFY(result.output.size() <= limits.output);
}

void SandboxTest::endlessWorkIsStopped() {
    QCOMPARE(runCode(QStringLiteral("while True: pass"), shortly()).outcome, Outcome::TimedOut);
    const RunResult deaf = runCode(
        QStringLiteral("import signal, time\nfor s in range(1, 32):\n    try: signal.signal(s, "
                       "signal.SIG_IGN)\n    except (OSError, ValueError): pass\ntime.sleep(1000)"),
        shortly());
    QCOMPARE(deaf.outcome, Outcome::TimedOut);
}

void SandboxTest::nothingIsLeftRunning() {
    QCOMPARE(runCode(QStringLiteral("import time; time.sleep(1000)"), shortly()).outcome,
             Outcome::TimedOut);
    QTRY_VERIFY(!sandboxIsRunning());
}

void SandboxTest::stoppedAtAnyMomentNothingIsLeftRunning() {
    for (int number = 0; number < 60; ++number) {
        const ProgramRun run(findSandboxTools(), QStringLiteral("import time; time.sleep(1000)"),
                             shortly());
        QTest::qWait(number / 2);
    }
    QTRY_VERIFY(!sandboxIsRunning());
}

void SandboxTest::whateverDescriptorsAreTakenItRuns() {
    std::vector<int> taken;
    for (int number = 0; number < 30; ++number) {
        taken.push_back(dup(STDERR_FILENO));
        QCOMPARE(runCode(QStringLiteral("assert True")).passed, 1);
    }
    for (const int descriptor : taken) {
        close(descriptor);
    }
}

void SandboxTest::nothingCanBeWrittenButItsOwnScratch() {
    const RunResult result = attempt(QStringLiteral(
        "for folder in ['/', '/usr', '/usr/bin', '/etc', '/dev', '/dev/shm', '/proc', '/home', "
        "'/root', '/var', '/var/tmp', '/run', '/lib', '/bin', '/opt', '/mnt', '/sys']:\n"
        "    attempt(folder, lambda: open(os.path.join(folder, 'phidelity-was-here'), 'w'))\n"
        "for file in ['/proc/sys/kernel/core_pattern', '/proc/sysrq-trigger', "
        "'/proc/sys/vm/drop_caches', '/etc/passwd', '/dev/sda', "
        "'/dev/mem', '/dev/kmsg', '/usr/bin/python3']:\n"
        "    attempt(file, lambda: open(file, 'r+b'))\n"
        "attempt('chmod', lambda: os.chmod('/usr/bin/env', 0o4777))\n"
        "attempt('remove', lambda: os.remove('/usr/bin/env'))\n"
        "attempt('mknod', lambda: os.mknod('/tmp/disk', 0o60600, os.makedev(8, 0)))\n"
        "open('/tmp/scratch', 'w').write('x')\nprint('scratch')\n"));
    QVERIFY2(!result.output.contains(QStringLiteral("OUT:")), qPrintable(result.output));
    QVERIFY(result.output.contains(QStringLiteral("scratch")));
}

void SandboxTest::theScratchFolderHasAnEndAndIsGone() {
    const RunResult result =
        runCode(QStringLiteral("total = 0\ntry:\n    for i in range(1000):\n        with "
                               "open(f'/tmp/f{i}', 'wb') as f:\n     "
                               "       f.write(bytes(1 << 20))\n        total += 1\nexcept OSError "
                               "as e:\n    print('end', "
                               "total)\n"));
    QVERIFY2(result.output.contains(QStringLiteral("end 1")), qPrintable(result.output));
    const RunResult after = runCode(QStringLiteral("import os; print(os.listdir('/tmp'))"));
    QCOMPARE(after.output, QStringLiteral("[]\n"));
    QVERIFY(!QFile::exists(QStringLiteral("/tmp/f0")));
}

void SandboxTest::theHomeAndItsSecretsAreNotThere() {
    QTemporaryDir folder(QDir::homePath() + QStringLiteral("/phidelity-test-XXXXXX"));
    QFile secret(folder.filePath(QStringLiteral("secret")));
    QVERIFY(secret.open(QIODevice::WriteOnly));
    secret.write("TREASURE");
    secret.close();
    const RunResult result = attempt(
        QStringLiteral(
            "attempt('read', lambda: open(%1).read())\nattempt('list', lambda: os.listdir(%2))\n"
            "attempt('passwd', lambda: open('/etc/passwd').read())\n"
            "attempt('shadow', lambda: open('/etc/shadow').read())\n"
            "attempt('bus', lambda: os.listdir('/run/user'))\n"
            "attempt('x', lambda: os.listdir('/tmp/.X11-unix'))\n")
            .arg(QStringLiteral("'%1'").arg(secret.fileName()),
                 QStringLiteral("'%1'").arg(QDir::homePath())));
    QVERIFY2(!result.output.contains(QStringLiteral("OUT:")), qPrintable(result.output));
    QVERIFY(!result.output.contains(QStringLiteral("TREASURE")));
}

void SandboxTest::linksAndProcLeadNowhere() {
    QTemporaryDir folder(QDir::homePath() + QStringLiteral("/phidelity-test-XXXXXX"));
    QFile secret(folder.filePath(QStringLiteral("secret")));
    QVERIFY(secret.open(QIODevice::WriteOnly));
    secret.write("TREASURE");
    secret.close();
    const RunResult result = attempt(
        QStringLiteral(
            "secret = '%1'\nos.symlink(secret, '/tmp/link')\nos.symlink('/', '/tmp/root')\n"
            "for start in ['/tmp/link', '/tmp/root' + secret, '/proc/1/root' + secret, "
            "'/proc/self/root' + secret, '/proc/self/cwd/../..' + secret, '/proc/1/cwd' + secret, "
            "'/tmp/../../../..' + secret, '/oldroot' + secret, '/newroot' + secret]:\n"
            "    attempt(start, lambda: open(start).read())\n"
            "for fd in os.listdir('/proc/self/fd') + os.listdir('/proc/1/fd'):\n"
            "    attempt('fd ' + fd, lambda: open('/proc/self/fd/' + fd + secret).read())\n"
            "    attempt('fd1 ' + fd, lambda: open('/proc/1/fd/' + fd + secret).read())\n"
            "attempt('hardlink', lambda: os.link('/usr/bin/env', '/tmp/env'))\n"
            "attempt('chroot', lambda: os.chroot('/tmp'))\n"
            "attempt('handle', lambda: libc.syscall(304, -100, ctypes.create_string_buffer(64), "
            "0))\n")
            .arg(secret.fileName()));
    QVERIFY2(!result.output.contains(QStringLiteral("OUT:")), qPrintable(result.output));
    QVERIFY(!result.output.contains(QStringLiteral("TREASURE")));
}

void SandboxTest::otherProcessesCannotBeSeenOrTraced() {
    const RunResult result = attempt(
        QStringLiteral("print('processes', len([p for p in os.listdir('/proc') if p.isdigit()]))\n"
                       "attempt('parent', lambda: os.kill(%1, 0))\n"
                       "attempt('attach', lambda: libc.ptrace(16, 1, 0, 0))\n"
                       "attempt('traceme', lambda: libc.ptrace(0, 0, 0, 0))\n"
                       "attempt('memory', lambda: open('/proc/1/mem', 'rb').read(1))\n"
                       "attempt('vm', lambda: libc.process_vm_readv(1, None, 0, None, 0, 0))\n"
                       "attempt('pidfd', lambda: os.pidfd_open(1))\n")
            .arg(QCoreApplication::applicationPid()));
    QVERIFY2(!result.output.contains(QStringLiteral("OUT:")), qPrintable(result.output));
    const int processes = result.output.section(u'\n', 0, 0).mid(10).toInt();
    QVERIFY2(processes > 0 && processes <= 3, qPrintable(result.output));
    // Everything that it may signal is itself.
    (void)runCode(QStringLiteral("import os; os.kill(-1, 9)"));
}

void SandboxTest::nothingCanBeConnectedTo() {
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress::LocalHost));
    const RunResult result = attempt(
        QStringLiteral(
            "attempt('tcp', lambda: socket.create_connection(('127.0.0.1', %1), 1))\n"
            "attempt('tcp6', lambda: socket.socket(socket.AF_INET6))\n"
            "attempt('udp', lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM))\n"
            "attempt('unix', lambda: socket.socket(socket.AF_UNIX))\n"
            "attempt('raw', lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1))\n"
            "attempt('netlink', lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0))\n"
            "attempt('vsock', lambda: socket.socket(40, socket.SOCK_STREAM))\n"
            "attempt('name', lambda: socket.getaddrinfo('debian.org', 80))\n"
            "import urllib.request\n"
            "attempt('http', lambda: urllib.request.urlopen('http://127.0.0.1:%1', timeout=1))\n"
            "attempt('uring', lambda: libc.syscall(425, 1, ctypes.create_string_buffer(256)))\n")
            .arg(server.serverPort()));
    QVERIFY2(!result.output.contains(QStringLiteral("OUT:")), qPrintable(result.output));
    QVERIFY(!server.waitForNewConnection(100));
}

void SandboxTest::namespacesAndMountsAreForbidden() {
    const RunResult result = attempt(
        QStringLiteral("attempt('user', lambda: libc.unshare(0x10000000))\n"
                       "attempt('mounts', lambda: libc.unshare(0x00020000))\n"
                       "attempt('mount', lambda: libc.mount(b'none', b'/tmp', b'tmpfs', 0, None))\n"
                       "attempt('bind', lambda: libc.mount(b'/', b'/tmp', None, 4096, None))\n"
                       "attempt('umount', lambda: libc.umount2(b'/usr', 2))\n"
                       "attempt('setuid', lambda: os.setuid(0))\n"
                       "attempt('keys', lambda: libc.syscall(248, b'user', b'x', b'y', 1, -3))\n"
                       "attempt('bpf', lambda: libc.syscall(321, 0, None, 0))\n"
                       "attempt('x32', lambda: libc.syscall(0x40000000 + 41, 2, 1, 0))\n"
                       "attempt('priority', lambda: os.setpriority(os.PRIO_PROCESS, 0, -20))\n"));
    QVERIFY2(!result.output.contains(QStringLiteral("OUT:")), qPrintable(result.output));
}

void SandboxTest::theTerminalIsOutOfReach() {
    const RunResult result = attempt(
        QStringLiteral("import fcntl, termios\nfor fd in (0, 1, 2):\n"
                       "    attempt('push', lambda: fcntl.ioctl(fd, termios.TIOCSTI, b'x'))\n"
                       "    attempt('linux', lambda: fcntl.ioctl(fd, 0x541C, b'\\x03'))\n"
                       "attempt('tty', lambda: open('/dev/tty', 'w'))\n"
                       "attempt('console', lambda: open('/dev/console', 'w'))\n"
                       "master, slave = os.openpty() if os.path.exists('/dev/ptmx') else (0, 0)\n"
                       "attempt('own', lambda: fcntl.ioctl(slave, termios.TIOCSTI, b'x'))\n"));
    QVERIFY2(!result.output.contains(QStringLiteral("OUT:")), qPrintable(result.output));
    const RunResult escapes =
        runCode(QStringLiteral("print('\\x1b]52;c;ZXZpbA==\\x07\\x1b["
                               "2J\\x9b31mred\\x08\\x08\\r\\u202etxt\\u2066\\U000e0041')"));
    for (const QChar c : escapes.output) {
        QVERIFY2(c == u'\n' || c == u'\t' || c.unicode() >= 0x20, "a control character");
        QVERIFY2(!(c.unicode() >= 0x7F && c.unicode() < 0xA0), "a control character");
        QVERIFY2(c != QChar(0x202E) && c != QChar(0x2066), "text is reordered");
    }
    QVERIFY(escapes.output.contains(QStringLiteral("red")));
}

void SandboxTest::theEnvironmentIsEmpty() {
    qputenv("PHIDELITY_TEST_SECRET", "TREASURE");
    const RunResult result =
        runCode(QStringLiteral("import os; print(sorted(os.environ)); print(os.getuid(), "
                               "os.getcwd(), os.uname().nodename)"));
    qunsetenv("PHIDELITY_TEST_SECRET");
    QVERIFY2(!result.output.contains(QStringLiteral("SECRET")), qPrintable(result.output));
    for (const char* name : {"DISPLAY", "DBUS", "XDG", "SSH"}) {
        QVERIFY(!result.output.contains(QLatin1String(name)));
    }
    QVERIFY(result.output.contains(QStringLiteral("65534 /tmp sandbox")));
}

void SandboxTest::descriptorsOfTheProgramAreNotInherited() {
    QTemporaryDir folder;
    QFile open(folder.filePath(QStringLiteral("open")));
    QVERIFY(open.open(QIODevice::WriteOnly));
    const int leaked = dup2(open.handle(), 42); // without close-on-exec
    QCOMPARE(leaked, 42);
    const RunResult result = runCode(
        QStringLiteral("import os\nfor fd in os.listdir('/proc/self/fd'):\n    try: print(fd, "
                       "os.readlink('/proc/self/fd/' + fd))\n    except OSError: pass\n"));
    close(leaked);
    QVERIFY2(!result.output.contains(QStringLiteral("42 ")), qPrintable(result.output));
    QVERIFY2(!result.output.contains(folder.path()), qPrintable(result.output));
}

QTEST_GUILESS_MAIN(SandboxTest)
#include "sandbox_test.moc"
