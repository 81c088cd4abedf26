"""Lesson 02: setsockopt() and bind()."""

import errno
import os
import re

from .findings import (Fault, called, copies, fails, lost, main_socket,
                       order)
from .suite import test


@test(range(2, 8), 'server', 'SO_REUSEADDR is set before bind()', 'plain',
      'shifted')
def reuse(view):
    run = view.run('plain')
    expected = 'setsockopt(3, SOL_SOCKET, SO_REUSEADDR, 1) = 0'
    see = (2, 'SO_REUSEADDR')
    calls = called(run, 'setsockopt', expected, see, 'Without the option a '
                   'server cannot take its port again for a minute after it '
                   'has served somebody.')
    good = [call for call in calls if call.args[:2] ==
            ['SOL_SOCKET', 'SO_REUSEADDR'] and call.result == 0]
    if not good:
        call = calls[0]
        why = ''
        if 'SO_REUSEPORT' in call.text:
            why = ('SO_REUSEPORT is another option: it lets two servers share '
                   'the port at the same time.')
        elif call.args[0] != 'SOL_SOCKET':
            why = 'The level is SOL_SOCKET: the option is one of every socket.'
        elif call.error == 'EFAULT':
            why = 'The fourth argument is the address of the value: &on.'
        elif call.error == 'EINVAL':
            why = 'The value is an int, and the length its size: 4 bytes.'
        elif call.error in ('EBADF', 'ENOTSOCK'):
            why = lost(call, run)
        elif call.failed:
            why = 'The call failed with %s.' % call.error
        raise Fault(expected, call.text, why, see)
    if good[-1].args[2:3] == ['0']:
        raise Fault(expected, good[-1].text, '0 turns the option off.', see)
    bound = [call.fd for call in run.of('bind') if call.result == 0]
    if bound and good[0].fd != bound[0] and not copies(run, bound[0]):
        raise Fault('setsockopt() and bind() on one socket', '%s, but %s' % (
            good[0].text, run.of('bind')[0].text), 'The option is set on '
            'another socket than the one that is bound.', see)
    order(run, 'setsockopt', 'bind', 'bind() looks at the option, so it must '
          'be set before.', see)
    by_variable(view, 'setsockopt')


@test(range(2, 8), 'server', 'a setsockopt() that fails ends the program with '
      'its error', 'setsockopt fails')
def setsockopt_fails(view):
    fails(view, 'setsockopt', {'setsockopt fails': 'ENOPROTOOPT'})


def endpoint(call):
    """The address and port that a bind or connect asked for, or None."""
    found = re.search(r'(\d+\.\d+\.\d+\.\d+):(\d+)', ' '.join(call.args))
    return (found[1], int(found[2])) if found else None


def address_fault(run, call, expected, see):
    """Fault for a call whose address is none of IPv4, or which failed for
    its descriptor or length."""
    if call.error in ('EBADF', 'ENOTSOCK'):
        raise Fault(expected, call.text, lost(call, run),
                    (1, 'The descriptor'))
    if 'NULL' in call.args:
        raise Fault(expected, call.text, 'No address is given: the pointer '
                    'is null.', see)
    if call.error == 'EFAULT':
        raise Fault(expected, call.text, 'The second argument does not point '
                    'to an address: it must be &server_address, cast to a '
                    'pointer to struct sockaddr.', see)
    size = re.search(r', (\d+) bytes', call.text)
    if size and size[1] == '0':
        raise Fault(expected, call.text, 'The length is 0. Does == -1 stand '
                    'inside the parentheses of %s()?' % call.name, see)
    if size and int(size[1]) > 256:
        raise Fault(expected, call.text, '%s() does not take an address and a '
                    'port, as in Python. It takes a pointer to a struct '
                    'sockaddr_in, which has both in it, and the size of that '
                    'struct.' % call.name, see)
    if 'AF_UNSPEC 0.0.0.0:0' in call.text:
        raise Fault(expected, call.text, 'All of the struct is 0. Is it zeroed '
                    'after it was filled, is another one filled, or a copy? '
                    'Or does inet_pton() write into the struct, not into its '
                    'sin_addr?', see)
    if call.error == 'EAFNOSUPPORT' or 'AF_INET6' in call.text or \
            'AF_UNSPEC' in call.text or 'AF_UNIX' in call.text or \
            endpoint(call) is None and call.error != 'EINVAL':
        raise Fault(expected, call.text, '512 is AF_INET with its two bytes '
                    'swapped: sin_family stays in the machine\'s own order, '
                    'without htons().' if '512' in call.args else
                    'The family in the struct is not AF_INET: sin_family is '
                    '%s, or the pointer leads somewhere else.' % (
                        'missing' if 'AF_UNSPEC' in call.text else 'set to '
                        'something else') if '127' not in call.args and
                    not text_family(call) else
                    'The pointer leads to the text of the address; it is to '
                    'lead to the struct.' if text_family(call) else
                    '127 is where the address begins: inet_pton() has written '
                    'over the struct. Its last argument is '
                    '&server_address.sin_addr.', see)
    if call.error == 'EINVAL' and (endpoint(call) is None or
                                   'len' in call.text):
        wrong_length(expected, call, see)


def wrong_length(expected, call, see):
    raise Fault(expected, call.text, 'The length is wrong: it is the size of '
                'the struct, sizeof server_address, which is 16%s.' % (
                    ', not that of a pointer to it, 8' if ', 8 bytes' in
                    call.text else ''), see)


def text_family(call):
    """Whether the family is really the first two letters of an address."""
    number = int(call.args[0]) if call.args and call.args[0].isdigit() else 0
    return number > 255 and all(chr(byte) in '0123456789.' for byte in
                                number.to_bytes(4, 'little')[:2])


def right_port(call, expected, see):
    """Fault unless the port asked for is 8080."""
    port = endpoint(call)[1]
    if port == 8080:
        return
    if port == 36895:
        raise Fault(expected, call.text, '36895 is 0x901F, 8080 is 0x1F90: '
                    'its two bytes are swapped. htons() is missing, or is '
                    'there twice.', (2, 'Byte order'))
    if port == 0 and endpoint(call)[0] in ('0.0.31.144', '144.31.0.0'):
        raise Fault(expected, call.text, '8080 is 0x1F90, or 31 and 144: it '
                    'stands in the address. Port and address are swapped.',
                    see)
    if port == 0:
        raise Fault(expected, call.text, 'The port is 0. Either sin_port is '
                    'never set, or only after the call, or htonl() was used: it turns 32 bits, and '
                    'the 16 of sin_port get the zeros. Or another struct was '
                    'filled.', (2, 'Byte order'))
    why = {144: '144 is 0x90, the low byte of 8080 (0x1F90): the variable '
                'that holds the port is too small.',
           32896: '32896 is 0x8080: the number is written as hexadecimal.',
           14384: '14384 is the text "80", read as a number.'}
    raise Fault(expected, call.text, why.get(port, 'The port is another.'),
                see)


def swapped(address):
    return '.'.join(reversed(address.split('.')))


def by_variable(view, *names):
    """Fault if one of these calls is made on descriptor 3 where socket()
    gave another one: the number is written into the program."""
    run = view.run('shifted')
    first = main_socket(run)
    if first is None or first == 3:
        return
    for call in run.of(*names):
        if call.fd == 3 and call.error in ('EBADF', 'ENOTSOCK'):
            raise Fault('%s(%d, ...), since socket() gave %d this time' % (
                            call.name, first, first),
                        call.text, 'The number 3 is written into the program '
                        'where the variable belongs. The kernel gives the '
                        'lowest free number, which is not 3 everywhere.' if
                        call.name != 'listen' or '4' not in call.args else
                        'The arguments are swapped: first the descriptor, '
                        'then the backlog.', (1, 'The descriptor'))


def once(calls, see):
    """Fault if a call is made again after it has succeeded."""
    for first, second in zip(calls, calls[1:]):
        if first.result == 0 and second.fd == first.fd:
            raise Fault('one %s()' % first.name, '%s, then %s' % (
                first.text, second.text), 'Once is enough.', see)


def the_bind(view):
    run = view.run('plain')
    expected = 'bind(3, 0.0.0.0:8080) = 0'
    see = (2, 'The address')
    calls = called(run, 'bind', expected, see, 'Nothing gives the socket its '
                   'address: without bind() it has none.')
    order(run, 'bind', 'listen', 'A socket that listens before it is bound '
          'gets a port of the kernel\'s choice.', see)
    good = [call for call in calls if call.result == 0]
    call = good[0] if good else calls[0]
    once(calls, see)
    address_fault(run, call, expected, see)
    return call, expected, see


@test(range(2, 8), 'server', 'bind() gives the socket the port 8080', 'plain',
      'shifted')
def bind_port(view):
    call, expected, see = the_bind(view)
    by_variable(view, 'bind')
    if endpoint(call):
        right_port(call, expected, see)
        run = view.run('plain')
        if call.fd != main_socket(run) and main_socket(run) is not None and \
                len(run.of('socket')) == 1 and not copies(run, call.fd):
            raise Fault('bind(%d, 0.0.0.0:8080) = 0' % main_socket(run),
                        call.text, 'That is not the descriptor that socket() '
                        'gave.', (1, 'The descriptor'))
    if call.failed and endpoint(call) and endpoint(call)[0] == '0.0.0.0':
        if call.error == 'EINVAL':
            raise Fault(expected, call.text, 'EINVAL: the length is wrong '
                        '(sizeof server_address, 16 bytes, is right; the size '
                        'of a pointer is 8), or the socket is bound already.',
                        see)
        raise Fault(expected, call.text, 'The call failed: %s.' %
                    os.strerror(getattr(errno, call.error, 0)), see)


@test(range(2, 8), 'server', 'bind() gives the socket the address 0.0.0.0',
      'plain')
def bind_address(view):
    call, expected, see = the_bind(view)
    see = (2, 'All interfaces')
    if not endpoint(call):
        raise Fault(expected, call.text, '', see)
    address = endpoint(call)[0]
    if address == '0.0.0.0':
        return
    if address.startswith('127.'):
        raise Fault(expected, call.text, 'On %s only programs of this machine '
                    'can reach the server; 0.0.0.0 stands for every address '
                    'it has.' % address, see)
    if address == swapped('127.0.0.1'):
        raise Fault(expected, call.text, 'The four bytes are reversed: the '
                    'address is in network byte order as well.',
                    (2, 'Byte order'))
    if address == '255.255.255.255':
        raise Fault(expected, call.text, 'inet_addr() gives that for a text '
                    'that is no address. It knows numbers, and no names.', see)
    if call.error == 'EADDRNOTAVAIL':
        raise Fault(expected, call.text, 'The address is another. 0.0.0.0 '
                    'stands for every address of this machine.', see)
    raise Fault(expected, call.text, 'The address is another. Was the struct '
                'zeroed, and was the text given to inet_pton()?', see)


@test(range(2, 8), 'server', 'a bind() that fails ends the program with its '
      'error', 'taken', 'bind fails')
def bind_fails(view):
    run = view.run('taken')
    if not [call for call in run.of('bind') if call.error == 'EADDRINUSE']:
        the_bind(view)
        call = called(run, 'bind', 'bind(3, 0.0.0.0:8080) = -1 EADDRINUSE')[0]
        if call.result == 0 and 'SO_REUSEPORT' in ' '.join(
                c.text for c in run.of('setsockopt')):
            raise Fault('bind(3, 0.0.0.0:8080) = -1 EADDRINUSE', call.text,
                        'SO_REUSEPORT lets two servers share the port.',
                        (2, 'SO_REUSEADDR'))
        bind_port(view)
        bind_address(view)
        raise Fault('bind(3, 0.0.0.0:8080) = -1 EADDRINUSE, since another '
                    'socket listens there', call.text, '', (2, 'The address'))
    fails(view, 'bind', {'taken': 'EADDRINUSE', 'bind fails': 'EACCES'},
          [b'Server listening'])


@test([2], 'server', 'the socket does not listen yet', 'plain')
def not_listening(view):
    run = view.run('plain')
    if run.of('listen'):
        raise Fault('no listen()', run.of('listen')[0].text,
                    'listen() is the next lesson: this one ends with a socket '
                    'that has its port, and that nobody can reach.',
                    (3, 'Listening'))
