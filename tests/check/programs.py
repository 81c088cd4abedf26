"""Compiles programs, runs them under the spy, and reads what they did.

    with Bench(folder) as bench:                  # a scratch folder and ports
        binary = bench.compile('server.c')        # CompileError if it fails
        program = bench.start([binary])           # under the spy
        program.until(lambda: program.begun('accept'))
        ...
        program.end()

Ports are taken in pairs below the kernel's ephemeral range: `port` stands for
8080, `spare` for any other port that the program asks for. A port is held by
the name of an abstract socket (unix(7)), which lasts as long as the process
that bound it and which every user of the machine sees.

Nothing here waits for a time. A wait is for a condition, and is given up when
the program has ended, or has been asleep in one and the same system call for
PATIENCE seconds while nothing more will come, or has used up LIMIT.
"""

import errno
import functools
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
LESSONS = ['01-socket', '02-bind', '03-listen', '04-accept', '05-connect',
           '06-send-recv', '07-complete-pair']

DOZE = 0.3         # seconds of short naps, before "it waits"
PATIENCE = 0.4     # seconds asleep in one call, before "it waits for ever"
LIMIT = 30.0       # seconds, whatever the program does
CPU_LIMIT = 4      # seconds of CPU: a program that turns in a circle
OUTPUT_LIMIT = 512 * 1024      # bytes a program may write to a file
PEER = '127.123.234.245'        # of loopback: long, and with bytes above 127
CANONICAL = {'accept4': 'accept'}


# No core files; what is started inherits it. (Set on a running program it could
# come between the sanitizer's own getrlimit() and setrlimit(), and end it.)
resource.setrlimit(resource.RLIMIT_CORE,
                   (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


class CannotJudge(Exception):
    """The machine lacks something that the check needs."""


class CompileError(Exception):
    """The compiler's first error, as it printed it."""


# ------------------------------------------------------------------ the spy

@functools.lru_cache(None)
def spy():
    """The absolute path of the built spy; CannotJudge with the reason."""
    made = subprocess.run(['sh', os.path.join(HERE, 'spy.sh')],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if made.returncode != 0:
        raise CannotJudge(made.stderr.decode(errors='replace').strip())
    return made.stdout.decode().strip()


class Call:
    """One call of the record. Its fields:

    name    canonical ('accept' for accept4), `text` as the spy wrote it
    fd      the descriptor it is about, or None
    args    the other arguments, as words
    result  an int, or None while it has not returned; error 'EINTR' or None
    after   what stands behind the result: an address, or a string
    data    the bytes sent or received
    out     bytes of standard output that were written before it returned,
            begun_out those before it began
    """

    LINE = re.compile(r'(?:(?P<who>[a-z]\S*) )?(?P<pid>\d+) (?P<out>-?\d+) '
                      r'(?P<name>\w+)\((?P<args>(?:[^"()]|"(?:[^"\\]|\\.)*")*)'
                      r'\)(?: (?P<begun>\.\.\.)| = (?P<result>-?\d+)'
                      r'(?: (?P<after>.*))?)$')
    WORD = re.compile(r'"(?:[^"\\]|\\.)*"(?:\.\.\.)?|[^,"\s][^,"]*')

    def __init__(self, line):
        match = self.LINE.match(line)
        if not match:
            raise ValueError('not a line of the record: %r' % line)
        self.who, self.pid = match['who'], int(match['pid'])
        self.out = self.begun_out = int(match['out'])
        self.name = CANONICAL.get(match['name'], match['name'])
        self.text = line[match.start('name'):]
        self.args = self.WORD.findall(match['args'])
        self.fd = None
        if self.name != 'socket' and self.args:
            try:
                self.fd = int(self.args.pop(0))
            except ValueError:
                pass
        self.result = None if match['begun'] else int(match['result'])
        self.after = match['after']
        self.error = self.after if self.result == -1 else None
        self.data = b''
        for word in self.args + [self.after or '']:
            if word.startswith('"'):
                self.data = unquote(word)

    @property
    def failed(self):
        return self.result == -1

    def __str__(self):
        return self.text


def unquote(word):
    """The bytes of a string in the record: "a\\n\\x00"."""
    body = word[1:word.rindex('"')].encode('utf-8', 'surrogateescape')
    plain = {b'n': b'\n', b't': b'\t', b'r': b'\r', b'"': b'"', b'\\': b'\\'}
    return re.sub(rb'\\(x[0-9a-f]{2}|.)',
                  lambda m: bytes([int(m[1][1:], 16)]) if m[1][:1] == b'x'
                  else plain.get(m[1], m[1]), body)


def read_record(path):
    """The calls of a record, in order; begin lines joined to their returns."""
    calls, begun = [], {}
    try:
        with open(path, 'rb') as record:
            text = record.read().decode('utf-8', 'surrogateescape')
    except FileNotFoundError:
        return calls
    for line in text.split('\n')[:-1]:
        call = Call(line)
        where = begun.pop((call.pid, call.name, call.fd), None)
        if call.result is None:
            begun[call.pid, call.name, call.fd] = len(calls)
            calls.append(call)
        elif where is not None:
            call.begun_out = calls[where].out
            calls[where] = call
        else:
            calls.append(call)
    return calls


# ------------------------------------------------------------------ ports

class Ports:
    """Two ports that nobody else uses: `port` for 8080, `spare` for others."""

    def __init__(self):
        self.locks, found = [], []
        with open('/proc/sys/net/ipv4/ip_local_port_range') as limits:
            top = int(limits.read().split()[0])
        low = max(1024, top - 12000)
        count = top - low
        start = (os.getpid() * 37 + time.monotonic_ns()) % count
        for step in range(count):
            port = low + (start + step) % count
            high, low_byte = divmod(port, 256)
            if high == low_byte or port in (8080, 9090):
                continue
            if self._hold(port):
                found.append(port)
                if len(found) == 2:
                    break
        else:
            raise CannotJudge('no free port between %d and %d' % (low, top))
        self.port, self.spare = found

    def _hold(self, port):
        lock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            lock.bind('\0sockets-in-c-port-%d' % port)
            with socket.socket() as probe:
                probe.bind(('0.0.0.0', port))
                probe.listen(1)
        except OSError:
            lock.close()
            return False
        self.locks.append(lock)
        return True

    def close(self):
        for lock in self.locks:
            lock.close()


def peer_socket(address=PEER, low=False):
    """A socket bound to an address of loopback and to a port whose two bytes
    differ (swapped it is above 4095). The port is above 32767, so that a
    signed one shows, or with `low` below 10000, so that its width does.
    """
    sock = socket.socket()
    start = time.monotonic_ns() // 1000
    first, count = (2000, 6000) if low else (33000, 20000)
    for step in range(count):
        port = first + (start + step) % count
        if port // 256 == port % 256 or port % 256 < 16:
            continue
        try:
            sock.bind((address, port))
            return sock
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
    raise CannotJudge('no free port on %s' % address)


# ------------------------------------------------------------------ programs

class Program:
    """A program that runs under the spy, and what is known of it."""

    def __init__(self, argv, folder, environment, redirect=''):
        self.folder = folder
        self.log = os.path.join(folder, 'record')
        self.paths = {name: os.path.join(folder, name)
                      for name in ('stdout', 'stderr')}
        if redirect:        # as a shell does it
            argv = ['sh', '-c', 'exec "$0" "$@" ' + redirect] + argv
        with open(self.paths['stdout'], 'wb') as out, \
                open(self.paths['stderr'], 'wb') as err:
            self.process = subprocess.Popen(
                argv, stdin=subprocess.PIPE, stdout=out, stderr=err,
                env=environment, cwd=folder, start_new_session=True)
        self.pid = self.process.pid
        try:
            resource.prlimit(self.pid, resource.RLIMIT_FSIZE,
                             (OUTPUT_LIMIT, OUTPUT_LIMIT))
        except (OSError, ProcessLookupError):
            pass
        self.started = time.monotonic()
        self.gave_up = None     # why a wait for it was given up
        self.asleep_since = None
        self._seen = self._state = None
        self.naps, self._napped, self._wakes = False, False, 0
        self._size, self._calls = -1, []

    # -- what it did

    def calls(self, *names):
        """Its calls so far, all or those of these names."""
        size = os.path.getsize(self.log) if os.path.exists(self.log) else 0
        if size != self._size:
            self._calls, self._size = read_record(self.log), size
        return [call for call in self._calls
                if not names or call.name in names]

    def begun(self, name, count=1):
        """Whether it has begun a call of this name (count times)."""
        return len(self.calls(name)) >= count

    def done(self, name, count=1):
        return len([call for call in self.calls(name)
                    if call.result is not None]) >= count

    def _read(self, name):
        with open(self.paths[name], 'rb') as file:
            return file.read(OUTPUT_LIMIT)

    @property
    def stdout(self):
        return self._read('stdout')

    @property
    def stderr(self):
        return self._read('stderr').decode('utf-8', 'replace')

    @property
    def status(self):
        """The exit status, -N for death by signal N, None while it runs."""
        return self.process.poll()

    # -- where it is

    def _sleeping(self):
        """What it sleeps in, as a value to compare, or None if it does not.

        proc(5): the state and the CPU time in stat, the system call and its
        arguments in syscall, the number of times it went to sleep in status.
        """
        self.naps = False
        try:
            with open('/proc/%d/stat' % self.pid) as file:
                stat = file.read().rsplit(')', 1)[1].split()
            switches = self._woken()
            try:
                with open('/proc/%d/syscall' % self.pid) as file:
                    call = file.read()
            except OSError:
                call = ''
        except (OSError, IndexError, TypeError):
            return None
        if stat[0] != 'S' or call.startswith('running'):
            return None
        self.naps = call.split()[:1] in (['35'], ['230']) and \
            os.uname()[4] == 'x86_64'
        if self.naps:
            return None         # nanosleep: it wakes by itself
        return call, switches, stat[11], stat[12]

    def cpu(self):
        """Seconds of CPU that it has used."""
        try:
            with open('/proc/%d/stat' % self.pid) as file:
                stat = file.read().rsplit(')', 1)[1].split()
        except (OSError, IndexError):
            return 0.0
        return (int(stat[11]) + int(stat[12])) / os.sysconf('SC_CLK_TCK')

    def repeats(self):
        """Whether it makes one call again and again, which always fails."""
        last = self.calls()[-5:]
        return len(last) == 5 and last[0].failed and \
            last[0].error not in ('EINTR', 'EAGAIN', 'EINPROGRESS') and \
            len({(call.name, call.fd, call.error) for call in last}) == 1

    def asleep(self, seconds=0.01):
        """Whether it has slept in one call, without a break, that long."""
        now, seen = time.monotonic(), self._sleeping()
        if seen is None or seen != self._seen:
            self._seen, self.asleep_since = seen, now
            return False
        return now - self.asleep_since >= seconds

    def dozes(self, seconds=DOZE, naps=True):
        """Whether it has waited that long by looking again and again: it
        wakes, uses next to no CPU time, and does nothing that shows. Seen while
        it runs, or would if it were let, it does not doze. Without `naps`, time
        in nanosleep(2) does not count: it may be a pause."""
        runs = self._sleeping() is None and not self.naps
        done = [call for call in self.calls() if call.name not in
                ('poll', 'select')]
        now = (int(self.cpu() * 20), len(done),
               os.path.getsize(self.paths['stdout']))
        if now != self._state or runs:
            self._state, self._state_since = now, time.monotonic()
            self._napped, self._wakes = False, self._woken()
        self._napped = self._napped or self.naps
        return time.monotonic() - self._state_since >= seconds and (
            not self._napped or naps and self._woken() >= self._wakes + 2)

    def _woken(self):
        """How many times it has gone to sleep by itself."""
        try:
            with open('/proc/%d/status' % self.pid) as file:
                return int(re.search(r'^voluntary_ctxt_switches:\s*(\d+)',
                                     file.read(), re.M)[1])
        except (OSError, TypeError):
            return 0

    def idle(self):
        """Whether it waits, but not in a call of the record."""
        return self.asleep() and not self.waiting()

    def at_keyboard(self):
        """Whether it waits in read(2) for its standard input."""
        if not self.idle():
            return False
        words = (self._seen or [''])[0].split()
        return len(words) < 2 or (words[0] in ('0', '63') and
                                  words[1] == '0x0')

    def waiting(self):
        """The call of the record in which it waits, or None."""
        for call in reversed(self.calls()):
            if call.result is None and call.pid == self.pid:
                return call
        return None

    def until(self, condition, patience=PATIENCE):
        """Waits for the condition; False, with gave_up set, if it will not
        come: 'ended', 'asleep', 'busy' or 'slow'."""
        pause = 0.001
        self._state = None      # what it did before tells nothing of now
        while True:
            ended = self.status is not None
            if condition():
                return True
            if ended:
                self.gave_up = 'ended'
                return False
            if self.asleep(patience) or self.dozes(patience, naps=False):
                self.gave_up = 'asleep'
                return condition()
            if self.cpu() > CPU_LIMIT or self.repeats():
                self.gave_up = 'busy'
                return False
            if time.monotonic() - self.started > LIMIT:
                self.gave_up = 'slow'
                return False
            time.sleep(pause)
            pause = min(pause * 1.5, 0.01)

    def ended(self):
        """Waits for its end; False if it will not come."""
        return self.until(lambda: self.status is not None)

    def type(self, text, close=False):
        """Types into its standard input."""
        try:
            self.process.stdin.write(text)
            self.process.stdin.flush()
            if close:
                self.process.stdin.close()
        except (OSError, ValueError):     # it has ended, or was ended
            pass

    def end(self):
        """Ends it, and whatever it started, if it has not ended."""
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except OSError:
            pass
        self.process.wait()
        try:
            self.process.stdin.close()
        except OSError:
            pass
        self.calls()

    # -- what it has of the kernel

    def descriptors(self):
        """Its open descriptors: number to link, as in /proc/PID/fd."""
        found = {}
        folder = '/proc/%d/fd' % self.pid
        try:
            for name in os.listdir(folder):
                try:
                    found[int(name)] = os.readlink(os.path.join(folder, name))
                except OSError:
                    pass
        except OSError:
            pass
        return found


def listening(port):
    """Whether a socket of this network namespace listens on the port."""
    with open('/proc/net/tcp') as table:
        next(table)
        for row in table:
            words = row.split()
            if words[3] != '0A':
                break           # those that listen come first, and are few
            if words[1].endswith(':%04X' % port):
                return True
    return False


# ------------------------------------------------------------------ the bench

WARNINGS = ['-Wall', '-Wextra']
SANITIZE = ['-fsanitize=address,undefined', '-fno-sanitize-recover=undefined']
LINKER = ['-fuse-ld=gold']      # the fastest of those that compilers know
PATTERN = ['-ftrivial-auto-var-init=pattern']


class Bench:
    """A scratch folder, two ports, and programs that run there."""

    def __init__(self, sanitize=True, cache=None):
        self.lock, self._flags = threading.Lock(), None
        self.cache = cache      # a folder for binaries, by their sources
        self.scratch = tempfile.TemporaryDirectory(prefix='sockets-in-c.')
        self.folder = self.scratch.name
        self.spy = spy()
        self.sanitize = sanitize
        self.programs, self.ports, self.stopped = [], [], False
        self.weaker = None      # why the sanitizers are not used, in a line

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.stop()
        for ports in self.ports:
            ports.close()
        self.scratch.cleanup()

    def stop(self):
        """Ends what runs, and starts nothing any more."""
        with self.lock:
            self.stopped, programs = True, self.programs[:]
        for program in programs:
            program.end()

    def flags(self):
        """The compiler's flags that work here; found once per compiler."""
        with self.lock:
            if self._flags is None:
                self._flags = self._find_flags()
            return self._flags

    def _find_flags(self):
        cc = os.environ.get('CC') or 'cc'
        try:
            version = subprocess.run(cc.split() + ['--version'],
                                     stdout=subprocess.PIPE,
                                     stderr=subprocess.STDOUT).stdout
        except OSError:
            raise CannotJudge('no C compiler: %s is not there' % cc)
        limit = resource.getrlimit(resource.RLIMIT_AS)[0]
        key = '%s-%08x' % (re.sub(r'\W', '_', cc),
                           zlib.crc32(version + str(limit).encode()))
        known = os.path.join(ROOT, 'build', 'check', 'flags-' + key)
        try:
            with open(known) as file:
                flags = file.read().split()
        except OSError:
            flags = self._probe(cc)
            try:
                os.makedirs(os.path.dirname(known), exist_ok=True)
                with open(known + '.%d' % os.getpid(), 'w') as file:
                    file.write(' '.join(flags))
                os.replace(file.name, known)
            except OSError:
                pass
        if not self.sanitize:
            flags = [flag for flag in flags if flag not in SANITIZE]
        elif SANITIZE[0] not in flags:
            self.weaker = ('The sanitizers of %s do not work here, so an '
                           'overrun may go unseen.' % cc)
        return cc.split() + ['-g'] + WARNINGS + flags

    def _probe(self, cc):
        source = os.path.join(self.folder, 'probe.c')
        with open(source, 'w') as file:
            file.write('int main(void) { return 0; }\n')
        good = []
        for flags in (SANITIZE, PATTERN, LINKER):
            made = subprocess.run(cc.split() + flags + ['-o', source[:-2],
                                                        source],
                                  stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL)
            if made.returncode == 0 and subprocess.run(
                    [source[:-2]], env=self.environment({}, None),
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL).returncode == 0:
                good += flags
        return good

    def compile(self, source):
        """The program made from a C file, and the compiler's warnings.
        CompileError with its first error."""
        name = os.path.basename(source)[:-2]
        binary = os.path.join(self.folder, name)
        folder, file = os.path.split(os.path.abspath(source))
        if self.cache:
            with open(source, 'rb') as text:
                binary = os.path.join(self.cache, '%s-%d-%08x' % (
                    name, self.sanitize, zlib.crc32(text.read())))
            if os.path.exists(binary):
                return binary, ''
        new = '%s.%d' % (binary, threading.get_ident())
        made = subprocess.run(self.flags() + ['-o', new, file],
                              cwd=folder, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT,
                              env=dict(os.environ, LC_ALL='C.UTF-8'))
        said = made.stdout.decode(errors='replace')
        if made.returncode != 0:
            raise CompileError(said)
        os.replace(new, binary)
        return binary, said

    def environment(self, extra, log):
        env = {name: value for name, value in os.environ.items()
               if not name.startswith(('SPY_', 'BATS_', 'LD_', 'PYTHON'))}
        env.update(ASAN_OPTIONS='verify_asan_link_order=0:detect_leaks=0:'
                                'color=never',
                   UBSAN_OPTIONS='print_stacktrace=1:color=never',
                   LC_ALL='C.UTF-8', PYTHONUNBUFFERED='1',
                   PYTHONIOENCODING='utf-8', PYTHONDONTWRITEBYTECODE='1',
                   LD_PRELOAD=self.spy, SPY_LOOPBACK='1')
        env.pop('PYTHONUNBUFFERED' if log is None else '', None)
        if log is not None:
            env['SPY_LOG'] = log
        else:
            del env['LD_PRELOAD']
        env.update(extra)
        return env

    def take_ports(self):
        """A new pair of ports, held until the bench is left."""
        ports = Ports()
        self.ports.append(ports)
        return ports

    def start(self, argv, ports, faults='', name=None, log=None,
              redirect='', buffered=False):
        """Starts a program under the spy; log joins two in one record;
        buffered leaves it the buffer of its standard output."""
        folder = tempfile.mkdtemp(dir=self.folder)
        if self.sanitize and random_bits() > 28 and shutil.which('setarch'):
            argv = ['setarch', '-R'] + argv
        extra = {'SPY_PORTS': '8080=%d *=%d' % (ports.port, ports.spare)}
        if faults:
            extra['SPY_FAULTS'] = faults
        if buffered:
            extra['SPY_BUFFER'] = '1'
        if name:
            extra['SPY_NAME'] = name
        environment = self.environment(
            extra, log or os.path.join(folder, 'record'))
        with self.lock:
            if self.stopped:
                raise CannotJudge('it was stopped')
            program = Program(argv, folder, environment, redirect)
            self.programs.append(program)
        if log:
            program.log = log
        return program


def random_bits():
    """How many bits of an address are random: with more than 28 the address
    sanitizer of older compilers fails at the start, now and then."""
    try:
        with open('/proc/sys/vm/mmap_rnd_bits') as file:
            return int(file.read())
    except (OSError, ValueError):
        return 0


def python():
    """The Python that runs the .py files: this one."""
    return sys.executable
