"""The guards of lesson 07."""

import signal

import scenarios as play
from .call_accept import accepts
from .call_send_recv import conversation
from .edges import filled
from .findings import Fault, apart, crash, fails_well, plainly, show
from .runs import LINES, NASTY, PIECES, expected_output
from .suite import test


def holds(view, kind, see, why):
    """The run goes through as if nothing had happened, and is closed."""
    conversation(view)
    run = view.run(kind)
    name = kind.split()[0]
    broken = crash(run)
    expected = 'the exchange goes on to its end'
    if broken:
        raise Fault(expected, plainly(run), broken, see)
    wanted = expected_output(view, run)
    if run.status == 0 and run.stdout == wanted:
        return run
    odd = [call for call in run.of(name) if call.error == 'EINTR']
    if odd and run.status == 1:
        raise Fault(expected, '%s%s, then the program gives up' % (
            '%d times ' % len(odd) if len(odd) > 1 else '', odd[0].text), why +
            (' Each time: a signal may come again.' if len(odd) > 1 else ''),
            see)
    if run.status is None:
        raise Fault(expected, plainly(run), why, see)
    wanted, found = apart(wanted, run.stdout)
    raise Fault(wanted, '%s, %s' % (found, plainly(run)), why, see)


EINTR_WHY = ('A signal came while the call waited, and it returned EINTR. '
             'Nothing is broken: the call is made again, as Python does it '
             '(PEP 475).')


@test([7], 'server', 'an accept() interrupted by a signal is made again',
      'accept interrupted')
def accept_interrupted(view):
    accepts(view)
    run = view.run('accept interrupted')
    wanted = expected_output(view, run)
    taken = [call for call in run.of('accept') if not call.failed]
    again = [call for call in run.of('accept') if taken and call is not
             taken[0] and run.calls.index(call) > run.calls.index(taken[0])]
    if (run.status != 0 or run.stdout != wanted) and taken and (
            again or run.of('recv')):
        raise Fault('the exchange goes on to its end', '%s, then %s, %s' % (
            taken[0].text, ', then '.join(call.text for call in (
                again or run.of('recv'))[:2]), plainly(run)), 'accept() was made again, as it '
            'should be. errno keeps its value when a call succeeds: it counts '
            'only where the result is -1.', (7, 'Interrupted calls'))
    if run.status != 0 or run.stdout != wanted:
        raise Fault('accept(3) = -1 EINTR, then accept(3) = 4', '%s, %s' % (
            ', then '.join(call.text for call in run.of('accept')[:3]),
            plainly(run)), EINTR_WHY + ' Each time: a signal may come again.',
            (7, 'Interrupted calls'))


@test([7], 'client', 'the client reads until the server closes', 'pieces',
      'long pieces')
def pieces(view):
    run = view.run('pieces')
    shown = run.stdout.partition(b'Received from server: ')[2][:-1]
    if shown and not LINES.startswith(shown[:4]):
        raise Fault('%s and so on' % show(LINES[:10]), 'another beginning, '
                    'that of a later piece', 'Each piece overwrites the one '
                    'before: recv() is to write behind what has come already, '
                    'at data + done.', (7, 'Reading to the end'))
    holds(view, 'pieces', (7, 'Reading to the end'), 'The answer came in %d '
          'pieces. One recv() brings what is there; the message is whole only '
          'when recv() gives 0.' % len(PIECES))
    filled(view, view.run('long pieces'), 'The answer came in two pieces, of '
           '600 and 1400 bytes. One recv() brings what is there.')


@test([7], 'server client', 'a recv() interrupted by a signal is made again',
      'recv interrupted')
def recv_interrupted(view):
    holds(view, 'recv interrupted', (7, 'Interrupted calls'), EINTR_WHY)
    if view.side == 'client':
        holds(view, 'pieces interrupted', (7, 'Interrupted calls'), 'The answer '
              'came in pieces, and a signal between two of them. recv() is '
              'made again, behind what has come already.')


@test([7], 'server client', 'a send() interrupted by a signal is made again',
      'send interrupted')
def send_interrupted(view):
    run = holds(view, 'send interrupted', (7, 'Interrupted calls'), EINTR_WHY)
    all_sent(view, run, (7, 'Interrupted calls'))


@test([7], 'server client', 'a short send() is continued', 'short send')
def short_send(view):
    conversation(view)
    run = view.run('short send')
    all_sent(view, run, (7, 'Short sends'))
    holds(view, 'short send', (7, 'Short sends'), '')


def all_sent(view, run, see):
    """The other side got the whole message, once."""
    text = play.HELLO_SERVER if view.side == 'server' else play.HELLO_CLIENT
    got = run.received
    if got == text:
        return
    sends_made = [call.text for call in run.of('send')]
    raise Fault('the other side receives %s' % show(text),
                'it receives %s after %s' % (show(got), '; '.join(
                    sends_made[:3])),
                'EINTR is no reason to stop: that send() took nothing, and is '
                'made again.' if text.startswith(got) and
                sends_made[-1:] and run.of('send')[-1].error == 'EINTR' else
                'send() took only a part, and the rest was never sent: go on '
                'behind the bytes that it took.' if text.startswith(got) else
                crash(run) or 'After a short send() the next one must begin '
                'behind the bytes that were taken, and be that much shorter.',
                see)


@test([7], 'server client', 'a peer that has gone is an error, not a silent '
      'death', 'gone', 'gone later')
def gone(view):
    conversation(view)
    run = view.run('gone')
    if run.status == -signal.SIGPIPE:
        call = next((c.text for c in run.of('send')), 'send()')
        raise Fault('on standard error "send: Broken pipe", and exit status 1',
                    'ended by SIGPIPE in %s' % call.replace(' ...', ''),
                    'A send to a peer that has gone raises SIGPIPE, which '
                    'ends the program without a word. It must be ignored, or '
                    'kept off with MSG_NOSIGNAL, so that send() fails with '
                    'EPIPE.', (7, 'SIGPIPE'))
    try:
        fails_well(run, 'send', 'EPIPE', [b'Hello message sent'])
    except Fault as fault:
        if run.of('send') and run.of('send')[-1].result is None:
            fault.why = ('A handler for SIGPIPE ends the program before send() '
                         'returns. The signal is ignored, or kept off with '
                         'MSG_NOSIGNAL: then send() fails with EPIPE, and the '
                         'program can say so.')
            fault.see = (7, 'SIGPIPE')
        raise
    run = view.run('gone later')
    if run.status == -signal.SIGPIPE:
        raise Fault('on standard error "send: Broken pipe", and exit status 1',
                    '%s, then ended by SIGPIPE' % run.of('send')[0].text,
                    'The first send() is kept from it, the one that sends the '
                    'rest is not.', (7, 'SIGPIPE'))
    fails_well(run, 'send', 'EPIPE', [b'Hello message sent'])


@test([7], 'server client', 'bytes that drive a terminal are printed as \\xNN',
      'bytes')
def control(view):
    conversation(view)
    run = view.run('bytes')
    label = b'Received from client: ' if view.side == 'server' else \
        b'Received from server: '
    see = (7, 'Bytes that drive a terminal')
    wanted = label + b''.join(printed(byte) for byte in NASTY) + (
        b'\nHello message sent\n' if view.side == 'server' else b'\n')
    found = run.stdout[max(0, run.stdout.find(label)):]
    broken = crash(run)
    if broken:
        raise Fault(show(wanted), plainly(run), broken, see)
    if found.lower() == wanted.lower() and run.status == 0:
        return
    if label not in run.stdout:
        raise Fault(show(wanted), 'no such line, ' + plainly(run), 'All bytes '
                    'are printed, in one form or the other.', see)
    at, why = len(label), (
        'More is printed than was received.' if len(found) > len(wanted) else
        'The end is missing: the text ends with a newline of its own.')
    for byte in NASTY:
        if found[at:].lower().startswith(printed(byte).lower()):
            at += len(printed(byte))
            continue
        if found[at:].startswith(b'\\xffffff'):
            why = ('A char has a sign here, so that this byte is a negative '
                   'number: make it an unsigned char first.')
        elif found[at:at + 1] == b'\n' != bytes([byte]) and byte:
            why = 'The text ends too early: this byte, %d, is not there.' % byte
        elif found[at:at + 1] == b'\n' and byte == 0:
            why = ('The text ends at the NUL byte: received bytes are no '
                   'string, and their number is what recv() returned.')
        elif len(printed(byte)) == 1 and found[at:at + 1] == b'\\':
            why = ('The byte %d is replaced, and drives no terminal: only the '
                   'control characters below 32, but newline and tab, and DEL '
                   'do.' % byte)
        elif found[at:at + 1] == bytes([byte]) != printed(byte):
            why = ('The byte %d goes to the terminal, which may obey it: the '
                   'control characters, but newline and tab, are printed as '
                   '\\xNN.' % byte)
        else:
            why = ('The byte %d is missing, or in another form: a control '
                   'character is \\x and two hexadecimal digits, all others '
                   'come as they are.' % byte)
        break
    raise Fault(*apart(wanted, found, '<%02x>'), why, see)


def printed(byte):
    """A byte as a terminal may get it."""
    return bytes([byte]) if byte in b'\n\t' or 32 <= byte != 127 else \
        b'\\x%02x' % byte


@test([7], 'server client', 'a close() interrupted by a signal is not made '
      'again', 'close interrupted')
def close_interrupted(view):
    conversation(view)
    run = view.run('close interrupted')
    first = again = None
    for n, call in enumerate(run.of()):
        if call.name != 'close' or call.error != 'EINTR' or again:
            continue
        first = call
        for later in run.of()[n + 1:]:
            if later.pid != first.pid:
                continue        # a child has descriptors of its own
            if later.result == first.fd and later.name != 'close':
                break           # the number stands for another socket now
            if later.name == 'close' and later.fd == first.fd:
                again = later
                break
    if again:
        raise Fault('%s, and no other' % first.text, '%s, then %s' % (
            first.text, again.text), 'Linux has closed the descriptor even so '
            '(close(2)); closed again, it may be one that was opened since.',
            (7, 'Interrupted calls'))
