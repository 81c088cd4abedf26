"""The tests of a lesson, in order, and the scenarios that they ask for."""

SIDES = {1: ['server'], 2: ['server'], 3: ['server'], 4: ['server'],
         5: ['client', 'server'], 6: ['server', 'client'],
         7: ['server', 'client']}
ALL = range(1, 8)
COMPILES = 'it compiles'
# What the lessons before ask of a side is one test of a later lesson. Its name,
# by the lesson and the side:
BEFORE = {
    (2, 'server'): 'socket() is as in lesson 01',
    (3, 'server'): 'socket() and bind() are as in lesson 02',
    (4, 'server'): 'socket(), bind() and listen() are as in lesson 03',
    (5, 'client'): 'socket() is as in lesson 01',
    (6, 'server'): 'socket() to accept() are as in lesson 04',
    (6, 'client'): 'socket() and connect() are as in lesson 05',
    (7, 'server'): 'it does what lesson 06 asks',
    (7, 'client'): 'it does what lesson 06 asks',
}


class Unjudged(Exception):
    """A test's program does not compile."""


TESTS = []       # (numbers, side, name, function, the kinds it runs, each)


def test(numbers, sides, name, *kinds, each=False):
    """Registers a test for these lessons and sides. The first lesson has it
    under this name, and with `each` the later ones too."""
    def register(function):
        for side in sides.split():
            TESTS.append((numbers, side, name, function, kinds, each))
        return function
    return register


class View:
    """A subject seen from one side."""

    def __init__(self, subject, side):
        self.subject, self.side = subject, side
        self.number, self.is_python = subject.number, subject.is_python

    def run(self, kind):
        return self.subject.run(scenario(self.side, kind))

    def want(self, kinds):
        self.subject.want(*(scenario(self.side, kind) for kind in kinds))


def scenario(side, kind):
    """A scenario's name (runs.py)."""
    return kind if kind == 'pair' else '%s %s' % (side, kind)


def plan(number):
    """What a lesson asks, in order: (name, side, [(function, kinds)])."""
    found = []
    for side in SIDES[number] + ['pair']:
        before = []
        for numbers, of, name, function, kinds, each in TESTS:
            if of != side or number not in numbers or \
                    (number == 5 and side == 'server'):
                continue
            if each or number == min(numbers):
                found.append((name, side, [(function, kinds)]))
                continue
            if not before:
                found.append((BEFORE[number, side], side, before))
            before.append((function, kinds))
    if number == 6:     # in the order of the gaps: the client speaks first
        client = [one for one in found if one[1] == 'client'][:2]
        found = client + [one for one in found if one not in client]
    return [(name if number <= 5 or side == 'pair' else
             '%s: %s' % (side, name), side, parts)
            for name, side, parts in found]


def tests(number):
    """The tests of a lesson, in order: (name, function of the Subject, which
    raises Fault, or Unjudged where there is no program to judge)."""
    def bound(side, parts):
        def run(subject):
            if subject.lacks(side):
                raise Unjudged
            view = View(subject, side)
            view.want(kind for _, kinds in parts for kind in kinds)
            for function, _ in parts:
                function(view)
        return run
    return [(COMPILES, lambda subject: subject.compiles())] + [
        (name, bound(side, parts)) for name, side, parts in plan(number)]


def scenarios(number):
    """The scenarios that the tests of a lesson use, the first needed first."""
    return list(dict.fromkeys(
        scenario(side, kind) for _, side, parts in plan(number)
        for _, kinds in parts for kind in kinds))
