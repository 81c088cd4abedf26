"""Runs the console blocks of one page, as a reader would type them.

    python3 tests/course/blocks.py lessons/02-bind/README.md [--show]

Each terminal of the page (```console, ```console 2, ```console 3) is a bash on
a pseudo-terminal, in a copy of the course whose lessons are the starters, in
namespaces of their own: the ports are free, only the page's processes are seen,
and all of them end with the page. --show prints what each block gave.

A step is what is typed (`$ `, `>>> `, `<Enter>`, `^C`, `^D`) and the output that
is to come. It is over when the prompt is back, or when that output has come and
every process of the page sleeps (it waits, for the other terminal or for a key).
Then the two are compared, with ports, pids and the like masked. `...` alone on a
line stands for any lines; right after a typed `... ` or a line that ends in `:`
it is the empty line that ends a Python block. A block whose tool is missing is
skipped by name, and so is one under <!-- skip: reason -->.

Exit status: 0, all right; 1, a block differs; 77, all that could be run is right.
"""
import difflib
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

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LIMIT = 20              # seconds after which output that has not come is missing
MARK = '\x1e'           # stands before each prompt, so that no output looks like one
PROMPT = re.compile('(?:' + MARK + r'|(?:^|(?<=\n)))(\$|>|>>>|\.\.\.) \Z')
KEYS = {'<Enter>': '\n', '^C': '\x03', '^D': '\x04'}
KEPT = {'8080', '9090', '1024', '1025', '2000', '36895'}
UNSHARE = ['unshare', '-npf', '--mount-proc', '--kill-child']
STARTUP = 'import sys\nsys.ps1, sys.ps2 = "%s>>> ", "%s... "\ndel sys\n' % (MARK, MARK)


# The page -------------------------------------------------------------------

def blocks(page):
    """The blocks of a page: (line, terminal, lines, hidden commands, skip)."""
    found, hidden, skip, inside = [], [], None, None
    with open(page, encoding='utf-8') as file:
        for number, line in enumerate(file.read().splitlines(), 1):
            fence = re.match(r'\s*```\s*(.*)$', line)
            note = re.match(r'<!-- (run|skip): (.*) -->$', line.strip())
            if inside is not None and fence:
                if inside:
                    found.append(inside)
                inside = None
            elif inside is not None:
                if inside:
                    inside[2].append((number, line))
            elif fence:
                words = fence.group(1).split()
                inside = ()
                if words[:1] == ['console']:
                    name = words[1] if len(words) > 1 else '1'
                    inside = (number, name, [], hidden, skip)
                    hidden, skip = [], None
            elif note and note.group(1) == 'run':
                hidden.append((number, note.group(2)))
            elif note:
                skip = note.group(2)
    return found, hidden


def steps(lines):
    """Cuts a block into steps: [line, prompt or key, text typed, output]."""
    cut, more = [[lines[0][0] if lines else 0, '', '', []]], False
    for number, line in lines:
        typed = re.match(r'(\$|>>>) (.*)', line)
        if typed:
            cut.append([number, typed.group(1), typed.group(2), []])
            more = typed.group(2).endswith(('\\', ':'))
        elif line in KEYS:
            cut.append([number, line, '', []])
        elif more and re.match(r'(\.\.\.|>)( |$)', line):
            prompt, _, text = line.partition(' ')
            cut.append([number, prompt, text, []])
            more = prompt == '...' and text.strip() != '' or text.endswith('\\')
        else:
            cut[-1][3].append(line)
            more = False
    return cut if cut[0][3] else cut[1:]


def missing_tool(lines):
    """The first command of a block that this machine has not, or None."""
    for _, typed in lines:
        if typed.startswith('$ '):
            text = re.sub(r"'[^']*'", "''", typed[2:])
            for word in re.findall(r'(?:^|[|;&(]\s*|sudo )([a-z][\w.+-]*)(?![\w=/.])', text):
                known = subprocess.run(['bash', '-c', 'type -- "$1"', '-', word],
                                       stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
                if known.returncode:
                    return word
    return None


# What is compared -----------------------------------------------------------

def masked(line):
    """A line without what differs from run to run."""
    line = re.sub(r'File "([^"]*/)?([^"/]*)"', r'File "\2"', line)
    line = re.sub(r'\b(Makefile:|/proc/|pid=|pid |\[\d\] )\d+', r'\1N', line)
    line = re.sub(r'python3\.\d+', 'python3', line)
    line = re.sub(r'(?<!\w)\d{4,}(?!\w)',
                  lambda n: n.group() if n.group() in KEPT else 'N', line)
    return re.sub(r'(?<=\S) +', ' ', line).rstrip()


def plain(lines):
    """Masked lines, without the carets that only some Pythons print."""
    return [masked(line) for line in lines if not re.match(r'\s*[~^]+\s*$', line)]


def same(expected, seen):
    pattern = ''.join('(?:.*\n)*' if line.strip() == '...' else re.escape(line) + '\n'
                      for line in plain(expected))
    return re.fullmatch(pattern, ''.join(line + '\n' for line in plain(seen)))


# The terminals --------------------------------------------------------------

def asleep():
    """True if each process of the page, but this one, sleeps or has ended."""
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open('/proc/%s/stat' % pid) as file:
                state = file.read().rpartition(')')[2].split()[0]
        except OSError:
            continue
        if state not in 'SZ' and int(pid) != os.getpid():
            return False
    return True


class Terminal:
    all = {}

    def __init__(self, course, env):
        self.text, self.expected, self.key = '', [], True
        pid, self.fd = pty.fork()
        if pid == 0:
            os.chdir(course)
            os.execvpe('bash', ['bash', '--norc', '--noprofile', '--noediting'], env)
        os.set_inheritable(self.fd, False)
        mode = termios.tcgetattr(self.fd)
        mode[1] &= ~termios.OPOST
        mode[3] &= ~termios.ECHO
        termios.tcsetattr(self.fd, termios.TCSANOW, mode)
        subprocess.run(['stty', 'rows', '24', 'columns', '80'], stdin=self.fd)

    def prompt(self):
        found = PROMPT.search(self.text)
        return found.group(1) if found else None

    def seen(self):
        text = PROMPT.sub('', self.text).replace('\r', '')
        if self.key:            # the empty lines round what a key ends
            text = text.strip('\n')
        lines = text.split('\n')
        return lines[:-1] if lines[-1] == '' else lines

    def write(self, text, key):
        self.text, self.expected, self.key = '', [], key
        os.write(self.fd, text.encode())

    @classmethod
    def read(cls, wait):
        """Takes what all terminals have printed, waiting at most so long."""
        by_fd = {terminal.fd: terminal for terminal in cls.all.values()}
        ready = select.select(list(by_fd), [], [], wait)[0]
        for fd in ready:
            try:
                by_fd[fd].text += os.read(fd, 65536).decode('utf-8', 'replace')
            except OSError:             # the shell has ended
                by_fd[fd].fd = os.open(os.devnull, os.O_RDWR)
        return bool(ready)

    def settle(self):
        """Waits until the step is over; True if it gave what it should."""
        end, quiet = time.monotonic() + LIMIT, 0
        while time.monotonic() < end:
            if self.prompt():
                return same(self.expected, self.seen())
            quiet = 0 if self.read(0.02) or not asleep() else quiet + 1
            if quiet >= 3 and same(self.expected, self.seen()):
                return True
            try:
                os.waitpid(-1, os.WNOHANG)      # as process 1, of orphans too
            except ChildProcessError:
                pass
        return False


# The run --------------------------------------------------------------------

def differs(page, number, typed, terminal, note=''):
    print('%s:%d: %s' % (page, number, typed or '(output that was still to come)'))
    lines = difflib.unified_diff(plain(terminal.expected), plain(terminal.seen()),
                                 'expected', 'seen', lineterm='', n=2)
    print('\n'.join('    ' + line for line in lines))
    if note:
        print('    ' + note)


def run_page(page, course, env, show):
    """Runs the page's blocks; returns how many steps differ, and were skipped."""
    wrong = skipped = 0
    found, _ = blocks(os.path.join(course, page))
    for line, name, lines, hidden, skip in found:
        for number, command in hidden:
            done = subprocess.run(['bash', '-c', command], cwd=course, env=env,
                                  stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT,
                                  stdout=subprocess.PIPE)
            if done.returncode:
                print('%s:%d: run: %s\n%s' % (page, number, command,
                                              done.stdout.decode()))
                wrong += 1
        tool = missing_tool(lines)
        if skip or tool:
            print('%s:%d: skipped: %s' % (page, line, skip or 'no ' + tool))
            skipped += not skip
            continue
        if name not in Terminal.all:
            Terminal.all[name] = Terminal(course, env)
            Terminal.all[name].settle()
        terminal = Terminal.all[name]
        if show:
            print('--- line %d, terminal %s' % (line, name))
        for number, prompt, text, output in steps(lines):
            typed = (prompt + ' ' + text).strip()
            if prompt and prompt not in KEYS and terminal.prompt() != prompt:
                terminal.settle()
                if terminal.prompt() != prompt:
                    differs(page, number, typed, terminal, 'The terminal shows the '
                            'prompt %s, not %s: the rest of the page was not run.'
                            % (terminal.prompt(), prompt))
                    return wrong + 1, skipped
            if prompt:
                if not same(terminal.expected, terminal.seen()):
                    differs(page, number, 'before ' + typed, terminal)
                    wrong += 1
                terminal.write(KEYS.get(prompt, text + '\n'), prompt in KEYS)
            before = 0 if prompt else len(terminal.expected)
            terminal.expected += output
            right = terminal.settle()
            if show:
                print('\n'.join(([typed] if prompt else []) + terminal.seen()[before:]))
            if not right:
                differs(page, number, typed, terminal)
                wrong += 1
                terminal.expected = terminal.seen()
    for name, terminal in Terminal.all.items():
        while terminal.read(0):
            pass
        if not same(terminal.expected, terminal.seen()):
            differs(page, 0, 'terminal %s at the end of the page' % name, terminal)
            wrong += 1
    return wrong, skipped


def inside(page, folder, show):
    """In the namespaces, as their process 1: sets them up and runs the page."""
    try:
        with open('/proc/sys/kernel/ns_last_pid', 'w') as file:
            file.write('20000')         # pids of five digits, as a reader has
    except OSError:
        pass
    subprocess.run(['ip', 'link', 'set', 'lo', 'up'], check=True)
    course = os.path.join(folder, 'course')
    env = {'PATH': os.path.dirname(sys.executable) + ':' + os.environ['PATH'],
           'HOME': folder, 'TMPDIR': folder, 'PS1': MARK + '$ ', 'PS2': MARK + '> ',
           'LC_ALL': 'C.UTF-8', 'TERM': 'dumb', 'NO_COLOR': '1', 'HISTFILE': '',
           'PYTHONSTARTUP': os.path.join(folder, 'startup.py'),
           'PYTHON_BASIC_REPL': '1', 'BASH_SILENCE_DEPRECATION_WARNING': '1'}
    with open(env['PYTHONSTARTUP'], 'w') as file:
        file.write(STARTUP)
    os.mkdir(os.path.join(folder, 'bin'))
    with open(os.path.join(folder, 'bin', 'python3'), 'w') as file:
        file.write('#!/bin/sh\n# Without its banner, and not a version manager\'s shim.\n'
                   '[ $# -gt 0 ] || set -- -q\nexec "%s" "$@"\n' % sys.executable)
    os.chmod(file.name, 0o755)
    env['PATH'] = os.path.join(folder, 'bin') + ':' + env['PATH']
    wrong, skipped = run_page(page, course, env, show)
    return 1 if wrong else 77 if skipped else 0


def copy_course(course):
    """A copy of the working tree, with the starters in place of the lessons."""
    shutil.copytree(TOP, course, symlinks=True, ignore=lambda folder, names: [
        name for name in names if name in ('.git', '__pycache__')
        or folder == TOP and name == 'build'])
    for folder, _, names in os.walk(os.path.join(course, 'solutions')):
        for name in names:
            starter = os.path.join(folder.replace('solutions', 'lessons'), name)
            if not name.endswith('.c') or not os.path.exists(starter):
                continue
            with open(os.path.join(folder, name), encoding='utf-8') as file:
                text = file.read()
            with open(starter, 'w', encoding='utf-8') as file:
                file.write(re.sub(r'(// TODO\((.*?)\).*\n)(?s:.*?)(.*// END\(\2\))',
                                  r'\1\3', text))


def main(arguments):
    page = os.path.relpath(os.path.abspath(arguments[0]), TOP)
    if not blocks(os.path.join(TOP, page))[0]:
        return 0
    unshare = next((command for command in (UNSHARE, UNSHARE + ['-r'])
                    if shutil.which('unshare') and shutil.which('ip')
                    and not subprocess.run(command + ['true'],
                                           stderr=subprocess.DEVNULL).returncode), None)
    if not unshare:
        print('%s: skipped: no namespaces here (unshare -rnp)' % page)
        return 77
    with tempfile.TemporaryDirectory(prefix='blocks.') as folder:
        copy_course(os.path.join(folder, 'course'))
        child = subprocess.Popen(unshare + [sys.executable, os.path.abspath(__file__),
                                            '--inside', page, folder] + arguments[1:])
        try:
            return child.wait()
        finally:
            child.kill()
            child.wait()


if __name__ == '__main__':
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if len(sys.argv) > 3 and sys.argv[1] == '--inside':
        sys.exit(inside(sys.argv[2], sys.argv[3], '--show' in sys.argv))
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
