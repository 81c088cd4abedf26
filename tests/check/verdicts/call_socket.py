"""Lesson 01: socket()."""

from .findings import Fault, called, fails, own_error
from .suite import ALL, test


@test(ALL, 'server client', 'socket() makes a TCP socket', 'plain')
def makes_socket(view):
    run = view.run('plain')
    expected = 'socket(AF_INET, SOCK_STREAM, 0) = 3'
    calls = called(run, 'socket', expected, (1, 'The descriptor'),
                   'The kernel was never asked for a socket, so there is no '
                   'descriptor to work with.')
    good = [call for call in calls if call.args[:1] == ['AF_INET'] and
            call.args[1].startswith('SOCK_STREAM') and
            call.args[2:] in (['0'], ['IPPROTO_TCP']) and
            call.result is not None and call.result >= 0]
    if good and len(calls) == len(good):
        closed = {call.fd for call in run.of('close')}
        if len(good) > 1 and (view.number <= 3 or view.number == 4 and
                              {call.result for call in good} - closed):
            raise Fault(expected, '%s, then %s' % (good[0].text, good[1].text),
                        'One socket is enough here; the program asks for %d.'
                        % len(good), (1, 'The descriptor'))
        return
    if good and any(call.args[0] == 'AF_INET6' for call in calls):
        return      # one that tries the results of getaddrinfo() in turn
    call = next(call for call in calls if call not in good)
    family, kind = call.args[0], call.args[1]
    why = {'AF_INET6': 'AF_INET6 is IPv6; the course speaks IPv4, AF_INET.',
           'AF_UNIX': 'AF_UNIX joins programs of one machine by a file name; '
                      'IPv4 is AF_INET.'}.get(family, '')
    if family in ('AF_UNIX', 'AF_LOCAL') and kind.startswith('SOCK_DGRAM'):
        why = ('The first two arguments are swapped: the family comes first, '
               'then the type.')
    elif family == 'AF_INET' and kind.startswith('SOCK_DGRAM'):
        why = 'SOCK_DGRAM is UDP: single messages, no connection.'
    elif family == 'AF_INET' and kind.startswith('SOCK_RAW'):
        why = 'SOCK_RAW is for packets made by hand.'
    elif family == 'AF_INET' and kind.startswith('SOCK_STREAM'):
        why = ('The protocol does not belong to a stream socket of IPv4: 0 '
               'chooses TCP.' if call.failed else 'The protocol is another '
               'one: 0 chooses TCP.')
    elif family == 'AF_INET':
        why = 'The type is SOCK_STREAM: a stream of bytes, which is TCP.'
    raise Fault(expected, call.text, why, (1, 'Family and type'))


@test(ALL, 'server client', 'a socket() that fails ends the program with its '
      'error', 'socket fails')
def socket_fails(view):
    fails(view, 'socket', {'socket fails': 'ENOBUFS'})
    if view.number < 4:
        return              # these need their standard input
    run = view.run('zero')
    call, error = next(iter(run.of('socket')), None), own_error(run)
    if call and call.result == 0 and error and error[1].startswith('socket('):
        raise Fault('%s, and the program goes on' % call.text, error[0],
                    'Only -1 is a failure. 0 is a descriptor as any other: '
                    'here standard input was closed.', (1, 'The descriptor'))
