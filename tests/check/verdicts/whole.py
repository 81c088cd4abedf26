"""What holds for the whole program: its output, what it has closed, and the
pair on one port.
"""

import re

import scenarios as play
from .call_accept import accepts
from .call_bind import by_variable
from .findings import (Fault, all_closed, crash, plainly, same_output, show,
                       waits_why)
from .runs import PROMPT
from .suite import ALL, View, test


def expected_output(view, run):
    """What the Python prints in this run."""
    if view.number == 1 or view.number == 2:
        return PROMPT
    if view.number == 3:
        return b'Server listening on port 8080\n' + PROMPT
    if view.side == 'server':
        text = b'Server listening on port 8080\n'
        text += ("Connection from: ('%s', %d)\n" % (run.peer or ('?', 0))
                 ).encode()
        if view.number >= 6:
            text += b'Received from client: %s\nHello message sent\n' % \
                run.text
        return text
    if view.number == 5:
        return b''
    return b'Hello message sent\nReceived from server: %s\n' % run.text


@test(ALL, 'server client', 'the output is the Python\'s, byte for byte',
      'plain', each=True)
def output(view):
    run = view.run('plain')
    broken = crash(run)
    if broken:
        raise Fault('', '', broken)
    if view.side == 'server' and view.number >= 4 and run.peer is None:
        accepts(view)
    if run.status is None and not (view.number <= 3):
        raise Fault('the program ends', plainly(run), waits_why(run))
    same_output(run.stdout, expected_output(view, run), run.stderr)


@test(ALL, 'server client', 'every socket is closed, and the program ends '
      'with status 0', 'plain', 'shifted', each=True)
def closed(view):
    all_closed(view.run('plain'))
    run = view.run('shifted')
    by_variable(view)
    try:
        all_closed(run)
    except Fault as fault:
        if run.status == 0:
            fault.why = ('Where the numbers are 3 and 4, all is closed. Here '
                         'they are others: is a number written where the '
                         'variable belongs?')
        raise
    if view.number >= 6 and view.run('silent').status == 0:
        all_closed(view.run('silent'))
    if view.number >= 4 and view.run('plain').reset:
        raise Fault('the other side finds the end of the stream',
                    'it finds a reset', 'The connection is broken off, not '
                    'closed: SO_LINGER with 0 seconds does that, or bytes '
                    'that were never received.', (1, 'Who closes what'))


@test([5], 'pair', 'the server of lesson 04 takes the connection', 'pair')
def meets(view):
    server, client = view.run('pair')
    if client is None:
        raise Fault('a server that waits for a client', plainly(server),
                    crash(server) or 'server.c of this folder ends before a '
                    'client can call it.')
    if b"Connection from: ('127.0.0.1', " not in server.stdout:
        raise Fault("Connection from: ('127.0.0.1', ...)", show(server.stdout),
                    'The server did not get the connection.',
                    (5, "The server's address"))
    server.peer = taken(server)
    same_output(server.stdout, expected_output(View(view.subject, 'server'),
                                               server), server.stderr)
    all_closed(server)


def taken(run):
    """The peer that accept() gave, as an address and a port."""
    for call in run.of('accept'):
        found = re.match(r'([\d.]+):(\d+)$', call.after or '')
        if found:
            return found[1], int(found[2])
    return None


@test([6, 7], 'pair', 'server and client greet each other', 'pair',
      each=True)
def greet(view):
    server, client = view.run('pair')
    if client is None:
        raise Fault('a server that listens', plainly(server),
                    crash(server) or '')
    see = (6, 'Who waits for whom')
    if client.status is None and server.status is None and \
            client.stuck and server.stuck:
        raise Fault('both end', 'the server waits in %s, the client in %s' % (
            server.stuck.text, client.stuck.text),
            'Both wait to receive, so nobody sends.', see)
    for run, who in ((server, 'server'), (client, 'client')):
        if run.status != 0:
            raise Fault('the %s ends with status 0' % who, plainly(run),
                        crash(run) or waits_why(run), see)
    same_output(client.stdout, b'Hello message sent\nReceived from server: '
                b'Hello from server\n', client.stderr)
    server.peer = taken(server)
    server.text = play.HELLO_CLIENT
    same_output(server.stdout, expected_output(View(view.subject, 'server'),
                                               server), server.stderr)
