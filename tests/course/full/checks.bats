# All right and wrong programs of tests/fixtures/, with the whole check: every
# test of the right ones passes, the wrong ones fail first where they should,
# and each test of each lesson is failed by one.

load ../../check/lesson

# This file runs no check of its own.
setup_file() {
    python=$(find_python)
    export python
}

fixtures() {
    "$python" "$BATS_TEST_DIRNAME/../fixtures.py" "$1" --whole 3>&- 4>&-
}

@test "01: every right and every wrong program, judged by the whole check" {
    fixtures 01-socket
}

@test "02: every right and every wrong program, judged by the whole check" {
    fixtures 02-bind
}

@test "03: every right and every wrong program, judged by the whole check" {
    fixtures 03-listen
}

@test "04: every right and every wrong program, judged by the whole check" {
    fixtures 04-accept
}

@test "05: every right and every wrong program, judged by the whole check" {
    fixtures 05-connect
}

@test "06: every right and every wrong program, judged by the whole check" {
    fixtures 06-send-recv
}

@test "07: every right and every wrong program, judged by the whole check" {
    fixtures 07-complete-pair
}
