#!/usr/bin/env python3
"""Puts programs whose verdict is known to the checks.

    fixtures.py [LESSON...] [--some | --whole] [--record]

The solution, the lesson's Python, and a right program of tests/fixtures/LESSON
(right/NAME/*.c) must pass every test of their lesson. The starter fails in the
tests that starter.txt lists, and in no others, so that it passes those of
earlier primitives; the Python pair of 07, which lacks the guards that the C
adds, in those of python.txt. A wrong program (wrong/NAME.txt) is the solution
with edits, and must be rejected by the test that it names, with the message
that it holds:

    The port is not put into network byte order.     <- as a teacher says it
    --- server.c
    -    server_address.sin_port = htons(port);      <- lines of the solution
    +    server_address.sin_port = port;             <- what stands there
    === bind() gives the socket the port 8080        <- the test
    expected  bind(3, 0.0.0.0:8080) = 0              <- its message
    ...

A line `--- from 06-send-recv` takes all programs from that lesson's solution.
Numbers that differ from run to run (ports, the check's texts) are masked.
--some takes, to be quick, one wrong program for each test, which stands for it
in the later lessons and on the other side too, no right program of right/, and
not the Python of 07. --whole has every test of a wrong program judged up to the
first that fails, which must be the one it names, with the sanitizers as in the
check; without it that one alone is judged, with sanitizers only where the
message needs them. --record writes the test and the message that are seen into
the file: read the difference before you commit it. One line for each program
that is judged wrongly, and for each test that no wrong program fails; exit
status 1 if there is one.
"""

import argparse
import difflib
import os
import re
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ROOT = os.path.dirname(TESTS)
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(TESTS, 'check'))
from programs import LESSONS  # noqa: E402
import judge  # noqa: E402
import verdicts  # noqa: E402

KEPT = {'8080', '36895', '1024', '2000', '9090', '0x901F', '0x1F90', '4294'}


class Wrong:
    """A wrong program: title, edits {file: [(old, new)]}, test, message."""

    def __init__(self, path):
        self.path = path
        self.name = os.path.basename(path)[:-len('.txt')]
        with open(path) as file:
            text = file.read()
        self.head, _, expected = text.partition('\n=== ')
        self.test, _, message = expected.partition('\n')
        self.message = message.rstrip('\n')
        lines = self.head.split('\n')
        self.title, self.edits, file, old, new = lines[0], [], None, [], []
        self.base = None
        for line in lines[1:] + ['--- ']:
            kind, rest = line[:1], line[1:]
            if old and (line.startswith('--- ') or kind == '@' or
                        kind == '-' and new):
                self.edits.append((file, '\n'.join(old) + '\n',
                                   ''.join(one + '\n' for one in new)))
                old, new = [], []
            if line.startswith('--- from '):
                self.base = line[9:]
            elif line.startswith('--- '):
                file = line[4:]
            elif kind == '-':
                old.append(rest)
            elif kind == '+':
                new.append(rest)

    def write(self, lesson, folder):
        """The wrong programs into a folder."""
        texts = sources(os.path.join(ROOT, 'solutions', self.base or lesson))
        for name, old, new in self.edits:
            if texts[name].count(old) != 1:
                raise ValueError('%s: stands %d times in %s:\n%s' % (
                    self.path, texts[name].count(old), name, old))
            texts[name] = texts[name].replace(old, new)
        put(texts, folder)

    def record(self, test, message):
        with open(self.path, 'w') as file:
            file.write('%s\n=== %s\n%s\n' % (self.head, test, message))


def sources(folder):
    """The C files of a folder: name to text."""
    texts = {}
    for name in os.listdir(folder):
        if name.endswith('.c'):
            with open(os.path.join(folder, name)) as file:
                texts[name] = file.read()
    return texts


def put(texts, folder):
    for name, text in texts.items():
        with open(os.path.join(folder, name), 'w') as file:
            file.write(text)


def masked(message):
    """The message without what differs from run to run."""
    message = re.sub(r'\s+', ' ', message)
    message = re.sub(r'\d+(?="\.\.\.)', 'N', message)
    message = re.sub(r'-?\b\w*\d{4,}\w*\b', lambda m: m[0] if m[0] in KEPT
                     else 'N', message)
    return re.sub(r'(\w+\.c:|lines? )\d+(:\d+)?|\d+ (?=\|)', r'\1N ', message)


def names_of(lesson, kind):
    folder = os.path.join(TESTS, 'fixtures', lesson, kind)
    if not os.path.isdir(folder):
        return []
    return [os.path.join(folder, name) for name in sorted(os.listdir(folder))]


def emptied(texts):
    """The programs without what stands in their gaps."""
    return {name: re.sub(r'(?ms)(^ *// TODO\([^\n]*\n).*?(?=^ *// END\()', r'\1',
                         text) for name, text in texts.items()}


def listed(lesson, name):
    """The tests in a file of the lesson's fixtures; none if it is not there."""
    try:
        with open(os.path.join(TESTS, 'fixtures', lesson, name)) as file:
            return file.read().splitlines()
    except FileNotFoundError:
        return []


def known(lesson, some):
    """The programs of which every test's verdict is known: a name, the texts,
    the tests that fail, and whether it is the Python."""
    solution = sources(os.path.join(ROOT, 'solutions', lesson))
    yield 'the solution', solution, [], False
    if emptied(solution) != solution:
        yield 'the starter', emptied(solution), \
            listed(lesson, 'starter.txt'), False
    if not (some and listed(lesson, 'python.txt')):
        yield 'the Python', None, listed(lesson, 'python.txt'), True
    for path in [] if some else names_of(lesson, 'right'):
        yield os.path.relpath(path, TESTS), dict(solution, **sources(path)), \
            [], False


def judge_known(lesson, texts, fails, is_python, whole, cache):
    """None, or what is wrong with the verdict."""
    with tempfile.TemporaryDirectory() as folder:
        if is_python:
            folder = os.path.join(ROOT, 'lessons', lesson)
        else:
            put(texts, folder)
        found = {test: message for test, message in judge.judge(
            lesson, folder, is_python, cache=cache, sanitize=whole)
            if message is not None}
    return '\n'.join(
        ['is rejected by "%s":\n%s' % (test, found[test])
         for test in found if test not in fails] +
        ['passes "%s"' % test for test in fails if test not in found])


def judge_wrong(lesson, wrong, whole, record, cache):
    """(the test that fails, None or what is wrong with the verdict)."""
    with tempfile.TemporaryDirectory() as folder:
        wrong.write(lesson, folder)
        whole = whole or record
        test, message = judge.judge(
            lesson, folder, first=True, cache=cache,
            only=None if whole else wrong.test,
            sanitize=whole or any(word in wrong.message for word in (
                ' line ', 'Memory', 'there the program ends')))[-1]
    if message is None:
        return None, 'is wrong, and accepted'
    if record:
        if wrong.test != test or masked(wrong.message) != masked(message):
            wrong.record(test, message)
        return test, None
    if wrong.test != test or masked(wrong.message) != masked(message):
        return test, 'gets another message:\n%s' % '\n'.join(
            difflib.unified_diff([wrong.test] + wrong.message.split('\n'),
                                 [test] + message.split('\n'), 'kept', 'seen',
                                 lineterm='', n=9))
    return test, None


def plain(test):
    """The name of a test without its side: `server: ...`."""
    return test and re.sub('^(server|client): ', '', test)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('lessons', nargs='*', default=LESSONS)
    parser.add_argument('--some', action='store_true')
    parser.add_argument('--whole', action='store_true')
    parser.add_argument('--record', action='store_true')
    options = parser.parse_args()
    bad, wrong, failed = [], [], set()
    right = [(lesson,) + one for lesson in options.lessons
             for one in known(lesson, options.some)]
    for lesson in options.lessons:
        for path in names_of(lesson, 'wrong'):
            one = Wrong(path)
            if not options.some or plain(one.test) not in {
                    plain(other.test) for _, other in wrong}:
                wrong.append((lesson, one))
    with tempfile.TemporaryDirectory() as cache, \
            ThreadPoolExecutor(os.cpu_count() + 1) as pool:
        jobs = [('%s: %s' % (lesson, name), pool.submit(
            judge_known, lesson, texts, fails, is_python, options.whole, cache))
            for lesson, name, texts, fails, is_python in right]
        wrong_jobs = [(lesson, one, pool.submit(
            judge_wrong, lesson, one, options.whole, options.record, cache))
            for lesson, one in wrong]
        bad += [(name, job.result()) for name, job in jobs if job.result()]
        for lesson, one, job in wrong_jobs:
            test, said = job.result()
            failed.add(plain(test) if options.some else (lesson, test))
            if said:
                bad.append((os.path.relpath(one.path, TESTS), said))
    for path, said in bad:
        print('%s %s' % (path, said))
    for lesson in options.lessons:
        for name, _ in verdicts.tests(LESSONS.index(lesson) + 1):
            if not failed & {plain(name), (lesson, name)}:
                bad.append(name)
                print('%s: no wrong program fails "%s"' % (lesson, name))
    print('%d programs and %d wrong ones judged' % (len(right), len(wrong)))
    return 1 if bad else 0


if __name__ == '__main__':
    sys.exit(main())
