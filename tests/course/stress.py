"""The C pair of lesson 07 against generated messages, and under load.

    stress.py [--messages N] [--seed S] [--sanitized N] [--one SIDE/NUMBER]
    stress.py --exchanges N [--mixed]

The first runs the server N times, and the client N times, each against another
side of ours that sends a message of its own (empty, up to 5000 bytes, NULs,
ESC sequences, broken UTF-8, ...) in a way of its own (in pieces, or broken off
at any step). What the program prints, its status and what it says of an error
must be what the guards promise. One in N messages (--sanitized) meets the build
with the sanitizers, the others the plain one. The seed is printed; --one runs
one message of it again.

The second makes N exchanges back to back on one port, with --mixed in the four
mixes of C and Python. None may fail, and nothing may be left.
"""

import argparse
import errno
import itertools
import multiprocessing
import os
import random
import re
import signal
import socket
import struct
import subprocess
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'check'))
from programs import ROOT, Bench, Ports, python  # noqa: E402
from scenarios import HELLO_CLIENT, HELLO_SERVER  # noqa: E402

LESSON = '07-complete-pair'
PAIR = os.path.join(ROOT, 'solutions', LESSON)
ENOUGH = 30         # seconds, after which a program hangs
LISTENS = b'Server listening on port 8080\n'
SENT = b'Hello message sent\n'


# ------------------------------------------------------------ messages

def letters(rng, size):
    return ''.join(rng.choice('abc äß€𝄞%d%s\n\t"\\') for _ in range(size)
                   ).encode()[:size]


def some_bytes(rng, size):
    return bytes(rng.randrange(256) for _ in range(size))


def drives(rng, size):
    """ESC sequences and other control characters between letters."""
    return b''.join(rng.choice((b'\x1b[2J', b'\x1b]0;x\x07', b'\x9b1m', b'\x7f',
                                b'\r', b'\b', b'\0', b'ab', b'\xc3\xa9'))
                    for _ in range(size))[:size]


def broken(rng, size):
    """UTF-8 cut short, too long, out of range."""
    return b''.join(rng.choice((b'\xc3', b'\xe2\x82', b'\xf0\x9d\x84',
                                b'\xc0\xaf', b'\xed\xa0\x80', b'\xf8',
                                b'\xff', b'ok'))
                    for _ in range(size))[:size]


def nuls(rng, size):
    return bytes(size)


SERVER_WAYS = ['whole', 'whole', 'pieces', 'finish', 'close', 'abort connected',
               'abort accepted', 'abort half', 'abort sent', 'abort answered']
CLIENT_WAYS = ['whole', 'whole', 'pieces', 'early', 'close', 'abort accepted',
               'abort greeted', 'abort half', 'abort sent']


class Message:
    """A text and the way in which it is sent; the same for the same words."""

    def __init__(self, seed, side, number):
        rng = random.Random('%s %s %d' % (seed, side, number))
        size = rng.choice((0, 1, rng.randrange(1, 100), rng.randrange(1, 1024),
                           1023, 1024, 1025, rng.randrange(1, 5001), 5000))
        self.text = rng.choice((letters, some_bytes, drives, broken, nuls))(
            rng, size)
        self.way = rng.choice(SERVER_WAYS if side == 'server' else CLIENT_WAYS)
        cuts = sorted(rng.randrange(size) for _ in range(rng.randrange(1, 20))
                      if size)
        if self.way != 'pieces':
            cuts = cuts[:1] if self.way == 'abort half' else []
        self.pieces = [self.text[a:b] for a, b in
                       zip([0] + cuts, cuts + [size]) if a < b]
        if self.way == 'abort half':
            del self.pieces[1:]
        self.whole = 'abort' not in self.way and self.way != 'close'

    def prefixes(self):
        """What one recv() may have brought."""
        ends = itertools.accumulate(map(len, self.pieces))
        return {self.text[:min(end, 1024)] for end in ends} or {b''}


def printed(data):
    """What print_bytes makes of it."""
    return re.sub(rb'[\0-\x08\x0b-\x1f\x7f]',
                  lambda match: b'\\x%02x' % ord(match[0]), data)


# ------------------------------------------------------------ one run

class Command:
    """A program, under the spy for the sake of the port, without a record."""

    def __init__(self, bench, argv):
        self.argv = argv
        self.env = dict(bench.environment({'PYTHONUNBUFFERED': '1'}, None),
                        LD_PRELOAD=bench.spy)

    def start(self, port):
        return subprocess.Popen(
            self.argv, env=dict(self.env, SPY_PORTS='8080=%d' % port),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)


def compiled(bench, side):
    source = os.path.join(PAIR, side + '.c')
    return Command(bench, [bench.compile(source)[0]])


def finish(program, said=b''):
    """Its status, all of its output, and its errors; it is ended if it
    hangs."""
    try:
        out, err = program.communicate(timeout=ENOUGH)
    except subprocess.TimeoutExpired:
        program.kill()
        out, err = program.communicate()
        err += b'stress: it hung'
    return program.returncode, said + out, err.decode(errors='replace')


def receive(sock, size):
    """Up to size bytes; what came before the end, or before an error."""
    data = b''
    try:
        while len(data) < size:
            piece = sock.recv(size - len(data))
            if not piece:
                break
            data += piece
    except ConnectionError:
        pass
    return data


def send(sock, pieces, end=False):
    """Each piece by itself, as far as the other side takes them."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        for piece in pieces:
            sock.sendall(piece)
        if end:
            sock.shutdown(socket.SHUT_WR)
    except OSError as error:
        if error.errno not in (errno.EPIPE, errno.ECONNRESET, errno.ENOTCONN):
            raise


def abort(sock):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                    struct.pack('ii', 1, 0))


def against_server(command, port, message):
    """Plays a client. Gives what is wrong, or None."""
    program = command.start(port)
    said = program.stdout.readline()
    if said != LISTENS:
        return '%r %s' % (said, finish(program))
    way, answer = message.way, b''
    with socket.create_connection(('127.0.0.1', port), ENOUGH) as sock:
        peer = b"Connection from: ('127.0.0.1', %d)\n" % sock.getsockname()[1]
        if way == 'abort accepted':
            said += program.stdout.readline()
        if way not in ('abort connected', 'abort accepted'):
            send(sock, message.pieces,
                 way == 'finish' or not message.text and message.whole)
        if message.whole or way == 'abort answered' and message.text:
            answer = receive(sock, 100 if message.whole else 17)
        if 'abort' in way:
            abort(sock)
    status, out, err = finish(program, said)
    texts = message.prefixes() | (set() if message.whole else {b''})
    outs = {LISTENS + peer + b'Received from client: %s\n' % printed(text)
            for text in texts}
    if status == 0:
        right = out in {one + SENT for one in outs} and err == '' and \
            (answer == HELLO_SERVER or not message.whole)
    elif re.match('send: (Broken pipe|Connection reset by peer)\n$', err):
        right = status == 1 and not message.whole and out in outs
    else:
        right = status == 1 and not message.whole and \
            err == 'recv: Connection reset by peer\n' and out == LISTENS + peer
    return None if right else 'status %s, %r, %r, answered %r' % (
        status, out, err, answer)


def against_client(command, port, message):
    """Plays a server. Gives what is wrong, or None."""
    way, greeting = message.way, b''
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(('127.0.0.1', port))
        listener.listen(1)
        listener.settimeout(ENOUGH)
        program = command.start(port)
        try:
            sock = listener.accept()[0]
        except socket.timeout:
            return 'no connection, %s' % (finish(program),)
    with sock:
        sock.settimeout(ENOUGH)
        if way in ('whole', 'pieces', 'abort greeted', 'abort half'):
            greeting = receive(sock, 17)
        if way not in ('abort accepted', 'abort greeted'):
            send(sock, message.pieces, way == 'early')
        if way == 'early':
            greeting = receive(sock, 17)
        if 'abort' in way:
            abort(sock)
    status, out, err = finish(program)
    whole = SENT + b'Received from server: %s\n' % printed(message.text[:1024])
    full = len(b''.join(message.pieces)) >= 1024 or 'abort' not in way
    if status == 0:
        right = full and out == whole and err == '' and \
            (greeting == HELLO_CLIENT or not message.whole)
    else:
        right = status == 1 and not message.whole and (err, out) in (
            ('recv: Connection reset by peer\n', SENT),
            ('send: Connection reset by peer\n', b''),
            ('send: Broken pipe\n', b''))
    return None if right else 'status %s, %r, %r, greeted with %r' % (
        status, out, err, greeting)


PLAY = {'server': against_server, 'client': against_client}


def work(programs, sanitized, messages):
    """Plays messages (seed, side, number), on a port of its own. A process:
    the fork of another thread would hold the sockets that are closed here."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    wrong, ports = [], Ports()
    for seed, side, number in messages:
        hard = number % sanitized == 0
        message = Message(seed, side, number)
        found = PLAY[side](programs[hard, side], ports.port, message)
        if found:
            wrong.append('%s/%d (%s, %d bytes): %s' % (
                side, number, message.way, len(message.text), found))
        if len(wrong) == 5:
            break
    ports.close()
    return wrong


def stress(count, seed, sanitized, one):
    """Plays count messages for each side, on all cores."""
    wanted = [(seed, side, number) for number in range(count) for side in PLAY]
    if one:
        wanted = [(seed, one.split('/')[0], int(one.split('/')[1]))]
    cores = len(os.sched_getaffinity(0))
    with Bench() as hard, Bench(sanitize=False) as plain:
        programs = {(bench is hard, side): compiled(bench, side)
                    for bench in (hard, plain) for side in PLAY}
        print('seed %s' % seed, hard.weaker or '', flush=True)
        with multiprocessing.get_context('fork').Pool(cores) as pool:
            wrong = sum(pool.starmap(work, [
                (programs, sanitized, wanted[core::cores])
                for core in range(cores)], 1), [])
            pool.close()
            pool.join()
    for line in wrong:
        print(line)
    print('%d messages, one in %d under the sanitizers: %s' % (
        len(wanted), sanitized, 'all as they should be' if not wrong else
        'wrong, see above; again: --seed %s --one SIDE/NUMBER' % seed))
    return 1 if wrong else 0


# ------------------------------------------------------------ load

def left(bench, port):
    """What is left of the programs: processes, and sockets that are not in
    TIME_WAIT (06 in /proc/net/tcp)."""
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            if os.readlink('/proc/%s/exe' % pid).startswith(bench.folder):
                yield 'process ' + pid
        except OSError:
            pass
    with open('/proc/net/tcp') as table:
        for line in table:
            words = line.split()
            if ':%04X' % port in words[1] + words[2] and words[3] != '06':
                yield line.strip()


def load(count, mixed):
    """Exchanges back to back, on one port."""
    with Bench(sanitize=False) as bench:
        port = bench.take_ports().port
        c = {side: compiled(bench, side) for side in PLAY}
        py = {side: Command(bench, [python(), os.path.join(
            ROOT, 'lessons', LESSON, side.capitalize() + '.py')])
            for side in PLAY}
        mixes = list(itertools.product((c, py), (c, py))) if mixed else [(c, c)]
        before = len(os.listdir('/proc/self/fd'))
        for number in range(count):
            one, two = mixes[number % len(mixes)]
            server = one['server'].start(port)
            said = server.stdout.readline()
            client = finish(two['client'].start(port)) if said else ()
            ended = finish(server, said)
            lines = re.sub(rb"\('127.0.0.1', \d+\)", b'PEER', ended[1])
            if client != (0, SENT + b'Received from server: ' + HELLO_SERVER +
                          b'\n', '') or (ended[0], lines, ended[2]) != (
                    0, LISTENS + b'Connection from: PEER\nReceived from '
                    b'client: ' + HELLO_CLIENT + b'\n' + SENT, ''):
                sys.exit('exchange %d: server %s, client %s' % (
                    number, ended, client))
        rest = list(left(bench, port))
        if len(os.listdir('/proc/self/fd')) != before:
            rest.append('a descriptor of this process')
        if rest:
            sys.exit('left: ' + '; '.join(rest))
    print('%d exchanges%s, nothing left' % (
        count, ' in four mixes' if mixed else ''))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--messages', type=int, default=10000)
    parser.add_argument('--seed', default=str(random.randrange(10 ** 9)))
    parser.add_argument('--sanitized', type=int, default=4, metavar='N')
    parser.add_argument('--one', metavar='SIDE/NUMBER')
    parser.add_argument('--exchanges', type=int)
    parser.add_argument('--mixed', action='store_true')
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if options.exchanges:
        return load(options.exchanges, options.mixed)
    return stress(options.messages, options.seed, options.sanitized,
                  options.one)


if __name__ == '__main__':
    sys.exit(main())
