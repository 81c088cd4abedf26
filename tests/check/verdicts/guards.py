"""The guards of lesson 07."""

import signal

import scenarios as play
from .call_accept import accepts
from .call_send_recv import conversation, filled
from .findings import Fault, apart, crash, fails_well, plainly, show
from .runs import NASTY_SHOWN
from .suite import test
from .whole import expected_output


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
        raise Fault(expected, '%s, then the program gives up' % ', then '.join(
            call.text for call in odd), why + (
                ' Each time: a signal may come again.' if len(odd) > 1 else
                ''), see)
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
    if run.status != 0 or run.stdout != wanted:
        raise Fault('accept(3) = -1 EINTR, then accept(3) = 4', '%s, %s' % (
            ', then '.join(call.text for call in run.of('accept')[:3]),
            plainly(run)), EINTR_WHY, (7, 'Interrupted calls'))


@test([7], 'client', 'the client reads until the server closes', 'pieces',
      'long pieces')
def pieces(view):
    holds(view, 'pieces', (7, 'Reading to the end'), 'The answer came in three '
          'pieces. One recv() brings what is there; the message is whole only '
          'when recv() gives 0.')
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
                run.of('send')[-1].error == 'EINTR' else
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
    at = run.stdout.find(label)
    found = b'' if at < 0 else run.stdout[at:].split(
        b'\nHello message sent')[0].rstrip(b'\n')
    wanted = label + NASTY_SHOWN
    see = (7, 'Bytes that drive a terminal')
    broken = crash(run)
    if broken:
        raise Fault(show(wanted), plainly(run), broken, see)
    if found.lower() == wanted.lower() and run.status == 0:
        return
    rest = found[len(label):]
    if rest == b'a':
        why = ('The text ends at the NUL byte: received bytes are no string, '
               'and their number is what recv() returned.')
    elif b'\x1b' in found:
        why = ('ESC and its like go to the terminal, which obeys them. Print '
               'the control characters (but newline and tab) as \\xNN.')
    elif b'\xc3\xa9\n' not in found or b'\\\xff' not in found:
        why = ('Only the control characters below 32 (but newline and tab) '
               'and DEL are replaced; all other bytes are printed as they '
               'are.')
    else:
        why = ('Each control character but newline and tab is printed as \\x '
               'and two hexadecimal digits.')
    raise Fault(*apart(wanted, found, '<%02x>'), why + ' (Here <09> stands for '
                'a byte 9 that is printed as it is.)', see)


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
