"""Runs the console blocks of one page, as a reader would type them.

    python3 tests/course/blocks.py lessons/02-bind/README.md [--show]

Each terminal of the page (```console, ```console 2, ...) is a bash on a
pseudo-terminal, in a copy of the course whose lessons are the starters, in
namespaces of their own: the ports are free, only the page's processes are seen,
and all of them end with the page. --show prints what each block gave.

A step is what is typed (`$ `, `>>> `, `<Enter>`, `^C`, `^D`) and the output to
come. It is over when the prompt is back, or when that output has come and every
process of the page sleeps: it waits for a key or for another terminal. Then the
two are compared, without what differs from run to run (`plain`). `...` alone on
a line stands for any lines; after a typed line that ends in `:`, and after a
typed `... `, it is typed too. A block whose tool is missing is skipped by name.

Exit status: 0, all right; 1, a step differs; 77, right, but something skipped.
"""
import difflib
import glob
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import termios
import time

TOP = os.path.realpath(os.path.dirname(os.path.abspath(__file__)) + '/../..')
LIMIT = 20          # seconds of sleep after which what has not come is missing
MARK = '\x1e'       # stands before a prompt, so that no output looks like one
PROMPT = re.compile('(?:' + MARK + r'|(?:^|(?<=\n)))(\$|>|>>>|\.\.\.) \Z')
KEYS = {'<Enter>': '\n', '^C': '\x03', '^D': '\x04'}
KEPT = ('8080', '9090', '1024', '1025', '2000', '36895')
PART = re.compile(r'^<!-- (run|skip): (.*) -->$'
                  r'|^ *```(.*)\n((?s:.*?))^ *```$', re.M)


def steps(number, lines):
    """Cuts a block into steps: [line, prompt or key, text typed, output]."""
    cut, more = [[number, '', '', []]], False
    for number, line in enumerate(lines, number):
        prompt, _, text = line.partition(' ')
        if (line in KEYS or prompt in ('$', '>>>')
                or more and prompt in ('>', '...')):
            cut.append([number, prompt, text, []])
            more = text.endswith(('\\', ':')) or prompt == '...' and text
        else:
            cut[-1][3].append(line)
            more = False
    return cut if cut[0][3] else cut[1:]


def missing_tool(lines, env):
    """The first command of a block that this machine has not, or None."""
    for line in lines:
        if line.startswith('$ '):
            text = re.sub(r"'[^']*'", "''", line[2:])
            for word in re.findall(r'(?:^|[|;&(] *)([a-z][\w.+-]*)(?![\w=/.])',
                                   text):
                if subprocess.run(['bash', '-c', 'type -- "$0"', word], env=env,
                                  stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL).returncode:
                    return word
    return None


def plain(lines):
    """The lines without what differs from one run, or Python, to the next."""
    for line in lines:
        line = re.sub(r'File "(?:[^"]*/)?([^"/]*)"', r'File "\1"', line)
        line = re.sub(r'\b(Makefile:|/proc/|pid=|pid )\d+', r'\1N', line)
        line = re.sub(r'^\[(\d)\] \d+$', r'[\1] N', line)
        line = re.sub(r'python3\.\d+', 'python3', line)
        line = re.sub(r'(?<!\w)\d{4,}(?!\w)',
                      lambda n: n.group() if n.group() in KEPT else 'N', line)
        if not re.match(r'\s*[~^]+\s*$', line):
            yield re.sub(r'(?<=\S) +', ' ', line).rstrip()


class Terminal:
    all = {}

    def __init__(self, name, course, env):
        self.text, self.expected, self.key = '', [], True
        pid, self.fd = pty.fork()
        if pid == 0:
            os.chdir(course)
            signal.signal(signal.SIGPIPE, signal.SIG_DFL)   # Python ignores it
            os.execvpe('bash', ['bash', '--norc', '--noprofile',
                                '--noediting'], env)
        os.set_inheritable(self.fd, False)
        mode = termios.tcgetattr(self.fd)
        mode[1] &= ~termios.OPOST
        mode[3] &= ~termios.ECHO
        termios.tcsetattr(self.fd, termios.TCSANOW, mode)
        subprocess.run(['stty', 'rows', '24', 'columns', '80'], stdin=self.fd,
                       check=True)
        Terminal.all[name] = self
        self.settle()

    def prompt(self):
        found = PROMPT.search(self.text)
        return found.group(1) if found else None

    def seen(self):
        text = PROMPT.sub('', self.text).replace('\r', '')
        if self.key:            # the empty lines round what a key ends
            text = text.strip('\n')
        lines = text.split('\n')
        return lines if lines[-1] else lines[:-1]

    def right(self):
        """Whether exactly the expected output has come."""
        pattern = ''.join(
            '(?:.*\n)*' if line == '...' else re.escape(line) + '\n'
            for line in plain(self.expected))
        return re.fullmatch(
            pattern, ''.join(line + '\n' for line in plain(self.seen())))

    def type(self, text, key):
        self.text, self.expected, self.key = '', [], key
        os.write(self.fd, text.encode())

    def settle(self):
        """Waits until the step is over; returns whether it is right."""
        end, quiet = time.monotonic() + LIMIT, 0
        while time.monotonic() < end and not self.prompt():
            if read(0.02) or not asleep():
                end, quiet = time.monotonic() + LIMIT, 0
            elif quiet >= 3 and self.right():
                break
            quiet += 1
        return self.right()


def read(wait):
    """Takes what the terminals have printed; waits for it at most so long."""
    by_fd = {terminal.fd: terminal for terminal in Terminal.all.values()}
    ready = select.select(list(by_fd), [], [], wait)[0]
    for fd in ready:
        try:
            by_fd[fd].text += os.read(fd, 65536).decode('utf-8', 'replace')
        except OSError:
            sys.exit('blocks.py: the page has ended the shell of a terminal')
    return ready


def asleep():
    """Whether every process of the page, but this one, sleeps or has ended."""
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open('/proc/%s/stat' % pid) as file:
                state = file.read().rpartition(')')[2].split()[0]
        except OSError:
            continue
        if state == 'Z' and os.getpid() == 1:
            try:
                os.waitpid(int(pid), os.WNOHANG)    # an orphan
            except ChildProcessError:
                pass
        elif state != 'S' and int(pid) != os.getpid():
            return False
    return True


def run_page(page, course, env, show):
    """Runs the page's blocks; returns the exit status."""
    def differs(number, what, terminal, note=''):
        status.append(1)
        print('%s:%d: %s' % (page, number, what))
        for line in difflib.unified_diff(
                list(plain(terminal.expected)), list(plain(terminal.seen())),
                'expected', 'seen', lineterm='', n=2):
            print('    ' + line)
        print('    ' + note if note else '', end='\n' if note else '')

    status, skip = [], None
    with open(os.path.join(TOP, page), encoding='utf-8') as file:
        text = file.read()
    for part in PART.finditer(text):
        kind, argument, fence, block = part.groups()
        number = text.count('\n', 0, part.start()) + 1
        if kind == 'skip':
            skip = argument
        elif kind == 'run':
            done = subprocess.run(['bash', '-c', argument], cwd=course, env=env,
                                  stdin=subprocess.DEVNULL)
            if done.returncode:
                print('%s:%d: failed: %s' % (page, number, argument))
                status.append(1)
        if not fence or fence.split()[0] != 'console':
            continue
        lines, name = block.splitlines(), fence.partition(' ')[2] or '1'
        tool = missing_tool(lines, env)
        if skip or tool:
            print('%s:%d: skipped: %s'
                  % (page, number, skip or tool + ' is missing'))
            status += [] if skip else [77]
            skip = None
            continue
        terminal = Terminal.all.get(name) or Terminal(name, course, env)
        print('--- line %d' % number if show else '', end='\n' if show else '')
        for number, prompt, code, output in steps(number + 1, lines):
            typed = (prompt + ' ' + code).rstrip()
            if prompt:
                if prompt not in KEYS:
                    terminal.settle()
                if not terminal.right():
                    differs(number, 'before ' + typed, terminal)
                if prompt not in KEYS and terminal.prompt() != prompt:
                    differs(number, typed, terminal, 'The prompt there is %s. '
                            'The rest was not run.' % terminal.prompt())
                    return 1
                terminal.type(KEYS.get(prompt, code + '\n'), prompt in KEYS)
            before = len(terminal.expected)
            terminal.expected = terminal.expected + output
            if not terminal.settle():
                differs(number, typed or 'what was to come', terminal)
                terminal.expected = terminal.seen()
            if show:
                print('\n'.join(([typed] if prompt else [])
                                + terminal.seen()[before:]))
    while read(0):
        pass
    for terminal in Terminal.all.values():
        if not terminal.right():
            differs(number, 'after the end of the page', terminal)
    return min(status, default=0)


def inside(page, folder, show):
    """In the namespaces, as their process 1: sets them up and runs the page."""
    try:
        with open('/proc/sys/kernel/ns_last_pid', 'w') as file:
            file.write('20000')         # pids as a reader has them
    except OSError:
        pass
    subprocess.run(['ip', 'link', 'set', 'lo', 'up'], check=True)
    path = [entry for entry in os.environ['PATH'].split(':')
            if entry != os.environ.get('BATS_LIBEXEC')]  # has an inner bats
    env = {'PATH': ':'.join([folder + '/bin'] + path), 'HOME': folder,
           'TMPDIR': folder, 'LC_ALL': 'C.UTF-8', 'TERM': 'dumb',
           'NO_COLOR': '1', 'PS1': MARK + '$ ', 'PS2': MARK + '> ',
           'PYTHONSTARTUP': folder + '/startup.py', 'PYTHON_BASIC_REPL': '1'}
    with open(env['PYTHONSTARTUP'], 'w') as file:
        file.write('import sys\nsys.ps1, sys.ps2 = "%s>>> ", "%s... "\n'
                   'del sys\n' % (MARK, MARK))
    os.mkdir(folder + '/bin')
    with open(folder + '/bin/python3', 'w') as file:
        file.write('#!/bin/sh\n# No banner, and no version manager between.\n'
                   '[ $# -gt 0 ] || set -- -q\nexec "%s" "$@"\n'
                   % sys.executable)
    os.chmod(file.name, 0o755)
    return run_page(page, folder + '/course', env, show)


def copy_course(course):
    """A copy of the working tree, with the starters in place of the lessons."""
    shutil.copytree(TOP, course, symlinks=True, ignore=lambda folder, names: (
        {'.git', '__pycache__'} | ({'build'} if folder == TOP else set())
        ) & set(names))
    for path in glob.glob(glob.escape(course) + '/solutions/*/*.c'):
        with open(path, encoding='utf-8') as file:
            text = re.sub(r'(// TODO\((.*?)\).*\n)(?s:.*?)(.*// END\(\2\))',
                          r'\1\3', file.read())
        lesson, name = path.split('/')[-2:]
        with open('/'.join((course, 'lessons', lesson, name)), 'w',
                  encoding='utf-8') as file:
            file.write(text)


def main(page, *options):
    if not os.path.exists(page):
        sys.exit('blocks.py: there is no ' + page)
    page = os.path.relpath(os.path.realpath(page), TOP)
    commands = [['unshare', '-npf', '--mount-proc', '--kill-child'] + more
                for more in ([], ['-r'])]
    able = [command for command in commands
            if shutil.which('unshare') and shutil.which('ip')
            and not subprocess.run(command + ['true'],
                                   stderr=subprocess.DEVNULL).returncode]
    if not able:
        print(page + ': skipped: no namespaces here (unshare -rnp, ip)')
        return 77
    with tempfile.TemporaryDirectory(prefix='blocks.') as folder:
        copy_course(folder + '/course')
        child = subprocess.Popen(able[0] + [
            sys.executable, os.path.abspath(__file__), '--inside', page, folder,
            *options])
        try:
            return child.wait()
        finally:
            child.kill()
            child.wait()


if __name__ == '__main__':
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if sys.argv[1:2] == ['--inside']:
        sys.exit(inside(sys.argv[2], sys.argv[3], '--show' in sys.argv))
    sys.exit(main(*sys.argv[1:]) if sys.argv[1:] else __doc__)
