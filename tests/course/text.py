"""Checks of the course's prose that need no program run.

    python3 tests/course/text.py [CHECK...]   (no CHECK: all of them)
    python3 tests/course/text.py --prose      (the prose alone, to be spelt)

The checks are the functions below. Each finding is a line, page:line: what; the
exit status is 1 if there is one.
"""
import glob
import os
import re
import subprocess
import sys

os.chdir(os.path.dirname(os.path.abspath(__file__)) + '/../..')
HEADINGS = ['What is new', 'The Python line', 'The C call',
            'What the kernel holds now', 'Your turn', 'Check', 'Look at it',
            'What Python did for you', 'Questions', 'Next']
GUARDS = [{'The C call': 'The guards', 'Your turn': 'Break it'}.get(name, name)
          for name in HEADINGS]                     # lesson 07's
WORDS = {'02': (700, 1200), '06': (700, 1200), '07': (700, 1500)}
LINK = re.compile(r'(!?)\[((?:[^][]|\[[^]]*\])*)\]\(([^()\s]+)\)')
FENCE = re.compile(r'^ *```(.*)\n((?s:.*?))^ *```$', re.M)


def load(path):
    if not os.path.exists(path):
        return ''
    with open(path, encoding='utf-8') as file:
        return file.read()


def newlines(match):
    return ' ' + '\n' * match.group().count('\n')


def prose(text):
    """The text without blocks and HTML's tags, each `code` as one word. Its
    lines keep their numbers."""
    text = re.sub(r'(`+)(?s:.+?)\1', lambda code: 'code' + newlines(code),
                  FENCE.sub(newlines, text))
    return re.sub(r'<!--(?s:.*?)-->|</?[a-z][^>]*>', newlines, text)


def headings(text, marks):
    return re.findall('^%s (.*)$' % marks, FENCE.sub('', text), re.M)


def numbered(text, heading):
    """The numbered lines under a heading: (number, text)."""
    under = re.search('^## %s$((?s:.*?))(?=^## |\\Z)' % re.escape(heading),
                      text, re.M)
    return re.findall(r'^(\d+)\. (.*)$', under.group(1) if under else '', re.M)


def line_at(text, match):
    return text.count('\n', 0, match.start()) + 1


PAGES = {page: load(page) for page in sorted(
    page for pattern in ('*', 'lessons/*/*', 'solutions/*/*', 'docs/**/*')
    for page in glob.glob(pattern + '.md', recursive=True))}
LESSONS = {page: load(page) for page in (
    folder + 'README.md' for folder in sorted(glob.glob('lessons/*/')))}


def words():
    """A lesson's length; code, blocks, tables and figures' words uncounted."""
    for page, text in LESSONS.items():
        text = re.sub(r'^ *\|.*$|^\*\w+ terminal:\*$', '', prose(text), flags=re.M)
        text = LINK.sub(lambda m: '' if m.group(1) else m.group(2), text)
        count = len(re.findall(r"\w[\w'’/.-]*", text))
        low, high = WORDS.get(page[8:10], (400, 800))
        if not low <= count <= high:
            yield page, 1, '%d words, not %d to %d' % (count, low, high)


def order():
    """A lesson's headings, in their order."""
    for page, text in LESSONS.items():
        if not re.match('# %s: .' % page[8:10], text):
            yield page, 1, 'the title is not "# %s: ..."' % page[8:10]
        for wanted, seen in zip(GUARDS if page[8:10] == '07' else HEADINGS,
                                headings(text, '##') + [''] * 10):
            if seen != wanted:
                yield page, 1, '"%s" stands where "%s" should' % (seen, wanted)
                break


def anchors(text):
    """The #names that GitHub gives to a page's headings."""
    seen = []
    for heading in headings(text, '#{1,6}'):
        name = re.sub(r'[^\w\- ]', '', LINK.sub(r'\2', heading).lower())
        name = name.replace(' ', '-')
        yield name + ('-%d' % seen.count(name) if name in seen else '')
        seen.append(name)


def links():
    """Each link, image and #anchor leads somewhere inside the course."""
    for page, text in PAGES.items():
        text = prose(text)
        for link in LINK.finditer(text):
            where, _, anchor = link.group(3).partition('#')
            path = page if not where else os.path.normpath(
                os.path.join(os.path.dirname(page), where))
            if not re.match('[a-z]+:', where) and (
                    not os.path.exists(path) or path.startswith('..')
                    or anchor and anchor not in anchors(load(path))):
                yield page, line_at(text, link), 'no such: ' + link.group(3)


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
                    for folder in ('solutions', 'lessons')
                    for path in glob.glob('%s/*/*.%s' % (folder, end))):
                yield page, line_at(text, block), 'not in any .%s here' % end


def prototypes():
    """```c prototype blocks: their headers declare these functions, alike."""
    for page, text in PAGES.items():
        for block in FENCE.finditer(text):
            if block.group(1) != 'c prototype':
                continue
            headers, declared = re.match(r'((?:#include.*\n)*)((?s:.*))',
                                         block.group(2)).groups()
            uses = ' '.join('(void)%s;' % name
                            for name in re.findall(r'(\w+)\(', declared))
            done = subprocess.run(
                (os.environ.get('CC') or 'cc').split()
                + ['-fsyntax-only', '-xc', '-'], stderr=subprocess.PIPE,
                input='%svoid use(void) { %s }\n%s' % (headers, uses, declared),
                universal_newlines=True)
            if done.returncode:
                yield (page, line_at(text, block),
                       re.findall('error: .*', done.stderr)[0])


def questions():
    """3 to 5 questions and the exit question, each with its answer."""
    for page, text in LESSONS.items():
        asked = numbered(text, 'Questions')
        answers = page.replace('lessons', 'solutions')
        given = re.findall(r'^(?:#+ |\*\*)?(\d+)\.', load(answers), re.M)
        if [number for number, _ in asked] != given:
            yield (answers, 1, '%d questions are answered by %s'
                   % (len(asked), ' '.join(given) or 'none'))
        if not 4 <= len(asked) <= 6 or '**Exit question' not in asked[-1][1]:
            yield page, 1, 'not 3 to 5 questions and an **Exit question**'


def figures():
    """Each lesson has its figure; each image says in words what it shows."""
    for page, text in LESSONS.items():
        figure = 'docs/figures/%s.svg' % page.split('/')[1]
        if '(../../%s)' % figure not in text:
            yield page, 1, 'does not show ' + figure
    for page, text in PAGES.items():
        for link in LINK.finditer(prose(text)):
            if link.group(1) and ' ' not in link.group(2):
                yield (page, line_at(prose(text), link),
                       'no words for ' + link.group(3))


def hints():
    """Three for each gap."""
    for path in sorted(glob.glob('lessons/*/*.c')):
        page = os.path.dirname(path) + '/hints.md'
        for gap in re.findall(r'// (TODO\(.*?\))', load(path)):
            if [n for n, _ in numbered(load(page), gap)] != ['1', '2', '3']:
                yield page, 1, 'not three hints for ' + gap


def messages():
    """The headings that the checks' messages name, (2, 'Byte order'), exist."""
    for path in sorted(glob.glob('tests/**/*.py', recursive=True)):
        text = load(path)
        for pair in re.finditer(r"""\((\d), (['"])([A-Z].*?)\2\)""", text):
            page = sorted(LESSONS)[int(pair.group(1)) - 1]
            if pair.group(3) not in headings(LESSONS[page], '#+'):
                yield (path, line_at(text, pair),
                       'no heading "%s" in %s' % (pair.group(3), page))


def style():
    """Words and marks that the course does without."""
    for page, text in PAGES.items():
        text = LINK.sub(r'\2', prose(text))
        for word in re.finditer(r'!|\b[Ss]imply\b', text):
            yield page, line_at(text, word), 'not here: ' + word.group()


CHECKS = {check.__name__: check for check in (
    words, order, links, excerpts, prototypes, questions, figures, hints,
    messages, style)}
if __name__ == '__main__':
    if sys.argv[1:] == ['--prose']:
        for page, text in PAGES.items():
            print(LINK.sub(r'\2', prose(text)))
        sys.exit()
    names = sys.argv[1:] or list(CHECKS)
    if not set(names) <= set(CHECKS):
        sys.exit('text.py: the checks are ' + ', '.join(CHECKS))
    found = ['%s:%d: %s' % what for name in names for what in CHECKS[name]()]
    print('\n'.join(found) or 'nothing found')
    sys.exit(1 if found else 0)
