"""What holds for the whole program: its output, what it has closed, and the
pair on one port.
"""

import os
import re

import scenarios as play
from .call_accept import accepts
from .call_bind import by_variable
from .findings import (Fault, all_closed, blamed, crash, main_socket, plainly,
                       same_output, show, waits_why)
from .runs import expected_output
from .suite import ALL, View, test


@test(ALL, 'server client', 'the output is the Python\'s, byte for byte',
      'plain', 'buffered', each=True)
def output(view):
    run = view.run('plain')
    broken = crash(run)
    if broken:
        raise Fault('', '', broken)
    if view.side == 'server' and view.number >= 4 and run.peer is None:
        accepts(view)
    if run.status is None and not (view.number <= 3):
        raise Fault('the program ends', plainly(run), 'The prompt of lessons '
                    '01 to 03 is gone: nothing waits for Enter.'
                    if run.keyboard else waits_why(run) or
                    'It waits, but in none of the calls of the lessons.')
    error = blamed(run)
    if error and view.number >= 4:
        raise Fault('what the Python prints, and exit status 0', *error)
    same_output(run.stdout, expected_output(view, run), run.stderr)
    came = view.run('buffered').stdout.split(b'\n')
    lost = [line for line in run.stdout.split(b'\n') if line not in came and
            not line.startswith(b'Connection from')]
    if lost and view.run('buffered').status == 0:
        raise Fault('%s, into a file or a pipe too' % show(lost[0]), 'it does '
                    'not arrive', 'What printf() is given waits in a buffer '
                    'until the program ends with return or exit(). _exit() '
                    'and a closed descriptor 1 leave it there; fflush(stdout) '
                    'sends it out.')
    said = next((line for line in run.stderr.splitlines()
                 if os.strerror(0) in line), None)
    if said:
        raise Fault('nothing on standard error', show(said.encode()), 'Nothing '
                    'failed, as it says itself: the message stands outside its '
                    'if.', (1, 'When a call fails'))


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
            fault.why = ('Where socket() gives 3, all is closed. Here it gave '
                         '%s: is a number written where the variable belongs?'
                         % main_socket(run))
        raise
    if view.number >= 6 and view.run('silent').status == 0:
        all_closed(view.run('silent'))
    if view.run('plain').held:
        raise Fault('it closes the connection and ends', 'the other side stays '
                    'connected and says nothing: then the program waits',
                    'It waits for the other side to close. This side closes '
                    'first.', (1, 'Who closes what'))
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
