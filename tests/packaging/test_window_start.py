#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Starts the finished program on a real X server (Xvfb) and waits for its window.

    test_window_start.py PROGRAM
"""
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAM = ""
SKIP = 77  # what CTest takes for "skipped"


class XServer:
    """An Xvfb that picks a free display number by itself."""

    def __enter__(self):
        reading, writing = os.pipe()
        self.process = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x1024x24", "-nolisten", "tcp",
             "-noreset"],
            pass_fds=[writing], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(writing)
        with os.fdopen(reading) as pipe:
            self.display = ":" + pipe.readline().strip()
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


class WindowStart(unittest.TestCase):
    def start(self, folder, *arguments, **environment):
        """The program with a home and a runtime folder of its own, so that no setting of the user changes it."""
        names = {name: os.environ[name] for name in ("PATH", "LC_ALL", "LANG") if name in os.environ}
        output = open(pathlib.Path(folder) / "output", "w", encoding="utf-8")
        with output:
            return subprocess.Popen([PROGRAM, *arguments], stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                    env={**names, "HOME": folder, "XDG_RUNTIME_DIR": folder, **environment})

    def output(self, folder):
        return (pathlib.Path(folder) / "output").read_text(encoding="utf-8", errors="replace")

    def test_a_window_opens_and_stands(self):
        with tempfile.TemporaryDirectory() as folder, XServer() as server:
            environment = {"DISPLAY": server.display}
            program = self.start(folder, **environment)
            try:
                title = ""
                end = time.monotonic() + 60
                while not title and program.poll() is None and time.monotonic() < end:
                    # By class: xdotool does not match names outside Latin-1, and the title has a dash.
                    search = subprocess.run(
                        ["xdotool", "search", "--onlyvisible", "--class", "phidelity", "getwindowname"],
                        capture_output=True, text=True, check=False, env={**os.environ, **environment})
                    title = search.stdout.strip()
                    time.sleep(0.1)
                self.assertIn("Phidelity", title, self.output(folder))
                time.sleep(1)
                self.assertIsNone(program.poll(), self.output(folder))
            finally:
                program.send_signal(signal.SIGKILL)
                program.wait()

    def windows(self, environment):
        # By class: xdotool does not match names outside Latin-1, and the title has a dash.
        search = subprocess.run(
            ["xdotool", "search", "--onlyvisible", "--class", "phidelity", "getwindowname", "%@"],
            capture_output=True, text=True, check=False, env={**os.environ, **environment})
        return search.stdout.splitlines()

    def wait_for_windows(self, count, environment, folder):
        end = time.monotonic() + 60
        while len(self.windows(environment)) != count and time.monotonic() < end:
            time.sleep(0.1)
        self.assertEqual(len(self.windows(environment)), count, self.output(folder))

    def test_a_second_start_hands_over_and_ends(self):
        with tempfile.TemporaryDirectory() as folder, XServer() as server:
            environment = {"DISPLAY": server.display}
            programs = [self.start(folder, **environment)]
            try:
                self.wait_for_windows(1, environment, folder)
                second = self.start(folder, "missing.gguf", **environment)
                self.assertEqual(second.wait(timeout=30), 0, self.output(folder))
                time.sleep(1)
                self.assertIsNone(programs[0].poll(), self.output(folder))
                self.wait_for_windows(1, environment, folder)
                # Conversations kept elsewhere are another program's business.
                programs.append(self.start(folder, "--data", folder + "/other", **environment))
                self.wait_for_windows(2, environment, folder)
                for data in (folder + "/.local/share/phidelity", folder + "/other"):
                    self.assertEqual(os.stat(data).st_mode & 0o777, 0o700)
                    self.assertEqual(os.stat(data + "/conversations.db").st_mode & 0o777, 0o600)
                # One that was killed keeps nobody out.
                for program in programs:
                    program.send_signal(signal.SIGKILL)
                    program.wait()
                programs = [self.start(folder, **environment)]
                self.wait_for_windows(1, environment, folder)
            finally:
                for program in programs:
                    program.send_signal(signal.SIGKILL)
                    program.wait()

    def test_without_a_display_it_ends_with_a_sentence(self):
        with tempfile.TemporaryDirectory() as folder:
            program = self.start(folder)
            self.assertEqual(program.wait(timeout=60), 1, self.output(folder))
            self.assertIn("display", self.output(folder))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    PROGRAM = sys.argv.pop()
    missing = [tool for tool in ("Xvfb", "xdotool") if not shutil.which(tool)]
    if missing:
        print("Skipped: not installed:", ", ".join(missing))
        sys.exit(SKIP)
    unittest.main()
