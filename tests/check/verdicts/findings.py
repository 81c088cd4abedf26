"""What a run shows, and the words for it: a Fault with its message, how a
program broke down, whether a call was made, failed well, came in its order,
and what was closed and printed.
"""

import errno
import os
import re
import signal
import textwrap

from programs import LESSONS, OUTPUT_LIMIT, ROOT


COPIES = ('dup', 'dup2', 'dup3', 'fcntl')
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
            return ('Memory: %s writes past the end of the array%s: less is '
                    'left there than the call may write.' % (
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
    if run.status == -signal.SIGXFSZ:       # OUTPUT_LIMIT
        return 'it never ends (the check has stopped it)'
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


def apart(wanted, found, raw='\\x%02x'):
    """Both texts as they are shown, from a little before where they part."""
    at = len(os.path.commonprefix([wanted, found])) - 20
    while at > 0 and at < len(wanted) and wanted[at] & 0xc0 == 0x80:
        at -= 1             # not within a character
    if at <= 30:
        return show(wanted, raw=raw), show(found, raw=raw)
    return tuple('..."' + show(text[at:], raw=raw)[1:]
                 for text in (wanted, found))


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
    if 'inet_ntop' in said:
        return seen, ('The array is too small for the text of some addresses: '
                      'it takes INET_ADDRSTRLEN bytes, which is 16.')
    for number in errno.errorcode:      # "non-socket" is a reason, not a name
        said = said.replace(os.strerror(number), '')
    for call in run.of():
        if not call.failed and call.result is not None and re.search(
                r'\b%s\b' % WORDS.get(call.name, call.name), said):
            return seen, ('%s succeeded, and the program reports an error. Is '
                          'its test the wrong way round, is there a = for ==, '
                          'a semicolon behind the if, or is another variable '
                          'tested?' % call.text)
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
        if failed.name == 'connect':
            hint = 'connect() is the client\'s call: a server has %s().' % name
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
               if call.name == name and (
                   call.error == code or call.result is None and
                   run.status is not None and run.status >= 0)),
              None)             # or it ends in the handler of a signal
    if at is None:
        called(run, name, '%s() is called' % name, see)
        return
    failed = calls[at]
    later = [call for call in calls[at + 1:] if call.name in TALK]
    more = [call for call in later if (call.name, call.fd, call.args) == (
        name, failed.fd, failed.args)]      # a few tries are no fault
    again = more and more[0] is later[0] and (
        more != later or more[-1].error != code)
    answers = name == 'recv' and run.of('accept') and [
        call for call in later if call.name == 'send']
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
    if right and run.status == 1 and not (printed or again or answers):
        return
    seen = '%s, then %s' % (failed.text, plainly(run))
    if again:
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
            if run.status != 1 or printed.startswith(b'Press Enter') else
            'The program prints that line although '
            'the call failed, so it is not true.', see)
    broken = crash(run)
    if broken and run.status == -signal.SIGABRT:
        raise Fault(expected, seen, 'abort() and assert() end the program by a '
                    'signal. Report the error with perror("%s") and return '
                    'EXIT_FAILURE.' % name, see)
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


def fails(view, kind, name, code, reaches=(b'Press Enter',)):
    """fails_well(), for a program that reports no error where there is none:
    such a one has its test the wrong way round."""
    error = own_error(view.run('plain'))
    if error and error[1].startswith(name + '('):
        raise Fault('%s() succeeds, and the program goes on' % name, error[0],
                    error[1], (1, 'When a call fails'))
    fails_well(view.run(kind), name, code, reaches)


def patient(view, name, see):
    """Where the program sets a limit on waiting, what it does at its end."""
    limit = next((call for call in view.run('plain').of('setsockopt')
                  if 'SO_RCVTIMEO' in call.args), None)
    if not limit:
        return
    run = view.run(name + ' late')
    ended = next((call for call in run.of(name) if call.error == 'EAGAIN'),
                 None)
    if ended and run.of(name)[-1] is ended:
        raise Fault('%s() waits as long as it takes' % name,
                    'after %s %s, then %s' % (limit.text, ended.text,
                                              plainly(run)),
                    'The program gives up when the other side takes its time; '
                    'the Python waits.', see)


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
    opened, ever, twice, zero = {}, {}, None, None
    for call in run.of():
        if call.pid != run.program.pid:
            continue            # a child has descriptors of its own
        if call.name in ('socket', 'accept') + COPIES and \
                call.result is not None and call.result >= 0:
            opened[call.result] = ever[call.result] = call
        elif call.name == 'close':
            if call.result == 0:
                opened.pop(call.fd, None)
                if call.fd < 3:
                    zero = call
            elif call.error == 'EBADF' and call.fd in ever:
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
                        ' Another descriptor is closed a second time.'
                        if twice else ' shutdown() ends the conversation, and '
                        'leaves the descriptor.' if run.of('shutdown') else
                        ''), (1, 'Who closes what'))
    if twice:
        raise Fault('close(%d) once' % twice.fd, 'close(%d) = 0, then %s' % (
            twice.fd, twice.text), 'It is closed twice. By the second time '
            'its number may stand for another descriptor, which is closed '
            'then.', (1, 'Who closes what'))


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
        if line and mine.startswith(line) and len(got) < len(wanted):
            raise Fault(show(line) + ' on a line of its own', show(mine),
                        'The newline behind it is missing.', see)
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
