"""The tests of every lesson: what a right program does, and what to say of
one that does not.

tests(number) gives the tests of a lesson, in the order of its program. Each is
a name and a function that takes the Subject (judge.py), asks it for runs, and
raises Fault if something is wrong. A test says one thing, about behaviour:
what a program's text looks like is never judged.
"""

import errno
import os
import random
import re
import signal
import textwrap

import scenarios as play
from programs import LESSONS, OUTPUT_LIMIT, ROOT

SIDES = {1: ['server'], 2: ['server'], 3: ['server'], 4: ['server'],
         5: ['client', 'server'], 6: ['server', 'client'],
         7: ['server', 'client']}
PROMPT = b'Press Enter to close the socket.'
NUMBER = random.randrange(1000, 10000)
SHORT = ('Grüße zu 100 %%d von Nr. %d' % NUMBER).encode()
ANSWER = ('Grüß Gott, 100 %%d und %d mal willkommen' % NUMBER).encode()
LONG = b''.join(b'%06d,' % (NUMBER + n) for n in range(300))[:2000]
LINES = ('Zeile Nr. %d\nzweite Zeile, wie die erste' % NUMBER).encode()
NASTY = b'a\x00b\x1b[2J\x7f\tc\r\\\xff\xc3\xa9\nd'
NASTY += b'\x01' * (1024 - len(NASTY))
NASTY_SHOWN = b'a\\x00b\\x1b[2J\\x7f\tc\\x0d\\\xff\xc3\xa9\nd'
NASTY_SHOWN += b'\\x01' * NASTY.count(b'\x01')
COPIES = ('dup', 'dup2', 'dup3', 'fcntl')
COMPILES = 'it compiles'
TALK = ('socket', 'setsockopt', 'bind', 'listen', 'accept', 'connect', 'send',
        'recv', 'shutdown')
WORDS = {'accept': r'accept4?', 'recv': r'(?:recv(?:from|msg)?|readv?|receive)',
         'send': r'(?:send(?:to|msg|all)?|writev?)'}


class Fault(Exception):
    """What is wrong, in the order in which it is shown; see is a pair of a
    lesson's number and a heading of its README."""

    def __init__(self, expected='', seen='', why='', see=None):
        super().__init__(why)
        self.expected, self.seen, self.why, self.see = expected, seen, why, see

    def message(self):
        lines = []
        for label, text in (('expected', self.expected), ('seen', self.seen)):
            if text:
                text = text if len(text) < 210 else text[:200] + '...'
                lines += textwrap.wrap(text, 72, initial_indent=label.ljust(10),
                                       subsequent_indent=' ' * 10,
                                       break_on_hyphens=False)
        lines += textwrap.wrap(self.why, 72, break_on_hyphens=False)
        if self.see:
            lines.append('See "%s" in lessons/%s/README.md' % (
                self.see[1], LESSONS[self.see[0] - 1]))
        return '\n'.join(lines)


def does_not_compile(path, said):
    """The compiler's first error, in its words."""
    file = os.path.basename(path)
    shown = os.path.relpath(path, ROOT)
    shown = file if shown.startswith('..') else shown
    if re.search(r"undefined (reference to|symbols?:?) [`'\"]?_?main", said):
        return Fault(why='%s has no main(), where a program begins.' % file)
    lines = said.splitlines()
    at = next((n for n, line in enumerate(lines)
               if re.search(r'error:|undefined reference|undefined symbol',
                            line)), 0)
    excerpt = [line[:76] for line in lines[at:at + 3]]
    fault = Fault(why='%s does not compile.' % file)
    fault.message = lambda: '\n'.join(
        ['%s does not compile. The compiler\'s first error:' % file] + excerpt +
        ['See all of them with: cc -Wall -o /dev/null %s' % shown])
    return fault


# ------------------------------------------------------------ what a run shows

def overrun(report):
    """Which variable an access leaves, from the sanitizer's list of a frame's
    objects: ('past the end', name), ('before the start', name) or None."""
    access = re.search(r'Memory access at offset (\d+)', report)
    found = None
    for start, end, name in re.findall(r"\[(\d+), (\d+)\) '(\w+)'", report):
        if access and int(end) <= int(access[1]):
            found = 'past the end', name
        elif access and not found and int(access[1]) < int(start):
            found = 'before the start', name
    return found


def crash(run):
    """How the program broke down, as a sentence, or None. Made from the
    report of the sanitizers or from the signal that ended it."""
    report = run.stderr
    place = r'([\w./-]+\.c):(\d+)'
    found = re.search(place + r':\d+: runtime error: (.*)', report)
    if found:
        return '%s, line %s: %s.' % (os.path.basename(found[1]), found[2],
                                     found[3])
    report = report.replace('spy_', '')
    found = re.search(r'ERROR: AddressSanitizer: ([\w-]+)', report)
    if found:
        kind = found[1]
        where = re.search(r'#\d+ \S+ in (?!_)\w+ [^\n]*?(?<!spy)(?<!spy\.c)'
                          r'/((?:server|client)\.c):(\d+)', report)
        line = ' in line %s of %s' % (where[2], os.path.basename(where[1])) \
            if where else ''
        access = re.search(r'^(READ|WRITE) of size (\d+)', report, re.M)
        verb = 'reads' if access and access[1] == 'READ' else 'writes'
        call = re.search(r'#[0-5] \S+ in (?:__interceptor_)?(recv|recvfrom|read|'
                         r'send|write|memset|memcpy|strlen|strcpy|strcat|'
                         r'printf|strncpy|sendto|puts|sprintf|snprintf)\b',
                         report)
        what = '%s() %s' % (call[1], verb) if call else 'it %s' % verb
        name = overrun(report)
        if 'overlap' in kind:
            return ('Memory: %s runs over what it copies from%s: the array '
                    'that it copies to is too small.' % (
                        kind.split('-')[0] + '()', line))
        unreturned = next((c.text.replace(' ...', '') for c in run.calls
                           if c.result is None and c.name == 'recv'), None)
        if unreturned and verb == 'writes' and not name:
            return ('Memory: %s writes past the end of the array%s: it is '
                    'smaller than what the call may write.' % (
                        unreturned, line))
        if 'overflow' in kind or 'underflow' in kind:
            end = 'outside an array'
            if name:
                end = '%s of %s' % name
            return 'Memory: %s %s%s.' % (what, end, line)
        if kind == 'SEGV':
            zero = re.search(r'address points to the zero page|unknown '
                             r'address 0x0{8,}', report)
            return 'Memory: %s%s through %s.' % (
                what, line, 'a null pointer' if zero else
                'a pointer that points nowhere')
        return 'Memory: %s%s.' % (kind.replace('-', ' '), line)
    if run.status is not None and run.status < 0:
        name = signal.Signals(-run.status).name
        if name == 'SIGPIPE':
            return ('The program was ended by SIGPIPE: it sent on a '
                    'connection that is gone, or was never there.')
        if name == 'SIGXFSZ':       # the limit on what it or its record writes
            last = next((call for call in reversed(run.calls)
                         if call.result is not None), None)
            if len(run.stdout) + len(run.stderr) > OUTPUT_LIMIT // 2 or \
                    not last:
                return 'The program prints without end.'
            return 'The program calls %s() again and again, and never ends%s.' \
                % (last.name, ': each time the result is 0, the end of the '
                   'stream' if last.result == 0 and last.name == 'recv' else '')
        return 'The program was ended by %s%s.' % (
            name, {'SIGSEGV': ': it used memory that is not its own',
                   'SIGABRT': ': it aborted'}.get(name, ''))
    return None


def plainly(run):
    """How the run ended, in a few words."""
    if run.status is None:
        if run.stuck:
            return 'it waits in %s' % run.stuck.text
        if run.keyboard:
            return 'it waits for the keyboard'
        return {'busy': 'it turns in a circle and never ends',
                'slow': 'it does not end'}.get(run.gave_up, 'it does not end')
    if run.status < 0:
        return 'ended by %s' % signal.Signals(-run.status).name
    return 'exit status %d' % run.status


def show(data, limit=60, raw='\\x%02x'):
    """Bytes as a text that can be printed, in quotes; raw is the form of a
    byte that can't."""
    text = data.decode('utf-8', 'backslashreplace')
    cut = len(text) > limit
    text = ''.join('\\n' if c == '\n' else '\\0' if c == '\0' and '<' not in raw
                   else c if c.isprintable() else raw % ord(c)
                   for c in text[:limit])
    return '"%s"%s' % (text, '...' if cut else '')


def copies(run, fd):
    """Whether a descriptor was made by dup() or one of its kind."""
    return any(call.result == fd for call in run.of(*COPIES))


def main_socket(run):
    """The descriptor of the program's first TCP socket, or None."""
    for call in run.of('socket'):
        if call.result is not None and call.result >= 0:
            return call.result
    return None


def own_error(run):
    """What a program said that ended with an error of its own: a pair of
    what was seen and the likely cause, or None."""
    said = run.stderr.strip()
    if not run.status or run.status < 0 or not said:
        return None
    seen = '%s, on standard error %s' % (plainly(run), show(said.encode()))
    if 'inet_pton' in said or 'inet_aton' in said:
        return seen, ('inet_pton() gives 1 when it succeeds, 0 for a text that '
                      'is no address.')
    for call in run.of():
        if not call.failed and call.result is not None and re.search(
                r'\b%s\b' % WORDS.get(call.name, call.name), said):
            return seen, ('%s succeeded, and the program reports an error: is '
                          'its test the wrong way round?' % call.text)
    return seen, 'The program ends there by itself.'


def lost(call, run):
    """Why a call is on a descriptor that is no socket, or not open."""
    fd, main = call.fd, main_socket(run)
    before = [c for c in run.of('close') if c.fd == fd and c.result == 0 and
              run.calls.index(c) < run.calls.index(call)]
    if before:
        return '%s was called before.' % before[0].text
    if fd in (0, 1, 2) and main is not None:
        return ('%d is %s, not what socket() gave (%d). Is the variable '
                'assigned a second time, or are the inner parentheses missing '
                'in (s = socket(...)) == -1?' % (fd, (
                    'standard input', 'standard output',
                    'standard error')[fd], main))
    return 'It is not the descriptor that socket() gave%s.' % (
        '' if main is None else ', %d' % main)


def called(run, name, expected, see=None, hint=''):
    """The calls of that name; Fault, with the likely cause, if there is
    none."""
    calls = run.of(name)
    if calls:
        last = calls[-1]
        if last.result is None and run.status not in (
                None, 0, -signal.SIGXFSZ):
            raise Fault(expected, '%s, and there the program ends'
                        % last.text.replace(' ...', ''),
                        crash(run) or '', see)
        return calls
    broken = crash(run)
    if broken:
        raise Fault(expected, 'the program ends before', broken, see)
    failed = next((call for call in run.of() if call.failed and
                   call.name in TALK), None)
    if failed and run.status is not None:
        if failed.name in ('bind', 'listen') and name == 'connect':
            raise Fault(expected, failed.text, 'A client does not need %s(): '
                        'the call here is connect().' % failed.name, see)
        if TALK.index(failed.name) < TALK.index(name):
            raise Fault(expected, failed.text, '%s() failed, so %s() was not '
                        'reached.' % (failed.name, name), see)
        raise Fault(expected, '%s() is not called, and then %s' % (
            name, failed.text), hint, see)
    if run.status is None and run.stuck and run.stuck.name in TALK and \
            TALK.index(run.stuck.name) > TALK.index(name):
        raise Fault(expected, '%s() is not called, and then it waits in %s' % (
            name, run.stuck.text), hint, see)
    if run.status is None and run.stuck:
        raise Fault(expected, 'it waits in %s' % run.stuck.text,
                    'The program waits there for ever, so %s() is not '
                    'reached. %s' % (name, waits_why(run)), see)
    if run.status is None and run.keyboard:
        raise Fault(expected, 'it waits for the keyboard',
                    'The program waits for Enter before it calls %s().' % name,
                    see)
    if run.status is None:
        raise Fault(expected, plainly(run), '%s() is not reached.' % name, see)
    error = own_error(run)
    if error:
        raise Fault(expected, 'it ends before %s(): %s' % (name, error[0]),
                    error[1], see)
    raise Fault(expected, '%s() is not called' % name, hint, see)


def waits_why(run):
    """Why a call waits for ever."""
    call = run.stuck
    if call is None:
        return ''
    if call.name == 'recv':
        if getattr(run, 'needed_end', False):
            return ('It receives until the end of the stream, and the other '
                    'side keeps the connection open while it waits for an '
                    'answer.')
        return ('It waits to receive, and the other side waits for it: nobody '
                'sends.')
    if call.name == 'accept':
        return 'It waits for a connection, and no other one comes.'
    if call.name == 'send':
        return 'The other side does not receive any more.'
    return ''


def order(run, first, then, why, see):
    """Fault unless the first call named `first` comes before `then`."""
    calls = run.of()
    at = {name: next((n for n, call in enumerate(calls)
                      if call.name == name), None) for name in (first, then)}
    if None not in at.values() and at[then] < at[first]:
        raise Fault('%s() before %s()' % (first, then),
                    '%s, then %s' % (calls[at[then]].text,
                                     calls[at[first]].text), why, see)


def fails_well(run, name, code, reaches=(b'Press Enter',)):
    """Whether a call that failed with that errno is reported and ends the
    program: its name and reason on standard error, exit status 1, and none of
    the lines that begin with `reaches`, which come after it."""
    reason = os.strerror(getattr(errno, code))
    expected = 'on standard error "%s: %s", and exit status 1' % (name, reason)
    see = (1, 'When a call fails')
    calls = run.of()
    at = next((n for n, call in enumerate(calls)
               if call.name == name and (call.error == code or call.result is
                                         None and (run.status or -1) >= 0)),
              None)             # or it ends in the handler of a signal
    if at is None:
        called(run, name, '%s() is called' % name, see)
        return
    failed = calls[at]
    later = [call for call in calls[at + 1:] if call.name in TALK]
    word = WORDS.get(name, name)
    said = re.sub(r'=+\n==\d+==.*', '', run.stderr, flags=re.S)
    lines = [line for line in said.splitlines() if line.strip()]
    right = re.search(r'(?i)(?<![a-z])%s(?![a-z])' % word, said) and \
        reason in said
    printed = next((line for line in run.stdout.split(b'\n')
                    if line.startswith(tuple(reaches))), None)
    if printed and printed in run.stdout[:max(failed.begun_out, 0)]:
        raise Fault('%s(), then %s' % (name, show(printed)),
                    '%s, then %s' % (show(printed), failed.text),
                    'The line is printed before the call is made.', see)
    if right and run.status == 1 and not printed and not (
            later and later[0].name == name and later[0].fd == failed.fd):
        return
    seen = '%s, then %s' % (failed.text, plainly(run))
    if later and later[0].name == name and later[0].fd == failed.fd:
        raise Fault(expected, '%s, then %s' % (failed.text, later[0].text),
                    '%s() is called again after it has failed. An error is '
                    'reported and ends the program; only EINTR, in lesson 07, '
                    'is a reason to try again.' % name, see)
    if later and not right:
        raise Fault(expected, '%s, then %s' % (failed.text, later[0].text),
                    '%s() failed, and the program went on as if it had not: '
                    'its result is not compared with -1.' % name, see)
    if later:
        raise Fault(expected, '%s, then %s' % (failed.text, later[0].text),
                    'The error is reported, but the program goes on after it: '
                    'return EXIT_FAILURE is missing.', see)
    if printed and right:
        raise Fault(expected, '%s, the message, then %s' % (
            failed.text, show(printed)), 'The error is reported, but the '
            'program goes on after it: return EXIT_FAILURE is missing.'
            if run.status != 1 else 'The program prints that line although '
            'the call failed, so it is not true.', see)
    broken = crash(run)
    if broken:
        raise Fault(expected, seen, '%s() failed and gave -1. %s Is the '
                    'result compared with -1 before it is used?' %
                    (name, broken), see)
    if run.status is None:
        raise Fault(expected, seen, 'The program does not end after the error. '
                    + ('It waits for Enter: is the result of %s() compared '
                       'with -1?' % name if run.keyboard else ''), see)
    if not lines:
        if reason.encode() in run.stdout:
            raise Fault(expected, 'on standard output: ' + show(run.stdout),
                        'The error is printed on standard output. perror() '
                        'prints on standard error.', see)
        raise Fault(expected, seen + ', nothing on standard error',
                    '%s() failed and nothing on standard error says so: %s' % (
                        name, 'print the reason with perror("%s").' % name
                        if run.status == 1 else
                        'compare its result with -1, call perror("%s") and '
                        'return EXIT_FAILURE.' % name), see)
    if reason not in said:
        raise Fault(expected, 'on standard error ' + show(lines[0].encode()),
                    'The reason is another call\'s: what is called between '
                    '%s() and the message may change errno.' % name
                    if any(os.strerror(n) in said for n in errno.errorcode)
                    else 'The message does not say the reason. perror("%s") '
                    'does both: the name and the reason.' % name, see)
    if not right:
        raise Fault(expected, 'on standard error ' + show(lines[-1].encode()),
                    'The message does not name the call that failed.', see)
    if run.status == 0:
        raise Fault(expected, 'the message, and exit status 0',
                    'The error is reported, but the program ends as if all '
                    'were well: return EXIT_FAILURE.', see)
    raise Fault(expected, 'the message, and exit status %d' % run.status,
                'The status is EXIT_FAILURE, which is 1.', see)


def all_closed(run):
    """Every TCP socket of a run that ended well has been closed."""
    if run.status != 0:
        if crash(run):
            raise Fault('exit status 0', plainly(run), crash(run))
        if run.status is not None:
            said = run.stderr.strip()
            raise Fault('exit status 0', '%s, %s' % (
                plainly(run), 'on standard error ' + show(said.encode())
                if said else 'nothing on standard error'),
                'Nothing failed here, so the program ends with EXIT_SUCCESS.')
        raise Fault('the program ends', plainly(run), waits_why(run))
    opened, twice, zero = {}, None, None
    for call in run.of():
        if call.pid != run.program.pid:
            continue            # a child has descriptors of its own
        if call.name in ('socket', 'accept') and (call.result or 0) > 0:
            opened[call.result] = call
        elif call.name in COPIES and (call.result or 0) > 0:
            opened[call.result] = call
        elif call.name == 'close':
            if call.result == 0:
                opened.pop(call.fd, None)
                if call.fd < 3:
                    zero = call
            elif call.error == 'EBADF':
                twice = call
    for descriptor, call in opened.items():
        if zero:
            raise Fault('close(%d) = 0' % descriptor, zero.text,
                        lost(zero, run), (1, 'Who closes what'))
        kind = {'socket': 'The socket', 'accept': 'The connected socket'}.get(
            call.name, 'The duplicate')
        raise Fault('close(%d) = 0' % descriptor,
                    twice.text if twice else '%s, and no close(%d)' % (
                        call.text, descriptor),
                    '%s is never closed.' % kind + (
                        ' Another descriptor is closed that is not open, or '
                        'is closed already.' if twice else ''),
                    (1, 'Who closes what'))


def same_output(seen, expected, stderr=''):
    """Fault unless standard output is what the Python prints."""
    see = None
    if seen == expected:
        return
    if not expected:
        raise Fault('nothing on standard output', show(seen),
                    'The Python prints nothing here.')
    wanted, got = expected.split(b'\n'), seen.split(b'\n')
    if seen.rstrip(b'\n') == expected.rstrip(b'\n'):
        raise Fault(show(expected[-40:]), show(seen[-40:]),
                    'The newline at the end is missing.'
                    if len(seen) < len(expected) else
                    'There is a newline too many at the end.', see)
    for n, line in enumerate(wanted):
        mine = got[n] if n < len(got) else None
        if mine == line:
            continue
        if line and line.decode('utf-8', 'replace') in stderr and \
                line not in seen:
            raise Fault(show(line) + ' on standard output',
                        'it stands on standard error',
                        'printf() prints on standard output.', see)
        if mine is None or (mine == b'' and n == len(got) - 1):
            raise Fault('line %d: %s' % (n + 1, show(line)),
                        'the output ends before it' if n else
                        'nothing is printed', '', see)
        if line in got[n:] and line:
            raise Fault('line %d: %s' % (n + 1, show(line)),
                        'line %d: %s' % (n + 1, show(mine)),
                        'A line stands there that the Python does not print, '
                        'or the lines are in another order.', see)
        at = next((i for i, (a, b) in enumerate(zip(line, mine)) if a != b),
                  min(len(line), len(mine)))
        if b'8080' in line and line.replace(b'8080', b'36895') == mine:
            raise Fault(show(line), show(mine), '36895 is 8080 with its two '
                        'bytes swapped: sin_port is in network byte order, '
                        'and ntohs() turns it back.', (2, 'Byte order'))
        raise Fault('line %d: %s' % (n + 1, show(line, 100)),
                    'line %d: %s' % (n + 1, show(mine, 100)),
                    'The first %d bytes are the same.' % at if at else
                    'The line is another.', see)
    raise Fault(show(expected), show(seen),
                'More is printed than the Python prints.', see)


# ------------------------------------------------------------ scenarios

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
            LINES if kind == 'shifted' else SHORT)
    return play.serve(subject.bench, argv, what, script, faults, **how)


def _client(subject, kind, faults='', **how):
    argv = subject.programs['client']
    if subject.number == 5:
        script = play.watch_close
    else:
        script = how.pop('script', None) or play.to_client(
            LINES if kind == 'shifted' else ANSWER)
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
        add(side, 'shifted', shifted=True, **(
            {'address': '127.0.0.1'} if side == 'server' else {}))
        add(side, 'close interrupted', 'close@1=EINTR')
        add(side, 'socket fails', 'socket@1=EMFILE')
        add(side, 'recv fails', 'recv@1=ECONNRESET')
        add(side, 'send fails', 'send@1=ECONNRESET')
        add(side, 'recv interrupted',
            'recv@1=EINTR recv@2=EINTR recv@3=EINTR')
        add(side, 'send interrupted', 'send@1=EINTR send@2=EINTR')
        add(side, 'short send', 'send@1=5 send@2=1 send@3=EINTR')
        add(side, 'gone', 'send@1=EPIPE')
    add('server', 'setsockopt fails', 'setsockopt@1=ENOPROTOOPT')
    add('server', 'taken', taken=True)
    add('server', 'listen fails', 'listen@1=EADDRINUSE')
    add('server', 'accept fails', 'accept@1=ECONNABORTED')
    add('server', 'accept interrupted', 'accept@1=EINTR accept@2=EINTR')
    add('server', 'long', script=play.to_server(LONG))
    add('server', 'silent', script=play.to_server(b'', 'quiet'))
    add('server', 'bytes', script=play.to_server(NASTY))
    add('server', 'tiny', script=play.to_server(b'Hi!'))
    add('client', 'refused', refused=True)
    add('client', 'long', script=play.to_client(LONG))
    add('client', 'silent', script=play.to_client(b''))
    add('client', 'bytes', script=play.to_client(NASTY))
    add('client', 'pieces', script=play.to_client(
        LINES, [LINES[:3], LINES[3:20], LINES[20:]]))
    add('client', 'long pieces', script=play.to_client(
        LONG, [LONG[:600], LONG[600:]]))
    found['pair'] = lambda subject: play.pair(
        subject.bench, subject.programs['server'], subject.programs['client'])
    return found


SCENARIOS = _scenarios()


# ------------------------------------------------------------ the tests

TESTS = []       # (numbers, side, name, function, the kinds it runs)


def test(numbers, sides, name, *kinds):
    """Registers a test for these lessons and sides."""
    def register(function):
        for side in sides.split():
            TESTS.append((numbers, side, name, function, kinds))
        return function
    return register


class View:
    """A subject seen from one side."""

    def __init__(self, subject, side):
        self.subject, self.side = subject, side
        self.number, self.is_python = subject.number, subject.is_python

    def run(self, kind):
        return self.subject.run(kind if kind == 'pair' else
                                '%s %s' % (self.side, kind))

    def want(self, kinds):
        self.subject.want(*(kind if kind == 'pair' else
                            '%s %s' % (self.side, kind) for kind in kinds))


def tests(number):
    """The tests of a lesson: (name, function of the Subject), in order."""
    found = []
    for side in SIDES[number]:
        for numbers, of, name, function, kinds in TESTS:
            if of != side or number not in numbers or \
                    (number == 5 and side == 'server'):
                continue

            def bound(subject, side=side, function=function, kinds=kinds):
                view = View(subject, side)
                view.want(kinds)
                function(view)
            full = name if number <= 5 else '%s: %s' % (side, name)
            found.append((full, bound))
    if number >= 6:
        # In the order of the conversation: the client speaks first.
        said = 1 + next(n for n, (name, _) in enumerate(found)
                        if name.startswith('client: send() sends'))
        client = next(n for n, (name, _) in enumerate(found)
                      if name.startswith('client: '))
        found = found[client:said] + found[:client] + found[said:]
    found.insert(0, (COMPILES, lambda subject: None))   # Subject.make() says
    for numbers, of, name, function, kinds in TESTS:
        if of == 'pair' and number in numbers:
            found.append((name, lambda subject, function=function:
                          function(View(subject, 'pair'))))
    return found


def scenarios(number):
    """The scenarios that the tests of a lesson use."""
    found = []
    for numbers, side, name, function, kinds in TESTS:
        if number in numbers and (side in SIDES[number] or side == 'pair') \
                and not (number == 5 and side == 'server'):
            for kind in kinds:
                key = kind if kind == 'pair' else '%s %s' % (side, kind)
                if key not in found:
                    found.append(key)
    return found


ALL = range(1, 8)


# -- socket

@test(ALL, 'server client', 'socket() makes a TCP socket', 'plain')
def makes_socket(view):
    run = view.run('plain')
    expected = 'socket(AF_INET, SOCK_STREAM, 0) = 3'
    calls = called(run, 'socket', expected, (1, 'The descriptor'),
                   'The kernel was never asked for a socket, so there is no '
                   'descriptor to work with.')
    good = [call for call in calls if call.args[:1] == ['AF_INET'] and
            call.args[1].startswith('SOCK_STREAM') and call.result is not None
            and call.result >= 0]
    if good and len(calls) == len(good):
        if len(good) > 1 and view.number <= 4 and not [
                call for call in run.of('close') if call.fd ==
                good[-1].result]:
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
               'chooses TCP.' if call.failed else '')
    raise Fault(expected, call.text, why, (1, 'Family and type'))


@test(ALL, 'server client', 'a socket() that fails ends the program with its '
      'error', 'socket fails')
def socket_fails(view):
    fails_well(view.run('socket fails'), 'socket', 'EMFILE')


# -- setsockopt, bind

@test(range(2, 8), 'server', 'SO_REUSEADDR is set before bind()', 'plain')
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
        elif call.failed:
            why = 'The call failed with %s.' % call.error
        raise Fault(expected, call.text, why, see)
    if good[0].args[2:3] == ['0']:
        raise Fault(expected, good[0].text, '0 turns the option off.', see)
    bound = [call.fd for call in run.of('bind') if call.result == 0]
    if bound and good[0].fd != bound[0] and not copies(run, bound[0]):
        raise Fault('setsockopt() and bind() on one socket', '%s, but %s' % (
            good[0].text, run.of('bind')[0].text), 'The option is set on '
            'another socket than the one that is bound.', see)
    order(run, 'setsockopt', 'bind', 'bind() looks at the option, so it must '
          'be set before.', see)


@test(range(2, 8), 'server', 'a setsockopt() that fails ends the program with '
      'its error', 'setsockopt fails')
def setsockopt_fails(view):
    fails_well(view.run('setsockopt fails'), 'setsockopt', 'ENOPROTOOPT')


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
    if call.error == 'EAFNOSUPPORT' or 'AF_INET6' in call.text or \
            'AF_UNSPEC' in call.text or 'AF_UNIX' in call.text or \
            endpoint(call) is None and call.error != 'EINVAL':
        raise Fault(expected, call.text, '512 is AF_INET with its two bytes '
                    'swapped: sin_family stays in the machine\'s own order, '
                    'without htons().' if '512' in call.args else
                    'The family in the struct is not AF_INET: sin_family is '
                    'missing, or the pointer leads somewhere else.', see)
    if call.error == 'EINVAL' and (endpoint(call) is None or
                                   'len' in call.text):
        raise Fault(expected, call.text, 'The length is wrong: it is the size '
                    'of the struct (sizeof server_address, 16 bytes), not '
                    'that of a pointer to it (8).', see)


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
                    'never set, or htonl() was used: it turns 32 bits, and '
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
            raise Fault('the descriptor that socket() gave, here %d' % first,
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
    raise Fault(expected, call.text, 'The address is another. Was the struct '
                'zeroed, and was the text given to inet_pton()?', see)


@test(range(2, 8), 'server', 'a bind() that fails ends the program with its '
      'error', 'taken')
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
    fails_well(run, 'bind', 'EADDRINUSE', [b'Server listening'])


@test([2], 'server', 'the socket does not listen yet', 'plain')
def not_listening(view):
    run = view.run('plain')
    if run.of('listen'):
        raise Fault('no listen()', run.of('listen')[0].text,
                    'listen() is the next lesson: this one ends with a socket '
                    'that has its port, and that nobody can reach.',
                    (3, 'Listening'))


# -- listen

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
                    'accepted.', (3, 'The backlog'))
    if len(calls) > 1:
        raise Fault(expected, '%s, then %s' % (call.text, calls[1].text),
                    'Once is enough: the socket listens until it is closed.',
                    see)
    by_variable(view, 'listen')


@test([3], 'server', 'a client can connect to port 8080', 'plain')
def reachable(view):
    run = view.run('plain')
    if run.connected:
        return
    listens(view)
    if not run.waited:
        ends_on_enter(view)
    bind_port(view)
    error = own_error(run)
    early = next((call.text for call in run.calls[:run.made]
                  if call.name == 'close' and call.result == 0), None)
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
      'error', 'listen fails')
def listen_fails(view):
    fails_well(view.run('listen fails'), 'listen', 'EADDRINUSE',
               [b'Server listening'])


# -- the prompt

@test([1, 2, 3], 'server', 'it waits for Enter, and Enter ends it', 'plain')
def ends_on_enter(view):
    run = view.run('plain')
    if not run.waited:
        broken = crash(run)
        if broken:
            raise Fault('it waits for Enter', plainly(run), broken)
        failed = next((call for call in run.of() if call.failed), None)
        if failed:
            raise Fault('it waits for Enter', '%s, then %s' % (
                failed.text, plainly(run)), '%s() failed.' % failed.name)
        if run.waits_in:
            raise Fault('it waits for Enter', 'it waits in %s'
                        % run.waits_in.text, 'In this lesson the program '
                        'waits for Enter only.')
        error = own_error(run)
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
    made, later = run.calls[:run.made], run.calls[run.made:]
    if [call for call in made if call.name == 'close' and call.result == 0 and
            call.fd == main_socket(run)] and not run.of(*COPIES):
        raise Fault('close() after Enter', 'close() before the wait',
                    'The socket is closed before anyone can look at it.')
    for call in run.of():
        if call.name in TALK and (call in later or PROMPT in run.stdout[
                :max(call.begun_out, 0)]):
            raise Fault('%s(), then the prompt' % call.name,
                        'the prompt, then %s' % call.text, 'The prompt holds '
                        'the program so that one can look at what it has made: '
                        'all calls come before it.')


# -- accept

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
    if good and good[0].args[-1:] == ['8 bytes']:
        raise Fault('accept() with room for 16 bytes', good[0].text, 'The '
                    'length says 8: sizeof of a pointer is its own size. It '
                    'is the size of the struct, sizeof address.',
                    (4, 'The address of the peer'))
    by_variable(view, 'accept')
    if len(calls) > 1 and len(good) >= 1:
        raise Fault('one accept()', calls[1].text, 'The lesson serves one '
                    'client: accept() is called again, and waits for another.'
                    if calls[1].result is None else
                    'The lesson serves one client.', see)
    if good:
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
           'EFAULT': 'The second argument must point to room for an address, '
                     'and the third to a socklen_t with its size.'}.get(call.error, '')
    raise Fault(expected, call.text, why, see)


@test([4, 6, 7], 'server', 'the peer is printed as Python prints it', 'plain',
      'shifted')
def peer_printed(view):
    for kind in ('plain', 'shifted'):
        run = view.run(kind)
        accepts(view)
        see = (4, 'The address of the peer')
        if run.peer is None:
            raise Fault('a connection from the check\'s client', run.of(
                'accept')[0].text, 'The program takes another connection than '
                'the check\'s: one that it made itself?', see)
        wanted = "Connection from: ('%s', %d)" % run.peer
        lines = run.stdout.split(b'\n')
        found = [line.decode('utf-8', 'replace') for line in lines
                 if b'onnection' in line]
        if wanted in found:
            call = [c for c in run.of('accept') if c.result is not None][0]
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
            raise Fault(wanted, 'no such line in %s' % show(run.stdout),
                        'The line is not printed.' if run.status is not None
                        else plainly(run), see)
        first = run.of('accept')[0]
        if found[0].encode('utf-8', 'replace') in \
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
        if 54321 in numbers:
            return ('54321 is the example of the text. The peer\'s address is '
                    'what accept() writes.')
        if low in numbers:
            return ('The two bytes of the port are swapped: sin_port is in '
                    'network byte order, and ntohs() turns it back.')
        if 8080 in numbers:
            return ('8080 is the server\'s own port. The peer\'s address is '
                    'what accept() writes.')
        if 0 in numbers:
            return ('The port is 0: accept() did not write into that struct, '
                    'or its length was 0.')
        if port - 65536 in numbers:
            return 'A port has no sign: it is a uint16_t, 0 to 65535.'
        if shown == address:
            return 'The port is not the peer\'s.'
    if shown == swapped(address):
        return ('The bytes of the address are reversed: inet_ntop() takes it '
                'in network byte order, as it is.')
    if shown in ('0.0.0.0', '127.0.0.1') and shown != address:
        return ('That is not the peer\'s address, but the server\'s, or one '
                'that is written into the program. accept() writes the peer\'s '
                'into the struct it is given.')
    if shown and shown.startswith('2.0.'):
        return ('2.0 and the next two are the family and the port: the text is '
                'made from the struct, not from its sin_addr.')
    if shown is None:
        return ('The address is printed as a number or not at all: '
                'inet_ntop() makes the text.')
    if shown != address:
        return 'The address is not the peer\'s.'
    return 'The value is right, the form is not: compare it byte by byte.'


@test([4, 6, 7], 'server', 'an accept() that fails ends the program with its '
      'error', 'accept fails')
def accept_fails(view):
    fails_well(view.run('accept fails'), 'accept', 'ECONNABORTED',
               [b'Connection from'])


# -- connect

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
            'A client calls one. Was the address set at all?'}.get(
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
        raise Fault(expected, call.text, 'The length is wrong: it is sizeof '
                    'server_address (16 bytes), not the size of a pointer.',
                    see)
    return call, expected, see


@test([5, 6, 7], 'client', 'the client leaves its own port to the kernel',
      'plain')
def no_bind(view):
    run = view.run('plain')
    for call in run.of('bind', 'listen', 'accept'):
        raise Fault('no %s()' % call.name, call.text, 'A client needs no '
                    '%s(): connect() gives its socket a free port.' %
                    call.name, (5, 'The ephemeral port'))
    for call in run.of('send', 'recv') if view.number == 5 else ():
        raise Fault('no %s()' % call.name, call.text, '%s() is the next '
                    'lesson: this client connects and closes.' % call.name,
                    (5, "The server's address"))


@test([5, 6, 7], 'client', 'a connect() that is refused ends the program with '
      'its error', 'refused')
def connect_fails(view):
    the_connect(view)
    fails_well(view.run('refused'), 'connect', 'ECONNREFUSED',
               [b'Hello message sent', b'Received from'])


# -- send and recv

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


@test([6, 7], 'server', 'what was received is printed', 'plain', 'shifted')
def server_prints(view):
    prints_received(view, b'Received from client: ')


@test([6, 7], 'server', 'send() sends Hello from server, 17 bytes', 'plain')
def server_sends(view):
    sends(view, play.HELLO_SERVER)


@test([6, 7], 'client', 'recv() takes up to 1024 bytes from the server',
      'plain', 'long')
def client_receives(view):
    receives(view)


@test([6, 7], 'client', 'what was received is printed', 'plain', 'shifted')
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
            call.args[:1] == [str(call.result)] and call.result < 17 and (
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
                        'length is strlen(message), 17, not sizeof, 18.',
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
        if sent.startswith(text):
            raise Fault(expected, call.text, 'More than the text is sent: its '
                        'length is strlen(message).', see)
        at = next((i for i, (a, b) in enumerate(zip(sent, text)) if a != b),
                  0)
        raise Fault(expected, 'send(%s, %d, %s)' % (call.fd, len(sent),
                                                    show(sent)),
                    'The text is another, from byte %d on.' % (at + 1), see)
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
    calls = called(run, 'recv', expected, see, 'Nothing is received.')
    calls = [c for c in calls if c.error != 'EAGAIN'] or calls
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
    if size > 1024:
        raise Fault('at most 1024 bytes asked for', call.text,
                    'The Python asks for 1024, so that is all that may be '
                    'taken at once.', see)
    if 0 < size < 1024 and size in (4, 8):
        raise Fault('1024 bytes asked for', call.text, 'That is the size of a '
                    'pointer: sizeof gives the size of an array only where '
                    'the array itself is named.', see)
    got = [c for c in calls if c.result]
    if run.stuck is not None and run.stuck.name == 'recv':
        raise Fault(expected, '%s, then it waits in %s' % (
            calls[0].text, run.stuck.text) if run.stuck is not calls[0] else
            'it waits in %s' % run.stuck.text, waits_why(run),
            (6, 'Who waits for whom'))
    if view.side == 'server' and len(got) > 1 and view.number == 6:
        raise Fault('one recv()', got[1].text, 'The Python receives once.',
                    see)
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
            call = [c for c in run.of('recv') if (c.result or 0) > 0][0]
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
            raise Fault(show(wanted), 'no such line in %s' % show(run.stdout),
                        '' if run.status is not None else plainly(run), see)
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
        elif rest.startswith(run.text):
            why = ('More is printed than was received: the \'\\0\' behind the '
                   'last byte is missing, at data[received].')
        elif run.text.startswith(rest):
            why = 'The text is cut after %d of %d bytes.' % (len(rest),
                                                          len(run.text))
        elif b'\\x' in rest and b'\\x' not in run.text:
            why = ('Bytes are replaced that drive no terminal: only the '
                   'control characters are, 0 to 31 without newline and tab, '
                   'and 127.')
        elif run.text[:10] == rest[:10]:
            why = ('The text was used as the format of printf(): it belongs '
                   'behind "%s", as an argument.')
        else:
            why = 'That was never received.'
        same = os.path.commonprefix([wanted, found])
        if len(same) > 50:      # show where they differ
            raise Fault('..."' + show(wanted[len(same) - 20:])[1:],
                        '..."' + show(found[len(same) - 20:])[1:], why, see)
        raise Fault(show(wanted), show(found), why, see)


@test([6, 7], 'server client', 'a buffer that is filled to its end does no '
      'harm', 'long')
def full_buffer(view):
    conversation(view)
    run = view.run('long')
    if view.number == 7 and view.side == 'client' and not crash(run):
        run = view.run('long pieces')
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
        return
    if found is None:
        raise Fault(show(wanted), show(run.stdout), plainly(run), see)
    count = len(found) - len(label)
    raise Fault('the first 1024 of %d bytes, printed' % len(run.text),
                '%d bytes' % count if count != 1024 else
                '%d bytes, with %s at the end' % (count, show(found[-20:])),
                'The other side sent %d bytes at once; the Python takes 1024 '
                'of them.' % len(run.text) if count != 1024 else
                'The bytes are others.', see)


@test([6, 7], 'server client', 'a peer that says nothing is no error',
      'silent')
def silent(view):
    conversation(view)
    run = view.run('silent')
    see = (6, 'End of file')
    label = b'Received from client: \n' if view.side == 'server' else \
        b'Received from server: \n'
    if label in run.stdout and run.status == 0:
        if view.side == 'server' and run.received != play.HELLO_SERVER:
            raise Fault('it answers all the same', 'it sends %s'
                        % show(run.received), 'Python answers a client that '
                        'has said nothing.', see)
        return
    broken = crash(run)
    shown = show(run.stdout)
    if broken:
        raise Fault(show(label), plainly(run), broken, see)
    if run.status is None:
        raise Fault(show(label) + ' and the end', plainly(run),
                    'The other side has ended its stream: recv() gives 0, at '
                    'once and each time. A loop that waits for more never '
                    'ends.', see)
    if run.status != 0:
        raise Fault(show(label) + ', exit status 0', plainly(run),
                    'recv() gave 0: the end of the stream. That is no error, '
                    'and errno says nothing then.', see)
    raise Fault(show(label), shown, 'recv() gave 0: nothing was received, so '
                'nothing but the label is printed.', see)


@test([6, 7], 'server client', 'a recv() that fails ends the program with its '
      'error', 'recv fails')
def recv_fails(view):
    conversation(view)
    fails_well(view.run('recv fails'), 'recv', 'ECONNRESET',
               [b'Received from'])


@test([6, 7], 'server client', 'a send() that fails ends the program with its '
      'error', 'send fails')
def send_fails(view):
    conversation(view)
    fails_well(view.run('send fails'), 'send', 'ECONNRESET',
               [b'Hello message sent'])


# -- what holds for all

def expected_output(view, run):
    """What the Python prints in this run."""
    if view.number == 1 or view.number == 2:
        return PROMPT
    if view.number == 3:
        return b'Server listening on port 8080\n' + PROMPT
    if view.side == 'server':
        text = b'Server listening on port 8080\n'
        text += ("Connection from: ('%s', %d)\n" % (run.peer or ('?', 0))
                 ).encode()
        if view.number >= 6:
            text += b'Received from client: %s\nHello message sent\n' % \
                run.text
        return text
    if view.number == 5:
        return b''
    return b'Hello message sent\nReceived from server: %s\n' % run.text


@test(ALL, 'server client', 'the output is the Python\'s, byte for byte',
      'plain')
def output(view):
    run = view.run('plain')
    broken = crash(run)
    if broken:
        raise Fault('', '', broken)
    if view.side == 'server' and view.number >= 4 and run.peer is None:
        accepts(view)
    if run.status is None and not (view.number <= 3):
        raise Fault('the program ends', plainly(run), waits_why(run))
    same_output(run.stdout, expected_output(view, run), run.stderr)


@test(ALL, 'server client', 'every socket is closed, and the program ends '
      'with status 0', 'plain', 'shifted')
def closed(view):
    all_closed(view.run('plain'))
    run = view.run('shifted')
    by_variable(view)
    all_closed(run)
    if view.number >= 4 and view.run('plain').reset:
        raise Fault('the other side finds the end of the stream',
                    'it finds a reset', 'The connection is broken off, not '
                    'closed: SO_LINGER with 0 seconds does that, or bytes '
                    'that were never received.', (1, 'Who closes what'))


@test([5], 'pair', 'the server of lesson 04 takes the connection', 'pair')
def meets(view):
    server, client = view.run('pair')
    if client is None:
        raise Fault('a server that waits for a client', plainly(server),
                    crash(server) or 'server.c of this folder ends before a '
                    'client can call it.')
    line = b"Connection from: ('127.0.0.1', "
    if line not in server.stdout:
        raise Fault(show(line), show(server.stdout),
                    'The server did not get the connection.',
                    (5, "The server's address"))


@test([6, 7], 'pair', 'server and client greet each other', 'pair')
def greet(view):
    server, client = view.run('pair')
    if client is None:
        raise Fault('a server that listens', plainly(server),
                    crash(server) or '')
    see = (6, 'Who waits for whom')
    if client.status is None and server.status is None and \
            client.stuck and server.stuck:
        raise Fault('both end', 'the server waits in %s, the client in %s' % (
            server.stuck.text, client.stuck.text),
            'Both wait to receive, so nobody sends.', see)
    for run, who in ((server, 'server'), (client, 'client')):
        if run.status != 0:
            raise Fault('the %s ends with status 0' % who, plainly(run),
                        crash(run) or waits_why(run), see)
    same_output(client.stdout, b'Hello message sent\nReceived from server: '
                b'Hello from server\n', client.stderr)
    server.peer = server.of('accept')[0].after.split(':')
    server.peer = server.peer[0], int(server.peer[1])
    server.text = play.HELLO_CLIENT
    same_output(server.stdout, expected_output(View(view.subject, 'server'),
                                               server), server.stderr)


# -- the guards of lesson 07

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
    odd = next((call for call in run.of(name) if call.error == 'EINTR'), None)
    if odd and run.status == 1:
        raise Fault(expected, '%s, then the program gives up' % odd.text, why,
                    see)
    if run.status is None:
        raise Fault(expected, plainly(run), why, see)
    raise Fault(show(wanted, 100), '%s, %s' % (show(run.stdout, 100),
                                               plainly(run)), why, see)


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


@test([7], 'server client', 'a recv() interrupted by a signal is made again',
      'recv interrupted')
def recv_interrupted(view):
    holds(view, 'recv interrupted', (7, 'Interrupted calls'), EINTR_WHY)


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
                'send() took only a part, and the rest was never sent: go on '
                'behind the bytes that it took.' if text.startswith(got) else
                crash(run) or 'After a short send() the next one must begin '
                'behind the bytes that were taken, and be that much shorter.',
                see)


@test([7], 'server client', 'a peer that has gone is an error, not a silent '
      'death', 'gone')
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
    fails_well(run, 'send', 'EPIPE', [b'Hello message sent'])


@test([7], 'client', 'the client reads until the server closes', 'pieces')
def pieces(view):
    run = holds(view, 'pieces', (7, 'Reading to the end'), 'The answer came in '
                'three pieces. One recv() brings what is there; the message '
                'is whole only when recv() gives 0.')
    return run


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
    raise Fault(show(wanted, raw='<%02x>'), show(found, raw='<%02x>'), why +
                ' (Here <09> stands for a byte 9 that is printed as it is.)',
                see)


@test([7], 'server client', 'a close() interrupted by a signal is not made '
      'again', 'close interrupted')
def close_interrupted(view):
    conversation(view)
    run = view.run('close interrupted')
    first = next((call for call in run.of('close')
                  if call.error == 'EINTR'), None)
    again = None
    for call in run.of()[run.of().index(first) + 1:] if first else ():
        if call.result == first.fd and call.name != 'close':
            break               # the number stands for another socket now
        if call.name == 'close' and call.fd == first.fd:
            again = call
            break
    if again:
        raise Fault('%s, and no other' % first.text, '%s, then %s' % (
            first.text, again.text), 'Linux has closed the descriptor even so '
            '(close(2)); closed again, it may be one that was opened since.',
            (7, 'Interrupted calls'))
