# SPDX-License-Identifier: MIT
# Runs inside the sandbox: takes a program from standard input, runs it, counts its asserts and
# doctests, and tells the counts on descriptor 201, a line of JSON at the start and one at the end.
# What the program says of itself this way is as true as the program.
import ast
import doctest
import json
import linecache
import os
import sys
import traceback
import types

NAME = "<code>"
source = sys.stdin.buffer.read().decode("utf-8", "replace")
sys.stdin = open(os.devnull)
checks = {}  # number of an assert -> None (not run), True, False
examples = [0, 0, 0]  # of doctests: passed, failed, all


def tell(**more):
    done = [state for state in checks.values() if state is not None]
    report = {"passed": sum(done) + examples[0], "failed": len(done) - sum(done) + examples[1],
              "total": len(checks) + examples[2], **more}
    try:
        os.write(201, (json.dumps(report) + "\n").encode())
    except OSError:
        pass


class Counting(ast.NodeTransformer):
    """assert x, y  ->  if x: passed else: failed, raise AssertionError(y)"""

    def visit_Assert(self, node):
        number = len(checks)
        checks[number] = None
        say = lambda state: ast.Expr(ast.Call(ast.Name("__checked__", ast.Load()),
                                              [ast.Constant(number), ast.Constant(state)], []))
        error = ast.Call(ast.Name("AssertionError", ast.Load()), [node.msg] if node.msg else [], [])
        test = ast.If(node.test, [say(True)], [say(False), ast.Raise(error, None)])
        return ast.fix_missing_locations(ast.copy_location(test, node))


def checked(number, passed):
    if checks.get(number) is not False:
        checks[number] = passed


def show(kind, error, trace):
    while trace and trace.tb_frame.f_code.co_filename != NAME:
        trace = trace.tb_next
    sys.stdout.flush()
    traceback.print_exception(kind, error, trace)


def testsOf(module):
    if source.lstrip().startswith(">>>"):
        return [doctest.DocTestParser().get_doctest(source, module.__dict__, NAME, NAME, 0)]
    return [test for test in doctest.DocTestFinder(recurse=True).find(module, NAME, module=False,
                                                                      globs=module.__dict__)]


def promised(tree):
    """How many examples the docstrings of a program hold, before any of it has run."""
    if tree is None:
        return len(doctest.DocTestParser().get_examples(source))
    count = 0
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            try:
                count += len(doctest.DocTestParser().get_examples(ast.get_docstring(node) or ""))
            except ValueError:
                pass
    return count


def main():
    linecache.cache[NAME] = (len(source), None, source.splitlines(True), NAME)
    module = types.ModuleType("__main__")
    module.__dict__["__checked__"] = checked
    sys.modules["__main__"] = module
    sys.argv = [NAME]
    session = source.lstrip().startswith(">>>")
    code = 0
    try:
        tree = None if session else ast.parse(source, NAME)
        examples[2] = promised(tree)
        if not session:
            compiled = compile(Counting().visit(tree), NAME, "exec")
            module.__doc__ = ast.get_docstring(tree)
        tell(started=True)
        if not session:
            exec(compiled, module.__dict__)
    except SystemExit as leave:
        code = leave.code if isinstance(leave.code, int) else 0 if leave.code is None else 1
        if isinstance(leave.code, str):
            print(leave.code, file=sys.stderr)
    except BaseException:
        if not checks and not examples[2]:
            tell(started=True)
        show(*sys.exc_info())
        code = 1
    if code == 0 and examples[2]:
        runner = doctest.DocTestRunner(verbose=False)
        for test in testsOf(module):
            runner.run(test, out=sys.stdout.write)
        examples[1] = runner.failures
        examples[0] = max(0, runner.tries - runner.failures)
        examples[2] = max(examples[2], runner.tries)
        code = 1 if runner.failures else 0
    sys.stdout.flush()
    tell(ended=True)
    return code


os._exit(main())
