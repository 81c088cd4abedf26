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
WORDS = {'bind': 'bind(?:ing)?', 'listen': 'listen(?:ing)?',
         'accept': 'accept4?(?:ing)?', 'connect': 'connect(?:ing)?',
         'send': '(?:send(?:to|msg|all|ing)?|writev?)',
         'recv': '(?:recv(?:from|msg)?|readv?|receive|receiving)'}
NO_POINTER = ('A number stands where accept() takes a pointer: its third '
              'argument is &address_length, a variable with the size in it.')
PRINTED = (b'Press Enter', b'Server listening', b'Connection from',
           b'Received from', b'Hello message sent')     # by the Python


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
    excerpt = textwrap.wrap(lines[at], 76, subsequent_indent='  ') + [
        line[:76] for line in lines[at + 1:at + 3]] if lines else []
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
        access = re.search(r'^(READ|WRITE) of size|caused by a (READ|WRITE)',
                           report, re.M)
        verb = 'reads' if access and 'READ' in access[0] else 'writes'
        call = re.search(r'#[0-5] \S+ in (?:__interceptor_)?(recv|recvfrom|read|'
                         r'send|write|memset|memcpy|strlen|strcpy|strcat|'
                         r'printf|strncpy|sendto|puts|sprintf|snprintf)\b',
                         report)
        what = '%s() %s' % (call[1], verb) if call else 'it %s' % verb
        name = overrun(report)
        if kind == 'attempting':
            return 'Memory: %s%s.' % (
                'free() is called twice' if 'attempting double-free' in report
                else 'free() gets what malloc() did not give', line)
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
            address = re.search(r'SEGV on unknown address 0x([0-9a-f]+)', report)
            number = int(address[1], 16) if address else 2 ** 64
            return 'Memory: %s%s through %s.' % (
                what, line, 'a null pointer' if number == 0 else
                'a pointer that points nowhere' if number > 4095 else
                '%d, a number that is no address' % number)
        return 'Memory: %s%s.' % (kind.replace('-', ' '), line)
    if run.status is not None and run.status < 0:
        name = signal.Signals(-run.status).name
        shut = next((call.text for call in run.of('shutdown')
                     if 'SHUT_WR' in call.text or 'SHUT_RDWR' in call.text), None)
        if name == 'SIGPIPE' and shut:
            return ('The program was ended by SIGPIPE: %s has closed the '
                    'sending side.' % shut)
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
    named = {'\n': '\\n', '\t': '\\t'}
    if '<' not in raw:
        named['\0'] = '\\0'
    text = ''.join(named.get(c) or (c if c.isprintable() else raw % ord(c))
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
                      'is no address. It takes AF_INET and a number such as '
                      '127.0.0.1, without a port, and looks no name up.')
    if 'inet_ntop' in said:
        return seen, ('The array is too small for the text of some addresses, '
                      'or another size is given than its own: it takes '
                      'INET_ADDRSTRLEN bytes, which is 16.')
    for number in errno.errorcode:      # "non-socket" is a reason, not a name
        said = said.replace(os.strerror(number), '')
    for call in run.of():
        if call.name == 'recv' and call.result == 0 and re.search(
                r'\b%s\b' % WORDS['recv'], said):
            return seen, ('recv() gave 0: the end of the stream. That is no '
                          'error, and errno says nothing then.')
        if not call.failed and call.result is not None and not (
                call.name == 'recv' and run.of('recv')[-1].result == 0) and \
                re.search(r'\b%s\b' % WORDS.get(call.name, call.name), said):
            return seen, ('%s succeeded, and the program reports an error. Is '
                          'its test the wrong way round, is there a = for ==, '
                          'a semicolon behind the if, or is another variable '
                          'tested?' % re.sub(r' "(?:[^"\\]|\\.)*"$', '',
                                             call.text))
    return seen, 'The program ends there by itself.'


def lost(call, run):
    """Why a call is on a descriptor that is no socket, or not open."""
    fd, main = call.fd, main_socket(run)
    before = [c for c in run.of('close') if c.fd == fd and c.result == 0 and
              run.calls.index(c) < run.calls.index(call)]
    if before:
        return '%s was called before.' % before[0].text
    if fd == -1:
        return ('-1 is no descriptor. Is the call made too early, or is '
                'another variable given?')
    if fd in (0, 1, 2) and main is not None:
        given = next((c for c in run.of('accept') if c.result is not None and
                      c.result >= 0), None)
        given = given if given and call.name != 'accept' else None
        return ('%d is %s, not what %s() gave (%d). Is the variable assigned a '
                'second time, or are the inner parentheses missing in '
                '(s = %s(...)) == -1?' % (fd, (
                    'standard input', 'standard output', 'standard error')[fd],
                    'accept' if given else 'socket',
                    given.result if given else main,
                    'accept' if given else 'socket'))
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
                        NO_POINTER if name == 'accept' and
                        last.args == ['0 bytes'] and crash(run) else
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
        if failed.name == 'accept' and name == 'listen':
            hint = 'accept() is called before listen(), or listen() is missing.'
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
    error = own_error(run) or silent_end(run)
    if error:
        raise Fault(expected, 'it ends before %s(): %s' % (name, error[0]),
                    error[1], see)
    raise Fault(expected, '%s() is not called' % name, hint, see)


def blamed(run):
    """own_error(), where the program reports an error of a call that succeeded;
    or silent_end(); or None."""
    error = own_error(run)
    return error if error and ' succeeded, ' in error[1] else silent_end(run)


def silent_end(run):
    """What own_error() gives, for a program that ended with status 1 and said
    nothing, though nothing had failed; or None."""
    calls = run.of()
    if run.status != 1 or run.stderr.strip() or not calls or calls[-1].failed:
        return None
    if calls[-1].name == 'close':
        return 'exit status 1, nothing on standard error', (
            'Nothing failed, and all was done: the status is EXIT_SUCCESS.')
    return 'exit status 1, nothing on standard error', (
        '%s was the last call, and nothing failed. Does a return stand outside '
        'its if: are braces missing?' % calls[-1].text)


def waits_why(run):
    """Why a call waits for ever."""
    call = run.stuck
    if call is None:
        return ''
    if call.name == 'recv':
        if run.answered:
            return ('It receives again after its answer. The Python receives '
                    'once.')
        if run.needed_end:
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
        more != later or more[-1].error != code or run.status is None or
        run.status == -signal.SIGXFSZ)
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
    other = next((line for line in lines if reason in line and not re.search(
        r'(?i)(?<![a-z])%s(?![a-z])' % word, line) and re.match(
            r'(?:%s)(?:\(\))?:' % '|'.join(TALK), line)), None)
    if right and other and run.status == 1:
        raise Fault(expected, 'on standard error ' + show(other.encode()),
                    'That call has not failed: its message stands outside its '
                    'if, or in another one\'s.', see)
    broken = crash(run)
    if right and broken and (run.status or 0) > 0:     # the sanitizer's own end
        raise Fault(expected, '%s, the message, and then no end' % failed.text,
                    'The error is reported, but the program goes on after it: '
                    'return EXIT_FAILURE is missing. %s' % broken, see)
    extra = next((line for line in run.stdout.split(b'\n') if line and
                  not line.startswith(PRINTED)), None)
    if right and run.status == 1 and not (printed or again or answers):
        if extra and name not in ('send', 'recv'):
            raise Fault('nothing more on standard output', show(extra),
                        'An error goes to standard error. Standard output is '
                        'what the Python prints.', see)
        return
    seen = '%s, then %s' % (failed.text, plainly(run))
    named = re.search(r'(?i)(?<![a-z])%s(?![a-z])' % word, said)
    others = [line for line in lines if reason not in line and any(
        os.strerror(n) in line for n in [0] + list(errno.errorcode))]
    if later and named and others and run.status == 1 and not again and \
            not right:
        raise Fault(expected, '%s, then %s, and on standard error %s' % (
            failed.text, later[0].text, show(others[0].encode())),
            'The reason is another call\'s: %s() may change errno. Report the '
            'error before anything else is called.' % later[0].name, see)
    if later and later[0].name in (name, 'socket') and not again and \
            later[0].args != failed.args:
        raise Fault(expected, '%s, then %s' % (failed.text, later[0].text),
                    'The program tries again in another way. An error is '
                    'reported, and ends the program.', see)
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
    if printed and right and run.status == 1 and \
            printed.startswith(b'Press Enter'):
        raise Fault(expected, '%s, and the prompt all the same' % failed.text,
                    'The error is reported, but only after the prompt and the '
                    'wait: the result is to be checked right behind the call.'
                    if run.waited else 'The prompt is printed although the '
                    'call failed: the result is to be checked right behind '
                    'the call, and the program ends there.', see)
    if printed and right:
        raise Fault(expected, '%s, the message, then %s' % (
            failed.text, show(printed)), 'The error is reported, but the '
            'program goes on after it: return EXIT_FAILURE is missing.'
            if run.status != 1 else
            'The program prints that line although '
            'the call failed, so it is not true.', see)
    broken = crash(run)
    if broken and run.status == -signal.SIGABRT:
        raise Fault(expected, seen, 'abort() and assert() end the program by a '
                    'signal. Report the error with perror("%s") and return '
                    'EXIT_FAILURE.' % name, see)
    if broken:
        why = 'Is the result compared with -1 before it is used?'
        if 'through %d,' % getattr(errno, code) in broken:
            why = ('That number is errno: %s takes a text, which is '
                   'strerror(errno).')
        elif '18446744073709551615' in broken:
            why = ('That is -1 without its sign, as a size_t holds it: the '
                   'result is an ssize_t, to be compared with -1 before it is '
                   'used.')
        raise Fault(expected, seen, '%s() failed and gave -1. %s %s' %
                    (name, broken, why), see)
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
                        'compare its result with -1%s, call perror("%s") and '
                        'return EXIT_FAILURE.' % (
                            ' (a size_t is never below 0)'
                            if name in ('send', 'recv') else '', name)), see)
    if reason not in said:
        raise Fault(expected, 'on standard error ' + show(
                    (others or lines)[0].encode()),
                    'The reason is another one. It comes from errno, which '
                    'what is called between %s() and the message may change; '
                    'or is it written into the program?' % name if others
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


def fails(view, name, kinds, reaches=(b'Press Enter',)):
    """fails_well(), for each of the kinds, a dictionary from the scenario to
    its errno; for a program that reports no error where there is none: such a
    one has its test the wrong way round."""
    reaches = list(reaches) + [b'Press Enter']
    error = own_error(view.run('plain'))
    if error and error[1].startswith(name + '('):
        raise Fault('%s() succeeds, and the program goes on' % name, error[0],
                    error[1], (1, 'When a call fails'))
    faults = {}
    for kind, code in kinds.items():
        try:
            fails_well(view.run(kind), name, code, reaches)
        except Fault as fault:
            faults[code] = fault
    for code, fault in faults.items():
        if len(faults) < len(kinds) and 'compare' in fault.why:
            fault.why = ('Other errors of %s() are reported; this one, %s, is '
                         'treated as none.' % (name, code))
        raise fault


def patient(view, name, see):
    """Where the program sets a limit on waiting, what it does at its end."""
    made = view.run('plain').of(name)
    limits = [call for call in view.run('plain').of(
        'setsockopt', 'poll', 'select', 'alarm') if call.name != 'setsockopt' or
        'SO_RCVTIMEO' in call.args and (name == 'recv' or made and
                                        call.fd == made[0].fd)]
    kinds = []
    if limits:
        kinds = [name + ' late'] if limits[0].name == 'setsockopt' else ['limit']
    if len(limits) > 1 and name == 'recv' and kinds == ['limit']:
        kinds.append('second limit')
    for kind in kinds:
        run = view.run(kind)
        waits = run.of(name, 'poll', 'select', 'alarm')
        over = [call for call in waits if call.error == 'EAGAIN' or
                call.name == 'alarm' or
                call.name in ('poll', 'select') and call.result == 0]
        if view.side == 'server' and any(
                call.result is not None and call.result >= 0
                for call in run.of(name)):
            continue            # a limit on something else
        if over and (over[-1] is waits[-1] or over[-1].name == 'alarm' and
                     run.status != 0):
            seen = '%s, then ' % limits[0].text * (kind == name + ' late')
            raise Fault('%s() waits as long as it takes' % name,
                        '%s%s, then %s' % (seen, over[-1].text, plainly(run)),
                        'The program gives up when the other side takes its '
                        'time; the Python waits.', see)


def all_closed(run):
    """Every TCP socket of a run that ended well has been closed."""
    if run.status != 0:
        if crash(run):
            raise Fault('exit status 0', plainly(run), crash(run))
        silent = silent_end(run)
        if silent:
            raise Fault('exit status 0', *silent)
        if run.status is not None:
            said = run.stderr.strip()
            raise Fault('exit status 0', '%s, %s' % (
                plainly(run), 'on standard error ' + show(said.encode())
                if said else 'nothing on standard error'),
                'Nothing failed here, so the program ends with EXIT_SUCCESS.')
        raise Fault('the program ends', plainly(run), waits_why(run))
    opened, ever, twice, zero, stray = {}, {}, None, None, None
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
            elif call.error == 'EBADF':
                if call.fd in ever:
                    twice = call
                else:
                    stray = call
    for descriptor, call in opened.items():
        if zero:
            raise Fault('close(%d) = 0' % descriptor, zero.text,
                        lost(zero, run), (1, 'Who closes what'))
        kind = {'socket': 'The socket', 'accept': 'The connected socket'}.get(
            call.name, 'The duplicate')
        raise Fault('close(%d) = 0' % descriptor,
                    (twice or stray).text if twice or stray else
                    '%s, and no close(%d)' % (call.text, descriptor),
                    '%s is never closed.' % kind + (
                        ' Another descriptor is closed a second time.'
                        if twice else ' close() gets a number that nobody '
                        'opened: is the result of %s() in that variable? A '
                        'second declaration of it, in a block, is another '
                        'variable.' % call.name if stray else
                        ' shutdown() ends the conversation, and '
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
        start = max(0, len(expected.rstrip(b'\n')) - 36)
        raise Fault(show(expected[start:]), show(seen[start:]),
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
        if line and n + 1 < len(wanted) and wanted[n + 1] and \
                mine.startswith(wanted[n + 1]):
            raise Fault('line %d: %s' % (n + 1, show(line)),
                        'line %d: %s' % (n + 1, show(mine)),
                        'The line comes later.' if line in seen else
                        'The line is missing.', see)
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
