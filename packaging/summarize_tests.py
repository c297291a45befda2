#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Sums up test runs: every failed and every skipped test function with its reason, then totals.

    summarize_tests.py RESULTS.xml...

RESULTS.xml is what `ctest --output-junit` wrote, with the whole output of each test in it. Where that
is the output of Qt Test, its functions and data rows are counted one by one (not initTestCase and
cleanupTestCase, which are no tests); any other program counts as one test. A program that failed
without a failed function (it crashed, ran out of time, leaked) counts as one failure.
The last line is "N passed, N failed, N skipped". Exit code: 0 nothing failed, 1 something failed or no
test ran, 2 wrong usage.
"""
import pathlib
import re
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field

# Qt Test: "PASS   : TestClass::function(row) message". Blacklisted outcomes (BPASS, BFAIL, BSKIP) are
# failures here: this project has no blacklist.
OUTCOME = re.compile(r"^(PASS|FAIL!|XPASS|SKIP|BPASS|BFAIL|BXPASS|BSKIP) *: (\w+::\w+\(.*?\))(?: (.*))?$")
TOTALS = re.compile(r"^Totals: (\d+) passed, (\d+) failed, (\d+) skipped, \d+ blacklisted", re.MULTILINE)
FIXTURE = re.compile(r"::(initTestCase|cleanupTestCase)\(")


@dataclass
class Summary:
    passed: int = 0
    failed: list = field(default_factory=list)  # (test, reason)
    skipped: list = field(default_factory=list)  # (test, reason)


def add_program(summary, name, status, message, output):
    """Adds one CTest test: its name, ctest's status ("run", "fail", "notrun", "disabled"), ctest's
    message and what the program printed."""
    failed_before = len(summary.failed)
    outcomes = [match for match in map(OUTCOME.match, output.splitlines()) if match]
    for match in outcomes:
        outcome, function, reason = match.groups()
        if outcome == "PASS":
            summary.passed += 0 if FIXTURE.search(function) else 1
        elif outcome == "SKIP":
            summary.skipped.append((f"{name}: {function}", reason or "no reason given"))
        else:
            summary.failed.append((f"{name}: {function}", reason or outcome))
    if status == "run":
        if not outcomes:
            summary.passed += 1
        elif not TOTALS.search(output):
            summary.failed.append((name, "ended before Qt Test printed its totals"))
    elif status in ("notrun", "disabled") and "not found" not in message.lower() \
            and "unable to find" not in message.lower():
        summary.skipped.append((name, message or "not run"))
    elif len(summary.failed) == failed_before:
        ended = "failed outside its test functions" if TOTALS.search(output) or not outcomes \
            else "crashed or ran out of time before its last function"
        summary.failed.append((name, message or ended))


def read_results(summary, path):
    """Adds every test of one file; the file's name tells which build the tests were of."""
    build = pathlib.Path(path).stem
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        note = case.find("failure")
        if note is None:
            note = case.find("skipped")
        message = "" if note is None else note.get("message", "")
        add_program(summary, f"{build}/{case.get('name')}", case.get("status", "run"), message,
                    case.findtext("system-out") or "")


def print_list(title, entries):
    """One line an entry; rows of one function with one reason are told together."""
    groups = {}
    for test, reason in entries:
        function = re.sub(r"\(.*\)$", "()", test)
        groups.setdefault((function, reason), []).append(test)
    if groups:
        print(f"{title}:")
    for (function, reason), tests in groups.items():
        print(f"  {tests[0] if len(tests) == 1 else f'{function}, {len(tests)} rows'}: {reason}")


def main(paths):
    if not paths:
        print(__doc__, file=sys.stderr)
        return 2
    summary = Summary()
    for path in paths:
        try:
            read_results(summary, path)
        except (OSError, ElementTree.ParseError) as error:
            summary.failed.append((path, f"no test results: {error}"))
    print_list("Skipped", summary.skipped)
    print_list("Failed", summary.failed)
    print(f"{summary.passed} passed, {len(summary.failed)} failed, {len(summary.skipped)} skipped")
    return 0 if summary.passed and not summary.failed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
