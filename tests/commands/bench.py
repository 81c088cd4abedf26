#!/usr/bin/env python3
"""C beside Python: what one exchange of the pair of lesson 07 costs, and what
the check of each lesson costs beside the least that it could.

    bench.py [--rounds N] [--checks N] [--table]

A round is one exchange in C and one in Python, one after the other; what is
reported is the median of the rounds' ratios, and the lowest and the highest.
The programs run as they are, on port 8080, without the spy. --table prints
docs/bench.md.
"""

import argparse
import fcntl
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'check'))
from programs import LESSONS, ROOT, Bench, listening, python  # noqa: E402
from scenarios import pair  # noqa: E402

SIDES = ['server', 'client']
PORT, LIMIT = 8080, 120      # seconds for an exchange
ENV = {'PATH': os.environ.get('PATH', ''), 'LC_ALL': 'C.UTF-8'}

# The least that the exchange takes: each call of the lessons once, a write of
# what is printed before a wait and one of the rest, and the exit.
LEAST = {'server': 'socket setsockopt bind listen write accept recv send close '
                   'close write exit'.split(),
         'client': 'socket connect send write recv close write exit'.split()}


class Failed(Exception):
    pass


def late(*_):
    raise Failed('an exchange took more than %d s' % LIMIT)


def exchange(commands, prefix=lambda side: [], out=None, look=None):
    """One exchange. Gives the wall time, and the CPU time of both sides.
    prefix(side) is put before a command; look(pids) sees them run."""
    running, cpu = {}, 0
    signal.alarm(LIMIT)
    begin = time.perf_counter()

    def go(side):
        argv = prefix(side) + commands[side]
        into = (os.POSIX_SPAWN_DUP2, out, 1) if out else (
            os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)
        running[side] = os.posix_spawnp(argv[0], argv, ENV, file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0), into])
    try:
        go('server')
        while not listening(PORT):
            if os.waitid(os.P_PID, running['server'],
                         os.WEXITED | os.WNOHANG | os.WNOWAIT):
                raise Failed('the server does not listen on port %d' % PORT)
        go('client')
        if look:
            look(running)
        for side in ('client', 'server'):
            _, status, usage = os.wait4(running[side], 0)
            del running[side]
            if status:
                raise Failed('the %s ended with status %s' % (side, status))
            cpu += usage.ru_utime + usage.ru_stime
    finally:
        for pid in running.values():
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        signal.alarm(0)
    return time.perf_counter() - begin, cpu


def peaks(commands):
    """The peak memory of each side, in kB: VmHWM, read while it is held up in
    its last write, into a pipe that is full."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    try:
        while True:
            os.write(writer, bytes(4096))
    except BlockingIOError:
        os.set_blocking(writer, True)
    found = {}

    def look(running):
        for side, pid in running.items():
            held = ''
            while ' 0x1 ' not in held[:8]:      # a call on descriptor 1
                with open('/proc/%d/syscall' % pid) as file:
                    held = file.read()
                if not held:
                    raise Failed('the %s ended too early' % side)
            with open('/proc/%d/status' % pid) as file:
                found[side] = int(re.search(r'VmHWM:\s*(\d+)', file.read())[1])
        os.close(writer)
        fcntl.fcntl(reader, fcntl.F_SETFL, os.O_NONBLOCK)
        try:
            while os.read(reader, 65536):
                pass
        except BlockingIOError:
            pass
    try:
        exchange(commands, out=writer, look=look)
    except OSError:
        return None             # /proc/PID/syscall may not be read here
    finally:
        os.close(reader)
    return found


def counted(bench, commands, tool, count):
    """Runs both sides under a tool that writes a file, and counts in it."""
    names = {side: os.path.join(bench.folder, 'count-' + side)
             for side in SIDES}
    exchange(commands, lambda side: [word.replace('FILE', names[side])
                                     for word in tool])
    found = {}
    for side in SIDES:
        with open(names[side]) as file:
            found[side] = count(file.read())
    return found


def system_calls(bench, commands):
    return counted(bench, commands, 'strace -f -qq -o FILE'.split(),
                   lambda text: len(re.findall(r'^\d+ +\w+\(', text, re.M)))


def instructions(bench, commands):
    """By perf where the machine lets it count, or else by valgrind."""
    if shutil.which('perf'):
        found = counted(bench, commands,
                        'perf stat -x, -e instructions:u -o FILE'.split(),
                        lambda text: re.search(r'^(\d+),', text, re.M))
        if all(found.values()):
            return {side: int(found[side][1]) for side in SIDES}
    return counted(
        bench, commands, 'valgrind --tool=cachegrind --cache-sim=no '
        '--cachegrind-out-file=/dev/null --log-file=FILE'.split(),
        lambda text: int(re.search(r'I +refs: +([\d,]+)', text)[1].replace(
            ',', '')))


def socket_calls(bench, commands):
    """The calls of the lessons that each side makes, from the spy's record."""
    return {side: len(run.of(*LEAST['server'] + LEAST['client']))
            for side, run in zip(SIDES, pair(bench, commands['server'],
                                             commands['client']))}


def measured(what, pairs, measure, *tools):
    """Two rows of what is measured once; it needs one of the tools."""
    missing = not any(map(shutil.which, tools)) if tools else False
    found = {} if missing else {language: measure(pairs[language])
                                for language in pairs}
    for side in SIDES:
        if missing or not all(found.values()):
            yield what + ', ' + side, '', '', 'not measured: no ' + (
                ' or '.join(tools) or '/proc/PID/syscall')
        else:
            c, py = (found[language][side] for language in ('c', 'python'))
            yield (what + ', ' + side, '{:,}'.format(c), '{:,}'.format(py),
                   '%.1f' % (py / c))


def spread(values, form='%.1f'):
    return (form + ' (' + form + ' to ' + form + ')') % (
        statistics.median(values), min(values), max(values))


def rows(bench, rounds):
    """What was measured: name, C, Python, ratio; and the notes."""
    sources = os.path.join(ROOT, 'solutions', LESSONS[-1])
    pairs = {'c': {}, 'python': {}}
    for side in SIDES:
        binary = os.path.join(bench.folder, side)
        subprocess.run((os.environ.get('CC') or 'cc').split() + [
            '-O2', '-o', binary, os.path.join(sources, side + '.c')],
            check=True)
        pairs['c'][side] = [binary]
        pairs['python'][side] = [python(), os.path.join(
            ROOT, 'lessons', LESSONS[-1], side.capitalize() + '.py')]
    for commands in pairs.values():
        exchange(commands)                  # once, for the file cache
    times = [[exchange(pairs[language]) for language in ('c', 'python')]
             for _ in range(rounds)]
    for n, name in enumerate(('wall time of an exchange', 'CPU time of both')):
        c, py = ([one[language][n] for one in times] for language in (0, 1))
        yield (name, '%.2f ms' % (1000 * statistics.median(c)),
               '%.2f ms' % (1000 * statistics.median(py)),
               spread([b / a for a, b in zip(c, py)]))
    yield from measured('peak memory (kilobytes)', pairs, peaks)
    yield from measured('system calls', pairs, lambda commands: system_calls(
        bench, commands), 'strace')
    yield from measured('user instructions', pairs, lambda commands:
                        instructions(bench, commands), 'perf', 'valgrind')
    yield from measured('calls of the lessons', pairs, lambda commands:
                        socket_calls(bench, commands))
    for side in SIDES:
        yield 'least system calls, ' + side, str(len(LEAST[side])), '', ''


def checks(bench, rounds):
    """Of each lesson: its check's time beside its floor, which is to compile
    its programs and to run as many tests that do nothing."""
    def timed(*argv, **more):
        begin = time.perf_counter()
        subprocess.run(argv, check=True, stdout=subprocess.DEVNULL, **more)
        return time.perf_counter() - begin
    for lesson in LESSONS:
        check = os.path.join(ROOT, 'tests', lesson + '.bats')
        with open(check) as file:
            count = len(re.findall('^@test', file.read(), re.M))
        empty = os.path.join(bench.folder, 'empty.bats')
        with open(empty, 'w') as file:
            file.writelines('@test "%d" {\n    true\n}\n' % n
                            for n in range(count))
        folder = os.path.join(ROOT, 'solutions', lesson)
        ratios, took = [], []
        for _ in range(rounds):
            floor = timed('bats', empty) + sum(
                timed(*bench.flags(), '-o', os.path.join(bench.folder, 'out'),
                      os.path.join(folder, name))
                for name in os.listdir(folder) if name.endswith('.c'))
            took.append(timed('bats', check, env=dict(
                os.environ, SUBJECT='solutions')))
            ratios.append(took[-1] / floor)
        yield (lesson, '%d tests' % count,
               '%.1f s' % statistics.median(took), spread(ratios))


PAGE = """# What it costs

C beside Python, measured by `make bench`: the pair of lesson 07, compiled with
`{cc} -O2`, and the same pair in Python {python}. A round is one exchange in C
and one in Python, and there were {rounds}. The ratio is the median of the
rounds' ratios, with the lowest and the highest. A time depends on the machine,
so only its ratio is kept. To repeat it, and to write this page again:

```text
make bench
make -s bench TABLE=yes >docs/bench.md
```

## An exchange

| | C | Python | Python / C |
|---|---|---|---|
{exchange}

The time goes from the start of the server to the end of both. Most of it is the
start of the programs: the loader's and libc's, or the interpreter's. The peak
memory is the kernel's `VmHWM`, read while a program is held up in its last
`write`. System calls are counted by `strace`, instructions by `perf` or `valgrind`,
the calls of the lessons in the spy's record. The client in C makes one `recv`
more, to read to the end.

An exchange that prints the same takes at least {server} system calls on the
server's side and {client} on the client's: the calls of the lessons, a `write`
of what is printed before a wait and one of the rest, and the exit. All others
load and start the program.

## The checks

The time of each lesson's check, beside its floor: to compile the lesson's
programs once, and to run as many bats tests that do nothing.

| lesson | | check / floor |
|---|---|---|
{checks}
"""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--rounds', type=int, default=20)
    parser.add_argument('--checks', type=int, default=3)
    parser.add_argument('--table', action='store_true')
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGALRM, late)
    cc = os.environ.get('CC') or 'cc'
    version = sys.version.split()[0]
    found, checked = [], []

    def tell(text):
        if not options.table:
            print(text, flush=True)
    try:
        with Bench() as bench:
            tell('One exchange, %s -O2 beside Python %s: the median of %d '
                 'rounds,\nthe lowest and the highest.\n' % (
                     cc, version, options.rounds))
            for row in rows(bench, options.rounds):
                found.append(row)
                tell('%-32s%13s%13s  %s' % row)
            if options.checks:
                tell("\nEach lesson's check, and its time beside the floor "
                     '(compile, empty tests).\n')
                for row in checks(bench, options.checks):
                    checked.append(row)
                    tell('%-32s%13s%13s  %s' % row)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 1
    except Failed as error:
        sys.exit('bench: ' + str(error))
    except subprocess.CalledProcessError as error:
        sys.exit('bench: this failed: ' + ' '.join(error.cmd))
    except KeyboardInterrupt:
        return 130
    if options.table:
        print(PAGE.format(
            cc=cc, python=version, rounds=options.rounds,
            server=len(LEAST['server']), client=len(LEAST['client']),
            exchange='\n'.join('| %s | %s | %s | %s |' % (
                row if ' ms' not in row[1] else (row[0], '', '', row[3]))
                for row in found),
            checks='\n'.join('| %s | %s | %s |' % (row[0], row[1], row[3])
                             for row in checked)), end='')


if __name__ == '__main__':
    sys.exit(main())
