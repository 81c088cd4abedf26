"""Lesson 04: accept(), and the address of the peer."""

import re

from .call_bind import bind_port, by_variable, swapped
from .call_listen import listens
from .findings import (NO_POINTER, Fault, called, crash, fails, lost, order,
                       own_error, patient, plainly, show, silent_end)
from .suite import test


@test([4, 6, 7], 'server', 'accept() takes the connection', 'plain')
def accepts(view):
    run = view.run('plain')
    see = (4, 'The connected socket')
    expected = 'accept(3) = 4'
    if not run.listens:
        listens(view)
        bind_port(view)
    calls = called(run, 'accept', expected, see, 'The server ends without '
                   'having taken a connection from the queue.')
    order(run, 'listen', 'accept', 'A socket can accept only once it listens.',
          see)
    good = [call for call in calls if call.result is not None and
            call.result >= 0]
    for talk in run.of('send', 'recv') if view.number == 4 else ():
        raise Fault('no %s()' % talk.name, talk.text, '%s() is a later '
                    'lesson: this one ends with the connection.' % talk.name,
                    see)
    if run.received and view.number == 4:
        raise Fault('no byte is sent', 'the client receives %s' % show(
            run.received), 'To send is a later lesson: this one ends with the '
            'connection.', see)
    room = re.match(r'(\d+) bytes$', ' '.join(good[0].args) if good else '')
    if room and 0 < int(room[1]) < 16:
        raise Fault('accept() with room for 16 bytes', good[0].text, 'The '
                    'length says %s%s. It is the size of the struct, sizeof '
                    'address.' % (room[1], ': sizeof of a pointer is its own '
                                  'size' if room[1] == '8' else ''),
                    (4, 'The address of the peer'))
    by_variable(view, 'accept')
    calls = [call for call in calls
             if call.error not in ('EAGAIN', 'EINTR')] or calls
    if len(calls) > 1 and len(good) >= 1:
        raise Fault('one accept()', calls[1].text, 'The lesson serves one '
                    'client: accept() is called again, and waits for another.'
                    if calls[1].result is None else
                    'The lesson serves one client.', see)
    if good:
        patient(view, 'accept', see)
        return
    call = calls[0]
    if call.result is None:
        raise Fault(expected, 'it waits in %s' % call.text,
                    'A client has connected, and accept() did not take it.',
                    see)
    why = {'EBADF': lost(call, run), 'ENOTSOCK': lost(call, run),
           'EAGAIN': 'The socket is non-blocking: accept() does not wait.',
           'EINVAL': 'The socket does not listen, or the length (its third '
                     'argument) was not set before: it says how much room '
                     'there is.',
           'EFAULT': NO_POINTER if call.args == ['0 bytes'] else
           'The second argument must point to room for an address, and the '
           'third to a socklen_t with its size.'}.get(call.error, '')
    raise Fault(expected, call.text, why, see)


@test([4, 6, 7], 'server', 'the peer is printed as Python prints it', 'plain',
      'shifted')
def peer_printed(view):
    for kind in ('plain', 'shifted'):
        run = view.run(kind)
        accepts(view)
        see = (4, 'The address of the peer')
        if run.peer is None:
            raise Fault('a connection from the check\'s client',
                        ''.join(c.text for c in run.of('accept')[:1]),
                        'The program takes another connection than the '
                        'check\'s: one that it made itself?', see)
        wanted = "Connection from: ('%s', %d)" % run.peer
        lines = run.stdout.split(b'\n')
        found = [line.decode('utf-8', 'replace') for line in lines
                 if b'onnection' in line]
        if wanted in found:
            call = next(c for c in run.of('accept') if c.result is not None)
            heard = next(iter(run.of('recv')), None)
            if heard and b'onnection from' not in run.stdout[
                    :max(heard.begun_out, 0)]:
                raise Fault('the line, then %s' % heard.text.split(' = ')[0],
                            '%s, then the line' % heard.text.split(' = ')[0],
                            'The line is printed once the client has said '
                            'something: with one that says nothing it does '
                            'not come.', see)
            if b'onnection from' in run.stdout[:max(call.out, 0)]:
                raise Fault('accept() = 4, then the line', 'the line, then %s'
                            % call.text, 'The line is printed before the '
                            'connection is there.', see)
            continue
        broken, error = crash(run), own_error(run)
        if broken:
            raise Fault(wanted, 'the program ends before', broken, see)
        if not found:
            if error:
                raise Fault(wanted, error[0], error[1], see)
            if 'onnection from' in run.stderr:
                raise Fault(wanted + ' on standard output', 'it stands on '
                            'standard error', 'printf() prints on standard '
                            'output.', see)
            error = silent_end(run)
            if error:
                raise Fault(wanted, error[0], error[1], see)
            raise Fault(wanted, 'no such line in %s' % show(run.stdout),
                        'The line is not printed.' if run.status is not None
                        else plainly(run), see)
        first = next(iter(run.of('accept')), None)
        if first and found[0].encode('utf-8', 'replace') in \
                run.stdout[:max(first.begun_out, 0)]:
            raise Fault('accept() = 4, then the line', 'the line, then %s' %
                        first.text, 'The line is printed before the connection '
                        'is there.', see)
        raise Fault(wanted, found[0], peer_why(found[0], run.peer), see)


def peer_why(line, peer):
    """What the peer's line shows instead of the peer."""
    address, port = peer
    low = (port & 0xff) << 8 | port >> 8
    numbers = [int(n) for n in re.findall(r'-?\b\d+\b', re.sub(
        r'\d+\.\d+\.\d+\.\d+', '', line))]
    shown = re.search(r'\d+\.\d+\.\d+\.\d+', line)
    shown = shown[0] if shown else None
    if port not in numbers:
        if not numbers:
            return 'The port is missing.'
        if 54321 in numbers:
            return ('54321 is the example of the text. The peer\'s address is '
                    'what accept() writes.')
        if low in numbers:
            return ('The two bytes of the port are swapped: sin_port is in '
                    'network byte order, and ntohs() turns it back.')
        if 8080 in numbers:
            return ('8080 is the server\'s own port. The peer\'s address is '
                    'what accept() writes.')
        if 0 in numbers and shown == address:
            return ('The address is right, and the port is 0: ntohs() is for '
                    'the 16 bits of a port, ntohl() for 32.')
        if shown == address and max(numbers, default=0) > 65535:
            return 'A port has 16 bits: ntohs() is for these, ntohl() for 32.'
        if port & 0xff in numbers or port >> 8 in numbers:
            return ('That is one byte of the port: its variable is too small '
                    'for 16 bits.')
        if any(str(port).startswith(str(n)) for n in numbers if n > 99):
            return 'The end of the port is cut off.'
        if '%x' % port in line.lower():
            return 'The port is the peer\'s, in hexadecimal.'
        if 0 in numbers:
            return ('The port is 0: accept() did not write into that struct, '
                    'its length was 0, or it was cleared afterwards.')
        if port - 65536 in numbers:
            return 'A port has no sign: it is a uint16_t, 0 to 65535.'
        if shown == address:
            return 'The port is not the peer\'s.'
    if shown == swapped(address):
        return ('The bytes of the address are reversed: inet_ntop() takes it '
                'in network byte order, as it is.')
    if shown in ('0.0.0.0', '127.0.0.1') and shown != address:
        return ('That is not the peer\'s address, but the server\'s, or one '
                'that is written into the program, or the text was made before '
                'accept(), which writes the peer\'s into the struct.')
    if shown and shown.startswith('2.0.'):
        return ('2.0 and the next two are the family and the port: the text is '
                'made from the struct, not from its sin_addr.')
    if shown is None and '.-' in line:
        return 'A byte of an address has no sign: it is an unsigned char.'
    if shown and shown != address and address.startswith(shown):
        return 'The end of the address is cut off.'
    if shown is None and address[:6] in line and address not in line:
        return 'The end of the address is cut off.'
    if shown is None:
        return ('The address is printed as a number or not at all: '
                'inet_ntop() makes the text.')
    if shown != address:
        return 'The address is not the peer\'s.'
    if not line.startswith('Connection') and 'Connection from' in line:
        return 'The newline before it is missing.'
    return 'The value is right, the form is not: compare it byte by byte.'


@test([4, 6, 7], 'server', 'an accept() that fails ends the program with its '
      'error', 'accept fails', 'accept has no room', 'accept interrupted')
def accept_fails(view):
    fails(view, 'accept', {'accept fails': 'EPERM', 'accept has no room':
                           'EMFILE'}, [b'Connection from'])
    run = view.run('accept interrupted')
    calls = run.of('accept')
    if run.status == 0 and calls and all(call.failed for call in calls):
        raise Fault('the call again, or an error', '%s, then exit status 0' %
                    calls[0].text, 'EINTR is a failure too: there is no '
                    'connection.', (1, 'When a call fails'))
