"""The tests of every lesson: what a right program does, and what to say of
one that does not.

tests(number) gives the tests of a lesson, in the order of its program. Each is
a name and a function that takes the Subject (judge.py), asks it for runs, and
raises Fault if something is wrong. A test says one thing, about behaviour:
what a program's text looks like is never judged.

A module each for the calls, in the order of the lessons; edges.py tries peers
and errors, guards.py is lesson 07, whole.py the program; findings.py has what
they share, runs.py the scenarios by name, suite.py how tests are registered.
"""

from . import (call_socket, call_bind, call_listen, call_accept, call_connect,
               call_send_recv, whole, edges, guards)
from .findings import (Fault, crash, does_not_compile, fails_well, plainly,
                       show)
from .runs import SCENARIOS
from .suite import SIDES, Unjudged, scenarios, tests

__all__ = ['Fault', 'SCENARIOS', 'SIDES', 'Unjudged', 'crash',
           'does_not_compile', 'fails_well', 'plainly', 'scenarios', 'show',
           'tests']
BY_CALL = (call_socket, call_bind, call_listen, call_accept, call_connect,
           call_send_recv, whole, edges, guards)    # each registers its tests, in order
