# The checks of the lessons judge rightly: the solutions and the Python, the
# starters, and a wrong program for each test. All of tests/fixtures/, with the
# whole check: full/checks.bats.

bats_require_minimum_version 1.5.0
load ../check/lesson

# This file runs no check of its own.
setup_file() {
    python=$(find_python)
    top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    export python top
}

@test "every test of a check is one of the judge's, and has its name" {
    "$python" - "$top/tests" <<'END'
import re, sys
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1] + '/check')
import verdicts
from programs import LESSONS
for number, lesson in enumerate(LESSONS, 1):
    with open('%s/%s.bats' % (sys.argv[1], lesson)) as file:
        names = re.findall(r'^@test "(.*)" \{$', file.read(), re.M)
    names = [name.replace('\\\\', '\\') for name in names]
    assert names == [name for name, _ in verdicts.tests(number)], lesson
END
}

@test "bats itself shows the verdict, on the C and on the Python" {
    run -0 env SUBJECT=python bats "$top/tests/01-socket.bats" 3>&- 4>&-
    mkdir "$BATS_TEST_TMPDIR/empty"
    run -1 env SUBJECT="$BATS_TEST_TMPDIR/empty" bats --tap \
        "$top/tests/01-socket.bats" 3>&- 4>&-
    [[ $output == *"not ok 1 it compiles"*"There is no server.c"* ]]
}

@test "each program whose verdict is known gets it (of the wrong ones, some)" {
    "$python" "$top/tests/course/fixtures.py" --some 3>&- 4>&-
}
