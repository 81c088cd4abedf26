#!/usr/bin/env python3
"""Judges the programs of a lesson by what they do.

    judge.py LESSON DIR [--python] [--first] [--out DIR]

LESSON is a lesson's name (02-bind), DIR the folder with its server.c and
client.c, or with --python Server.py and Client.py. Prints a line for each
test, `ok NAME` or `not ok NAME` with the message indented below it; --first
stops at the first that fails; --out writes each verdict to a file of DIR that
has the test's name and holds the message, nothing if it passes. A test that
could not be judged (nothing compiles) has no file; `unjudged` is there then.

Exit status: 0 all pass, 1 one does not, 2 nothing can be judged (one line on
standard error says why).

The programs run at most once in each scenario (scenarios.py); the tests of a
lesson (verdicts/) ask for the runs that they need.
"""

import argparse
import os
import sys
import textwrap
import traceback
from concurrent.futures import ThreadPoolExecutor

sys.dont_write_bytecode = True
from programs import LESSONS, Bench, CannotJudge, CompileError, python  # noqa: E402
import verdicts  # noqa: E402


class Subject:
    """A lesson's programs, compiled, and their runs, made when asked for."""

    def __init__(self, bench, lesson, folder, is_python=False):
        self.bench, self.lesson, self.folder = bench, lesson, folder
        self.number = LESSONS.index(lesson) + 1
        self.is_python = is_python
        self.warnings, self.programs, self.futures = '', {}, {}
        self.pool = ThreadPoolExecutor(3)

    def make(self):
        """Finds and compiles the programs; Fault if one is not there or does
        not compile."""
        for side in verdicts.SIDES[self.number]:
            name = side.capitalize() + '.py' if self.is_python else side + '.c'
            path = os.path.join(self.folder, name)
            if not os.access(path, os.R_OK):
                raise verdicts.Fault(why='There is no %s to be read in this '
                                     'lesson.' % name)
        jobs = {}
        for side in verdicts.SIDES[self.number]:
            if self.is_python:
                self.programs[side] = [python(), os.path.join(
                    os.path.abspath(self.folder), side.capitalize() + '.py')]
            else:
                jobs[side] = self.pool.submit(
                    self.bench.compile, os.path.join(self.folder, side + '.c'))
        for side, job in jobs.items():
            try:
                binary, said = job.result()
            except CompileError as error:
                raise verdicts.does_not_compile(os.path.join(
                    os.path.abspath(self.folder), side + '.c'), str(error))
            self.programs[side] = [binary]
            self.warnings += said

    def run(self, name):
        """The Run of a scenario (verdicts.SCENARIOS), waited for."""
        self.want(name)
        return self.futures[name].result()

    def want(self, *names):
        """Has scenarios run, without waiting for them."""
        for name in names:
            if name not in self.futures:
                self.futures[name] = self.pool.submit(
                    verdicts.SCENARIOS[name], self)

    def close(self):
        for future in self.futures.values():
            future.cancel()
        self.pool.shutdown(wait=True)


def judge(lesson, folder, is_python=False, first=False, only=None,
          cache=None, sanitize=True):
    """The verdicts: a list of (name, None or message). With `first` the list
    ends at the first failure, with `only` that test alone is judged; cache
    is a folder that keeps what was compiled, and without `sanitize` no
    sanitizers are compiled in. CannotJudge if the machine lacks something."""
    results = []
    with Bench(sanitize and not is_python, cache) as bench:
        subject = Subject(bench, lesson, folder, is_python)
        tests = [test for test in verdicts.tests(subject.number)
                 if only in (None, test[0])]
        try:
            try:
                subject.make()
            except verdicts.Fault as fault:
                return [(verdicts.COMPILES, fault.message())]
            if not first and not only:
                subject.want(*verdicts.scenarios(subject.number))
            for name, test in tests:
                try:
                    test(subject)
                    results.append((name, None))
                except verdicts.Fault as fault:
                    results.append((name, fault.message()))
                    if first:
                        break
        finally:
            subject.close()
        judge.warnings, judge.weaker = subject.warnings, bench.weaker
    return results


judge.warnings = judge.weaker = None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('lesson', choices=LESSONS)
    parser.add_argument('folder')
    parser.add_argument('--python', action='store_true')
    parser.add_argument('--first', action='store_true')
    parser.add_argument('--out')
    options = parser.parse_args()
    try:
        results = judge(options.lesson, options.folder, options.python,
                        options.first)
    except CannotJudge as error:
        print('check: %s' % error, file=sys.stderr)
        return 2
    except Exception:       # a mistake of ours: no verdict on the program
        traceback.print_exc()
        return 2
    if options.out:
        if len(results) == 1 and results[0][1] is not None:
            results.append(('unjudged', None))
        for name, message in results + [('warnings', judge.warnings),
                                        ('weaker', judge.weaker)]:
            with open(os.path.join(options.out, name), 'w') as file:
                file.write(message or '')
    for name, message in results:
        print('%s %s' % ('ok' if message is None else 'not ok', name))
        if message:
            print(textwrap.indent(message, '    '))
    return 1 if any(message is not None for _, message in results) else 0


if __name__ == '__main__':
    sys.exit(main())
