#!/usr/bin/env python3
"""Judges the programs of a lesson by what they do.

    judge.py LESSON DIR [--python] [--first] [--records]

LESSON is a lesson's name (02-bind), DIR the folder with its server.c and
client.c, or with --python Server.py and Client.py. Prints a line for each
test as soon as it is judged, `ok NAME` or `not ok NAME` with the message
indented below it; --first stops at the first that fails. With --records each
is a record that ends with a NUL, its message not indented, after a first record
with what is to be said of the programs as a whole (the compiler's warnings).
A test whose program does not compile is `skip NAME`. When the reader of records
goes away, the judge ends.

Exit status: 0 all pass, 1 one does not, 2 nothing can be judged (one line on
standard error says why).

The programs run at most once in each scenario (scenarios.py); the tests of a
lesson (verdicts/) ask for the runs that they need.
"""

import argparse
import contextlib
import os
import select
import signal
import sys
import textwrap
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor

sys.dont_write_bytecode = True
from programs import LESSONS, Bench, CannotJudge, CompileError, python  # noqa: E402
import verdicts  # noqa: E402


UNJUDGED = object()


class Subject:
    """A lesson's programs, compiled, and their runs, made when asked for."""

    def __init__(self, bench, lesson, folder, is_python=False):
        self.bench, self.lesson, self.folder = bench, lesson, folder
        self.number = LESSONS.index(lesson) + 1
        self.is_python = is_python
        self.warnings, self.programs, self.futures = '', {}, {}
        self.faults = {}        # by side, where there is no program
        self.pool = ThreadPoolExecutor(3)

    def make(self):
        """Finds and compiles the programs; compiles() says with what result."""
        for side in verdicts.SIDES[self.number]:
            path = os.path.join(os.path.abspath(self.folder), (
                side.capitalize() + '.py' if self.is_python else side + '.c'))
            if not os.access(path, os.R_OK):
                self.faults[side] = verdicts.Fault(
                    why='There is no %s to be read in this lesson.' %
                    os.path.basename(path))
            elif self.is_python:
                self.programs[side] = [python(), path]
            else:
                self.futures[side] = self.pool.submit(self.bench.compile, path)
        for side in list(self.futures):
            try:
                binary, said = self.futures.pop(side).result()
            except CompileError as error:
                self.faults[side] = verdicts.does_not_compile(os.path.join(
                    os.path.abspath(self.folder), side + '.c'), str(error))
            else:
                self.programs[side] = [binary]
                self.warnings += said

    def compiles(self):
        """Fault if a program is not there or does not compile."""
        for fault in self.faults.values():
            raise fault

    def lacks(self, side):
        """Whether a side, or one of a pair, can't be judged."""
        return side in self.faults or side == 'pair' and self.faults

    def run(self, name):
        """The Run of a scenario (verdicts.SCENARIOS), waited for."""
        self.want(name)
        return self.futures[name].result()

    def want(self, *names):
        """Has scenarios run, without waiting for them."""
        for name in names:
            if name not in self.futures and not self.lacks(name.split()[0]):
                self.futures[name] = self.pool.submit(
                    verdicts.SCENARIOS[name], self)

    def close(self):
        for future in self.futures.values():
            future.cancel()
        self.bench.stop()
        self.pool.shutdown(wait=True)


def judged(lesson, folder, is_python=False, first=False, only=None,
           cache=None, sanitize=True, tell=lambda subject: None):
    """Yields the verdicts, (name, None or message or UNJUDGED), as they are
    found. With `first` the first failure is the last, with `only` that test
    alone is judged; cache is a folder that keeps what was compiled, and without
    `sanitize` no sanitizers are compiled in; tell(subject) is called once the
    programs are compiled. CannotJudge if the machine lacks something."""
    with Bench(sanitize and not is_python, cache) as bench:
        subject = Subject(bench, lesson, folder, is_python)
        try:
            subject.make()
            if not first and not only:
                subject.want(*verdicts.scenarios(subject.number))
            tell(subject)
            for name, test in verdicts.tests(subject.number):
                if only not in (None, name):
                    continue
                try:
                    test(subject)
                    yield name, None
                except verdicts.Unjudged:
                    yield name, UNJUDGED
                except verdicts.Fault as fault:
                    yield name, fault.message()
                    if first:
                        return
        finally:
            subject.close()


def judge(*programs, **how):
    """The verdicts of judged(), as a list, without the unjudged."""
    return [(name, message) for name, message in judged(*programs, **how)
            if message is not UNJUDGED]


def show(verdict, name, message):
    print('%s %s' % (verdict, name))
    if message:
        print(textwrap.indent(message, '    '))


def send(verdict, name, message):
    print('\n'.join(part for part in ('%s %s' % (verdict, name), message)
                    if part), end='\0', flush=True)


def stop_with_reader(bench):
    """Stops the bench when nobody reads standard output any more."""
    poll = select.poll()
    poll.register(1, 0)             # POLLERR comes unasked: poll(2)
    poll.poll()
    bench.stop()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('lesson', choices=LESSONS)
    parser.add_argument('folder')
    parser.add_argument('--python', action='store_true')
    parser.add_argument('--first', action='store_true')
    parser.add_argument('--records', action='store_true')
    options = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGHUP):      # ends as Ctrl-C does
        signal.signal(number, signal.default_int_handler)
    say, tell = show, lambda subject: None
    if options.records:
        say = send

        def tell(subject):
            threading.Thread(target=stop_with_reader, args=[subject.bench],
                             daemon=True).start()
            warnings = [line for line in subject.warnings.splitlines()
                        if 'warning:' in line][:4]
            print('\n'.join(warnings + [subject.bench.weaker or '']).strip(),
                  end='\0', flush=True)
    status = 0
    try:
        with contextlib.closing(judged(
                options.lesson, options.folder, options.python, options.first,
                tell=tell)) as found:
            for name, message in found:
                if message is None:
                    say('ok', name, None)
                elif message is UNJUDGED:
                    say('skip', name, None)
                else:
                    say('not ok', name, message)
                    status = 1
    except CannotJudge as error:
        print('check: %s' % error, file=sys.stderr)
        return 2
    except (KeyboardInterrupt, BrokenPipeError):
        os._exit(130)       # without a word about what could not be written
    except Exception:       # a mistake of ours: no verdict on the program
        traceback.print_exc()
        return 2
    return status


if __name__ == '__main__':
    sys.exit(main())
