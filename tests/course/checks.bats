# The checks of the lessons judge rightly: starters, solutions, the Python, and
# the right and wrong programs of tests/fixtures/.

bats_require_minimum_version 1.5.0
load ../check/lesson

# This file runs no check of its own.
setup_file() {
    python=$(find_python)
    top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    export python top
}

# judged LESSON FOLDER [OPTION]: the tests that fail, one a line.
judged() {
    "$python" "$top/tests/check/judge.py" "$@" 3>&- 4>&- |
        sed -n 's/^not ok //p'
}

# fixtures LESSON: its right and wrong programs are judged as they should be,
# and each of its tests is failed by one. All of them: full/checks.bats.
fixtures() {
    run "$python" "$top/tests/course/fixtures.py" "$1" --some --names 3>&- 4>&-
    echo "$output"
    [ "$status" = 0 ] && [[ $output != *"no wrong program fails"* ]]
}

# starter LESSON: fails in the tests that tests/fixtures/LESSON/starter.txt
# lists, and passes all others, so those of earlier primitives too.
starter() {
    local file
    mkdir "$BATS_TEST_TMPDIR/$1"
    for file in "$top/solutions/$1"/*.c; do
        sed '/\/\/ TODO(/,/\/\/ END(/{/\/\/ \(TODO\|END\)(/!d;}' "$file" \
            >"$BATS_TEST_TMPDIR/$1/${file##*/}"
    done
    diff "$top/tests/fixtures/$1/starter.txt" \
        <(judged "$1" "$BATS_TEST_TMPDIR/$1")
}

@test "every test of a check is one of the judge's, and has its name" {
    for file in "$top"/tests/*.bats; do
        lesson=$(basename "$file" .bats)
        diff <(sed -n 's/^@test "\(.*\)" {$/\1/p' "$file" | sed 's/\\\\/\\/g') \
            <("$python" - "$top/tests/check" "$lesson" <<'END'
import sys
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
import verdicts
from programs import LESSONS
for name, _ in verdicts.tests(LESSONS.index(sys.argv[2]) + 1):
    print(name)
END
            )
    done
}

@test "each starter fails where its gap is, and only there" {
    for lesson in "$top"/solutions/0[1-6]-*; do
        starter "${lesson##*/}"
    done
}

@test "each solution passes its check" {
    for lesson in "$top"/solutions/*; do
        [ -z "$(judged "${lesson##*/}" "$lesson" | tee /dev/stderr)" ]
    done
}

@test "each Python program passes the check of the C" {
    for lesson in "$top"/lessons/0[1-6]-*; do
        [ -z "$(judged "${lesson##*/}" "$lesson" --python | tee /dev/stderr)" ]
    done
}

@test "the Python pair lacks the guards that the C of lesson 07 adds" {
    diff "$top/tests/fixtures/07-complete-pair/python.txt" \
        <(judged 07-complete-pair "$top/lessons/07-complete-pair" --python)
}

@test "bats itself shows the verdict, on the C, the solution and the Python" {
    run -0 env SUBJECT=solutions bats "$top/tests/02-bind.bats" 3>&- 4>&-
    run -0 env SUBJECT=python bats "$top/tests/02-bind.bats" 3>&- 4>&-
    mkdir "$BATS_TEST_TMPDIR/empty"
    run -1 env SUBJECT="$BATS_TEST_TMPDIR/empty" bats --tap \
        "$top/tests/02-bind.bats" 3>&- 4>&-
    [[ $output == *"not ok 1 it compiles"*"There is no server.c"* ]]
}

@test "01: right programs pass, wrong ones are told what is wrong" {
    fixtures 01-socket
}

@test "02: right programs pass, wrong ones are told what is wrong" {
    fixtures 02-bind
}

@test "03: right programs pass, wrong ones are told what is wrong" {
    fixtures 03-listen
}

@test "04: right programs pass, wrong ones are told what is wrong" {
    fixtures 04-accept
}

@test "05: right programs pass, wrong ones are told what is wrong" {
    fixtures 05-connect
}

@test "06: right programs pass, wrong ones are told what is wrong" {
    fixtures 06-send-recv
}

@test "07: right programs pass, wrong ones are told what is wrong" {
    fixtures 07-complete-pair
}
