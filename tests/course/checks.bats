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

@test "a check that nobody reads any more ends, and leaves nothing" {
    mkdir "$BATS_TEST_TMPDIR/turns" "$BATS_TEST_TMPDIR/tmp"
    # The check would give this one up after 30 seconds.
    printf '#include <unistd.h>\nint main(void) { for (;;) usleep(9999); }\n' \
        >"$BATS_TEST_TMPDIR/turns/server.c"
    TMPDIR=$BATS_TEST_TMPDIR/tmp timeout 25 "$python" \
        "$top/tests/check/judge.py" 01-socket "$BATS_TEST_TMPDIR/turns" \
        --records 3>&- 4>&- | head -c 1 >/dev/null
    [ "${PIPESTATUS[0]}" -ne 124 ]
    [ -z "$(ls -A "$BATS_TEST_TMPDIR/tmp")" ]
    run -1 grep "$BATS_TEST_TMPDIR/[t]mp" <(cat /proc/[0-9]*/cmdline 2>/dev/null)
}

@test "a check that can't go on says why, once" {
    cp -r "$top/tests" "$BATS_TEST_TMPDIR"
    printf '%s\n' 'import programs' 'def prompt(*_, **__):' \
        '    raise programs.CannotJudge("no room is left")' \
        >>"$BATS_TEST_TMPDIR/tests/check/scenarios.py"
    run -1 env SUBJECT="$top/solutions/01-socket" bats --tap \
        "$BATS_TEST_TMPDIR/tests/01-socket.bats" 3>&- 4>&-
    [ "$(grep -c "no room is left" <<<"$output")" -eq 1 ]
    [ "$(grep -c "# skip not judged" <<<"$output")" -eq 4 ]
}

@test "each program whose verdict is known gets it (of the wrong ones, some)" {
    "$python" "$top/tests/course/fixtures.py" --some 3>&- 4>&-
}
