#!/usr/bin/env bats
# make grade, on small classes. class.bats has one of thirty.

bats_require_minimum_version 1.5.0

setup() {
    unset DIR CSV LIMIT
    cd "$BATS_TEST_DIRNAME/../../.." || return
    [ -d solutions ] || skip "no solutions/ here"
    [ "$(uname)" = Linux ] || skip "the checks need Linux"
    # Whose folder is closed to others: a check under another user id gets on.
    class="$BATS_TEST_TMPDIR/a class"
    csv=$BATS_TEST_TMPDIR/marks.csv
    mkdir "$class"
    export TMPDIR=$BATS_TEST_TMPDIR/scratch
    mkdir "$TMPDIR"
    chmod 755 "$BATS_RUN_TMPDIR" "$BATS_SUITE_TMPDIR" "$BATS_FILE_TMPDIR" \
        "${BATS_TEST_TMPDIR%/*}" "$BATS_TEST_TMPDIR" 2>/dev/null || :
}

# submission NAME [BODY]: with lesson 01, its solution or a main of this body.
submission() {
    local folder="$class/$1/01-socket"
    mkdir -p "$folder"
    if [ $# = 1 ]; then
        cp solutions/01-socket/server.c "$folder"
    else
        printf '#include <stdio.h>\n#include <unistd.h>\nint main(void) { %s }\n' \
            "$2" >"$folder/server.c"
    fi
}

grade() (
    unset "${!BATS_@}" MAKEFLAGS MFLAGS MAKELEVEL
    exec timeout --foreground 100 make -s grade "DIR=$class" "CSV=$csv" "$@" 3>&- 4>&-
)

may_grade() {
    [[ $output != *"no other user id, no namespaces"* ]] ||
        skip "neither another user id nor namespaces are to be had"
}

# row STUDENT TEXT...: its line for lesson 01 begins and goes on so.
row() {
    grep -qF "$1,01-socket,$2" "$csv" || { cat "$csv"; return 1; }
}

# Nothing that the grader made is there, and no process that works in it.
nothing_left() {
    [ -z "$(ls -A "$TMPDIR")" ] || { ls -A "$TMPDIR"; return 1; }
    [ ! -e "$csv.new" ]
    ! readlink /proc/[0-9]*/cwd | grep -F "$TMPDIR"
}

@test "one submission does not spoil another's result" {
    submission "with a space"
    mkdir -p "$class/whole/lessons"
    mv "$class/with a space/01-socket" "$class/whole/lessons/"
    submission "with a space"
    submission hangs "pause();"
    submission floods 'for (;;) puts("all work and no play");'
    submission no-c "return nothing;"
    submission linked
    ln -sf /etc/passwd "$class/linked/01-socket/server.c"
    mkdir "$class/empty"
    run grade
    echo "$output"
    may_grade
    [ "$status" -eq 0 ]
    row "with a space" "6,6,,,yes"
    row whole "6,6,,,yes"
    row hangs "1,6,socket() makes a TCP socket,"
    row floods "1,6,socket() makes a TCP socket,"
    row no-c '0,6,it compiles,"server.c does not compile.'
    row linked "0,6,it compiles,server.c is no regular file.,no"
    row empty "0,6,it compiles,There is no server.c.,not there"
    [ "$(awk 'length > 80' <<<"$output")" = "" ]
    nothing_left
}

@test "Ctrl-C ends it, and leaves nothing" {
    submission hangs "for (;;) sleep(1);"
    set -m      # a group of its own, as on a terminal
    grade LIMIT=25 >"$BATS_TEST_TMPDIR/said" 2>&1 &
    set +m
    runs() { readlink /proc/[0-9]*/exe | grep -q "^$TMPDIR/.*/server"; }
    timeout 30 bash -c "$(declare -f runs); until runs; do
        kill -0 $! || exit; sleep 0.05; done" || :
    output=$(cat "$BATS_TEST_TMPDIR/said")
    may_grade
    runs
    kill -INT -- "-$!"
    status=0
    wait "$!" || status=$?
    [ "$status" -ne 0 ]
    run ! kill -0 -- "-$!"
    [ ! -e "$csv" ]
    nothing_left
}

@test "a mistake in the command is named" {
    submission one
    run -2 grade DIR=
    [[ $output == *"make grade DIR=submissions"* ]]
    run -2 grade DIR=nowhere
    [[ $output == *"DIR=nowhere is not a folder."* ]]
    run -2 grade "DIR=$class/one"
    [[ $output == *"should hold a folder for each student."* ]]
    run -2 grade LIMIT=1m
    [[ $output == *"LIMIT=1m is not a number of seconds."* ]]
    run -2 grade CSV=/dev/null/marks.csv
    [[ $output == *"/dev/null"* ]]
    nothing_left
}
