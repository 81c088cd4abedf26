"""Checks of the course's prose that need no program run.

    python3 tests/course/text.py [CHECK...]   (no CHECK: all of them)
    python3 tests/course/text.py --prose      (the prose alone, for a spelling checker)

The checks are the functions below. Each finding is a line, page:line: what; the
exit status is 1 if there is one.
"""
import glob
import os
import re
import subprocess
import sys

os.chdir(os.path.dirname(os.path.abspath(__file__)) + '/../..')
HEADINGS = ['What is new', 'The Python line', 'The C call', 'What the kernel holds now',
            'Your turn', 'Check', 'Look at it', 'What Python did for you', 'Questions',
            'Next']
WORDS = {'02': (700, 1200), '06': (700, 1200), '07': (700, 1500)}   # else 400 to 800
LINK = re.compile(r'(!?)\[((?:[^][]|\[[^]]*\])*)\]\(([^()\s]+)\)')
FENCE = re.compile(r'^ *```(.*)\n((?s:.*?))^ *```$', re.M)


def load(path):
    if not os.path.exists(path):
        return ''
    with open(path, encoding='utf-8') as file:
        return file.read()


def only_newlines(match):
    return '\n' * match.group().count('\n')


def unfenced(text):
    """The text without fenced blocks and comments; its lines keep their numbers."""
    return re.sub(r'<!--(?s:.*?)-->', only_newlines, FENCE.sub(only_newlines, text))


def uncoded(text):
    """That, with each `code` as one word."""
    return re.sub(r'(`+)(?s:.+?)\1', lambda m: 'code' + only_newlines(m), unfenced(text))


def line_at(text, match):
    return text.count('\n', 0, match.start()) + 1


def section(text, heading):
    return (re.findall(r'^## %s$((?s:.*?))(?=^## |\Z)' % re.escape(heading), text, re.M)
            or [''])[0]


PAGES = {page: load(page) for pattern in ('*', 'lessons/*/*', 'solutions/*/*', 'docs/**/*')
         for page in sorted(glob.glob(pattern + '.md', recursive=True))}
LESSONS = {name: load('lessons/%s/README.md' % name)
           for name in sorted(os.listdir('lessons'))}


def words():
    """A lesson's length; code, blocks, tables and figures' words uncounted."""
    for name, text in LESSONS.items():
        text = re.sub(r'^ *\|.*$', '', uncoded(text), flags=re.M)
        text = LINK.sub(lambda m: '' if m.group(1) else m.group(2), text)
        count = len(re.findall(r"\w[\w'’/.-]*", text))
        low, high = WORDS.get(name[:2], (400, 800))
        if not low <= count <= high:
            yield ('lessons/%s/README.md' % name, 1,
                   '%d words, not %d to %d' % (count, low, high))


def order():
    """A lesson's headings, in their order."""
    for name, text in LESSONS.items():
        seen = re.findall(r'^##? (.*)$', unfenced(text), re.M)
        title = seen[0] if seen and re.match(name[:2] + r': \S', seen[0]) else name[:2] + ': ...'
        for expected, heading in zip([title] + HEADINGS, seen + [''] * 11):
            if heading != expected:
                yield ('lessons/%s/README.md' % name, 1,
                       'the heading "%s" stands where "%s" should' % (heading, expected))
                break


def anchors(text):
    """The #names that GitHub gives to a page's headings."""
    slugs = []
    for heading in re.findall(r'^#{1,6} +(.*)$', FENCE.sub('', text), re.M):
        slug = re.sub(r'[^\w\- ]', '', LINK.sub(r'\2', heading).lower()).replace(' ', '-')
        slugs.append(slug)
        yield slug + ('-%d' % (slugs.count(slug) - 1) if slugs.count(slug) > 1 else '')


def links():
    """Each link, image and #anchor leads somewhere inside the course."""
    for page, text in PAGES.items():
        text = uncoded(text)
        for link in LINK.finditer(text):
            where, _, anchor = link.group(3).partition('#')
            path = os.path.normpath(os.path.dirname(page) + '/./' + where if where else page
                                    ).lstrip('/')
            if not re.match('[a-z]+:', where) and (
                    not os.path.exists(path) or path.startswith('..')
                    or anchor and anchor not in anchors(load(path))):
                yield page, line_at(text, link), 'leads nowhere: ' + link.group(3)


def holds(source, block):
    """Whether the block is consecutive lines of the source, indentation cut."""
    for start in range(len(source) - len(block) + 1):
        cut = len(source[start]) - len(block[0])
        if cut >= 0 and not source[start][:cut].strip() and block == [
                line[cut:] for line in source[start:start + len(block)]]:
            return True
    return False


def excerpts():
    """```c and ```python blocks are lines of the course's sources."""
    for page, text in PAGES.items():
        for block in FENCE.finditer(text):
            end = {'c': 'c', 'python': 'py'}.get(block.group(1))
            if end and not page.endswith('hints.md') and not any(
                    holds(load(path).splitlines(), block.group(2).splitlines())
                    for path in glob.glob('[ls]*s/*/*.' + end)):
                yield page, line_at(text, block), 'not lines of a .%s of the course' % end


def prototypes():
    """```c prototype blocks: their headers declare these functions, alike."""
    for page, text in PAGES.items():
        for block in FENCE.finditer(text):
            if block.group(1) != 'c prototype':
                continue
            headers, rest = re.match(r'((?:#include.*\n)*)((?s:.*))', block.group(2)).groups()
            names = ' '.join('(void)%s;' % name for name in re.findall(r'(\w+)\(', rest))
            done = subprocess.run(
                (os.environ.get('CC') or 'cc').split() + ['-fsyntax-only', '-xc', '-'],
                input='%svoid use(void) { %s }\n%s' % (headers, names, rest),
                stderr=subprocess.PIPE, universal_newlines=True)
            if done.returncode:
                yield page, line_at(text, block), re.findall('error: .*', done.stderr)[0]


def questions():
    """3 to 5 questions and the exit question, each with its answer."""
    for name, text in LESSONS.items():
        asked = re.findall(r'^(\d+)\. (.*)$', section(text, 'Questions'), re.M)
        answers = 'solutions/%s/README.md' % name
        given = re.findall(r'^(?:#+ |\*\*)?(\d+)\.', unfenced(load(answers)), re.M)
        if [number for number, _ in asked] != given:
            yield answers, 1, 'answers %s, to %d questions' % (' '.join(given), len(asked))
        if not 4 <= len(asked) <= 6 or '**Exit question' not in asked[-1][1]:
            yield ('lessons/%s/README.md' % name, 1,
                   '%d questions: not 3 to 5 and the **Exit question**' % len(asked))


def figures():
    """Each lesson has its figure; each image says in words what it shows."""
    for name, text in LESSONS.items():
        if '(../../docs/figures/%s.svg)' % name not in text:
            yield 'lessons/%s/README.md' % name, 1, 'without docs/figures/%s.svg' % name
    for page, text in PAGES.items():
        for link in LINK.finditer(uncoded(text)):
            if link.group(1) and ' ' not in link.group(2):
                yield page, line_at(uncoded(text), link), 'no text: ' + link.group(3)


def hints():
    """Three for each gap."""
    for path in sorted(glob.glob('lessons/*/*.c')):
        page = os.path.dirname(path) + '/hints.md'
        for gap in re.findall(r'// (TODO\(.*?\))', load(path)):
            count = re.findall(r'^(\d)\. ', unfenced(section(load(page), gap)), re.M)
            if count != ['1', '2', '3']:
                yield page, 1, '%d hints, not 3, for %s' % (len(count), gap)


def messages():
    """The headings that the checks' messages name, (2, 'Byte order'), exist."""
    for path in sorted(glob.glob('tests/check/*.py')):
        for found in re.finditer(r"""\((\d), (['"])([A-Z].*?)\2\)""", load(path)):
            name = sorted(LESSONS)[int(found.group(1)) - 1]
            if not re.search('^#+ %s$' % re.escape(found.group(3)), LESSONS[name], re.M):
                yield (path, line_at(load(path), found),
                       'lesson %s has no heading "%s"' % (name, found.group(3)))


def style():
    """Words and marks that the course does without."""
    for page, text in PAGES.items():
        text = LINK.sub(r'\2', uncoded(text))
        for found in re.finditer(r'!|\b[Ss]imply\b', text):
            yield page, line_at(text, found), 'the course does without: ' + found.group()


CHECKS = [words, order, links, excerpts, prototypes, questions, figures, hints, messages,
          style]
if __name__ == '__main__':
    if sys.argv[1:] == ['--prose']:
        for page, text in PAGES.items():
            for number, line in enumerate(LINK.sub(r'\2', uncoded(text)).splitlines(), 1):
                print('%s:%d: %s' % (page, number, line))
        sys.exit()
    unknown = set(sys.argv[1:]) - {check.__name__ for check in CHECKS}
    if unknown:
        sys.exit('text.py: no such check: ' + ' '.join(unknown))
    found = ['%s:%d: %s' % finding for check in CHECKS
             if check.__name__ in (sys.argv[1:] or [check.__name__]) for finding in check()]
    print('\n'.join(found) or 'nothing found')
    sys.exit(1 if found else 0)
