"""The scenarios of the lessons by name, and the texts that the check sends:
these differ from run to run.
"""

import random

import scenarios as play


PROMPT = b'Press Enter to close the socket.'
NUMBER = random.randrange(1000, 10000)
SHORT = ('Grüße, 100 %%d \\ Nr. %d' % NUMBER).encode()
ANSWER = ('Grüß Gott, 100 %%d \\ %d mal' % NUMBER).encode()
LONG = b''.join(b'%06d,' % (NUMBER + n) for n in range(300))[:2000]
LINES = ('\tZeile Nr. %d\nzweite Zeile, wie die erste ' % NUMBER).encode()
PIECES = [LINES[:9], LINES[9:16]] + [       # these end in an r and a newline
    LINES[at:at + 3] for at in range(16, len(LINES), 3)]
NASTY = b' a\x00b\x1b[2J\x7f\tc\r\\\xff\xc3\xa9\nd' + bytes(range(256))
NASTY += b'\x01' * (1022 - len(NASTY)) + b'\r\n'


def expected_output(view, run, text=None):
    """What the Python prints in this run; text is what it received, if that is
    not all that was sent."""
    if view.number == 1 or view.number == 2:
        return PROMPT
    if view.number == 3:
        return b'Server listening on port 8080\n' + PROMPT
    text = run.text if text is None else text
    if view.side == 'server':
        lines = b'Server listening on port 8080\n'
        lines += ("Connection from: ('%s', %d)\n" % (run.peer or ('?', 0))
                  ).encode()
        if view.number >= 6:
            lines += b'Received from client: %s\nHello message sent\n' % text
        return lines
    if view.number == 5:
        return b''
    return b'Hello message sent\nReceived from server: %s\n' % text


def _server(subject, kind, faults='', **how):
    what = 'server'
    argv = subject.programs['server']
    if subject.number <= 3:
        how.pop('address', None)
        return play.prompt(subject.bench, argv, what, faults, **how)
    if subject.number <= 5:
        script = play.watch_close
    else:
        script = how.pop('script', None) or play.to_server(
            LINES if kind == 'shifted' else SHORT, slow=how.get('slow'))
    return play.serve(subject.bench, argv, what, script, faults, **how)


def _client(subject, kind, faults='', **how):
    argv = subject.programs['client']
    if subject.number == 5:
        script = play.watch_close
    else:
        script = how.pop('script', None) or play.to_client(
            LINES if kind == 'shifted' else ANSWER, slow=how.pop('slow', None))
    return play.call_in(subject.bench, argv, 'client', script, faults, **how)


def _scenarios():
    """Name to function of the Subject. The name says the side and what is
    special: a call that fails is named with its error."""
    found = {}

    def add(side, kind, faults='', **how):
        play_it = _server if side == 'server' else _client
        found['%s %s' % (side, kind)] = lambda subject: play_it(
            subject, kind, faults, **dict(how))
    for side in ('server', 'client'):
        add(side, 'plain')
        add(side, 'shifted', redirect='3</dev/null', **(
            {'address': '127.0.0.1'} if side == 'server' else {}))
        add(side, 'zero', redirect='<&-')
        add(side, 'close interrupted',
            'close@1=EINTR close@2=EINTR close@3=EINTR')
        add(side, 'socket fails', 'socket@*=ENOBUFS')
        add(side, 'recv reset', 'recv@1=ECONNRESET')
        add(side, 'recv fails', 'recv@1=ETIMEDOUT')
        add(side, 'send fails', 'send@1=ETIMEDOUT')
        add(side, 'send reset', 'send@1=ECONNRESET')
        add(side, 'buffered', buffered=True)
        add(side, 'recv interrupted',
            ' '.join('recv@%d=EINTR' % n for n in range(1, 9)))
        add(side, 'send interrupted', 'send@1=EINTR send@2=EINTR')
        add(side, 'short send', 'send@1=5 send@2=1 send@3=EINTR ' +
            ' '.join('send@%d=1' % n for n in range(4, 14)))
        add(side, 'gone', 'send@1=EPIPE')
        add(side, 'gone later', 'send@1=5 send@2=EPIPE')
        add(side, 'recv late', 'recv@1=EAGAIN')
        add(side, 'limit', 'poll@1=ETIMEDOUT alarm@1=ETIMEDOUT', slow=True)
        add(side, 'second limit', 'poll@2=ETIMEDOUT alarm@2=ETIMEDOUT',
            slow=True)
    add('server', 'setsockopt fails', 'setsockopt@*=ENOPROTOOPT')
    add('server', 'taken', taken=True)
    add('server', 'bind fails', 'bind@*=EACCES')
    add('server', 'accept late', 'accept@1=EAGAIN')
    add('server', 'listen fails', 'listen@*=EOPNOTSUPP')
    add('server', 'listen taken', 'listen@*=EADDRINUSE')
    add('server', 'accept fails', 'accept@1=EPERM')
    add('server', 'accept has no room', 'accept@1=EMFILE')
    add('server', 'accept interrupted', 'accept@1=EINTR accept@2=EINTR')
    add('server', 'long', script=play.to_server(LONG))
    add('server', 'silent', script=play.to_server(b'', 'quiet'))
    add('server', 'bytes', script=play.to_server(NASTY))
    add('server', 'tiny', script=play.to_server(b'Hi!'))
    add('client', 'tiny', script=play.to_client(b'Hi!'))
    add('client', 'refused', refused=True)
    add('client', 'connect fails', 'connect@*=ENETUNREACH')
    add('client', 'connect times out', 'connect@*=ETIMEDOUT')
    add('client', 'long', script=play.to_client(LONG))
    add('client', 'silent', script=play.to_client(b''))
    add('client', 'bytes', script=play.to_client(
        NASTY, [NASTY[:3], NASTY[3:9], NASTY[9:]]))     # one ends in a NUL
    three = [LINES[:9], LINES[9:20], LINES[20:]]
    add('client', 'pieces', script=play.to_client(LINES, PIECES))
    add('client', 'pieces interrupted', 'recv@1=5 recv@3=EINTR',
        script=play.to_client(LINES, three))
    add('client', 'pieces broken', 'recv@2=ETIMEDOUT',
        script=play.to_client(LINES, three))
    add('client', 'long pieces', script=play.to_client(
        LONG, [LONG[:600], LONG[600:]]))
    found['pair'] = lambda subject: play.pair(
        subject.bench, subject.programs['server'], subject.programs['client'])
    return found


SCENARIOS = _scenarios()
