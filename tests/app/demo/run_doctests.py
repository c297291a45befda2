# SPDX-License-Identifier: MIT
"""Runs the doctests of programs and names those that fail.

    python3 -I run_doctests.py PROGRAM...

Writes "checked N" and then the path of each program that has no doctest, fails one, ends early or
takes too long. The programs are written by a model, so each one runs in a process of its own that
may write no file, with limits of time and memory.
"""
import doctest
import os
import resource
import signal
import sys
import types

kSeconds = 10
kMemory = 1 << 30


def passesDoctests(path):
    """Whether the functions of a program have doctests and all of them pass."""
    with open(path, encoding="utf-8") as file:
        source = file.read()
    module = types.ModuleType("program")
    exec(compile(source, path, "exec"), module.__dict__)
    runner = doctest.DocTestRunner(verbose=False)
    parser = doctest.DocTestParser()
    for name, value in list(module.__dict__.items()):
        if isinstance(value, types.FunctionType):
            test = parser.get_doctest(value.__doc__ or "", module.__dict__, name, path, 0)
            runner.run(test, out=lambda text: None)
    return runner.tries > 0 and runner.failures == 0


def passesInChild(path):
    child = os.fork()
    if child == 0:
        passed = False
        try:
            signal.alarm(kSeconds)
            resource.setrlimit(resource.RLIMIT_AS, (kMemory, kMemory))
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
            sys.stdout = sys.stderr = open(os.devnull, "w")
            passed = passesDoctests(path)
        except BaseException:
            passed = False
        finally:
            os._exit(0 if passed else 1)
    _, status = os.waitpid(child, 0)
    return status == 0


def main():
    paths = sys.argv[1:]
    failed = [path for path in paths if not passesInChild(path)]
    print("checked", len(paths))
    for path in failed:
        print(path)


main()
