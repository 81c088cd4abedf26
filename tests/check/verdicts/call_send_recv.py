"""Lesson 06: send() and recv()."""

import errno
import os

import scenarios as play
from .call_accept import accepts
from .call_bind import by_variable
from .call_connect import the_connect
from .findings import (COPIES, PRINTED, Fault, apart, called, copies, crash,
                       lost, main_socket, order, own_error, patient, plainly,
                       show, silent_end, waits_why)
from .suite import test


def conversation(view):
    """The plain run of a side, once it has got as far as its connection."""
    run = view.run('plain')
    if view.side == 'server':
        accepts(view)
    else:
        the_connect(view)
    if run.keyboard and run.status is None:
        raise Fault('the program goes on by itself',
                    'it waits for the keyboard', 'Since lesson 04 nothing '
                    'waits for Enter.', (4, 'The connected socket'))
    return run


def connected_socket(run):
    """The descriptor on which the two talk."""
    for call in run.of('accept', 'connect'):
        if call.name == 'accept' and (call.result or -1) >= 0:
            return call.result
        if call.name == 'connect' and (call.result == 0 or
                                       call.error == 'EINPROGRESS'):
            return call.fd
    return None


def on_the_right_socket(view, run, call, expected):
    """Fault if a send or recv is on another descriptor than the one of the
    conversation."""
    wanted = connected_socket(run)
    if call.fd == wanted or wanted is None or copies(run, call.fd) or any(
            c.fd == call.fd and c.result == wanted for c in run.of(*COPIES)):
        return
    if call.fd == main_socket(run) and view.side == 'server':
        raise Fault(expected, call.text, 'Descriptor %d is the listening '
                    'socket: it carries no data. The client is on %d, the '
                    'result of accept().' % (call.fd, wanted),
                    (4, 'The connected socket'))
    raise Fault(expected, call.text, 'The conversation is on descriptor %d.'
                % wanted, (1, 'The descriptor'))


@test([6, 7], 'client', 'send() sends Hello from client, 17 bytes', 'plain')
def client_sends(view):
    sends(view, play.HELLO_CLIENT)


@test([6, 7], 'server', 'recv() takes up to 1024 bytes from the client',
      'plain', 'long', 'tiny')
def server_receives(view):
    receives(view)


@test([6, 7], 'server', 'what was received is printed', 'plain', 'shifted',
      'tiny')
def server_prints(view):
    prints_received(view, b'Received from client: ')


@test([6, 7], 'server', 'send() sends Hello from server, 17 bytes', 'plain')
def server_sends(view):
    sends(view, play.HELLO_SERVER)


@test([6, 7], 'client', 'recv() takes up to 1024 bytes from the server',
      'plain', 'long')
def client_receives(view):
    receives(view)


@test([6, 7], 'client', 'what was received is printed', 'plain', 'shifted',
      'tiny')
def client_prints(view):
    prints_received(view, b'Received from server: ')


def sends(view, text):
    """The side's send: the text and nothing else, at its time, and said
    after it."""
    run = conversation(view)
    wanted = connected_socket(run)
    see = (6, 'What send returns')
    expected = 'send(%s, 17, "%s") = 17' % (wanted, text.decode())
    for call in run.of('send')[:1]:
        on_the_right_socket(view, run, call, expected)
    if not run.of('send') and run.received and run.status == 0:
        raise Fault(expected, 'the other side receives %s' % show(
            run.received), 'The check follows send(), sendto(), sendmsg(), '
            'write() and writev(), and saw none of them.', see)
    calls = called(run, 'send', expected, see, 'Nothing is sent%s.' % (
        ', though the program prints that it was'
        if b'Hello message sent' in run.stdout else ''))
    call = calls[0]
    by_variable(view, 'send')
    if view.side == 'server':
        order(run, 'recv', 'send', 'The server answers before it has heard '
              'the client.', (6, 'Who waits for whom'))
    else:
        order(run, 'send', 'recv', 'The client waits for an answer before it '
              'has said anything; the server waits as well.',
              (6, 'Who waits for whom'))
    if len(calls) > 1 and not call.failed and \
            call.args[:1] == [str(call.result)] and call.result < 17 and \
            'MSG_MORE' not in call.text and (
                view.side == 'client' or view.number == 6) and \
            calls[1].data != text:
        raise Fault('one send() of 17 bytes', '%s, then %s' % (
            call.text, calls[1].text), 'The other side receives once, and may '
            'find only the first piece.', (6, 'A stream has no messages'))
    sent = b''.join(c.data[:c.result] for c in calls
                    if c.result is not None and c.result > 0 and
                    c.fd == call.fd)
    if call.failed and not sent:
        raise Fault(expected, call.text, crash(run) or why_failed(run, call),
                    see)
    if sent != text:
        if sent == text + b'\0':
            raise Fault(expected, call.text, 'The \'\\0\' is sent along: the '
                        'length is strlen(message), 17, without + 1, and not '
                        'sizeof, 18.',
                        see)
        if sent.rstrip(b'\n\r') == text:
            raise Fault(expected, call.text, 'A newline is sent along.', see)
        if sent == text * 2:
            raise Fault('one send()', '%s, then %s' % (
                call.text, calls[1].text), 'It is sent twice.', see)
        if len(sent) == 8 or len(sent) == 4 and text.startswith(sent):
            raise Fault(expected, call.text, 'Only %d bytes are sent: sizeof '
                        'of a pointer is its own size, not that of the text. '
                        'strlen() counts the text.' % len(sent), see)
        if text.startswith(sent):
            raise Fault(expected, call.text, 'The text is cut: only %d of 17 '
                        'bytes are sent.' % len(sent), see)
        if sent.startswith(text) and len(calls) > 1:
            raise Fault('one send()', ', then '.join(
                c.text for c in calls[:3]), 'More is sent than the text.', see)
        if sent.startswith(text):
            raise Fault(expected, call.text, 'More than the text is sent: its '
                        'length is strlen(message).', see)
        at = next((i for i, (a, b) in enumerate(zip(sent, text)) if a != b),
                  0)
        raise Fault(expected, 'send(%s, %d, %s)' % (call.fd, len(sent),
                                                    show(sent)),
                    'The text is another, from byte %d on.' % (at + 1), see)
    if 'MSG_OOB' in call.text:
        raise Fault(expected, call.text, 'With MSG_OOB the last byte goes '
                    'outside the stream, where recv() does not find it.', see)
    line = b'Hello message sent\n'
    if line in run.stdout[:max(call.out, 0)]:
        raise Fault('send() = 17, then "Hello message sent"',
                    'the line, then %s' % call.text, 'It says that the '
                    'message is sent before it is.', see)


def why_failed(run, call):
    """Why a send or recv of the plain run failed."""
    before = run.calls[:run.calls.index(call)]
    shut = [c.text for c in before if c.name == 'shutdown']
    if call.error in ('EBADF', 'ENOTSOCK'):
        return lost(call, run)
    if shut:
        return '%s came before.' % shut[-1]
    if call.error == 'EAGAIN':
        return ('The call does not wait: MSG_DONTWAIT is among its flags, or '
                'the socket is non-blocking.')
    if call.error == 'EFAULT':
        return 'The buffer is no memory of the program: it must be an array.'
    return 'The call failed: %s.' % os.strerror(getattr(errno, call.error, 0))


def receives(view):
    """The side's recv: from its socket, up to 1024 bytes, and (the server)
    once."""
    run = conversation(view)
    wanted = connected_socket(run)
    see = (6, 'A stream has no messages')
    expected = 'recv(%s, 1024) = %d' % (wanted, len(run.text) or 17)
    if not run.of('recv') and run.text in run.stdout and run.status == 0:
        raise Fault(expected, 'no such call, and the text is printed', 'The '
                    'check follows recv(), recvfrom(), recvmsg(), read() and '
                    'readv(), and saw none of them.', see)
    calls = called(run, 'recv', expected, see, 'Nothing is received.')
    calls = [c for c in calls if c.error not in ('EAGAIN', 'EINTR')] or calls
    call = calls[0]
    on_the_right_socket(view, run, call, expected)
    if call.failed:
        raise Fault(expected, call.text, why_failed(run, call), see)
    if view.side == 'client':
        order(run, 'send', 'recv', 'The client waits for an answer before it '
              'has said anything; the server waits as well.',
              (6, 'Who waits for whom'))
    else:
        order(run, 'recv', 'send', 'The server answers before it has heard '
              'the client.', (6, 'Who waits for whom'))
    if all('MSG_PEEK' in c.text for c in calls):
        raise Fault(expected, call.text, 'MSG_PEEK looks and leaves the bytes '
                    'in the queue: they are not received.', see)
    size = int(call.args[0]) if call.args and call.args[0].isdigit() else 0
    if 'MSG_TRUNC' in call.text:
        raise Fault(expected, call.text, 'MSG_TRUNC throws the bytes away.',
                    see)
    if size > 1024:
        raise Fault('at most 1024 bytes asked for', call.text,
                    'The Python asks for 1024, so that is all that may be '
                    'taken at once; and the \'\\0\' of a string needs a place '
                    'behind it.', (6, 'Received bytes are no string'))
    if 0 < size < 1024 and size in (4, 8):
        raise Fault('1024 bytes asked for', call.text, 'That is the size of a '
                    'pointer: sizeof gives the size of an array only where '
                    'the array itself is named.', see)
    got = [c for c in calls if c.result and 'MSG_PEEK' not in c.text]
    if run.stuck is not None and run.stuck.name == 'recv':
        raise Fault(expected, '%s, then it waits in %s' % (
            calls[0].text, run.stuck.text) if run.stuck is not calls[0] else
            'it waits in %s' % run.stuck.text, waits_why(run),
            (6, 'Who waits for whom'))
    if view.side == 'server' and len(got) > 1 and view.number == 6:
        raise Fault('one recv()', got[1].text, 'The Python receives once.',
                    see)
    patient(view, 'recv', see)
    if view.side == 'server':
        tiny = view.run('tiny')
        if tiny.stuck is not None and tiny.stuck.name == 'recv':
            raise Fault('recv(%s, 1024) = 3' % wanted, 'it waits in %s, after '
                        '3 bytes' % tiny.stuck.text, 'The client has sent 3 '
                        'bytes and waits for the answer. A receive gives what '
                        'is there; how long a message is, nobody knows.', see)
    if size < 1024 and view.side == 'server' and len(calls) == 1:
        long = view.run('long')
        taken = long.of('recv')
        if sum(max(c.result or 0, 0) for c in taken) < 1024:
            raise Fault('recv(%s, 1024) = 1024' % wanted,
                        taken[0].text.split(' "')[0] if taken else 'no recv()',
                        'It asks for %d bytes; the Python asks for 1024.'
                        % size, see)
    if size < 1024 and view.side == 'client':
        long = view.run('long')
        taken = sum(max(c.result or 0, 0) for c in long.of('recv'))
        if taken < 1024:
            raise Fault('1024 bytes received', '%d' % taken,
                        'It asks for %d bytes; the Python asks for 1024.'
                        % size, see)


def prints_received(view, label):
    """What was received, all of it and nothing else, stands in the output,
    after it came."""
    see = (6, 'Received bytes are no string')
    for kind in ('plain', 'shifted'):
        run = view.run(kind)
        if kind == 'plain':
            receives(view)
        wanted = label + run.text
        if wanted + b'\n' in run.stdout:
            call = next((c for c in run.of('recv') if (c.result or 0) > 0),
                        None)
            if not call:
                raise Fault('recv() = %d, then the line' % len(run.text),
                            'the line, and no recv() that brought it',
                            'It prints what it has not received.', see)
            if label in run.stdout[:max(call.out, 0)]:
                raise Fault('recv(), then the line', 'the line before',
                            'It prints what it has not received yet.', see)
            continue
        at = run.stdout.find(b'Received from')
        found = None if at < 0 else run.stdout[at:].split(
            b'\nHello message sent')[0].rstrip(b'\n')
        broken = crash(run)
        if broken:
            raise Fault(show(wanted), 'the program ends before', broken, see)
        if found is None:
            error = silent_end(run) or own_error(run)
            if error:
                raise Fault(show(wanted), *error, see)
            other = [line for line in run.stdout.split(b'\n') if line and
                     not line.startswith(PRINTED)]
            raise Fault(show(wanted), show(other[0]) if other else
                        'no such line in ...%s' % show(run.stdout[-56:]),
                        'It stands on standard error; printf() prints on '
                        'standard output.' if 'Received from' in run.stderr else
                        'The line is not printed, or begins in another way.'
                        if run.status is not None else plainly(run), see)
        rest = found[len(label):]
        got = sum(max(c.result or 0, 0) for c in run.of('recv'))
        shut = [c.text for c in run.of('shutdown') if 'SHUT_WR' not in c.text]
        if not found.startswith(label):
            why = 'The words before the text are others.'
        elif not got:
            why = 'recv() gave 0 bytes.' + (
                ' %s has closed the receiving side.' % shut[0] if shut else '')
        elif not rest and run.text in run.stdout:
            why = 'The text stands elsewhere, not behind its label.'
        elif not rest and len(run.of('recv')) > 1 and view.number == 6:
            why = ('recv() was called again, and its second result, %s, '
                   'replaced the first.' % run.of('recv')[1].result)
        elif not rest:
            why = 'The text is missing: what recv() brought is not printed.'
        elif rest == run.text:
            why = 'The newline behind the text is missing.'
        elif rest.startswith(run.text) and len(rest) in (1024, 1025):
            why = ('%d bytes are printed where %d were received: as many as '
                   'recv() returned belong there.' % (len(rest), got))
        elif rest.startswith(run.text + b'Hello message sent'):
            why = 'The newline behind it is missing.'
        elif rest.startswith(run.text) and rest[len(run.text):].isascii() and \
                rest[len(run.text):].decode().strip('\r').isprintable():
            why = '%s is printed behind it, and was not received.' % show(
                rest[len(run.text):])
        elif rest.startswith(run.text):
            why = ('More is printed than was received: the \'\\0\' behind the '
                   'last byte is missing, at data[received].')
        elif run.text.startswith(rest):
            why = 'The text is cut after %d of %d bytes.' % (len(rest),
                                                          len(run.text))
        elif b'\\xffffff' in rest:
            see = (7, 'Bytes that drive a terminal')
            why = ('A char has a sign here, so that a byte above 127 is a '
                   'negative number: make it an unsigned char first.')
        elif b'\\x' in rest and b'\\x' not in run.text:
            see = (7, 'Bytes that drive a terminal')
            why = ('Bytes are replaced that drive no terminal: only the '
                   'control characters are, 0 to 31 without newline and tab, '
                   'and 127.')
        elif b'%' not in rest and run.text[:10] == rest[:10] and \
                b'%' in run.text:
            why = ('The text was used as the format of printf(): it belongs '
                   'behind "%s", as an argument.')
        elif run.text in rest:
            why = 'Something stands around the text that was not received.'
        elif b'\r' in rest:
            why = 'A byte is printed that was not received: 13 (\\r).'
        else:
            why = 'That was never received.'
        raise Fault(*apart(wanted, found), why, see)
    run = view.run('tiny')
    if label + run.text + b'\n' not in run.stdout:
        error = own_error(run)
        raise Fault(show(label + run.text), error[0] if error else plainly(run),
                    'Three bytes were sent. A text of any length is printed.',
                    see)
