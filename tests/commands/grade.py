"""Checks the lessons of a class.

    grade.py DIR CSV LIMIT     the folders of DIR; LIMIT seconds for a lesson

A lesson's C files are read here; links are not followed. Each content is judged
once, however many have handed it in, in processes of its own: `supervise` takes
namespaces where they may be had, and forks; the child, `judge_files`, gives up
the user id where it may, takes on the limits, and writes a line for each verdict.
The supervisor ends with it, at the time limit, or when the pipe from the grader
is closed, as it is too if the grader is killed. What the check has started ends
then, and its folder goes.
"""

import collections
import csv
import ctypes
import fcntl
import glob
import json
import os
import pwd
import re
import resource
import select
import shutil
import signal
import socket
import stat
import struct
import sys
import tempfile
import time
import traceback

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, TOP + '/tests/check')
import judge  # noqa: E402
import programs  # noqa: E402
import verdicts  # noqa: E402

SECONDS = 10            # that one program may take in one of a lesson's runs
OUTPUT = 1 << 20        # bytes that it may write to a file; its output is one
PROCESSES = 40          # for a lesson; some 20 of them are the check's own
LARGEST = 1 << 20       # bytes of a source file
LIBC = ctypes.CDLL(None, use_errno=True)
TESTS = {lesson: [name for name, _ in verdicts.tests(number)]
         for number, lesson in enumerate(programs.LESSONS, 1)}
Result = collections.namedtuple('Result', 'passed total test message')


# ---------------------------------------------------------- around one check

def libc(name, *arguments):
    if getattr(LIBC, name)(*arguments):
        raise OSError(ctypes.get_errno(), name)


def isolate(folder):
    """Namespaces of its own for the process that this one forks next."""
    uid, gid = os.getuid(), os.getgid()
    if uid:             # a user's, which lets it have the others
        libc('unshare', 0x10000000)
        for name, text in (('setgroups', 'deny'), ('uid_map', '%d %d 1' % (uid, uid)),
                           ('gid_map', '%d %d 1' % (gid, gid))):
            with open('/proc/self/' + name, 'w') as file:
                file.write(text)
    libc('unshare', 0x68020000)                 # mounts, IPC, processes, network
    with socket.socket() as any_socket:         # SIOCSIFFLAGS: loopback, up
        fcntl.ioctl(any_socket, 0x8914, struct.pack('16sH14x', b'lo', 1))
    libc('mount', None, b'/', None, 0x44000, None)      # no mount is seen outside
    libc('mount', b'tmpfs', os.fsencode(folder), b'tmpfs', 0, b'mode=755,size=256m')


def become(uid):
    """Another user, for good."""
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def supervise(check, pipe):
    """Runs one check, and ends all that it started."""
    os.setsid()
    os.sched_setaffinity(0, {check['core']})
    if check['isolated']:
        isolate(check['folder'])
        process = os.fork()
        if process:     # the namespace has that one as its process 1, and ends with it
            os.waitpid(process, 0)
            return
        libc('mount', b'proc', b'/proc', b'proc', 0, None)
    child = os.fork()
    if child == 0:
        judge_files(**check)
        return
    end, ended = time.monotonic() + check['limit'], 0
    while ended != child and time.monotonic() < end:
        if select.select([pipe], [], [], 0.02)[0]:
            break
        ended = os.waitpid(-1, os.WNOHANG)[0]
    if ended != child:
        print(json.dumps(['', 'The check was ended after %d s.' % check['limit']]), flush=True)
    if not check['isolated']:       # else the namespace ends with its process 1, this one
        killer = os.fork()
        if killer == 0:
            become(check['uid'])
            os.kill(-1, signal.SIGKILL)     # all of that user's, however they fork
            return
        os.waitpid(killer, 0)


def judge_files(lesson, files, folder, spy, uid, processes, **_):
    """Judges, as another user and under the limits; a line for each verdict."""
    with open('/proc/self/oom_score_adj', 'w') as file:
        file.write('1000')      # where memory is short, let this one go
    for name in files:
        with open(os.path.join(folder, name), 'wb') as file:
            file.write(files[name].encode('latin-1'))
    scratch = tempfile.mkdtemp(dir=folder)
    os.chmod(scratch, 0o777)
    for limit, most in ((resource.RLIMIT_NPROC, processes), (resource.RLIMIT_CORE, 0),
                        (resource.RLIMIT_FSIZE, 16 * OUTPUT)):
        resource.setrlimit(limit, (most, most))
    if uid:
        become(uid)
    os.chdir(scratch)
    os.environ.update(TMPDIR=scratch, HOME=scratch)
    tempfile.tempdir = scratch
    programs.spy = lambda: spy
    programs.LIMIT, programs.OUTPUT_LIMIT = SECONDS, OUTPUT
    for name, message in judge.judged(lesson, folder):
        if message is not judge.UNJUDGED:
            print(json.dumps([name, message]), flush=True)


def sweep(folder, uid):
    """Removes what a user id has left in a folder that all may write to."""
    for entry in os.scandir(folder):
        try:
            if entry.stat(follow_symlinks=False).st_uid == uid:
                if entry.is_dir(follow_symlinks=False):
                    shutil.rmtree(entry.path)
                else:
                    os.remove(entry.path)
        except FileNotFoundError:
            pass


class Grader:
    """The checks of a class, side by side, one on each core."""

    def __init__(self, scratch, limit):
        self.scratch, self.limit = scratch, limit
        self.cores = sorted(os.sched_getaffinity(0))
        used = {user.pw_uid for user in pwd.getpwall()}
        self.uids = [uid for uid in range(60000, 65000) if uid not in used]
        if not self.may(lambda: become(self.uids[0])):
            self.uids = []
        # The course may stand where no other user can read; this may not.
        programs.ROOT, self.spy = scratch, scratch + '/spy.so'
        with programs.Bench() as bench:
            bench.flags()       # keeps them under ROOT
            shutil.copyfile(bench.spy, self.spy)
        self.isolated = self.may(lambda: isolate(scratch))
        if not self.isolated and not self.uids:
            sys.exit("Nothing here would keep the submissions' programs from ending all that "
                     'you run:\nno other user id, no namespaces. Try: sudo make grade DIR=...')

    def may(self, work):
        """Whether this process may do that; another one tries."""
        return os.waitpid(self.fork(work, os.open(os.devnull, os.O_WRONLY)), 0)[1] == 0

    def fork(self, work, said=1):
        """A process that does this work, and says what it says to a file."""
        pid = os.fork()
        if pid:
            return pid
        try:
            for number in signal.SIGINT, signal.SIGTERM, signal.SIGHUP:
                signal.signal(number, signal.SIG_DFL)
            os.dup2(said, 1)
            os.dup2(said, 2)
            work()
            os._exit(0)
        except BaseException:
            traceback.print_exc(0)
        os._exit(1)

    def start(self, lesson, files, place):
        folder = tempfile.mkdtemp(dir=self.scratch)
        os.chmod(folder, 0o755)
        check = dict(lesson=lesson, files=files, folder=folder, spy=self.spy,
                     limit=self.limit, isolated=self.isolated, core=self.cores[place],
                     uid=self.uids[place] if self.uids else 0, processes=PROCESSES)
        if not self.uids:       # then it counts all that the user has
            check['processes'] += len(glob.glob('/proc/[0-9]*/task/[0-9]*'))
        said, (gone, pipe) = tempfile.TemporaryFile(), os.pipe()

        def work():
            os.close(pipe)
            supervise(check, gone)
        pid = self.fork(work, said.fileno())
        os.close(gone)
        return pid, pipe, said, check

    def finish(self, pid, pipe, said, check, ended=False):
        """What a check has said; ends it if need be, removes what it left."""
        if not ended:
            os.write(pipe, b'.')
            os.waitpid(pid, 0)
        os.close(pipe)
        with said:
            said.seek(0)
            text = said.read(LARGEST).decode('utf-8', 'replace')
        shutil.rmtree(check['folder'], ignore_errors=True)
        for shared in {'/tmp', '/var/tmp', '/dev/shm'} if check['uid'] else ():
            sweep(shared, check['uid'])
        seen, note = {}, 'The check was ended, maybe by the program that it judges.'
        for line in text.splitlines():
            try:
                name, message = json.loads(line)
            except ValueError:
                name, message = '', line
            if name in TESTS[check['lesson']]:
                seen.setdefault(name, message)
            else:
                note = message
        return failure(check['lesson'], seen, note)

    def run(self, contents):
        """The Results of contents (lesson, files as JSON), in a dictionary."""
        waiting, running, results = list(contents), {}, {}
        try:
            while waiting or running:
                for place in range(len(self.cores)):
                    if waiting and place not in running:
                        lesson, files = content = waiting.pop(0)
                        running[place] = content, self.start(lesson, json.loads(files), place)
                    elif place in running and os.waitpid(running[place][1][0], os.WNOHANG)[0]:
                        content, check = running.pop(place)
                        results[content] = self.finish(*check, ended=True)
                        bar(len(results), len(contents))
                time.sleep(0.02)
        finally:
            for _, check in running.values():
                self.finish(*check)
        return results


def failure(lesson, seen, note):
    """The Result of these verdicts; note, where one is missing."""
    tests = TESTS[lesson]
    passed = sum(seen.get(name, '') is None for name in tests)
    for name in tests:
        if seen.get(name, '') is not None:
            return Result(passed, len(tests), name, seen.get(name) or note)
    return Result(passed, len(tests), '', '')


# ---------------------------------------------------------- the submissions

def lesson_folder(student, lesson):
    """Where a student has a lesson: ValueError if by a symbolic link."""
    path = student
    for folder in [student + '/lessons', student] + glob.glob(
            glob.escape(student) + '/*/lessons'):
        if any(os.path.lexists(os.path.join(folder, name)) for name in TESTS):
            path = os.path.join(folder, lesson)
            break
    for part in (student, os.path.dirname(path), path):
        if os.path.islink(part):
            raise ValueError(os.path.basename(part) + ' is a symbolic link.')
    return path


def sources(folder):
    """The C files of a folder, by name; ValueError if one is not to be had."""
    files = {}
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        if name.endswith(('.c', '.h')):
            path = os.path.join(folder, name)
            if os.path.islink(path) or not stat.S_ISREG(os.lstat(path).st_mode):
                raise ValueError(name + ' is no regular file.')
            if os.path.getsize(path) > LARGEST:
                raise ValueError(name + ' is too large.')
            with open(path, 'rb') as file:
                files[name] = file.read().decode('latin-1')
    return files


def mark(lesson, files):
    """'-' for no file; but for white space, '.' for the starter, '=' for the solution."""
    if not files:
        return '-'
    solution = sources(os.path.join(TOP, 'solutions', lesson))
    for sign, change in (('.', r'\1\3'), ('=', r'\g<0>')):
        if solution and all(
                re.sub(r'(// TODO\((.*?)\).*\n)(?s:.*?)(.*// END\(\2\))', change, text).split()
                == files.get(name, '').split() for name, text in solution.items()):
            return sign
    return ''


def clean(text):
    """The text without what drives a terminal, or a spreadsheet as a formula."""
    text = ''.join(c if c.isprintable() or c == '\n' else '\\x%02x' % ord(c) for c in text)
    return ("'" if text.startswith(('=', '+', '-', '@')) else '') + text[:2000]


def bar(done, count):
    if sys.stderr.isatty() and os.environ.get('TERM', 'dumb') != 'dumb':
        full = 40 * done // count
        sys.stderr.write('\r[%s%s] %d of %d checks%s' % (
            '#' * full, '-' * (40 - full), done, count, '\n' * (done == count)))
        sys.stderr.flush()


def grade(grader, students):
    """A row (student, lesson, Result, mark) for each lesson of each student."""
    found = []
    for student in students:
        for lesson in TESTS:
            sign = ''
            try:
                files = sources(lesson_folder(student, lesson))
                sign = mark(lesson, files)
                for side in verdicts.SIDES[int(lesson[:2])]:
                    if side + '.c' not in files:
                        raise ValueError('There is no %s.c.' % side)
                found.append((student, lesson, json.dumps(files), sign))
            except (OSError, ValueError) as error:
                found.append((student, lesson, failure(lesson, {}, str(error)), sign))
    results = grader.run(dict.fromkeys((lesson, files) for _, lesson, files, _ in found
                                       if isinstance(files, str)))
    return [(clean(os.path.basename(student)), lesson, results.get((lesson, files), files), sign)
            for student, lesson, files, sign in found]


def show(rows):
    """The class as a table, and what failed first most often."""
    for number, (student, lesson, result, sign) in enumerate(rows):
        if number == 0:
            print('%-30s' % 'student' + ''.join('%7s' % name[:2] for name in TESTS))
        if lesson == min(TESTS):
            print('%-30.29s' % student, end='')
        print('%7s' % (sign if sign == '-' else '%d/%d%s' % (*result[:2], sign)),
              end='\n' * (lesson == max(TESTS)))
    print('- not there   . as it was handed out   = the solution, but for white space')
    often = collections.Counter('%s %s' % (lesson[:2], result.test)
                                for _, lesson, result, sign in rows
                                if result.test and sign not in ('.', '-'))
    for number, (test, count) in enumerate(often.most_common(5)):
        print('Failed first, most often:\n' * (number == 0) + '%5d  %s' % (count, test))


def protection(grader):
    """What holds the programs off, and what does not."""
    yield 'Each check runs as %s, %s,' % (
        'another user' if grader.uids else 'you', 'in namespaces (processes, network, mounts)'
        if grader.isolated else 'in no namespaces')
    yield 'with %d s, one core, %d processes, %d MiB for a file. It is not kept from reading' % (
        grader.limit, PROCESSES, OUTPUT >> 20)
    yield 'what every user may read, taking up memory, attacking the kernel, forging its'
    yield 'own verdict%s%s.' % (
        '' if grader.isolated else ', talking on loopback, filling the disk',
        '' if grader.uids else ', reading and changing your files')
    yield 'Use a machine or a container without secrets%s.' % (
        '' if grader.uids else ', as root')


def main(top, path, limit):
    entries = sorted(os.scandir(top), key=lambda entry: entry.name)
    students = [entry.path for entry in entries if entry.name[0] not in '._'
                and entry.is_dir()]
    if not students or any(entry.name in ['lessons', *TESTS] for entry in entries):
        sys.exit('DIR=%s should hold a folder for each student.' % top)
    for entry in entries:
        if entry.path not in students:
            print('Left out, as no folder: ' + clean(entry.name), file=sys.stderr)
    os.makedirs(os.path.dirname(path) or '.', exist_ok=True)
    shared = os.path.realpath(tempfile.gettempdir())
    parents = [shared[:at] or '/' for at, c in enumerate(shared + '/') if c == '/']
    if re.search(r'[\s:]', shared) or not all(os.stat(each).st_mode & 1 for each in parents):
        shared = '/tmp'     # LD_PRELOAD is split at those; other users have to get there
    scratch = tempfile.mkdtemp(prefix='grade.', dir=shared)
    try:
        with open(path + '.new', 'w', newline='', encoding='utf-8') as file:
            os.chmod(scratch, 0o755)
            grader = Grader(scratch, limit)
            print('\n'.join(protection(grader)), file=sys.stderr)
            rows = grade(grader, students)
            lines = csv.writer(file)
            lines.writerow(['student', 'lesson', 'passed', 'of', 'first failing test',
                            'its message', 'identical to the solution'])
            for student, lesson, result, sign in rows:
                lines.writerow([student, lesson, *result[:3], clean(result.message),
                                {'=': 'yes', '.': 'as handed out',
                                 '-': 'not there'}.get(sign, 'no')])
        os.replace(path + '.new', path)
    finally:
        shutil.rmtree(scratch)
        if os.path.exists(path + '.new'):
            os.remove(path + '.new')
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    show(rows)
    print('The messages: ' + path)


if __name__ == '__main__':
    os.umask(0o022)
    for number in signal.SIGINT, signal.SIGTERM, signal.SIGHUP:
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    try:
        main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
    except (OSError, programs.CannotJudge) as error:
        sys.exit('grade: %s' % error)
