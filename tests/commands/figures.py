#!/usr/bin/env python3
"""Draws the figures of the course. figures.py DIR, from the top folder, writes
them all. beside.py draws a learner's run with sequence()."""
import os
import re
import sys
import textwrap
from html import escape

WIDTH = 720
# One white card that reads on a light page, a dark page and paper. What is new
# is bold and shaded, so that it shows without colour.
STYLE = """
text { font: 13px system-ui, 'Segoe UI', 'DejaVu Sans', Arial, sans-serif;
       fill: #1b1f24 }
.m { font-family: ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace;
     font-size: 12px }
.s { font-size: 12px } .b { font-weight: bold } .k { fill: #555b63 }
.c { text-anchor: middle } .e { text-anchor: end }
rect, path, circle { fill: none; stroke: #1b1f24; stroke-width: 1 }
.card { fill: #ffffff; stroke: #c4c9d0 } .panel { fill: #f3f5f7 }
.box { fill: #ffffff } .new { fill: #ffe9a8 }
.slot { stroke-dasharray: 3 3 }
.life { stroke: #555b63; stroke-dasharray: 4 4 }
.wait { fill: #c9d3df; stroke-width: 1 }
.thick { stroke-width: 2 }
.badge { fill: #1b1f24 } text.w { fill: #ffffff }
"""


class Figure:
    """Collects shapes; str() is the SVG."""

    def __init__(self, title, description, height=0):
        self.title, self.description = title, description
        self.height, self.parts = height, []

    def rect(self, x, y, w, h, kind="box", round_=4):
        self.parts.append('<rect class="%s" x="%g" y="%g" width="%g" height='
                          '"%g" rx="%g"/>' % (kind, x, y, w, h, round_))

    def text(self, x, y, words, kind=""):
        self.parts.append('<text class="%s" x="%g" y="%g">%s</text>'
                          % (kind, x, y, escape(words)))

    def line(self, *points, kind="", head=True):
        way = "M" + " L".join("%g %g" % point for point in points)
        self.parts.append('<path class="%s" d="%s"%s/>' % (
            kind, way, ' marker-end="url(#head)"' if head else ""))

    def badge(self, x, y, number):
        self.parts.append('<circle class="badge" cx="%g" cy="%g" r="12"/>'
                          % (x, y))
        self.text(x, y + 4, number, "s b c w")

    def __str__(self):
        return "\n".join([
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" '
            'width="%d" height="%d" role="img" aria-labelledby="t d">'
            % (WIDTH, self.height, WIDTH, self.height),
            '<title id="t">%s</title>' % escape(self.title),
            '<desc id="d">%s</desc>' % escape(self.description),
            "<style>%s</style>" % STYLE,
            '<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" '
            'markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" '
            'orient="auto"><path class="badge" d="M0 1 L10 5 L0 9 z"/>'
            '</marker></defs>',
            '<rect class="card" x="0.5" y="0.5" width="%g" height="%g" '
            'rx="10"/>' % (WIDTH - 1, self.height - 1)]
            + self.parts + ["</svg>", ""])


# What the kernel holds after a call: variables, descriptors, sockets.

def rows(fig, x, y, w, lines):
    """A box of lines (name, value, new): the name left, the value right.
    Gives the middle of each line."""
    fig.rect(x, y, w, 22 * len(lines), "box", 0)
    for i, (name, value, new) in enumerate(lines):
        top, bold = y + 22 * i, " b" if new else ""
        if new:
            fig.rect(x, top, w, 22, "new", 0)
        elif i:
            fig.line((x, top), (x + w, top), head=False)
        fig.text(x + 8, top + 15.5, name, "m" + bold)
        fig.text(x + w - 8, top + 15.5, value, "m e" + bold)
    return [y + 22 * i + 11 for i in range(len(lines))]


def process(fig, y, who, variables, sockets):
    """One process from the height y: its variables, its descriptors and the
    sockets behind them. variables are (name, value, new), a descriptor is a
    number; sockets are (heading, lines, held), held if a descriptor stands
    for it. Gives (top, bottom) of each socket."""
    fig.text(26, y + 14, who, "b")
    fig.text(252, y + 14, "descriptors", "s k")
    holding = [v for v in variables if v[1].isdigit()]
    table = rows(fig, 252, y + 24, 100, [
        ("0", "stdin", 0), ("1", "stdout", 0), ("2", "stderr", 0)]
        + [(v[1], "socket", v[2]) for v in holding])
    for v, at in zip(variables, variables and rows(fig, 26, y + 90, 184,
                                                   variables)):
        if v in holding:
            fig.line((210, at), (250, at))
    places, top, entries = [], y, iter(table[3:])
    for heading, lines, held in sockets:
        fig.text(412, top + 14, heading, "s k")
        middle = rows(fig, 412, top + 24, 270, lines)
        places.append((top + 24, top + 24 + 22 * len(lines)))
        if held:
            at = next(entries)
            fig.line((352, at), (382, at), (382, middle[0]), (410, middle[0]))
        top += 22 * len(lines) + 44
    return places


def kernel(title, description, height, panel=None):
    """The frame of such a figure."""
    fig = Figure(title, description, height)
    panel = panel or height - 62
    fig.rect(16, 16, 204, panel, "panel", 8)
    fig.rect(240, 16, 464, panel, "panel", 8)
    fig.text(118, 36, "program", "k c")
    fig.text(472, 36, "kernel", "k c")
    fig.text(704, height - 20, "Shaded and bold: what the call has changed.",
             "s k e")
    return fig


def tcp(local, peer, state, *more):
    """The lines of a TCP socket; a value that begins with ! is new."""
    lines = [("type", "AF_INET, SOCK_STREAM"), ("local", local),
             ("peer", peer), ("state", state)] + list(more)
    return [(name, value.lstrip("!"), value[0] == "!")
            for name, value in lines]


SERVER, CLIENT = ("server_socket", "3", 0), ("client_socket", "3", 0)
LISTENER, CONN = "listening socket", "connected socket"


def lesson_01():
    fig = kernel(
        "After socket()",
        "The variable server_socket is 3. Entry 3 of the process's table of "
        "descriptors refers to a socket in the kernel: AF_INET, SOCK_STREAM, "
        "no local address, no peer, state closed.", 232)
    lines = [line[:2] + (1,) for line in tcp("none", "none", "CLOSED")]
    process(fig, 46, "server", [SERVER[:2] + (1,)], [("socket", lines, 1)])
    return fig


def lesson_02():
    fig = kernel(
        "After bind()",
        "The socket's local address is now 0.0.0.0:8080, its state still "
        "closed. Below, the 16 bytes of server_address: family 2, port 1F 90 "
        "in network byte order, address 00 00 00 00, eight zeros.", 342, 162)
    process(fig, 46, "server", [SERVER],
            [("socket", tcp("!0.0.0.0:8080", "none", "CLOSED"), 1)])
    fig.rect(16, 194, 688, 102, "panel", 8)
    fig.text(26, 216, "server_address, the program's 16 bytes that bind() reads")
    x = 26
    for name, data in (("sin_family", "02 00"), ("sin_port", "1f 90"),
                       ("sin_addr", "00 00 00 00"), ("sin_zero", "00 " * 8)):
        data, bold = data.split(), " b" * (name == "sin_port")
        fig.text(x + 20.5 * len(data), 268, name, "m c" + bold)
        fig.rect(x, 228, 41 * len(data), 24, "box thick", 0)
        for i, byte in enumerate(data):
            if i:
                fig.line((x, 228), (x, 252), head=False)
            fig.text(x + 20.5, 244, byte, "m c" + bold)
            x += 41
    fig.text(26 + 41 * 3, 285, "the high byte first", "s c k")
    return fig


def lesson_03():
    fig = kernel(
        "After listen()",
        "The socket's state is now LISTEN, and it has a queue for connections "
        "that nobody has accepted yet: three places for a backlog of 3, and "
        "one more on Linux. All are empty.", 262)
    [(_, bottom)] = process(fig, 46, "server", [SERVER], [
        ("listening socket", tcp("0.0.0.0:8080", "none", "!LISTEN",
                                 ("queue", "!0 connections wait")), 1)])
    for i in range(4):
        fig.rect(412 + 34 * i, bottom + 8, 30, 20, "slot" if i > 2 else "box")
    fig.text(556, bottom + 22, "3 places; Linux has 4", "s k")
    return fig


def lesson_04():
    fig = kernel(
        "After accept()",
        "The connection that waited in the queue of the listening socket has "
        "left it: it is the socket behind descriptor 4, local 127.0.0.1:8080, "
        "peer 127.0.0.1:54321, state ESTABLISHED, with a send and a receive "
        "queue. The listening socket behind 3 is as before, its queue empty.",
        412)
    process(fig, 46, "server",
            [SERVER, ("conn", "4", 1), ("address", "127.0.0.1:54321", 1)],
            [(LISTENER, tcp("0.0.0.0:8080", "none", "LISTEN",
                            ("queue", "!0 connections wait")), 1),
             (CONN + ", until now in that queue",
              tcp("127.0.0.1:8080", "127.0.0.1:54321", "ESTABLISHED",
                  ("send queue", "0 bytes"), ("receive queue", "0 bytes")),
              1)])
    return fig


def connection(fig, one, other):
    """The connection between two sockets, given as (top, bottom)."""
    y1, y2 = one[0] + 11, other[0] + 11
    fig.line((683, y1), (693, y1), (693, y2), (683, y2), kind="thick",
             head=False)
    fig.text(16, fig.height - 20, "Thick line: the connection.", "s k")


def lesson_05():
    fig = kernel(
        "After connect(), before accept()",
        "The client's socket has a local address that the kernel chose, "
        "127.0.0.1:54321, the peer 127.0.0.1:8080 and the state ESTABLISHED. "
        "On the server's side the connection is established too, and waits in "
        "the queue of the listening socket: no descriptor stands for it yet.",
        530)
    [one] = process(fig, 46, "client", [CLIENT], [
        (CONN, tcp("!127.0.0.1:54321", "!127.0.0.1:8080", "!ESTABLISHED"),
         1)])
    fig.line((16, 192), (704, 192), kind="life", head=False)
    other = process(fig, 206, "server", [SERVER], [
        (LISTENER, tcp("0.0.0.0:8080", "none", "LISTEN",
                       ("queue", "!1 connection waits")), 1),
        ("in that queue, no descriptor yet",
         tcp("!127.0.0.1:8080", "!127.0.0.1:54321", "!ESTABLISHED"), 0)])
    connection(fig, one, other[1])
    return fig


def lesson_06():
    fig = kernel(
        "After the client's send(), before the server's recv()",
        "The 17 bytes of Hello from client have left the client's socket and "
        "lie in the receive queue of the server's connected socket. The "
        "server's data is still empty. No byte marks the end of the message.",
        622)
    [one] = process(fig, 46, "client", [CLIENT, ("message", "17 bytes", 0)], [
        (CONN, tcp("127.0.0.1:54321", "127.0.0.1:8080", "ESTABLISHED",
                   ("send queue", "0 bytes"), ("receive queue", "0 bytes")),
         1)])
    fig.line((16, 234), (704, 234), kind="life", head=False)
    other = process(
        fig, 248, "server", [SERVER, ("conn", "4", 0), ("data", '""', 0)],
        [(LISTENER, tcp("0.0.0.0:8080", "none", "LISTEN"), 1),
         (CONN, tcp("127.0.0.1:8080", "127.0.0.1:54321", "ESTABLISHED",
                    ("send queue", "0 bytes"), ("receive queue", "!17 bytes")),
          1)])
    connection(fig, one, other[1])
    y = other[1][1] + 6
    for i, byte in enumerate("Hello from client"):
        fig.rect(412 + 270 / 17 * i, y, 270 / 17, 22, "new", 0)
        fig.text(412 + 270 / 17 * (i + 0.5), y + 15, byte, "m c b")
    fig.text(402, y + 15, "in the queue:", "s k e")
    return fig


def lesson_07():
    fig = kernel(
        "After close()",
        "The server has closed both sockets: its variables still hold 3 and "
        "4, but the table of descriptors ends with 2. The kernel keeps the "
        "connection's end, local 127.0.0.1:8080, peer 127.0.0.1:54321, in the "
        "state TIME_WAIT for 60 seconds.", 276)
    process(fig, 46, "server", [],
            [("the connection's end: no descriptor any more",
              tcp("127.0.0.1:8080", "127.0.0.1:54321", "!TIME_WAIT",
                  ("kept", "!for 60 seconds")), 0)])
    rows(fig, 26, 136, 184, [("server_socket", "3", 0), ("conn", "4", 0)])
    fig.text(26, 200, "numbers that stand", "s k")
    fig.text(26, 216, "for nothing now", "s k")
    return fig


def course_map():
    fig = Figure(
        "The course",
        "The server's calls: socket (lesson 01), bind (02), listen (03), "
        "accept (04), recv and send (06), close of conn (04), close of "
        "server_socket (01). The client's: socket (01), connect (05), send "
        "and recv (06), close (01). connect meets accept, each send meets the "
        "other side's recv. Lesson 07 makes the pair whole.", 514)
    steps = (  # row, x, lesson, call, what it does
        (0, 52, "01", "socket()", "makes a socket"),
        (1, 52, "02", "bind()", "gives it port 8080"),
        (2, 52, "03", "listen()", "lets connections queue"),
        (3, 52, "04", "accept()", "takes one of them"),
        (4, 52, "06", "recv()", "takes what has come"),
        (5, 52, "06", "send()", "answers"),
        (6, 52, "04", "close()", "ends the connection"),
        (7, 52, "01", "close()", "ends the listening"),
        (2, 418, "01", "socket()", "makes a socket"),
        (3, 418, "05", "connect()", "connects to it"),
        (4, 418, "06", "send()", "says something"),
        (5, 418, "06", "recv()", "waits for the answer"),
        (6, 418, "01", "close()", "ends the connection"))
    fig.text(52, 32, "server", "b")
    fig.text(418, 32, "client", "b")
    for row, x, lesson, call, does in steps:
        y = 44 + 48 * row
        fig.rect(x, y, 250, 34)
        fig.text(x + 12, y + 22, call, "m b")
        fig.text(x + 92, y + 22, does, "s")
        fig.badge(30 if x < 300 else 690, y + 17, lesson)
        if row not in (7, 6 if x > 300 else 7):
            fig.line((x + 125, y + 34), (x + 125, y + 48))
    for row, words, back in ((3, "connection", 0), (4, "17 bytes", 0),
                             (5, "17 bytes", 1)):
        y = 61 + 48 * row
        ends = ((302, y), (418, y))
        fig.line(*(ends if back else ends[::-1]), kind="thick")
        fig.text(360, y - 7, words, "s c")
    fig.rect(16, 440, 688, 44, "panel", 8)
    fig.badge(40, 462, "07")
    fig.text(62, 459, "The complete pair: short sends, interrupted calls, a "
             "peer that has gone,")
    fig.text(62, 476, "any bytes. Python does some of that silently.")
    fig.text(704, 503, "Number: the lesson that teaches the call.", "s k e")
    return fig


def segments():
    fig = Figure(
        "The TCP segments of one exchange",
        "connect sends SYN, gets SYN+ACK, answers ACK: connect returns at the "
        "second, accept after the third. Each send is a segment with 17 "
        "bytes, answered by an ACK. The server's close sends FIN, which the "
        "client acknowledges; the client's close sends FIN, acknowledged too. "
        "The server, which closed first, is left in TIME_WAIT.", 672)
    at = {"S": 150, "s": 282, "c": 438, "C": 570}
    for lane, words in (("S", "server"), ("s", "its kernel"),
                        ("c", "its kernel"), ("C", "client")):
        fig.text(at[lane], 30, words, "b c" if lane in "SC" else "k c")
        fig.line((at[lane], 40), (at[lane], 620), kind="life", head=False)

    def call(y, lane, words):        # the program calls its kernel
        fig.line((at[lane], y), (at[lane.lower()], y))
        side(y, lane, words)

    def back(y, lane, words, since):  # the kernel lets it go on
        fig.line((at[lane.lower()], y), (at[lane], y), kind="slot")
        side(y, lane, words)
        fig.rect(at[lane] - 4, since, 8, y - since, "wait", 0)

    def side(y, lane, words):
        fig.text(at[lane] + (-12 if lane == "S" else 12), y + 4, words,
                 "m e" if lane == "S" else "m")

    def segment(y, lane, words):     # from one kernel to the other
        ends = [(at["s"], y), (at["c"], y + 14)]
        if lane == "c":
            ends = [(at["c"], y), (at["s"], y + 14)]
        fig.line(*ends, kind="thick")
        fig.text(360, y - 1, words, "s b c")

    def becomes(y, lane, words):
        fig.text(at[lane] + (-8 if lane == "s" else 8), y + 4, words,
                 "s k e" if lane == "s" else "s k")

    call(60, "S", "listen()")
    becomes(80, "s", "LISTEN")
    call(100, "S", "accept()")
    call(120, "C", "connect()")
    segment(120, "c", "SYN")
    becomes(138, "c", "SYN_SENT")
    segment(150, "s", "SYN, ACK")
    becomes(152, "s", "SYN_RECV")
    becomes(172, "c", "ESTABLISHED")
    segment(180, "c", "ACK")
    back(190, "C", "= 0", 120)
    becomes(206, "s", "ESTABLISHED")
    back(224, "S", "= 4", 100)
    call(250, "S", "recv()")
    call(268, "C", "send()")
    segment(268, "c", "17 bytes")
    back(292, "C", "= 17", 268)
    back(298, "S", "= 17", 250)
    segment(308, "s", "ACK")
    call(330, "C", "recv()")
    call(348, "S", "send()")
    segment(348, "s", "17 bytes")
    back(368, "S", "= 17", 348)
    back(376, "C", "= 17", 330)
    segment(388, "c", "ACK")
    call(420, "C", "recv()")
    call(442, "S", "close(4)")
    segment(442, "s", "FIN")
    becomes(462, "s", "FIN_WAIT_1")
    back(470, "C", "= 0", 420)
    becomes(490, "c", "CLOSE_WAIT")
    segment(484, "c", "ACK")
    becomes(508, "s", "FIN_WAIT_2")
    call(534, "C", "close(3)")
    segment(534, "c", "FIN")
    becomes(554, "c", "LAST_ACK")
    segment(564, "s", "ACK")
    becomes(562, "s", "TIME_WAIT")
    becomes(588, "c", "CLOSED")
    becomes(590, "s", "60 s later:")
    becomes(606, "s", "CLOSED")
    fig.text(16, 640, "Grey bar: the program waits in the call. An ACK can "
             "travel with bytes or a FIN: the client's", "s k")
    fig.text(16, 656, "last two segments are one if it closes at once.", "s k")
    return fig


# The sequence picture of a run.

LANES = (302, 420)


def sequence(title, description, names, steps, messages, waits):
    """names of one or two sides, steps (side, label) from top to bottom,
    messages (step, step, label), waits (step, step)."""
    fig, y, at = Figure(title, description), 66, []
    for side, label in steps:
        if all(len(at) not in wait for wait in waits):
            fig.rect(LANES[side] - 3, y - 3, 6, 6, "badge", 3)
        at.append(y)
        for line in textwrap.wrap(label.replace(" = ", " =\u00a0"), 37,
                                  break_on_hyphens=False):
            fig.text(LANES[side] + (14 if side else -14), y + 4, line,
                     "m" if side else "m e")
            y += 16
        y += 8
    fig.height = y + 12
    for lane, name in zip(LANES, names):
        fig.text(lane, 30, name, "b c")
        fig.line((lane, 42), (lane, y), kind="life", head=False)
    for begin, end in waits:
        fig.rect(LANES[steps[begin][0]] - 4, at[begin], 8,
                 (at[end] if end is not None else y) - at[begin], "wait", 0)
    for begin, end, label in messages:
        fig.line((LANES[steps[begin][0]], at[begin]),
                 (LANES[steps[end][0]], at[end]), kind="thick")
        fig.text(sum(LANES) / 2, at[begin] - 7, label, "s c")
    return fig


def exchange():
    """The pair of the solutions; the client's port is always 54321 here."""
    import beside   # it imports this file
    with beside.programs.Bench(sanitize=False) as bench:
        fig = beside.draw(bench, "solutions/07-complete-pair",
                          "The calls of one exchange")
    return re.sub(r"(127\.0\.0\.1):(?!8080\b)\d+", r"\1:54321", str(fig))


FIGURES = {"01-socket": lesson_01, "02-bind": lesson_02,
           "03-listen": lesson_03, "04-accept": lesson_04,
           "05-connect": lesson_05, "06-send-recv": lesson_06,
           "07-complete-pair": lesson_07,
           "course-map": course_map, "segments": segments,
           "exchange": exchange}

if __name__ == "__main__":
    for figure, draw in FIGURES.items():
        with open(os.path.join(sys.argv[1], figure + ".svg"), "w",
                  encoding="utf-8") as svg:
            svg.write(str(draw()))
