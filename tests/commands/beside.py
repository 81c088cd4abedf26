#!/usr/bin/env python3
"""The Python and the C of a lesson side by side. beside.py WHAT LESSON, from
the top folder: diff (sources, then outputs), trace (calls), picture (the C's
calls, written to build/picture)."""
import signal
signal.signal(signal.SIGINT, signal.SIG_DFL)    # Ctrl-C while it loads
import concurrent.futures  # noqa: E402
import difflib  # noqa: E402
import os  # noqa: E402
import re  # noqa: E402
import shutil  # noqa: E402
import sys  # noqa: E402

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                os.pardir, "check"))
import figures  # noqa: E402
import programs  # noqa: E402

GAP, BAR = "    ", " | "
WIDTH = max(shutil.get_terminal_size().columns, 40)
SIDES = ("server", "client")


def wrap(line, width):
    """The line in pieces of at most width, cut where code can be cut."""
    line = re.sub(r"[\x00-\x1f\x7f]", lambda c: "\\x%02x" % ord(c.group()),
                  line.rstrip().expandtabs(4))
    inner = re.match(" *", line).group() + GAP
    pieces, now, parts = [], "", []
    for part in re.split(r"(?<![=!]= )(?<= )(?!{|[=!]= |-?\d+(?: |$))",
                         line):
        fits = len(part.rstrip()) <= width - len(inner)
        parts += [part] if fits else re.split(r"(?<=\w\()(?!\))", part)
    for part in parts:
        if len(now) + len(part.rstrip()) > width and now.strip():
            pieces.append(now.rstrip())
            now = inner
        now += part
        while len(now.rstrip()) > width:
            cut = max(now.rfind(" ", 0, width + 1), len(inner)) + 1
            cut = cut if len(inner) + 1 < cut <= width else width
            pieces.append(now[:cut].rstrip())
            now = inner + now[cut:]
    return pieces + [now.rstrip()]


def columns(left, right, bar=BAR, head="", share=0.5):
    """Prints two lists of lines side by side, each wrapped to its part of the
    width, share of it for the left; bar and head stand in the first row."""
    width = WIDTH - len(head) - len(BAR)
    half = int(width * share)
    left = [piece for line in left for piece in wrap(line, half)]
    right = [piece for line in right for piece in wrap(line, width - half)]
    for i in range(max(len(left), len(right))):
        print((head + (left[i] if i < len(left) else "").ljust(half)
               + bar + (right[i] if i < len(right) else "")).rstrip())
        bar, head = BAR, " " * len(head)


def heading(*words, share=0.5):
    """Prints one heading, or one for each column."""
    lines = [[word, "-" * len(word)] for word in words]
    if len(words) == 2:
        columns(*lines, share=share)
    else:
        print("\n".join([""] + lines[0]))


def groups(source):
    """The C in groups of (lines of Python, lines of C that answer them). A
    blank line ends a group; comments are left out, but for an empty gap."""
    found, asked, answer, todo = [], [], [], []

    def end():
        if asked or answer:
            found.append((asked[:], answer[:]))
            del asked[:], answer[:]

    for line in source.splitlines():
        bare = line.strip()
        if bare.startswith("// >>> "):
            if answer:
                end()
            asked.append(bare[7:])
        elif bare.startswith("// TODO("):
            todo = [line]
        elif bare.startswith("// END("):
            answer += todo
        elif bare.startswith("//"):
            if not asked:
                end()
        elif bare:
            answer.append(re.sub(r"^(#.*?)\s*//.*", r"\1", line))
            todo = []
        elif not todo:
            end()
    end()
    return found


def sources(python, c):
    """Prints a Python source beside the C source that answers it."""
    with open(python, encoding="utf-8") as file:
        lines = [line.rstrip() for line in file if line.strip()]
    with open(c, encoding="utf-8", errors="replace") as file:
        found = groups(file.read())
    share = 0.4         # the C has the longer lines
    heading(python, c, share=share)
    for asked, answer in found:
        bare = [line.strip() for line in lines]
        upto = max([bare.index(line) + 1 for line in asked if line in bare],
                   default=0)
        columns(lines[:upto], answer, share=share)
        columns([""], [], share=share)
        lines = lines[upto:]
    columns(lines, [], share=share)
    print()


# Running a lesson

def run(bench, folder, suffix):
    """Runs a lesson's programs, those in Python or those in C, and gives them
    by name, and their calls. Lesson 04 has no client of its own: that of 05 calls it."""
    ports, argv = bench.take_ports(), {}
    for side in SIDES:
        source = os.path.abspath(os.path.join(
            folder, side + ".c" if suffix == ".c" else side.title() + ".py"))
        if "04-accept" in folder and side == "client":
            source = os.path.abspath("lessons/05-connect/Client.py")
        if source.endswith(".py"):
            argv[side] = [sys.executable, source]
        elif os.path.exists(source):
            argv[side] = [bench.compile(source)[0]]
    ran = {}
    for side in argv:
        if os.path.exists(argv[side][-1]):
            ran[side] = bench.start(argv[side], ports, name=side, log=os.path
                                    .join(bench.folder, "record" + suffix))
        if side == "server":
            server = ran[side]
            server.type(b"\n", close=True)      # the Enter of 01 to 03
            server.until(lambda: server.begun("accept"))

    def quiet():    # asleep is one that waits for ever if the other is, too
        return all(program.status is not None
                   or program.asleep(programs.PATIENCE)
                   for program in ran.values())

    for program in ran.values():
        program.until(quiet, patience=programs.LIMIT)
        if program.gave_up in ("busy", "slow"):
            break
    # All is read before one is ended: its end would wake the other.
    calls = server.calls()[:]
    for program in ran.values():
        program.said = program.stdout.decode("utf-8", "replace").splitlines()
        if program.status is None:
            program.said.append("(does not end: %s)" % (program.waiting() or ""))
    for program in ran.values():
        program.end()
    return ran, calls


def both(bench, folder):
    """Runs the Python and the C at the same time; gives both runs."""
    with concurrent.futures.ThreadPoolExecutor() as pool:
        python = pool.submit(run, bench, folder, ".py")
        c = pool.submit(run, bench, folder, ".c")
        try:
            return [one.result() for one in (c, python)][::-1]
        except BaseException:
            for program in bench.programs:
                program.end()
            raise


def happened(calls):
    """The calls of a run as steps (side, call, part), in an order in which
    they can have happened, and messages (step, step, label): what caused what.
    It keeps each program's own order and puts no effect before its cause; so
    two runs that do the same give the same steps, whichever program was
    faster. part is "begin" or "end", or "whole" if no step lies between."""
    queue = {side: [] for side in SIDES}
    for call in calls:
        waits = call.name in ("accept", "connect", "send", "recv")
        queue[call.who] += [(call, "begin")] * waits
        queue[call.who] += [(call, "end")] * (call.result is not None)
    steps, messages, listens = [], [], False
    connects, sent = [], {side: [] for side in SIDES}   # the steps, by byte
    talks, got, over = {}, dict.fromkeys(SIDES, 0), {}

    def cause(side, call, part):
        """The step that it waits for: None if it needs none, -1 if that is
        still to come."""
        other = SIDES[side == "server"]
        ended = over.get(other, -1 if queue[other] else None)
        if part == "begin" or call.name == "socket":
            return None if side == "server" or listens else ended
        if call.failed:
            return ended if call.error in ("ECONNRESET", "EPIPE") else None
        if call.name == "accept":
            return connects[0] if connects else -1
        if call.name == "recv":
            last = got[side] + call.result
            if call.result:
                return sent[other][last - 1] if len(sent[other]) >= last else -1
            return ended
        return None

    def late(side):
        """What is caused comes first, then those that begin to wait."""
        call, part = queue[side][0]
        reason = cause(side, call, part)
        if reason == -1:
            return 3
        if reason is not None or (part == "end" and steps[-1:]
                                  and steps[-1][1] is call):
            return 0
        return 1 if part == "begin" and call.name in ("accept", "recv") else 2

    while any(queue.values()):
        side = min((side for side in SIDES if queue[side]), key=late)
        call, part = queue[side].pop(0)
        reason = cause(side, call, part)
        if part == "end" and steps and steps[-1][1] is call:
            steps.pop()
            part = "whole"
        here = len(steps)
        steps.append((side, call, part))
        listens = listens or call.name == "listen"
        if part == "begin" or call.failed:
            continue
        if reason not in (None, -1) and call.name in ("accept", "recv"):
            messages.append((reason, here, "connection" if call.name == "accept"
                             else "%d bytes" % call.result if call.result
                             else "end of stream"))
        if call.name == "connect":
            connects.append(here)
            talks[side] = call.fd
        elif call.name == "accept":
            del connects[:1]
            talks[side] = call.result
        elif call.name == "send":
            sent[side] += [here] * call.result
        elif call.name == "recv":
            got[side] += call.result
        elif call.name in ("close", "shutdown") and call.fd == talks.get(side):
            over.setdefault(side, here)
    return steps, messages


# The commands

def outputs(ran, side):
    """Prints what the two programs of a side wrote, and how they differ."""
    shown = []
    for program in (one[side] for one, _ in ran):
        lines = program.said
        if program.status > 0:
            lines += program.stderr.strip().splitlines()[-1:]
            lines.append("(exit status %d)" % program.status)
        elif program.status not in (0, -signal.SIGKILL):
            lines.append("(%s)" % signal.Signals(-program.status).name)
        shown.append(lines)
    heading("The %s's output: Python" % side, "C")
    columns(*shown)
    # Each run has another client's port; it is the kernel's choice.
    left, right = ([re.sub(r"', \d+\)$", "', PORT)", line) for line in lines]
                   for lines in shown)
    if left == right:
        print("The same%s." % (
            ", but for the client's port" if shown[0] != shown[1] else ""))
        return
    at = 0
    while left[at:at + 1] == right[at:at + 1]:
        at += 1
    print("Line %d differs:" % (at + 1))
    for name, lines in (("Python", shown[0]), ("C     ", shown[1])):
        print("  %s  %s" % (name, lines[at] if at < len(lines) else
                            "(no such line)"))


def diff(bench, folder, sides):
    for side in sides:
        sources("%s/%s.py" % (folder, side.title()), "%s/%s.c" % (folder, side))
    sys.stdout.flush()
    ran = both(bench, folder)
    for side in sides:
        outputs(ran, side)
        print()


def why(python, c, before):
    """Why two calls differ, in a line, or "" if they don't. Either may be
    None; before are the calls of the Python and of the C so far."""
    if python and c:
        texts = [re.sub(r"(127\.\d+\.\d+\.\d+):(?!8080\b)\d+", r"\1:PORT",
                        call.text) for call in (python, c)]
        if texts[0] == texts[1]:
            return ""
        if python.failed != c.failed:
            return "%s fails: %s." % (
                ("The Python's call", python.error) if python.failed
                else ("The C's call", c.error))
        if "SOCK_CLOEXEC" in texts[0] and "SOCK_CLOEXEC" not in texts[1]:
            return ("Python marks each new descriptor close-on-exec: a program "
                    "started later by exec does not get it.")
        if c.result is None:
            return "The C waits in this call, and it does not end."
        return "The arguments or the results differ."
    if python and python.name in ("getsockname", "getpeername"):
        return ("Python makes an object of the new descriptor and asks for its "
                "family." if before[0] and before[0][-1].name == "accept" else
                "Python warns of a socket that nobody closed (python3 -W always "
                "shows it) and looks up its addresses for that.")
    if c and c.name == "recv" and "recv" in [call.name for call in before[1]]:
        return ("The C receives until the server closes; the Python takes what "
                "the first call brings.")
    return "The %s does not call it here." % ("C" if python else "Python")


def trace(bench, folder, sides):
    done = []
    for _, calls in both(bench, folder):
        steps, _ = happened(calls)
        done.append([(side, call) for side, call, part in steps if side in sides
                     and (part != "begin" or call.result is None)])
    if not done[0]:
        raise programs.CannotJudge("The spy recorded none of Python's calls.")
    pairs, notes, before = [], [], {side: ([], []) for side in SIDES}
    keys = [[(side, call.name) for side, call in calls] for calls in done]
    for what, a, b, x, y in difflib.SequenceMatcher(
            None, *keys, autojunk=False).get_opcodes():
        if what == "equal":
            pairs += zip(done[0][a:b], done[1][x:y])
        else:
            pairs += [(one, None) for one in done[0][a:b]]
            pairs += [(None, one) for one in done[1][x:y]]
    indent = 8 * (len(sides) - 1)
    columns(["Python", "------"], ["C", "-"], head=" " * indent)
    for python, c in pairs:
        side = (python or c)[0]
        reason = why(python and python[1], c and c[1], before[side])
        for so_far, call in zip(before[side], (python, c)):
            so_far += [call[1]] if call else []
        if reason and reason not in notes:
            notes.append(reason)
        columns([call[1].text for call in (python,) if call],
                [call[1].text for call in (c,) if call],
                " %d " % (notes.index(reason) + 1) if reason else BAR,
                side.ljust(8)[:indent])
    print()
    for number, note in enumerate(notes or ["The same calls."], 1):
        print("\n".join(wrap("%d  %s" % (number, note) if notes else note,
                             WIDTH)))


def draw(bench, folder, title):
    """The SVG of a run of the C."""
    steps, messages = happened(run(bench, folder, ".c")[1])
    if not steps:
        raise programs.CannotJudge("The program made no call to draw.")
    labels, waits, begun = [], [], {}
    for at, (side, call, part) in enumerate(steps):
        head = re.match(r'\w+\((?:[^"()]|"(?:[^"\\]|\\.)*")*\)', call.text)
        label = call.text
        if part == "begin":
            begun[call] = at
            label = head.group() + " ..." * (call.result is None)
            if call.result is None:
                waits.append((at, None))
        elif call in begun:
            waits.append((begun[call], at))
            label = label[head.end():].strip()
        labels.append((SIDES.index(side), label))
    sides = SIDES if any(side for side, _ in labels) else SIDES[:1]
    return figures.sequence(
        title, "; ".join("%s %s" % (SIDES[side], label)
                         for side, label in labels) + ".",
        sides, labels, messages, waits)


def picture(bench, folder, _):
    name = os.path.basename(folder)
    path = os.path.join("build", "picture", name + ".svg")
    svg = str(draw(bench, folder, "A run of " + name))
    os.makedirs(os.path.dirname(path), exist_ok=True)
    try:
        with open(path + ".new", "w", encoding="utf-8") as file:
            file.write(svg)
        os.replace(path + ".new", path)
    except OSError:
        if os.path.exists(path + ".new"):
            os.remove(path + ".new")
        raise
    print(path + "  (a browser shows it)")


def main(what, lesson):
    folder = os.path.join("lessons", lesson)
    sides = [side for side in SIDES
             if os.path.exists("%s/%s.py" % (folder, side.title()))]
    with programs.Bench(sanitize=False) as bench:
        os.environ["TMPDIR"] = bench.folder     # what a killed compiler leaves
        {"diff": diff, "trace": trace, "picture": picture}[what](
            bench, folder, sides)


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    try:
        main(*sys.argv[1:])
        sys.stdout.flush()
    except programs.CompileError as error:
        sys.exit("It does not compile:\n" + str(error).strip())
    except (programs.CannotJudge, OSError) as error:
        if isinstance(error, BrokenPipeError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)    # the reader left
            sys.exit(1)
        sys.exit(str(error))
