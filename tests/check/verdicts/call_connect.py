"""Lesson 05: connect()."""

import errno
import os

from .call_bind import (address_fault, by_variable, endpoint, once, right_port,
                        wrong_length)
from .findings import Fault, called, fails, show
from .suite import test


@test([5, 6, 7], 'client', 'connect() goes to port 8080', 'plain')
def connect_port(view):
    call, expected, see = the_connect(view)
    right_port(call, expected, see)
    by_variable(view, 'connect')


@test([5, 6, 7], 'client', 'connect() goes to 127.0.0.1', 'plain')
def connect_address(view):
    call, expected, see = the_connect(view)
    address = endpoint(call)[0]
    if address != '127.0.0.1':
        raise Fault(expected, call.text, {
            '255.255.255.255': 'That is -1: what inet_addr() gives for a text '
            'that is no address.',
            '1.0.0.127': 'The four bytes are reversed: the address is in '
            'network byte order as well.',
            '0.0.0.0': '0.0.0.0 is for servers: every address of the machine. '
            'A client calls one. Was inet_pton() given an address in numbers, and '
            'its result compared with 1?'}.get(
                address, 'The address is another.'), see)
    run = view.run('plain')
    good = [c for c in run.of('connect') if c.result == 0 or
            c.error == 'EINPROGRESS']
    if call.error == 'EINPROGRESS' and run.status:
        raise Fault(expected, call.text, 'The socket is non-blocking: '
                    'connect() does not wait for the connection.', see)
    if run.of('listen'):
        no_bind(view)
    if not good and not run.arrived:
        raise Fault(expected, call.text, 'The call failed: %s.' % os.strerror(
            getattr(errno, call.error, 0)) if call.failed else
                    'The connection did not arrive.', see)
    if len([c for c in run.of('connect') if c.result == 0]) > 1:
        raise Fault('one connect()', run.of('connect')[1].text,
                    'It connects more than once.', see)


def the_connect(view):
    run = view.run('plain')
    expected = 'connect(3, 127.0.0.1:8080) = 0'
    see = (5, "The server's address")
    calls = called(run, 'connect', expected, see, 'The client never calls the '
                   'server.')
    good = [call for call in calls if call.result == 0 or
            call.error == 'EINPROGRESS']
    call = good[0] if good else calls[0]
    once(calls, see)
    address_fault(run, call, expected, see)
    if call.error == 'EINVAL' or not endpoint(call):
        wrong_length(expected, call, see)
    return call, expected, see


@test([5, 6, 7], 'client', 'the client leaves its own port to the kernel',
      'plain')
def no_bind(view):
    run = view.run('plain')
    for call in run.of('bind', 'listen', 'accept'):
        raise Fault('no %s()' % call.name, call.text,
                    'A client needs no bind(): connect() gives its socket a '
                    'free port.' if call.name == 'bind' else
                    'Nobody connects to a client: it calls. %s() is the '
                    'server\'s.' % call.name, (5, 'The ephemeral port'))
    if run.received and view.number == 5:
        raise Fault('no byte is sent', 'the server receives %s' % show(
            run.received), 'To send is the next lesson: this client connects '
            'and closes.', (5, "The server's address"))
    for call in run.of('send', 'recv') if view.number == 5 else ():
        raise Fault('no %s()' % call.name, call.text, '%s() is the next '
                    'lesson: this client connects and closes.' % call.name,
                    (5, "The server's address"))


@test([5, 6, 7], 'client', 'a connect() that is refused ends the program with '
      'its error', 'refused', 'connect fails', 'connect times out')
def connect_fails(view):
    the_connect(view)
    fails(view, 'connect', {'refused': 'ECONNREFUSED', 'connect fails':
                            'ENETUNREACH', 'connect times out': 'ETIMEDOUT'},
          [b'Hello message sent', b'Received from'])
