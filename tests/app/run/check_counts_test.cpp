// SPDX-License-Identifier: MIT
// What is said of a program's checks is what came of them, whatever the program prints, leaves out,
// overrides or runs into.
#include <QTest>

#include "sandbox_runs.h"

using namespace phidelity;

namespace {

const QString kThree = QStringLiteral("assert True\nassert 1 + 1 == 2\nassert 'a' < 'b'\n");
const QString kTwice = QStringLiteral("def twice(x):\n    '''\n    >>> twice(2)\n    4\n    >>> "
                                      "twice(3)\n    7\n    '''\n    return 2 * x\n");

} // namespace

class CheckCountsTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void countsAreHonest_data();
    void countsAreHonest();
    void aProgramThatIsStoppedKeepsWhatItHadChecked();
    void manyChecksAreAllCounted();
};

void CheckCountsTest::initTestCase() {
    if (const QString reason = whyNoSandbox(); !reason.isEmpty()) {
        QSKIP(qPrintable(reason));
    }
}

void CheckCountsTest::countsAreHonest_data() {
    QTest::addColumn<QString>("code");
    QTest::addColumn<int>("passed");
    QTest::addColumn<int>("failed");
    QTest::addColumn<int>("notRun");
    QTest::addColumn<bool>("good"); // whether it ends without an error
    const auto row = [](const char* name, const QString& code, int passed, int failed, int notRun,
                        bool good) {
        QTest::newRow(name) << code << passed << failed << notRun << good;
    };
    row("prints what a report looks like",
        QStringLiteral("print('{\"passed\": 9, \"failed\": 0, \"total\": 9}')\nassert True\n"), 1,
        0, 0, true);
    row("prints that all is well", QStringLiteral("print('3 passed, 0 failed')\nassert 1 == 2\n"),
        0, 1, 0, false);
    row("writes a report of its own in between",
        QStringLiteral("import os\nos.pwrite(201, b'{\"passed\": 9, \"failed\": 0, \"total\": "
                       "9}'.ljust(256), 0)\nassert True\n"),
        1, 0, 0, true);
    row("overrides the error",
        QStringLiteral(
            "AssertionError = SystemExit\ntry:\n    assert False\nexcept BaseException as "
            "e:\n    print(type(e).__name__)\n"),
        0, 1, 0, true);
    row("swallows the error",
        QStringLiteral("try:\n    assert False\nexcept AssertionError:\n    pass\n"), 0, 1, 0,
        true);
    row("overrides what counts doctests",
        QStringLiteral("import doctest\ndoctest.OutputChecker.check_output = lambda *a: True\n"
                       "doctest.DocTestRunner.run = lambda *a, **k: None\n") +
            kTwice,
        1, 1, 0, false);
    row("overrides what a count is made of",
        QStringLiteral("import builtins, os, json\nbuiltins.sum = builtins.len = lambda x: 9\n"
                       "json.dumps = str\nos.pwrite = os.write = lambda *a: 0\nassert True\nassert "
                       "False\n"),
        1, 1, 0, false);
    row("overrides what counts asserts", QStringLiteral("__checked__ = print\n") + kThree, 0, 0, 3,
        true);
    row("leaves before its checks", QStringLiteral("import sys\nsys.exit()\n") + kThree, 0, 0, 3,
        true);
    row("leaves among its checks", kThree + QStringLiteral("exit(0)\nassert False\n"), 3, 0, 1,
        true);
    row("leaves without a word", kThree + QStringLiteral("import os\nos._exit(0)\nassert False\n"),
        3, 0, 1, true);
    row("leaves without a word after a failure",
        QStringLiteral("import os\ntry:\n    assert False\nexcept AssertionError:\n    "
                       "os._exit(0)\n"),
        0, 1, 0, true);
    row("leaves before its doctests", kTwice + QStringLiteral("import os\nos._exit(0)\n"), 0, 0, 2,
        true);
    row("leaves from a doctest",
        QStringLiteral(
            "def f():\n    '''\n    >>> 1 + 1\n    2\n    >>> import os; os._exit(0)\n    "
            ">>> f()\n    '''\n"),
        1, 0, 2, true);
    row("skips a doctest",
        QStringLiteral(
            "def f():\n    '''\n    >>> f()\n    1\n    >>> f() # doctest: +SKIP\n    9\n"
            "    '''\n    return 1\n"),
        1, 0, 1, true);
    row("replaces a function by another",
        QStringLiteral("def f():\n    '''\n    >>> f()\n    9\n    '''\n    return 1\nf = len\n"),
        0, 0, 1, true);
    row("makes docstrings as it runs",
        QStringLiteral("def f():\n    '''\n    >>> f()\n    9\n    '''\ndef g(): pass\n"
                       "g.__doc__ = '>>> 1\\n1\\n'\nf = g\n"),
        1, 0, 1, true);
    row("fails once in a loop",
        QStringLiteral("for i in range(3):\n    try:\n        assert i != 1\n    except "
                       "AssertionError: pass\n"),
        0, 1, 0, true);
    row("an error in a check", QStringLiteral("assert True\nassert 1 / 0 == 1\nassert True\n"), 1,
        1, 1, false);
    row("an error before a check", QStringLiteral("int('x')\nassert True\n"), 0, 0, 1, false);
    row("an error in a doctest",
        QStringLiteral("def f():\n    '''\n    >>> 1 / 0\n    9\n    >>> 2\n    2\n    '''\n"), 1,
        1, 0, false);
    row("an error of syntax", QStringLiteral("assert True\ndef f(:\n"), 0, 0, 0, false);
    row("an error of syntax in a doctest",
        QStringLiteral("def f():\n    '''\n    >>> 1 +\n    9\n    '''\n"), 0, 1, 0, false);
    row("a doctest that nobody can read",
        QStringLiteral("def f():\n    '''\n    >>>1\n    1\n    '''\nassert True\n"), 1, 0, 0,
        true);
    row("nothing to run", QString(), 0, 0, 0, true);
    row("a byte that is none of Python's", QStringLiteral("assert True") + QChar(0), 0, 0, 0,
        false);
    row("too deep to be read",
        QStringLiteral("assert True\nx = ") + QStringLiteral("(").repeated(5000), 0, 0, 0, false);
    row("output that is closed", QStringLiteral("import sys\nsys.stdout.close()\n") + kTwice, 1, 1,
        0, false);
    row("output that is sent elsewhere",
        QStringLiteral("import sys, io\nsys.stdout = sys.stderr = io.StringIO()\nassert False\n"),
        0, 1, 0, false);
    row("a future of Python's",
        QStringLiteral("'''doc'''\nfrom __future__ import annotations\nassert __doc__ == 'doc'\n"),
        1, 0, 0, true);
    row("a class of its own name",
        QStringLiteral("class A:\n    assert True\n    def f(self):\n"
                       "        assert self\nA().f()\n"),
        2, 0, 0, true);
}

void CheckCountsTest::countsAreHonest() {
    QFETCH(QString, code);
    QFETCH(bool, good);
    const RunResult result = runCode(code);
    QVERIFY2(result.outcome == (good ? Outcome::Finished : Outcome::Failed),
             qPrintable(describe(result) + u'\n' + result.output));
    QTEST(result.passed, "passed");
    QTEST(result.failed, "failed");
    QTEST(result.notRun, "notRun");
}

void CheckCountsTest::aProgramThatIsStoppedKeepsWhatItHadChecked() {
    const RunResult result =
        runCode(kThree + QStringLiteral("while True: pass\nassert False\n"), shortly());
    QCOMPARE(result.outcome, Outcome::TimedOut);
    QCOMPARE(result.passed, 3);
    QCOMPARE(result.failed, 0);
    QCOMPARE(result.notRun, 1);
}

void CheckCountsTest::manyChecksAreAllCounted() {
    const RunResult result = runCode(kThree.repeated(2000) + QStringLiteral("assert False\n"));
    QCOMPARE(result.passed, 6000);
    QCOMPARE(result.failed, 1);
    QCOMPARE(result.notRun, 0);
}

QTEST_GUILESS_MAIN(CheckCountsTest)
#include "check_counts_test.moc"
