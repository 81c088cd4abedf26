"""The tests of a lesson, in order, and the scenarios that they ask for."""

SIDES = {1: ['server'], 2: ['server'], 3: ['server'], 4: ['server'],
         5: ['client', 'server'], 6: ['server', 'client'],
         7: ['server', 'client']}
ALL = range(1, 8)
COMPILES = 'it compiles'
TESTS = []       # (numbers, side, name, function, the kinds it runs)


def test(numbers, sides, name, *kinds):
    """Registers a test for these lessons and sides."""
    def register(function):
        for side in sides.split():
            TESTS.append((numbers, side, name, function, kinds))
        return function
    return register


class View:
    """A subject seen from one side."""

    def __init__(self, subject, side):
        self.subject, self.side = subject, side
        self.number, self.is_python = subject.number, subject.is_python

    def run(self, kind):
        return self.subject.run(kind if kind == 'pair' else
                                '%s %s' % (self.side, kind))

    def want(self, kinds):
        self.subject.want(*(kind if kind == 'pair' else
                            '%s %s' % (self.side, kind) for kind in kinds))


def tests(number):
    """The tests of a lesson: (name, function of the Subject), in order."""
    found = []
    for side in SIDES[number]:
        for numbers, of, name, function, kinds in TESTS:
            if of != side or number not in numbers or \
                    (number == 5 and side == 'server'):
                continue

            def bound(subject, side=side, function=function, kinds=kinds):
                view = View(subject, side)
                view.want(kinds)
                function(view)
            full = name if number <= 5 else '%s: %s' % (side, name)
            found.append((full, bound))
    if number >= 6:
        # In the order of the conversation: the client speaks first.
        said = 1 + next(n for n, (name, _) in enumerate(found)
                        if name.startswith('client: send() sends'))
        client = next(n for n, (name, _) in enumerate(found)
                      if name.startswith('client: '))
        found = found[client:said] + found[:client] + found[said:]
    found.insert(0, (COMPILES, lambda subject: None))   # Subject.make() says
    for numbers, of, name, function, kinds in TESTS:
        if of == 'pair' and number in numbers:
            found.append((name, lambda subject, function=function:
                          function(View(subject, 'pair'))))
    return found


def scenarios(number):
    """The scenarios that the tests of a lesson use."""
    found = []
    for numbers, side, name, function, kinds in TESTS:
        if number in numbers and (side in SIDES[number] or side == 'pair') \
                and not (number == 5 and side == 'server'):
            for kind in kinds:
                key = kind if kind == 'pair' else '%s %s' % (side, kind)
                if key not in found:
                    found.append(key)
    return found
