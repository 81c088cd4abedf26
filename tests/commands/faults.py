#!/usr/bin/env python3
"""The pair of lesson 07 under every fault.

    faults.py [DIR]         server.c and client.c of DIR (the learner's lesson
                            07): does each call bear each fault? Names the
                            guard that is missing.
    faults.py --table       prints docs/faults.md, from a run of both languages

    --every N, --only PATTERN   every Nth of the cells, or those whose name
                                (`server send EPIPE`) has the pattern

A cell is a call of one side and what happens to it: an error, a short result,
or what the other side sends. The other side is the check's (scenarios.py).
"""

import argparse
import itertools
import os
import re
import signal
import sys
from concurrent.futures import ThreadPoolExecutor

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                '..', 'check'))
from programs import ROOT, Bench, CannotJudge  # noqa: E402
from judge import Subject  # noqa: E402
from verdicts import Fault, crash, fails_well, plainly, show  # noqa: E402
import scenarios as play  # noqa: E402

LESSON = '07-complete-pair'

# What the manual pages list (man-pages 6.03), EINTR aside; recv's ECONNRESET
# is POSIX's. ip(7) and tcp(7) list theirs for all of the socket calls.
ERRORS = {
    'socket': 'EACCES EAFNOSUPPORT EINVAL EMFILE ENFILE ENOBUFS ENOMEM '
              'EPROTONOSUPPORT',
    'setsockopt': 'EBADF EFAULT EINVAL ENOPROTOOPT ENOTSOCK',
    'bind': 'EACCES EADDRINUSE EADDRNOTAVAIL EBADF EFAULT EINVAL ELOOP '
            'ENAMETOOLONG ENOENT ENOMEM ENOTDIR ENOTSOCK EROFS',
    'listen': 'EADDRINUSE EBADF ENOTSOCK EOPNOTSUPP',
    'accept': 'EAGAIN EBADF ECONNABORTED EFAULT EHOSTDOWN EHOSTUNREACH EINVAL '
              'EMFILE ENETDOWN ENETUNREACH ENFILE ENOBUFS ENOMEM ENONET '
              'ENOPROTOOPT ENOSR ENOTSOCK EOPNOTSUPP EPERM EPROTO '
              'EPROTONOSUPPORT ESOCKTNOSUPPORT ETIMEDOUT',
    'connect': 'EACCES EADDRINUSE EADDRNOTAVAIL EAFNOSUPPORT EAGAIN EALREADY '
               'EBADF ECONNREFUSED EFAULT EINPROGRESS EISCONN ENETUNREACH '
               'ENOTSOCK EPERM EPROTOTYPE ETIMEDOUT',
    'send': 'EACCES EAGAIN EALREADY EBADF ECONNRESET EDESTADDRREQ EFAULT '
            'EINVAL EISCONN EMSGSIZE ENOBUFS ENOMEM ENOTCONN ENOTSOCK '
            'EOPNOTSUPP EPIPE',
    'recv': 'EAGAIN EBADF ECONNREFUSED ECONNRESET EFAULT EINVAL ENOMEM '
            'ENOTCONN ENOTSOCK',
    'close': 'EBADF EDQUOT EIO ENOSPC'}
INET = ('EACCES EADDRINUSE EADDRNOTAVAIL EAFNOSUPPORT EAGAIN EALREADY '
        'ECONNABORTED EHOSTUNREACH EINVAL EISCONN EMSGSIZE ENOBUFS ENOENT '
        'ENOMEM ENOPROTOOPT ENOTCONN EOPNOTSUPP EPERM EPIPE ESOCKTNOSUPPORT '
        'ETIMEDOUT')
STEPS = {'server': ['socket', 'setsockopt', 'bind', 'listen', 'accept', 'recv',
                    'send', 'close', 'close 2'],
         'client': ['socket', 'connect', 'send', 'recv', 'recv 2', 'close']}
MESSAGE = {'server': play.HELLO_SERVER, 'client': play.HELLO_CLIENT}

SHORT, AGAIN, PIPE, END, BYTES, CLOSING = (
    'Short sends', 'Interrupted calls', 'SIGPIPE', 'Reading to the end',
    'Bytes that drive a terminal', 'Closing in every case')
OUTCOMES = {'holds': 'goes on', 'fails': 'fails with it', 'raw': 'prints them',
            'part': 'loses the rest', 'decode': '`UnicodeDecodeError`'}
# Why they differ: (call, C, Python).
WHY = {
    ('socket', 'fails', 'holds'): 'Python tries again without '
    '`SOCK_CLOEXEC`, which Linux before 2.6.27 answers so.',
    ('connect', 'fails', 'holds'): 'The connection goes on by itself. Python '
    'waits for it with `poll`; the C leaves that out.',
    ('send', 'holds', 'part'): 'C sends the rest. Python does not look at '
    'what `send` returned.',
    ('send', 'fails', 'part'): 'C meets the error when it sends the rest, '
    'which Python does not.',
    ('recv', 'holds', 'part'): 'C reads to the end. Python receives once.',
    ('recv', 'fails', 'part'): 'C meets the error when it reads on, which '
    'Python does not.',
    ('recv 2', 'fails', 'holds'): 'C reads to the end. Python receives once, '
    'and never sees what comes behind the reply.',
    ('close', 'holds', 'fails'): 'All is said. C does not look at the '
    'result; Python raises.',
    ('peer', 'holds', 'part'): 'C reads to the end. Python receives once.',
    ('peer', 'holds', 'raw'): 'C prints `\\xNN`. Python leaves it to the '
    'terminal to obey.',
    ('peer', 'holds', 'decode'): 'Python decodes, and refuses. C prints the '
    'bytes.'}


class Cell:
    """A call of one side, and what happens to it.

    faults   for the spy; code is the error that should be reported, if any
    text     what the other side sends; shown is what of it should be printed
    good     the outcomes that are right for the C; see is the guard's heading
    """

    def __init__(self, side, call, what, faults='', code=None, good='holds',
                 see=None, text=None, shown=None, script=None):
        self.side, self.call, self.what, self.faults = side, call, what, faults
        self.code, self.good, self.see = code, good.split(), see
        other = MESSAGE['client' if side == 'server' else 'server']
        self.text = other if text is None else text
        self.shown = self.text if shown is None else shown
        self.script = script or (play.to_server if side == 'server' else
                                 play.to_client)(self.text)
        self.key = (side, call, what)

    def lines(self, shown, until=None):
        """The output; only what comes before the call `until`, if it is
        said."""
        order = ['listen', 'accept', 'recv', 'send', 'close', 'close 2']
        found = [('accept', b'Server listening on port 8080\n'),
                 ('recv', b"Connection from: ('PEER', PORT)\n"),
                 ('send', b'Received from client: %s\n' % shown),
                 ('close', b'Hello message sent\n')]
        if self.side == 'client':
            order = ['connect', 'send', 'recv', 'recv 2', 'close']
            found = [('recv', b'Hello message sent\n'),
                     ('close', b'Received from server: %s\n' % shown)]
        at = order.index(until) if until in order else -1 if until else 9
        return b''.join(line for call, line in found if order.index(call) <= at)

    def play(self, subject):
        """The outcome, or a Fault."""
        scenario = play.serve if self.side == 'server' else play.call_in
        run = scenario(subject.bench, subject.programs[self.side], self.side,
                       self.script, self.faults)
        run.ports.close()
        found = self.outcome(run, subject.is_python)
        if found not in self.good and not subject.is_python:
            call = next((c.text for c in run.calls if c.error == self.code
                         and c.error), self.faults or self.what)
            raise Fault('the exchange goes on' if 'holds' in self.good else
                        'an error message, and exit status 1', '%s, then %s' %
                        (call, plainly(run)), '', self.see)
        self.nothing_open(run)
        return found

    def outcome(self, run, is_python):
        broken = crash(run)
        if broken or run.status is None:
            gone = broken and 'SIGPIPE' in broken
            raise Fault('', plainly(run), broken or 'It does not end.',
                        (7, PIPE) if gone else self.see)
        out = re.sub(rb"\('127[.\d]+', \d+\)", b"('PEER', PORT)",
                     run.stdout)
        if run.status != 0:
            if 'UnicodeDecodeError' in run.stderr:
                return 'decode'
            code = self.code or 'EINTR'
            name = self.call.split()[0]
            later = self.lines(b'', 'close')[len(self.lines(b'', self.call)):]
            fails_well(run, name, code, [line[:13] for line in
                                         later.splitlines()] or [b'\0'])
            self.same(out, self.lines(self.shown, self.call))
            return 'fails'
        got = run.received
        part = MESSAGE[self.side].startswith(got) and got
        if out == self.lines(self.shown) and got == MESSAGE[self.side]:
            return 'holds'
        if is_python and out == self.lines(self.text) and self.call == 'peer':
            return 'raw'
        if is_python and part and any(out == self.lines(self.shown[:n])
                                      for n in range(1, len(self.shown) + 1)):
            return 'part'
        self.same(out, self.lines(self.shown))
        raise Fault('the other side receives ' + show(MESSAGE[self.side]),
                    'it receives ' + show(got), '', self.see)

    def same(self, out, wanted):
        if out != wanted:
            at = len(os.path.commonprefix([out, wanted]))
            at = out.rfind(b'\n', 0, at) + 1
            again = self.side == 'server' and self.call.startswith('recv') and \
                len(out) > len(wanted)
            raise Fault('the output ' + show(wanted[at:], raw='<%02x>'),
                        show(out[at:], raw='<%02x>'), 'The server received '
                        'again. A client that waits for its answer sends no '
                        'more.' if again else '', self.see)

    def nothing_open(self, run):
        """Each socket is closed; where it fails before there is a connection,
        that may be left to the end of the process, as Python's try does."""
        opened = {}
        for call in run.of('socket', 'accept', 'connect', 'dup', 'close'):
            if call.name == 'close':
                opened.pop(call.fd, None)
            elif call.name != 'connect' and (call.result or -1) >= 0:
                opened[call.result] = call
        met = [call for call in run.of('accept', 'connect')
               if (call.result or 0) >= 0]
        for number, call in reversed(list(opened.items())):
            if run.status == 0 or met:
                raise Fault('close(%d) = 0' % number, '%s, and no close(%d)' % (
                    call.text, number), 'A socket is left open.', (7, CLOSING))


def cells():
    """All of them."""
    for side, steps in STEPS.items():
        for step in steps:
            yield from call_cells(side, step)
        for what, text, shown in (
                ('nothing', b'', b''), ('1500 bytes', b'1234,' * 300, None),
                ('control characters', b'a\0b\x1b[2J\x7f\tc\r',
                 b'a\\x00b\\x1b[2J\\x7f\tc\\x0d'),
                ('bytes that are not UTF-8', b'gr\xfc\xdf', None)):
            script = play.to_server(b'', 'quiet') if side == 'server' and \
                not text else None
            yield Cell(side, 'peer', what, see=(7, BYTES), text=text,
                       shown=text[:1024] if shown is None else shown,
                       script=script)
    text = MESSAGE['server']
    yield Cell('client', 'peer', 'three pieces', see=(7, END),
               script=play.to_client(text, [text[:3], text[3:4], text[4:]]))


def call_cells(side, step):
    """Those of one call: step is its name, and a number if not its first."""
    name, at = (step.split() + ['1'])[:2]
    again, holds = name in ('accept', 'send', 'recv'), name == 'close'
    inet = '' if holds else INET
    for code in sorted(set((ERRORS[name] + ' ' + inet).split())):
        yield Cell(side, step, code, '%s@%s=%s' % (name, at, code), code,
                   'holds fails' if holds or step == 'recv 2' else 'fails',
                   (7, PIPE) if code == 'EPIPE' and name == 'send' else
                   (1, 'When a call fails'))
    for what, times in (('EINTR', 1), ('EINTR three times', 3))[:1 + again]:
        faults = ' '.join('%s@%d=EINTR' % (name, int(at) + n)
                          for n in range(times))
        yield Cell(side, step, what, faults, 'EINTR', 'holds' if again else
                   'holds fails' if holds or name == 'connect' else 'fails',
                   (7, AGAIN) if again else (1, 'When a call fails'))
    reads = step == 'recv' and side == 'client'
    if step == 'send' or reads:
        guard = (7, END if reads else SHORT)
        yield Cell(side, step, '5 bytes', name + '@1=5', see=guard)
        yield Cell(side, step, '1 byte each', name + '@*=1', see=guard)
        for code in ['EINTR', 'ECONNRESET', 'EPIPE'][:3 - reads]:
            yield Cell(side, step, '5 bytes then ' + code,
                       '%s@1=5 %s@2=%s' % (name, name, code), code,
                       'holds' if code == 'EINTR' else 'fails', guard)
    if step == 'recv':
        for size in (0, 5)[:2 - reads]:
            text = MESSAGE['client' if side == 'server' else 'server'][:size]
            yield Cell(side, step, '%d bytes' % size, 'recv@1=%d' % size,
                       see=(6, 'End of file'), shown=text)


def run_all(some, subjects):
    """Plays the cells, side by side; a Fault stands for an outcome. Yields
    the cell and its outcomes, one for each subject, in order."""
    pool = ThreadPoolExecutor(len(os.sched_getaffinity(0)) + 1)

    def played(cell, subject):
        try:
            return cell.play(subject)
        except Fault as fault:
            return fault
    try:
        jobs = [(cell, [pool.submit(played, cell, subject)
                        for subject in subjects]) for cell in some]
        for cell, futures in jobs:
            yield cell, [future.result() for future in futures]
    finally:
        for _, futures in jobs:
            for future in futures:
                future.cancel()
        pool.shutdown()


def subject(bench, folder, is_python=False):
    made = Subject(bench, LESSON, folder, is_python)
    made.make()
    made.compiles()
    return made


def learner(bench, folder, some):
    """Runs the cells on a C pair, and says what is missing."""
    missing, count = {}, 0
    made = subject(bench, folder)
    for (side, call), group in itertools.groupby(
            run_all(some, [made]), lambda found: found[0].key[:2]):
        group = list(group)
        bad = [(cell, found) for cell, (found,) in group
               if isinstance(found, Fault)]
        count += len(group)
        print('%s  %-11s%3d tried, %3d held' % (
            side, call, len(group), len(group) - len(bad)), flush=True)
        for cell, fault in bad:
            missing.setdefault((side, fault.see or cell.see), []).append(
                (cell, fault))
    for (side, see), found in missing.items():
        cell, fault = found[0]
        print('\n ✗ %s: %s, %d fault%s, first:' % (
            side, see[1], len(found), 's'[len(found) == 1:]))
        print('     %s: %s' % ('the other side sends' if cell.call == 'peer'
                               else cell.call, cell.what))
        print('     ' + fault.message().replace('\n', '\n     '))
        if cell.faults:
            print('     Try: %smake run FAULT="%s"%s' % (
                'SPY_LOG=$PWD/build/calls ' * (see == (7, CLOSING)),
                ' '.join(side + ':' + word for word in cell.faults.split()),
                ', and grep close build/calls' * (see == (7, CLOSING))))
    print('\n%s %d faults.' % ('The pair does not hold. It was tried under'
                               if missing else 'The pair holds under', count))
    if bench.weaker:
        print(bench.weaker)
    return 1 if missing else 0


def outcomes(bench, some):
    """The cells' keys, each with its outcomes in C and Python, in words, and
    why they differ. Ends the program if one of them may not be."""
    pairs = [subject(bench, os.path.join(ROOT, 'solutions', LESSON)),
             subject(bench, os.path.join(ROOT, 'lessons', LESSON), True)]
    found, bad = {}, []
    for cell, both in run_all(some, pairs):
        for language, outcome in zip(('C', 'Python'), both):
            if isinstance(outcome, Fault):
                bad.append('%s, %s:\n%s' % (', '.join(cell.key), language,
                                            outcome.message()))
        c, py = both
        why = '' if c == py else WHY.get((cell.call, c, py))
        if c in OUTCOMES and py in OUTCOMES and why is None:
            bad.append('%s: C %s, Python %s, and nothing says why' % (
                ', '.join(cell.key), OUTCOMES[c], OUTCOMES[py]))
        found[cell.key] = (OUTCOMES.get(c), OUTCOMES.get(py), why)
    if bad:
        sys.exit('\n'.join(bad))
    return found


HEAD = """# The fault table

Each call of the pair of lesson 07, under each error that its manual page
lists, under EINTR, and cut short; and what the other side may send: {count}
cells, each run in C and in Python. No cell ends by a signal, waits for ever,
leaves a socket open, draws a report from the sanitizers, or prints what is not
so.

- **goes on**: the exchange is whole, and the status 0.
- **fails with it**: standard error names the call and the error, nothing is
  printed of what did not happen, and the status is 1.
- **loses the rest**: the status is 0, though a part of the message was not
  sent, or not received.

The two differ only where the last column says why. `close` is the first
descriptor that is closed, `close 2` the second; `recv 2` is the second call. A
server that receives a part takes it for the whole, in both languages (see
[Framing](../lessons/07-complete-pair/README.md#framing)). Before there is a
connection an error ends the C at once, and its socket is closed by the end of
the process.

The errors are those of Linux man-pages 6.03: the page of the call, and `ip(7)`
and `tcp(7)` for all calls but `close`. ENOPKG is left out: no call of the pair
gives it. `make faults` puts your own pair to it.

The page is made by `python3 tests/commands/faults.py --table`, and a test
compares it with a run.
"""


def table(bench, some):
    side, rows, every = None, {}, outcomes(bench, some)
    print(HEAD.format(count=len(every)), end='')
    for (its, call, what), found in every.items():
        rows.setdefault((its, call) + found, []).append(what)
    for (its, call, c, py, why), same in rows.items():
        if its != side:
            side = its
            print('\n## The %s\n\n| call | fault | C | Python | why they '
                  'differ |\n|---|---|---|---|---|' % side)
        print('| %s | %s | %s | %s | %s |' % (
            'the other side sends' if call == 'peer' else '`%s`' % call,
            ', '.join(same), c, py, why))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('folder', nargs='?',
                        default=os.path.join(ROOT, 'lessons', LESSON))
    parser.add_argument('--table', action='store_true')
    parser.add_argument('--every', type=int, default=1)
    parser.add_argument('--only', type=re.compile, default='')
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    some = [cell for cell in cells()
            if re.search(options.only, ' '.join(cell.key))][::options.every]
    try:
        with Bench() as bench:
            if options.table:
                return table(bench, some)
            return learner(bench, options.folder, some)
    except Fault as fault:
        sys.exit(fault.message())
    except CannotJudge as error:
        sys.exit('faults: %s' % error)
    except KeyboardInterrupt:
        return 130


if __name__ == '__main__':
    sys.exit(main())
