"""Lesson 06: peers and calls that are not as one hopes: more bytes than there is
room for, none at all, and errors.
"""

import scenarios as play
from .call_send_recv import conversation
from .findings import (Fault, all_closed, blamed, crash, fails, own_error,
                       plainly, same_output, show, silent_end)
from .runs import expected_output
from .suite import test


def ordinary(view):
    """Fault if the ordinary exchange ends as a failure, though none of its
    calls has failed: what is tried beyond it would be blamed wrongly."""
    run = conversation(view)
    error = blamed(run)
    if error:
        raise Fault('the exchange, and exit status 0', *error)


@test([6, 7], 'server client', 'a buffer that is filled to its end does no '
      'harm', 'long')
def full_buffer(view):
    ordinary(view)
    filled(view, view.run('long'))


def filled(view, run, pieces=''):
    """The first 1024 bytes are printed, and no more are taken."""
    label = b'Received from client: ' if view.side == 'server' else \
        b'Received from server: '
    see = (6, 'Received bytes are no string')
    broken = crash(run)
    if broken:
        raise Fault('1024 bytes received and printed', plainly(run), broken +
                    (' The \'\\0\' needs a place of its own behind the 1024 '
                     'bytes.' if 'index 1024' in broken else
                     ' recv() may write as many bytes as its third argument '
                     'says.' if 'recv() writes' in broken else ''), see)
    wanted = label + run.text[:1024]
    found = next((line for line in run.stdout.split(b'\n')
                  if line.startswith(label)), None)
    if found == wanted:
        answer = next((run.calls.index(call) for call in run.of('send')),
                      len(run.calls))
        taken = [call for call in run.of('recv') if call.result and
                 'MSG_PEEK' not in call.text and
                 run.calls.index(call) < answer]
        if view.side == 'server' and len(taken) > 1 and \
                int(taken[0].result) >= 1024:
            raise Fault('one recv()', '%s = %d, then %s' % (
                taken[0].text.split(' = ')[0], taken[0].result,
                taken[1].text.split(' = ')[0]), 'A full buffer is no reason to '
                'receive again: a client that has sent 1024 bytes waits for '
                'its answer.', see)
        same_output(run.stdout, expected_output(view, run, run.text[:1024]),
                    run.stderr)
        if view.side == 'server' and not run.of('send'):
            raise Fault('send(4, 17, "Hello from server")', 'no send()',
                        'A client that sends much gets no answer.', see)
        all_closed(run)
        return
    error = own_error(run) or silent_end(run)
    if found is None and error:
        raise Fault(show(wanted), *error, see)
    if found is None:
        raise Fault(show(wanted), show(run.stdout[-60:]), plainly(run), see)
    count = len(found) - len(label)
    if count != 1024 and pieces:
        raise Fault('the first 1024 of %d bytes, printed' % len(run.text),
                    '%d bytes, after %s' % (count, ', '.join(
                        call.text.split(' "')[0] for call in
                        run.of('recv')[:3])), pieces, (7, 'Reading to the end'))
    raise Fault('the first 1024 of %d bytes, printed' % len(run.text),
                '%d bytes' % count if count != 1024 else
                '%d bytes, with %s at the end' % (count, show(found[-20:])),
                'The other side sent %d bytes at once; the Python takes 1024 '
                'of them.' % len(run.text) if count != 1024 else
                'The bytes are others.', see)


@test([6, 7], 'server client', 'a peer that says nothing is no error',
      'silent')
def silent(view):
    ordinary(view)
    run = view.run('silent')
    see = (6, 'End of file')
    label = b'Received from client: \n' if view.side == 'server' else \
        b'Received from server: \n'
    if label in run.stdout and run.status == 0:
        if view.side == 'server' and run.received != play.HELLO_SERVER:
            raise Fault('it answers all the same', ', '.join(
                call.text for call in run.of('send')[:1]) or 'no send()',
                'Python answers a client that has said nothing, with the same '
                'text.', see)
        same_output(run.stdout, expected_output(view, run), run.stderr)
        return
    broken = crash(run)
    shown = show(run.stdout[-60:])
    if broken:
        raise Fault(show(label), plainly(run), broken, see)
    if run.status is None and len(run.of('recv')) < 2:
        raise Fault(show(label) + ' and the end', plainly(run), 'Its work is '
                    'done, and it waits for something else.', see)
    if run.status is None:
        raise Fault(show(label) + ' and the end', plainly(run),
                    'The other side has ended its stream: recv() gives 0, at '
                    'once and each time. A loop that waits for more never '
                    'ends.', see)
    if run.status != 0:
        raise Fault(show(label) + ', exit status 0', plainly(run),
                    'recv() gave 0: the end of the stream. That is no error, '
                    'and errno says nothing then.', see)
    raise Fault(show(label), shown, 'recv() gave 0: nothing was received, and '
                'the label is printed all the same, with nothing behind it.',
                see)


@test([6, 7], 'server client', 'a recv() that fails ends the program with its '
      'error', 'recv reset', 'recv fails')
def recv_fails(view):
    ordinary(view)
    fails(view, 'recv', {'recv reset': 'ECONNRESET', 'recv fails':
                         'ETIMEDOUT'}, [b'Received from'])
    if view.side == 'client':
        told_before(view.run('recv reset'), b'Hello message sent', 'recv')
    if view.number == 7 and view.side == 'client':
        fails(view, 'recv', {'pieces broken': 'ETIMEDOUT'}, [b'Received from'])


def told_before(run, line, name):
    """Fault if a line that comes before a call is missing where it fails."""
    if line not in run.stdout:
        raise Fault('%s, then %s()' % (show(line), name), show(run.stdout[-60:])
                    if run.stdout else 'nothing on standard output',
                    'The line comes only after %s(), though it was true before. '
                    'Where that fails, it does not come.' % name,
                    (1, 'When a call fails'))


@test([6, 7], 'server client', 'a send() that fails ends the program with its '
      'error', 'send fails', 'send reset')
def send_fails(view):
    ordinary(view)
    fails(view, 'send', {'send fails': 'ETIMEDOUT', 'send reset':
                         'ECONNRESET'}, [b'Hello message sent'] +
          [b'Received from'] * (view.side == 'client'))
    if view.side == 'server':
        told_before(view.run('send fails'), b'Received from client: ', 'send')
