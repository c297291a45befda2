#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests of the scripts in packaging/ that need no installation, no network and no root."""
import os
import pathlib
import platform
import subprocess
import sys
import tempfile
import unittest
from xml.sax.saxutils import escape

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGING = ROOT / "packaging"


def run(*command, **environment):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False,
                          stdin=subprocess.DEVNULL, env={**os.environ, **environment})


def qt_output(lines, totals):
    return "********* Start testing of T *********\nPASS   : T::initTestCase()\n" + lines + (
        f"PASS   : T::cleanupTestCase()\n{totals}, 0 blacklisted, 3ms\n" if totals else "")


class Summary(unittest.TestCase):
    """summarize_tests.py, on results as ctest writes them."""

    def summarize(self, *cases):
        """cases: (name, status, inner XML of the note, output)."""
        body = "".join(f'<testcase name="{name}" status="{status}">{note}'
                       f"<system-out>{escape(output)}</system-out></testcase>"
                       for name, status, note, output in cases)
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "release.xml"
            path.write_text(f"<testsuite>{body}</testsuite>", encoding="utf-8")
            return run(sys.executable, PACKAGING / "summarize_tests.py", path)

    def test_functions_and_rows_count_but_fixtures_do_not(self):
        result = self.summarize(("a", "run", "", qt_output(
            "PASS   : T::one()\nPASS   : T::rows(x (y))\nPASS   : T::rows(z)\n", "Totals: 5 passed, 0 failed, 0 skipped")))
        self.assertEqual(result.stdout.splitlines()[-1], "3 passed, 0 failed, 0 skipped")
        self.assertEqual(result.returncode, 0)

    def test_a_skip_is_told_with_its_reason(self):
        result = self.summarize(("a", "run", "", qt_output(
            "PASS   : T::one()\nSKIP   : T::two() the reference data is absent\n   Loc: [a.cpp(1)]\n",
            "Totals: 3 passed, 0 failed, 1 skipped")))
        self.assertIn("release/a: T::two(): the reference data is absent", result.stdout)
        self.assertEqual(result.stdout.splitlines()[-1], "1 passed, 0 failed, 1 skipped")
        self.assertEqual(result.returncode, 0)

    def test_skipped_rows_with_one_reason_are_told_once(self):
        result = self.summarize(("a", "run", "", qt_output(
            "PASS   : T::one()\nSKIP   : T::two(r1) absent\nSKIP   : T::two(r2) absent\n",
            "Totals: 3 passed, 0 failed, 2 skipped")))
        self.assertIn("release/a: T::two(), 2 rows: absent", result.stdout)
        self.assertEqual(result.stdout.splitlines()[-1], "1 passed, 0 failed, 2 skipped")

    def test_a_failed_function_fails_the_run(self):
        result = self.summarize(("a", "fail", '<failure message=""/>', qt_output(
            "PASS   : T::one()\nFAIL!  : T::two() Compared values are not the same\n",
            "Totals: 3 passed, 1 failed, 0 skipped")))
        self.assertIn("release/a: T::two(): Compared values are not the same", result.stdout)
        self.assertEqual(result.stdout.splitlines()[-1], "1 passed, 1 failed, 0 skipped")
        self.assertEqual(result.returncode, 1)

    def test_a_crash_counts_as_a_failure(self):
        result = self.summarize(("a", "fail", '<failure message=""/>', qt_output("PASS   : T::one()\n", None)))
        self.assertEqual(result.stdout.splitlines()[-1], "1 passed, 1 failed, 0 skipped")
        self.assertEqual(result.returncode, 1)

    def test_a_leak_after_good_totals_counts_as_a_failure(self):
        result = self.summarize(("a", "fail", '<failure message=""/>', qt_output(
            "PASS   : T::one()\n", "Totals: 3 passed, 0 failed, 0 skipped")))
        self.assertEqual(result.stdout.splitlines()[-1], "1 passed, 1 failed, 0 skipped")

    def test_an_early_exit_with_code_0_counts_as_a_failure(self):
        result = self.summarize(("a", "run", "", qt_output("PASS   : T::one()\n", None)))
        self.assertEqual(result.stdout.splitlines()[-1], "1 passed, 1 failed, 0 skipped")

    def test_a_program_that_is_not_there_counts_as_a_failure(self):
        result = self.summarize(("a", "run", "", "fine"), (
            "b", "notrun", '<skipped message="Unable to find executable"/>', ""))
        self.assertEqual(result.stdout.splitlines()[-1], "1 passed, 1 failed, 0 skipped")

    def test_running_nothing_is_no_success(self):
        self.assertEqual(self.summarize().returncode, 1)


class Failures(unittest.TestCase):
    """explainFailure: one sentence that says what the reader can do."""

    def explain(self, text):
        with tempfile.NamedTemporaryFile("w", suffix=".log") as log:
            log.write(text)
            log.flush()
            return run("bash", "-c", '. "$1"; explainFailure "$2" Installing', "bash",
                       PACKAGING / "common.sh", log.name).stdout

    def test_each_known_cause_has_a_sentence_of_its_own(self):
        cases = {
            "Err:1 http://mirror/debian\n  Temporary failure resolving 'mirror'\nE: Unable to fetch some archives": "network",
            "E: You don't have enough free space in /var/cache/apt/archives/.": "disk is full",
            "dpkg: error processing archive: write error: No space left on device": "disk is full",
            "E: Could not get lock /var/lib/dpkg/lock-frontend": "another program",
            "E: Unable to locate package qt6-base-dev": "qt6-base-dev",
            "E: Certificate verification failed: The certificate is NOT trusted.": "clock and certificates",
            "Get:7 http://mirror/debian ca-certificates all 2025 [1 kB]\nE: Sub-process http returned an error code": "last line",
            "W: GPG error: NO_PUBKEY 0E98404D386FA1D9": "debian-archive-keyring",
            "-- fine\nCMake Error at CMakeLists.txt:3 (find_path):\n  Could not find\n  EXPECTED.\n\n\n"
            "-- Configuring incomplete, errors occurred!": "failed: Could not find EXPECTED.",
            "c++: fatal error: Killed signal terminated program cc1plus": "memory",
        }
        for log, words in cases.items():
            with self.subTest(log=log):
                sentence = self.explain(log)
                self.assertIn(words, sentence)
                self.assertEqual(sentence.count("\n"), 1)

    def test_an_unknown_cause_shows_the_last_line(self):
        self.assertIn("the moon is wrong", self.explain("first\nthe moon is wrong\n\n"))


class Scripts(unittest.TestCase):
    def test_every_script_parses(self):
        for name in ("setup", "run", "test", "build-syntax-highlighting", "common.sh", "../.ci/run"):
            with self.subTest(script=name):
                result = run("bash", "-n", PACKAGING / name)
                self.assertEqual(result.returncode, 0, result.stderr)

    def test_every_command_explains_itself(self):
        for name in ("setup", "run", "test"):
            with self.subTest(script=name):
                result = run(PACKAGING / name, "--help")
                self.assertEqual(result.returncode, 0)
                self.assertTrue(result.stdout.startswith(f"Usage: packaging/{name}"))

    def test_setup_refuses_an_unknown_mode(self):
        self.assertEqual(run(PACKAGING / "setup", "everything").returncode, 2)

    def test_setup_can_be_skipped(self):
        result = run(PACKAGING / "setup", PHIDELITY_SETUP="skip")
        self.assertEqual(result.returncode, 0)
        self.assertIn("skipped", result.stdout)

    def test_building_says_that_the_folder_for_temporary_files_is_missing(self):
        result = run("bash", "-c", '. "$1"; mkdir -p "$sourceDir/build"; build release', "bash", PACKAGING / "common.sh",
                     TMPDIR="/nowhere/at all")
        self.assertEqual(result.returncode, 1)
        self.assertIn("/nowhere/at all", result.stderr)
        self.assertEqual(result.stderr.count("\n"), 1)

    @unittest.skipUnless(platform.freedesktop_os_release().get("ID") == "debian", "set-up knows Debian only")
    def test_setup_fails_where_apt_ends_well_but_early(self):
        """As apt-get does after Ctrl-C between two packages. Stand-ins, since the real one would install."""
        stand_ins = {"apt-get": "exit 0", "dpkg-query": "exit 1", "id": "echo 0"}
        with tempfile.TemporaryDirectory() as folder:
            for name, body in stand_ins.items():
                path = pathlib.Path(folder) / name
                path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
                path.chmod(0o755)
            result = run(PACKAGING / "setup", "run", PHIDELITY_SETUP="", TMPDIR=folder, PATH=f"{folder}:{os.environ['PATH']}")
        self.assertEqual(result.returncode, 1)
        self.assertIn("ended before all were there; start again", result.stderr)

    def test_every_package_has_a_release_and_a_reason(self):
        names = []
        for line in (PACKAGING / "packages.txt").read_text(encoding="utf-8").splitlines():
            if not line or line.startswith("#"):
                continue
            when, releases, package, why = line.split(maxsplit=3)
            self.assertIn(when, ("run", "test"), line)
            self.assertIn(releases, ("all", "12", "13"), line)
            self.assertTrue(why, line)
            names.append((package, releases))
        self.assertEqual(len(names), len(set(names)), "a package is listed twice")
        self.assertIn(("qt6-base-dev", "all"), names)


if __name__ == "__main__":
    unittest.main()
