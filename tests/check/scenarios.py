"""What the check does to a program, and what it then knows of it: a Run.

Each function below starts a program under the spy, plays the other side, and
returns a Run. The other side always acts on what the program has done (the
record, the kernel's tables), never on the clock.
"""

import os
import select
import socket
import struct

from programs import PEER, CannotJudge, listening, peer_socket

SOON = 0.05     # seconds asleep, before it is taken to wait in its own way
SLOW = 0.1      # seconds asleep; a limit that is over at once has come by then
HELLO_SERVER = b'Hello from server'
HELLO_CLIENT = b'Hello from client'


class Run:
    """One run: the program (ended), and what was seen on the way."""

    def __init__(self, program, ports, what):
        self.program, self.ports, self.what = program, ports, what
        self.peer = None            # (address, port) of the other side
        self.received = b''         # what the other side received
        self.stuck = None           # the call it waited in without end
        self.keyboard = False       # it waited for its standard input
        self.text = b''             # what the other side sent
        self.waited = self.stays = False    # for Enter: prompt() says
        self.answered = self.needed_end = False     # before it was stuck
        self.held = False           # it did not close while the peer stayed
        self.reset = False          # how the connection ended for it

    def close(self):
        program = self.program
        self.gave_up = program.gave_up if program.status is None else None
        if program.status is None:
            self.stuck = self.stuck or program.waiting()
            self.keyboard = self.keyboard or program.at_keyboard()
        self.status = program.status
        program.end()
        self.calls, self.stdout = program.calls(), program.stdout
        self.stderr = program.stderr
        if self.status == 125 and 'spy: the record: ' in self.stderr:
            raise CannotJudge(self.stderr.strip().replace('spy: ', ''))
        return self

    def of(self, *names):
        """The calls of these names that concern TCP/IP, or any if none is
        said; the sockets that getaddrinfo() and its like use are left out."""
        other = set()
        found = []
        for call in self.calls:
            if call.name == 'socket':
                alien = call.args[0] in ('AF_UNIX', 'AF_LOCAL', 'AF_NETLINK') \
                    and 'SOCK_CLOEXEC' in ' '.join(call.args)
                (other.add if alien else other.discard)(call.result)
                if alien:
                    continue
            elif call.fd in other:
                if call.name == 'close':
                    other.discard(call.fd)
                continue
            if not names or call.name in names:
                found.append(call)
        return found


class Peer:
    """The check's own end of a connection."""

    def __init__(self, sock, program):
        self.sock, self.program = sock, program
        self.data, self.eof, self.reset = b'', False, False
        sock.setblocking(False)

    def pump(self):
        """Takes what has arrived; true once the other side has closed."""
        while not (self.eof or self.reset):
            try:
                piece = self.sock.recv(65536)
            except BlockingIOError:
                return False
            except OSError:
                self.reset = True
                break
            if not piece:
                self.eof = True
            self.data += piece
        return True

    def send(self, data):
        try:
            self.sock.setblocking(True)
            self.sock.sendall(data)
            self.sock.setblocking(False)
        except OSError:
            self.reset = True

    def finish(self):
        """Says that nothing more will be sent."""
        try:
            self.sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def abort(self):
        """Resets the connection (SO_LINGER with time 0, socket(7))."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                             struct.pack('ii', 1, 0))
        self.sock.close()


def block(ports):
    """A socket that has taken the port: bound, and listening."""
    blocker = socket.socket()
    blocker.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    blocker.bind(('127.0.0.1', ports.port))
    blocker.listen(1)
    return blocker


def prompt(bench, argv, what, faults='', redirect='', taken=False,
           slow=False, buffered=False):
    """Lessons 01 to 03: the program runs to its prompt, is looked at from
    outside, and gets its Enter. Sets before (stdout at the prompt), made (the
    number of calls until then), waited, listens, connected, stays (it waits
    for Enter after that too), enter (Enter ended it)."""
    ports = bench.take_ports()
    blocker = block(ports) if taken else None
    program = bench.start(argv, ports, faults, redirect=redirect,
                          buffered=buffered)
    run = Run(program, ports, what)
    run.waited = program.until(lambda: program.idle() or program.dozes())
    if run.waited and slow:
        run.waited = program.until(lambda: program.asleep(SLOW) or
                                   program.dozes())
    run.before, run.made = program.stdout, len(program.calls())
    run.waits_in = None if run.waited else program.waiting()
    run.listens = not taken and listening(ports.port)
    run.connected = False
    if run.listens:
        with peer_socket() as peer:
            peer.settimeout(5)
            try:
                peer.connect(('127.0.0.1', ports.port))
                run.connected = True
            except ConnectionResetError:
                run.connected = True        # and then broken off
            except OSError:
                pass
            if run.connected:
                run.stays = program.until(lambda: program.idle() or
                                          program.dozes())
    program.type(b'\n')
    run.enter = program.ended()
    if not run.enter:
        program.type(b'', close=True)
        run.eof = program.ended()
    if blocker:
        blocker.close()
    return run.close()


def serve(bench, argv, what, script, faults='', redirect='', taken=False,
          address=PEER, slow=False, buffered=False):
    """A server: waits until it listens and has begun to accept, connects
    from an address of its own, and lets script(peer, program, run) play. A
    slow client comes once the server has slept for a while."""
    ports = bench.take_ports()
    blocker = block(ports) if taken else None
    program = bench.start(argv, ports, faults, redirect=redirect,
                          buffered=buffered)
    run = Run(program, ports, what)
    run.listens = program.until(lambda: listening(ports.port)) and not taken
    if run.listens:
        program.until(lambda: program.begun('accept') or
                      program.at_keyboard() or program.asleep(SOON))
        run.keyboard = program.at_keyboard()
        if slow:
            program.until(lambda: program.asleep(SLOW))
        with peer_socket(address, low=bool(redirect)) as sock:
            run.peer = sock.getsockname()
            sock.settimeout(5)
            try:
                sock.connect(('127.0.0.1', ports.port))
            except OSError as error:
                run.reset = isinstance(error, ConnectionResetError)
            else:
                peer = Peer(sock, program)
                script(peer, program, run)
                peer.pump()
                run.received, run.reset = peer.data, peer.reset
                run.eof = peer.eof
                if peer.eof:
                    peer.finish()       # as a client that has all closes
                if not program.ended():
                    run.stuck = run.stuck or program.waiting()
    program.ended()
    if blocker:
        blocker.close()
    return run.close()


def call_in(bench, argv, what, script, faults='', redirect='',
            refused=False, buffered=False):
    """A client: listens where it should connect to, and lets
    script(peer, program, run) play once it has."""
    ports = bench.take_ports()
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(('127.0.0.1', ports.port))
        if not refused:
            listener.listen(8)
        program = bench.start(argv, ports, faults, redirect=redirect,
                              buffered=buffered)
        run = Run(program, ports, what)

        def called():
            return not refused and select.select([listener], [], [], 0)[0]
        run.arrived = bool(program.until(called))
        if run.arrived:
            conn, run.peer = listener.accept()
            with conn:
                peer = Peer(conn, program)
                script(peer, program, run)
                peer.pump()
                run.received, run.reset = peer.data, peer.reset
                run.eof = peer.eof
        program.ended()
    return run.close()


# ------------------------------------------------------------------ scripts

def watch_close(peer, program, run):
    """Says nothing, and waits until the program closes."""
    run.held = not program.until(peer.pump)


def to_server(text, ending='keep', slow=False):
    """The client's side: sends text once the server receives (or has sent
    already), then waits for its reply. ending: 'keep' the connection until
    the server closes, 'close' it without a word, 'abort' it after the text."""
    def script(peer, program, run):
        run.text = text
        program.until(lambda: program.begun('recv') or program.done('send') or
                      program.asleep(SOON))
        if slow:
            program.until(lambda: program.asleep(SLOW))
        if ending == 'quiet':
            peer.finish()
        elif ending == 'abort':
            peer.send(text)
            peer.abort()
            return
        else:
            peer.send(text)
        if not program.until(peer.pump):
            run.stuck = program.waiting()
            run.keyboard = program.at_keyboard()
            run.answered = bool(peer.data)
            if run.stuck is not None and run.stuck.name == 'recv':
                peer.finish()           # would the end of the stream help?
                run.needed_end = program.until(peer.pump)
                peer.finish()
    return script


def to_client(reply, pieces=False, ending='close', slow=False):
    """The server's side: waits for the client's greeting, then replies, in
    one piece or in several, each sent when the one before was taken."""
    def script(peer, program, run):
        run.text = reply

        def greeted():
            return peer.pump() or len(peer.data) >= len(HELLO_CLIENT)
        program.until(lambda: greeted() or program.done('send'))
        program.until(greeted)
        run.request = peer.data
        if program.status is None and not peer.data:
            run.stuck = program.waiting()
            run.keyboard = program.at_keyboard()
        if ending == 'abort':
            peer.abort()
            return
        if pieces:
            for count, piece in enumerate(pieces):
                program.until(lambda: program.begun('recv', count + 1) or
                              program.asleep(SOON))
                peer.send(piece)
                program.until(lambda: program.done('recv', count + 1))
        elif reply:
            program.until(lambda: program.begun('recv') or
                          program.asleep(SOON))
            if slow:
                program.until(lambda: program.asleep(SLOW))
            peer.send(reply)
        peer.finish()
        if not program.until(peer.pump):
            run.stuck = run.stuck or program.waiting()
    return script


# ------------------------------------------------------------------ pairs

def pair(bench, server_argv, client_argv, faults=('', '')):
    """Server and client on one port, one record. Returns (server, client),
    both Runs; a run's calls are its own."""
    ports = bench.take_ports()
    log = os.path.join(bench.folder, 'record-%d' % ports.port)
    server = bench.start(server_argv, ports, faults[0], 'server', log)
    runs = [Run(server, ports, 'the pair')]
    up = server.until(lambda: any(
        call.who == 'server' for call in server.calls('accept')))
    if up or listening(ports.port):
        client = bench.start(client_argv, ports, faults[1], 'client', log)
        runs.append(Run(client, ports, 'the pair'))
        both = [server, client]
        while any(program.status is None for program in both):
            if all(program.status is not None or program.asleep(0.4) or
                   program.cpu() > 4 for program in both):
                break
            select.select([], [], [], 0.002)
    for run in runs:
        run.close()
        run.record = run.calls
    for run, who in zip(runs, ('server', 'client')):
        run.calls = [call for call in run.record if call.who == who]
    return runs if len(runs) == 2 else (runs[0], None)
