"""Lesson 03: listen(), and the prompt of lessons 01 to 03."""

import errno
import os

from .call_bind import bind_port, by_variable
from .findings import (COPIES, Fault, TALK, called, copies, crash, fails,
                       lost, main_socket, own_error, plainly, silent_end)
from .runs import PROMPT
from .suite import test


@test(range(3, 8), 'server', 'listen() makes the socket listen, with a '
      'backlog of 3', 'plain', 'shifted')
def listens(view):
    run = view.run('plain')
    expected = 'listen(3, 3) = 0'
    see = (3, 'Listening')
    hint = 'The port is taken, but nobody can connect.'
    if b'Server listening' in run.stdout:
        hint = ('The program prints that it listens, and does not: the print '
                'proves nothing. Nobody can connect yet.')
    calls = called(run, 'listen', expected, see, hint)
    call = calls[0]
    if call.failed:
        if call.error in ('EBADF', 'ENOTSOCK'):
            raise Fault(expected, call.text, lost(call, run),
                        (1, 'The descriptor'))
        raise Fault(expected, call.text, 'The call failed: %s.' % os.strerror(
            getattr(errno, call.error, 0)), see)
    bound = [c.fd for c in run.of('bind') if c.result == 0]
    if bound and call.fd not in bound and not copies(run, call.fd) and \
            not copies(run, bound[0]):
        raise Fault('listen(%d, 3) = 0' % bound[0], call.text, 'It listens on '
                    'another socket than the one that is bound.', see)
    if call.args[:1] != ['3']:
        raise Fault(expected, call.text, 'The backlog, the second argument, '
                    'is 3 in the Python: how many connections may wait to be '
                    'accepted.' + (' Does == -1 stand inside the parentheses '
                    'of listen()?' if call.args == ['0'] else ''),
                    (3, 'The backlog'))
    if len(calls) > 1:
        raise Fault(expected, '%s, then %s' % (call.text, calls[1].text),
                    'Once is enough: the socket listens until it is closed.',
                    see)
    by_variable(view, 'listen')
    for call in view.run('shifted').of('listen'):
        if call.result == 0 and call.args[:1] != ['3']:
            raise Fault('listen(%d, 3) = 0' % call.fd, call.text, 'The backlog '
                        'is 3, whatever number the socket has.',
                        (3, 'The backlog'))


@test([3], 'server', 'a client can connect to port 8080', 'plain')
def reachable(view):
    run = view.run('plain')
    accepted = next((call for call in run.of('accept')), None)
    if accepted:
        raise Fault('no accept()', accepted.text.replace(' ...', ''), 'accept() '
                    'is the next lesson: here a connection stays in the queue.',
                    (3, 'Listening'))
    if run.connected and not run.stays and run.status is not None:
        raise Fault('it waits for Enter, whoever connects', 'a client connects, '
                    'then ' + plainly(run), 'Only Enter ends it.')
    if run.connected:
        return
    listens(view)
    if not run.waited:
        ends_on_enter(view)
    bind_port(view)
    error = own_error(run)
    early = next((call.text for call in run.calls[:run.made]
                  if call.name in ('close', 'shutdown') and
                  call.result == 0), None)
    raise Fault('a connection to port 8080', error[0] if error else
                '%s, then connection refused' % early if early else
                'connection refused', error[1] if error else
                'No socket listens on port 8080 while the program waits.',
                (3, 'Listening'))


@test([3, 4, 6, 7], 'server', 'it says that it listens after listen() has '
      'succeeded', 'plain', 'listen fails')
def says_listening(view):
    run = view.run('plain')
    call = called(run, 'listen', 'listen(3, 3) = 0', (3, 'Listening'))[0]
    line = b'Server listening on port 8080\n'
    if line in run.stdout[:max(call.out, 0)]:
        raise Fault('listen(3, 3) = 0, then the line', 'the line, then %s'
                    % call.text, 'The line is printed before listen() has '
                    'returned: at that time nobody listens.', (3, 'Listening'))
    for call in run.of('accept')[:1] if view.number > 3 else ():
        if line in run.stdout and line not in \
                run.stdout[:max(call.begun_out, 0)] and call.begun_out >= 0:
            raise Fault('the line, then %s' % call.text,
                        '%s, then the line' % call.text, 'The line comes only '
                        'once accept() has returned: until then nobody knows '
                        'that the server listens.', (3, 'Listening'))


@test(range(3, 8), 'server', 'a listen() that fails ends the program with its '
      'error', 'listen fails', 'listen taken')
def listen_fails(view):
    fails(view, 'listen', {'listen fails': 'EOPNOTSUPP', 'listen taken':
                           'EADDRINUSE'}, [b'Server listening'])


# -- the prompt

@test([1, 2, 3], 'server', 'it waits for Enter, and Enter ends it', 'plain',
      each=True)
def ends_on_enter(view):
    run = view.run('plain')
    if not run.waited:
        broken = crash(run)
        if broken:
            raise Fault('it waits for Enter', plainly(run), broken)
        failed = next((call for call in run.of(*TALK) if call.failed), None)
        if failed:
            raise Fault('it waits for Enter', '%s, then %s' % (
                failed.text, plainly(run)), '%s() failed.' % failed.name)
        if run.waits_in:
            raise Fault('it waits for Enter', 'it waits in %s'
                        % run.waits_in.text, 'In this lesson the program '
                        'waits for Enter only.')
        zero = next((call for call in run.of('close') if call.fd == 0 and
                     call.result == 0), None)
        if zero:
            raise Fault('it waits for Enter', '%s, then %s' % (
                zero.text, plainly(run)), lost(zero, run),
                (1, 'The descriptor'))
        error = own_error(run) or silent_end(run)
        if error:
            raise Fault('it waits for Enter', error[0], error[1],
                        (1, 'When a call fails'))
        raise Fault('it waits for Enter', 'it ends without Enter: %s' %
                    plainly(run) if run.status is not None else plainly(run),
                    'The prompt holds the program, so that its socket can be '
                    'looked at.')
    if PROMPT in run.stdout and PROMPT not in run.before:
        raise Fault('the prompt, then the wait for Enter',
                    'the prompt, after Enter', 'The prompt is printed too late, '
                    'or it stays in the buffer until then: it has no newline, '
                    'so fflush(stdout) sends it out.')
    if not run.enter:
        more = run.keyboard or getattr(run, 'eof', False)
        raise Fault('Enter ends it', 'it waits for the keyboard again' if more
                    else plainly(run), 'Enter does not end it: it waits for '
                    'more input.' if more else 'After Enter it does not end.')
    limit = next((call for call in run.of('poll', 'select', 'alarm')
                  if call.name == 'alarm' or call.fd == 0), None)
    if limit and not view.run('limit').waited:
        raise Fault('it waits for Enter as long as it takes', '%s, then %s' % (
            limit.text.split(' = ')[0], plainly(view.run('limit'))),
            'The program gives up when Enter takes its time.')
    made, later = run.calls[:run.made], run.calls[run.made:]
    since = next((n for n, call in enumerate(made) if call.name == 'socket' and
                  call.result == main_socket(run)), 0)
    if [call for call in made[since:] if call.name == 'close' and
            call.pid == made[since].pid and
            call.result == 0 and call.fd == main_socket(run)] and \
            not run.of(*COPIES):
        raise Fault('close() after Enter', 'close() before the wait',
                    'The socket is closed before anyone can look at it.')
    for call in run.of():
        if call.name in TALK[:-1] and (call in later or PROMPT in run.stdout[
                :max(call.begun_out, 0)]):
            raise Fault('%s(), then the prompt' % call.name,
                        'the prompt, then %s' % call.text, 'The prompt holds '
                        'the program so that one can look at what it has made: '
                        'all calls come before it.')
