#!/usr/bin/env python3
"""Puts the right and the wrong programs of tests/fixtures/ to the checks.

    fixtures.py [LESSON...] [--some | --whole] [--record] [--names]

A right program (right/NAME/*.c) must pass every test of its lesson. A wrong
one (wrong/NAME.txt) is the solution with edits, and must be rejected by the
test that it names, with the message that it holds:

    The port is not put into network byte order.     <- as a teacher says it
    --- server.c
    -    server_address.sin_port = htons(port);      <- lines of the solution
    +    server_address.sin_port = port;             <- what stands there
    === bind() gives the socket the port 8080        <- the test
    expected  bind(3, 0.0.0.0:8080) = 0              <- its message
    ...

A line `--- from 06-send-recv` takes all programs from that lesson's solution.
Numbers that differ from run to run (ports, the check's texts) are masked.
--some takes, to be quick, one wrong program for each test, and every third
right one. --whole has every test of a wrong program judged up to the first that fails,
which must be the one it names, with the sanitizers as in the check; without it
that one alone is judged, with sanitizers only where the message needs them.
--record writes the test and the message that are seen into the file: read the
difference before you commit it. --names lists the tests of the lessons that
no wrong program fails. One line for each program that is judged wrongly; exit
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
    message = re.sub(r'-?\b\w*\d{4,}\w*\b', lambda m: m[0] if m[0] in KEPT
                     else 'N', message)
    return re.sub(r'(\w+\.c:|lines? )\d+(:\d+)?|\d+ (?=\|)', r'\1N ', message)


def names_of(lesson, kind):
    folder = os.path.join(TESTS, 'fixtures', lesson, kind)
    if not os.path.isdir(folder):
        return []
    return [os.path.join(folder, name) for name in sorted(os.listdir(folder))]


def judge_right(lesson, path, whole, cache):
    """None, or what is wrong with the verdict."""
    with tempfile.TemporaryDirectory() as folder:
        put(sources(os.path.join(ROOT, 'solutions', lesson)), folder)
        put(sources(path), folder)
        for test, message in judge.judge(lesson, folder, cache=cache,
                                         sanitize=whole):
            if message is not None:
                return 'is right, and rejected by "%s":\n%s' % (test, message)
    return None


def judge_wrong(lesson, wrong, whole, record, cache):
    """(the test that fails, None or what is wrong with the verdict)."""
    with tempfile.TemporaryDirectory() as folder:
        wrong.write(lesson, folder)
        whole = whole or record
        test, message = judge.judge(
            lesson, folder, first=True, cache=cache,
            only=None if whole else wrong.test,
            sanitize=whole or ' line ' in wrong.message or
            'Memory' in wrong.message)[-1]
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


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('lessons', nargs='*', default=LESSONS)
    parser.add_argument('--some', action='store_true')
    parser.add_argument('--whole', action='store_true')
    parser.add_argument('--record', action='store_true')
    parser.add_argument('--names', action='store_true')
    options = parser.parse_args()
    bad = 0
    for lesson in options.lessons:
        failed, jobs = set(), []
        with tempfile.TemporaryDirectory() as cache, \
                ThreadPoolExecutor(os.cpu_count() + 1) as pool:
            for path in names_of(lesson, 'right')[::3 if options.some else 1]:
                jobs.append((path, pool.submit(judge_right, lesson, path,
                                               options.whole, cache)))
            taken = set()
            for path in names_of(lesson, 'wrong'):
                wrong = Wrong(path)
                if options.some and wrong.test in taken:
                    continue
                taken.add(wrong.test)
                jobs.append((path, pool.submit(
                    judge_wrong, lesson, wrong, options.whole,
                    options.record, cache)))
            for path, job in jobs:
                said = job.result()
                if isinstance(said, tuple):
                    failed.add(said[0])
                    said = said[1]
                if said:
                    bad += 1
                    print('%s %s' % (os.path.relpath(path, TESTS), said))
        missing = [name for name, _ in verdicts.tests(LESSONS.index(lesson) + 1)
                   if name not in failed]
        for name in missing:
            if options.names:
                print('%s: no wrong program fails "%s"' % (lesson, name))
        print('%s: %d programs judged, %d of %d tests failed by one' % (
            lesson, len(jobs), len(failed), len(failed) + len(missing)))
    return 1 if bad else 0


if __name__ == '__main__':
    sys.exit(main())
