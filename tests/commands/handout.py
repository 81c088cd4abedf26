"""The classroom handout: two editions from the lessons, solutions and docs.

    python3 handout.py build OUT PAPER [LESSON]   HTML and PDF, into OUT
    python3 handout.py digest                     of what they are made from
    python3 handout.py leaks [PDF]                answers that stand too early

Run in the top folder. What goes where: docs/handout/README.md.
"""
import base64
import hashlib
import html
import re
import subprocess
import sys
import unicodedata
from pathlib import Path

LESSONS = sorted(p.parent.name for p in Path('lessons').glob('*/README.md'))
SOURCES = ('README.md', 'lessons/*/README.md', 'lessons/*/*.py',
           'solutions/*/*.md', 'solutions/*/*.c',
           'tests/fixtures/*/wrong/*.txt', 'docs/errors.md',
           'docs/python-to-c.md', 'docs/figures/*.svg', 'docs/handout/*.md',
           'docs/handout/*.css', 'tests/commands/handout.py')
WIDTH = 46  # characters of a line of Python, in its column beside the C
TYPED = r'[$<^]|>>>'
GUESS = '**Guess:**'
EXIT = r'^\*\*Exit question[:.]?\*\*[:.]?\s*'
SENTENCE = r'(?<=[.?:;])\s'
esc = html.escape


def read(*parts):
    path = Path(*parts)
    return path.read_text(encoding='utf-8') if path.is_file() else ''


TITLE, _, WITH = read('README.md').split('\n')[0][2:].partition(', ')


def readme(name):
    """A lesson's text, but for the lines that say which terminal is meant."""
    return re.sub(r'^\*\w+ terminal:\*\n\n', '', read('lessons', name, 'README.md'), flags=re.M)


def digest():
    total = hashlib.sha256()
    for path in sorted({p for glob in SOURCES for p in Path().glob(glob)}):
        total.update(path.as_posix().encode() + b'\0' + path.read_bytes())
    return total.hexdigest()


# HTML. A piece of Markdown stands in it as a mark until the whole is there:
# then pandoc turns all pieces at once (or, to search them, they stay text).

pieces = []


def el(tag, *body):
    """el('p.how', 'words') is <p class="how">words</p>."""
    name, _, kind = tag.partition('.')
    kind = f' class="{kind}"' if kind else ''
    return f'<{name}{kind}>{"".join(body)}</{name}>'


def md(text, mark=''):
    """Markdown, its links made words, since the sheets stand alone."""
    pieces.append(re.sub(
        r'(?<!!)\[([^\]]*)\]\(([^)]*)\)', lambda link: f'`{link.group(1)}`'
        if re.search(r'\.(c|py)$', link.group(2)) else link.group(1), text))
    return f'\1{mark}{len(pieces) - 1}\2'


def words(text):
    return md(' '.join(text.split()), 'i')


def upper(text):
    text = text.strip()
    return text[:1].upper() + text[1:]


def resolve(page, pandoc):
    done = [esc(piece) for piece in pieces]
    if pandoc:
        out = subprocess.run(
            ['pandoc', '-f', 'gfm+smart', '-t', 'html', '--no-highlight',
             '--wrap=none'], input='\n\n@@@\n\n'.join(pieces),
            stdout=subprocess.PIPE, encoding='utf-8', check=True).stdout
        done = [part.strip() for part in out.split('<p>@@@</p>')]

    def piece(mark):
        got = done[int(mark.group(2))]
        return re.sub('</?p>', '', got) if mark.group(1) else got
    return re.sub('\1(i?)(\\d+)\2', piece, page)


# Pages of the course, taken apart.

def blocks(text):
    """Its blocks: ('head', level, words), ('fence', info, lines),
    ('table', rows), ('para', text)."""
    text = re.sub(r'<!--.*?-->\n?', '', text, flags=re.S)
    for info, code_, level, head, rows, para in re.findall(
            r'```(.*)\n((?:.*\n)*?)```|(#+) (.*)|((?:\|.*\n?)+)|'
            r'((?:(?!```|\||#+ ).+\n?)+)', text):
        if level:
            yield 'head', len(level), head
        elif rows:
            yield 'table', [[cell.strip() for cell in row[1:-1].split('|')]
                            for row in rows.splitlines()]
        elif para:
            yield 'para', para.strip()
        else:
            lines = [line for line in code_.splitlines()
                     if line != '>>> exit()']       # says nothing on paper
            if lines:
                yield 'fence', info, lines


def sections(text):
    """Heading of a section: its blocks."""
    found, name = {}, ''
    for block in blocks(text):
        if block[0] == 'head' and block[1] < 3:
            name = block[2]
        else:
            found.setdefault(name, []).append(block)
    return found


def title(name):
    return re.search(r'# \d+: (.*)', readme(name)).group(1)


def items(text):
    """The items of a numbered list, with all that belongs to each."""
    text = re.sub(r'(?m)^ {3}', '', '\n' + text)
    return [part.strip() for part in re.split(r'\n\d+\. ', text)[1:]]


def questions(parts, section='Questions'):
    return items('\n'.join(block[1] for block in parts.get(section, [])
                           if block[0] == 'para' and block[1][0].isdigit()))


def answers(name):
    return items(read('solutions', name, 'README.md').split('\n## Common')[0])


def turn(parts):
    """What is to be written: from the sentence that names the gap."""
    return '\n\n'.join(
        re.search(r'(^|(?<=[.]\s))[^.]*\bgaps?\b.*', block[1], re.S).group()
        for block in parts.get('Your turn', [])
        if block[0] == 'para' and re.search(r'\bgaps?\b', block[1]))


def setting(heading, name):
    """The lesson's cells in a table of docs/handout/README.md."""
    text = read('docs/handout/README.md').split(f'## {heading}\n')[1]
    found = re.search(rf'(?m)^\| {name[:2]} \|(.*)\|$', text).group(1)
    return [cell.strip() for cell in found.split('|')]


def experiments(text):
    """For each guess: what leads to it, the question, the last lines typed
    before it, and the blocks that answer."""
    found, lead, before, after, section = [], '', [], [], ''
    for block in blocks(text):
        kind, value = block[0], block[-1]
        if kind == 'head':
            section = value if block[1] == 2 else section
            lead, before, after = '', [], []
        elif section in ('Questions', 'Check'):
            pass
        elif kind == 'para' and value.startswith('**') and GUESS not in value:
            lead, before, after = value.split('**', 2)[2], [], []
        elif kind == 'para' and GUESS in value:
            head, question = value.split(GUESS, 1)
            head = re.sub(r'^\*\*.*?\*\*', '', ' '.join(head.split()))
            head = re.split(r'(?<=[.:]) (?=[A-Z])', head.strip())[-1]
            while after and all(re.match(TYPED, line) for line in
                                after[-1][-1]) and after[-1][0] == 'fence':
                before = after.pop()[2] + before  # it leads on to here
            typed = [line for line in before if re.match(r'(\$|>>>) ', line)
                     and not re.search(r'^\$ python3$|import |exit\(', line)]
            after = []
            found.append((f'{lead} {head}', question, typed[-3:], after))
            lead, before = '', []
        elif found and after is found[-1][3] and kind != 'table':
            after.append(block)
        elif kind == 'fence':
            before = before + value
    return found


# The code: units of Python and the C that answers it, side by side.

class Unit:
    def __init__(self):
        self.python, self.code, self.notes = [], [], ''

    def key(self):
        return self.python or [c for c in self.code if isinstance(c, str)]


def units(path, python):
    """A C file as units; a gap is a list in the code, its task first."""
    indent = {line.strip(): line for line in read(python).splitlines()}
    found, gap = [Unit()], None
    for line in read(path).splitlines():
        text, unit = line.strip(), found[-1]
        if text.startswith('// TODO('):
            gap = [text[8:].replace('): ', ' ')]
        elif text.startswith('// END('):
            unit.code.append(gap)
            gap = None
        elif gap is not None:
            gap.append(line)
        elif not text or text.startswith('//') and unit.code and (
                unit.python or '>>>' not in text):
            found.append(Unit())
        elif not text.startswith('//'):
            unit.code.append(line)
        if text.startswith('// >>> '):
            found[-1].python.append(indent.get(text[7:], text[7:]))
        elif text.startswith('//') and '(' + path.parent.name not in text:
            item = re.sub(r'^(\S.*?) {2,}', r'`\1` ', text[2:].strip())
            found[-1].notes += '\n\n' * (item[:1] == '`') + item + ' \n'
    return [unit for unit in found if unit.python or unit.code]


def fold(line):
    """A line of Python in the width of its column, cut where Python may."""
    if len(line) <= WIDTH:
        return [line]
    deep = ' ' * (len(line) - len(line.lstrip()))
    if '  # ' in line:
        given, note = line.split('  # ')
        return fold(given) + [f'{deep}# {note}']
    cut = line.index('(') + 1
    return [line[:cut], deep + '    ' + line[cut:]]


def margin(lines):
    """The lines of a function's body, at the margin."""
    cut = 4 if lines and lines[0].startswith('    ') else 0
    return [line[cut:] if line[:cut].isspace() else line for line in lines]


def code(lines, kind='pre'):
    return el(kind, esc('\n'.join(margin(lines)))) if lines else ''


def pair(unit, filled, told=False):
    left = '\n'.join(
        part for line in margin(unit.python) for part in fold(line))
    left = el('pre', esc(left)) if left else ''
    if told and not left:
        left = el('div.note', md(unit.notes))
    right, given = '', []
    for line in unit.code + [['']]:
        if isinstance(line, str):
            given.append(line)
            continue
        right += code(given)
        given = []
        if line[0]:
            name, task = line[0].split(' ', 1)
            right += el('p.task', el('b', name), ' ', esc(task))
            right += (code(line[1:], 'pre.gap') if filled
                      else ruled(len(line) - 1))
    return el('table.pair', el('tr', el('td', left), el(
        'td', right or el('div.note', md(unit.notes)))))


def files(name):
    """C file, its Python, and what stood there in the lesson before."""
    before = ([''] + LESSONS)[LESSONS.index(name)]
    for c, python in ('client.c', 'Client.py'), ('server.c', 'Server.py'):
        path, old = Path('solutions', name, c), Path('solutions', before, c)
        if path.is_file():
            yield (path, Path('lessons', name, python),
                   old if old.is_file() else old.with_name('server.c'))


def heads(python, path):
    return el('div.heads', el('span', python.name), el('span', path.name))


def added(name, filled):
    """What the lesson adds to the programs, and a line for all the rest."""
    out, last = '', ([''] + LESSONS)[LESSONS.index(name)][:2]
    for path, python, before in files(name):
        known = [unit.key() for unit in units(before, python)]
        headers = re.findall('#include <.*?>', read(before))
        new = units(path, python)
        for unit in new:
            unit.new = unit.key() not in known
            unit.code = [line for line in unit.code if str(line).split(
                '  //')[0].rstrip() not in headers]
            if '#include' in str(unit.code) and known:
                unit.new, unit.python = True, []
        rows = ''.join(pair(unit, filled) for unit in new if unit.new)
        if not rows:
            out = el('p.as', el('code', path.name),
                     f' is that of lesson {last}, finished.') + out
            continue
        out += heads(python, path)
        if not all(unit.new for unit in new):
            out += el('p.as', f'All else as in lesson {last}.')
        out += rows
    return out


# The parts of a sheet.

def ruled(number):
    return el('p.r') * number


def grid(rows, filled=True, blank=''):
    """A table; columns whose heading says `blank` are for the student."""
    hide = [not filled and re.match(blank, cell) for cell in rows[0]]
    return el('table.grid', el('tr', *(el('th', words(c)) for c in rows[0])), *(
        el('tr', *(el('td.fill') if hidden else el('td', words(cell))
                   for cell, hidden in zip(row, hide))) for row in rows[2:]))


def part(name, inner, minutes='', kind='part'):
    if not inner:
        return ''
    head = el('h3', name, el('span.min', f'{minutes} min') if minutes else '')
    first = re.match('<div[^>]*>', inner)  # no page ends between the two
    cut = first.end() if first and name else 0
    return el('section.' + kind, inner[:cut], head if name else '', inner[cut:])


def sheet(key, name, who, *inner):
    kind = '' if key[1:].isdigit() else ' ' + key
    return (f'<section class="lesson{kind}" id="{key}">' + el(
        'header', el('h2', name), el('p.who', who)) + ''.join(inner) +
        '</section>')


NAME = 'Name' + el('span') + 'Date' + el('span.short')


def arrow(path):
    """A path with its head drawn out: WeasyPrint makes a square of a marker."""
    x0, y0, x, y = map(float, re.findall(r'[\d.]+', path.group(1))[-4:])
    far = ((x - x0) ** 2 + (y - y0) ** 2) ** 0.5
    a, b = (x - x0) / far, (y - y0) / far
    return (f'{path.group(1)}/><path class="badge" d="M{x} {y} L{x - 8*a + 4*b}'
            f' {y - 8*b - 4*a} L{x - 8*a - 4*b} {y - 8*b + 4*a} z"/>')


def figure(name, caption=''):
    """A figure as it is drawn, in the faces of the page."""
    svg = read('docs/figures', name + '.svg')
    svg = re.sub('font: 13px [^;]*;', "font-family: 'Charis SIL', Charis, "
                 'serif; font-size: 12.5px;', svg)
    svg = re.sub('font-family: ui-monospace,[^;]*;\\s*font-size: 12px',
                 'font-family: Inconsolata, monospace; font-size: 13.5px', svg)
    svg = re.sub('(<path [^>]*)marker-end="[^"]*"/>', arrow, svg)
    svg = svg.replace('</style>', '.m.b { stroke: #1b1f24; stroke-width: 0.3 }'
                      '</style>')
    told = re.findall('<desc[^>]*>([^<]*)', svg) + ['']
    return svg and el('figure', (
        f'<img alt="{told[0]}" src="data:image/svg+xml;base64,'
        f'{base64.b64encode(svg.encode()).decode()}">'), caption)


def figures(name, caption=''):
    """What the lesson draws, but the run that the trace asks for."""
    return ''.join(
        figure(one, caption) for one in
        re.findall(r'figures/([\w-]+)\.svg', readme(name)) if one != 'exchange')


def prototypes(found):
    return [block[2] for block in found
            if block[:2] == ('fence', 'c prototype')]


def answered(answer):
    for block in answer:
        yield md(block[1]) if block[0] == 'para' else el('pre', '\n'.join(
            el('b', esc(line)) if re.match(TYPED, line) else esc(line)
            for line in block[2]))


def look(name, filled):
    cells = el('tr', *(el('th', c) for c in ('I predict', 'I saw', 'because')))
    cells += el('tr', el('td') * 3)
    for number, (lead, question, typed, answer) in enumerate(
            experiments(readme(name)), 1):
        yield el('div.x', el('p.q', el('b.n', str(number)), ' ', words(
            upper(lead) + ' ' + upper(question))),
            el('div.a', *answered(answer)) if filled else
            code(typed) + el('table.predict', cells))


def asks(name, parts, filled):
    for number, (question, answer) in enumerate(
            zip(questions(parts), answers(name)), 1):
        last = re.match(EXIT, question)
        yield el('div.qa exit' if last else 'div.qa',
                 el('h4', 'Exit question') if last else '',
                 el('p.q', el('b.n', str(number)), ' ',
                    words(upper(re.sub(EXIT, '', question)))),
                 el('div.a', md(answer)) if filled else ruled(
                     6 if last else min(5, 3 + len(answer) // 500)))


def wrong(name):
    """Wrong answers, with the test that each fails in and its message."""
    for one in setting('Wrong answers', name)[0].split(', '):
        text = read('tests/fixtures', name, 'wrong', one.strip('`') + '.txt')
        test, _, message = text.partition('\n=== ')[2].partition('\n')
        yield el('div.bad', el('p', el('b', words(text.split('\n')[0])),
                               ' Fails in: ', el('i', esc(test))),
                 el('pre', esc(message.split('\n=== ')[0].rstrip())))


def lesson(name, filled):
    parts = sections(readme(name))
    time = setting('Minutes', name) if filled else [''] * 4
    new = []
    for block in parts['What is new']:
        if block[0] != 'para':
            break
        new.append(block[1])
    new[-1] = re.sub(r'\s[^.]*:$', '', new[-1])  # it led to a block
    call = 'The C call' if 'The C call' in parts else 'The guards'
    tables = [block[1] for block in parts[call] if block[0] == 'table'
              and block[1][0][0] in ('argument', 'bytes', 'guard')]
    guards = [['take out', 'I predict: the fault that shows it', 'I saw'], []]
    guards += [[re.split(r'(?<=[.])\s', one)[0], '', '']
               for one in questions(parts, 'Break it')]
    how = '' if filled else el('p.how', 'With the lesson on the screen. Write '
                               'your guess before you read on.')
    return sheet(
        'l' + name[:2], f'{name[:2]} {words(title(name))}',
        f'teacher’s edition · {sum(int(n or 0) for n in time)} min' if filled
        else NAME,
        part('What is new', md('\n\n'.join(new)), time[0]),
        part(call, ''.join(
            code(p, 'pre.proto') for p in prototypes(parts[call])) + (
                grid(tables[0], filled, 'here|for ') if tables else '')),
        part('Your turn', turn(parts) and md(turn(parts)), time[1]),
        part('', turn(parts) and added(name, filled), kind='part wide'),
        part('Look at it', how + ''.join(look(name, filled)), time[2]),
        part('Break it', guards[2:] and grid(guards), kind='part break'),
        part('What the kernel holds now', el(
            'div.one', figures(name)) if filled else el('div.one frame', el(
                'p.draw', el('span', 'program'), el('span', 'kernel')))),
        part('Questions', ''.join(asks(name, parts, filled)), time[3]),
        part('Common wrong answers', filled and ''.join(wrong(name))))


def listing(name):
    """The whole code of the last lesson, a sheet of its own."""
    return sheet('code', f'{name[:2]} The whole code', '', *(
        heads(python, path) + ''.join(
            pair(unit, True, True) for unit in units(path, python))
        for path, python, _ in reversed(list(files(name)))))


def trace(filled):
    if filled:
        return sheet('trace', 'The whole exchange', 'teacher’s edition',
                     figure('exchange'))
    return sheet('trace', 'The whole exchange', NAME, el(
        'p.how', 'From memory: each call that server and client make, in its '
        'order, with its arguments and its result. What happens later stands '
        'lower. Draw an arrow from each call to the call on the other side '
        'whose wait it ends. Then compare: ',
        el('code', 'make trace LESSON=06'), '.'), el(
        'table.columns', el('tr', el('th', 'server'), el('th', 'client')),
        el('tr', el('td') * 2) * 15))


def card():
    """The calls on one page, from the prototypes and docs/errors.md."""
    text = read('docs/errors.md')
    named = {call: re.findall(r'\[(E\w+)\]', row) for call, row in
             re.findall(r'(?m)^\| (.*?) \| (.*\[E.*) \|$', text)}
    said = {error: ' '.join(text.split()) for error, text in re.findall(
        r'### (E\w+)\n(?:(?!###)[\s\S])*?- C: `\w+: ([^`]*)', text)}
    use = {call: row for row, call in re.findall(
        r'(?m)^\| `[^|]*\| ([^|]*`(\w+)\([^|]*?) \|',
        read('docs/python-to-c.md'))}

    def errors(call):
        return [el('code', error) + ' ' + esc(said.get(error, ''))
                for error in named.get(call, [])]
    out = el('p.how', 'Each returns -1 when it fails, with the reason in ', el(
        'code', 'errno'), '; perror() prints it in the words below. All of '
        'them: ', ', '.join(errors('all of them')), '.')
    for name in LESSONS:
        found = sections(readme(name)).get('The C call', [])
        protos = prototypes(found)
        calls = re.findall(r'(\w+)\(', str(protos))
        tables = [grid(block[1]) for block in found if block[0] == 'table'
                  and block[1][0][0] == 'argument']
        tables += [el('p', words(use.get(call, ''))) for call in calls]
        if protos:
            out += el('table.call', el('tr', el(
                'td', *(code(p, 'pre.proto') for p in protos), tables[0]), el(
                'td', *(el('h4', call) + el('ul', *(
                    el('li', error) for error in errors(f'`{call}`')))
                    for call in calls if errors(f'`{call}`')))))
    return sheet('card', 'The calls', '', out)


def edition(which, names):
    """The page of one edition, its Markdown still marks."""
    filled, whole, bodies = which == 'teacher', len(names) > 1, []
    for name in names:
        if name[:2] == '07' and whole:
            bodies.append(('The whole exchange: a trace', trace(filled)))
        bodies.append((f'<b>{name[:2]}</b> {words(title(name))}',
                       lesson(name, filled)))
        if name[:2] == '07':
            bodies.append(('07: the whole code', listing(name)))
    if not filled:
        bodies.append(('What the kernel holds: the figures', sheet(
            'figures', 'What the kernel holds', '', *(
                figures(name, el('figcaption', f'Lesson {name[:2]}'))
                for name in names))))
    if not whole:
        return ''.join(body for _, body in bodies)
    bodies.append(('The calls: a reference card', card()))
    how = ('The student’s sheets with the gaps filled, what each experiment '
           'shows, the answers, wrong answers with the message that the check '
           'gives, and minutes for each part.' if filled else
           'Each lesson stands on leaves of its own. Write your guess before '
           'you look, then what you saw, and the reason. The figures, the '
           'whole code and a card of the calls stand at the end.')
    rows = [f'<a href="#{re.search("id=.(.*?).>", body).group(1)}">{entry}</a>'
            for entry, body in bodies]
    return (el('section.cover', el('p.edition', f'{which}’s edition'),
               el('h1', TITLE), el('p.sub', WITH),
               figure('course-map')) +
            el('nav', el('h2', 'Contents'), el('ol', *(
                el('li', row) for row in rows)), el('p.how', how)) +
            ''.join(body for _, body in bodies))


def build(out, paper, *names):
    size = {'a4': '210mm 297mm', 'letter':
            '8.5in 11in; margin: 14mm 19mm 13mm'}[paper]  # as wide as A4
    stem = names[0] + '-' if names else ''
    tail = '-letter' if paper == 'letter' else ''
    both = 'student', 'teacher'
    pages = '\3'.join(edition(which, names or LESSONS) for which in both)
    running = []
    for which, page in zip(both, resolve(pages, True).split('\3')):
        path = Path(out, f'{stem}{which}{tail}.html')
        path.write_text(
            '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, '
            f'initial-scale=1"><meta name="keywords" content="made-from-'
            f'{digest()}"><title>{TITLE}: {which}’s edition</title><style>'
            f'{read("docs/handout/style.css")}@page {{ size: {size} }}</style>'
            f'</head><body class="{which}">{page}</body></html>\n', 'utf-8')
        running.append(subprocess.Popen(
            ['weasyprint', str(path), str(path.with_suffix('.pdf'))],
            stderr=subprocess.PIPE))
    for process in running:  # what it says of glyphs and CSS is no failure
        said = process.communicate()[1].decode()
        if process.returncode:
            sys.exit('weasyprint failed:\n' + said)


# No answer may stand on or before the leaf that asks.

def plain(text):
    """Letters and digits only: however a page breaks its lines."""
    text = unicodedata.normalize('NFKC', html.unescape(text))
    return re.sub(r'[\W_]', '', text.lower())


def asked():
    """(lesson, what asks, its answers, what is given without being asked)."""
    given = ''
    for name in LESSONS:
        parts = sections(readme(name))
        given += plain(turn(parts) + ''.join(questions(parts)))
        for path, python, _ in files(name):
            lines = [line for unit in units(path, python) for line in unit.code]
            given += plain(read(python)) + plain(
                ''.join(line for line in lines if isinstance(line, str)))
            for gap in lines:
                if isinstance(gap, list):
                    yield name, gap[0], gap[1:], given
        for lead, question, typed, answer in experiments(readme(name)):
            said = re.findall(r'\b36895\b', str(answer))
            for block in answer:
                if block[0] == 'para':
                    said += re.split(SENTENCE, block[1])
                    continue
                lines = [line for line in block[2]
                         if not re.match(TYPED, line)]
                said += lines + [re.split(r'\] |: ', line, 1)[-1]
                                 for line in lines]
            yield name, question, said, given + plain(lead + str(typed))
        for question, answer in zip(questions(parts), answers(name)):
            yield (name, re.sub(EXIT, '', question),
                   re.split(SENTENCE, answer), given)


def leaks(pdf=''):
    """Prints each answer of the student's edition that stands too early."""
    if pdf:
        text = subprocess.run(['pdftotext', pdf, '-'], stdout=subprocess.PIPE,
                              encoding='utf-8', check=True).stdout
        pages = [plain(page) for page in text.split('\f')]
    else:
        text = resolve(edition('student', LESSONS), False)
        text = re.sub('<img alt="([^"]*)"[^>]*>', r'\1', text)
        pages = [plain(re.sub('<[^>]*>', ' ', leaf)) for leaf in
                 re.split('(?=<section class="lesson)', text)]
    bad = searched = 0
    for name, question, said, given in asked():
        at = [number for number, page in enumerate(pages, 1)
              if plain(question)[:40] in page]
        if not at:
            print(f'{name}: nowhere asked: {question}')
            bad += 1
            continue
        until = ''.join(pages[:at[-1] + (at[-1] % 2 if pdf else 0)])
        for answer in said:
            short = plain(answer)
            if short == '36895' or len(short) > 11 and short not in given:
                searched += 1
                if short in until:
                    print(f'{name}: stands too early: {answer}')
                    bad += 1
    print(f'{searched} answers searched for, {bad} faults')
    return bad or not searched


if __name__ == '__main__':
    if sys.argv[1] == 'build':
        build(*sys.argv[2:])
    elif sys.argv[1] == 'digest':
        print(digest())
    else:
        sys.exit(1 if leaks(*sys.argv[2:]) else 0)
