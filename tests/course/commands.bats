# The learner's commands, typed in a clean copy of the course whose path has a
# space. What a check judges is not the matter here: one that looks for empty
# gaps stands in its place. More of them, and the walk with the real checks, are
# in full/.

bats_require_minimum_version 1.5.0

load commands

setup() {
    without_checks
}

@test "make shows how far one is, what comes next, and every command" {
    run -0 course
    shows "[-------] 0 of 7" "01-socket         not yet tried" \
        "TODO(01-socket) in lessons/01-socket/server.c, then: make check" \
        "make check " "make hint " "make clean "
    [ -z "$(awk 'length > 80' <<<"$output")" ]
    [[ $output != *$'\033'* ]]
}

@test "check stops at the first lesson not done, and after a success" {
    run -2 course check
    shows " ✗ the gap is filled" "0 of 1 tests pass." "make hint LESSON=01"
    solve 01 02
    run -0 course check
    shows $'01-socket\n ✓' $'02-bind\n ✓' "[##-----] 2 of 7" "TODO(03-listen)"
    [[ $output != *✗* ]]
    run -2 course check
    shows $'03-listen\n ✗'
    [[ $output != *01-socket* ]]
    echo >>lessons/01-socket/server.c  # a verdict holds for what it was given for
    run -0 course
    shows "[#------] 1 of 7" "01-socket         changed" "03-listen         not"
}

@test "check LESSON= checks one, and lesson 07 counts last" {
    run -0 course check LESSON=7
    run -0 course
    shows "[-------] 0 of 7" "07-complete-pair  passes; done when all before"
}

@test "of the tests that fail, check explains the first and names the others" {
    printf '@test "%s" {\n echo "message of %s"; %s\n}\n' one 1 true two 2 false \
        three 3 "skip why" four 4 false >tests/01-socket.bats
    run -2 course check
    [[ $output == $'01-socket\n ✗ two\n     message of 2\n ✗ four\n1 of 4 '* ]]
    run -0 tests/check/format <<<$'1..2\nbegin 1 a\nok 1 a\nbegin 2 b\nok 2 b # skip why'
    [ "$output" = $' ✓ a\n - b (why)\n1 of 2 tests pass, 1 skipped.' ]
    FIRST=1 run -0 tests/check/format < <(echo 1..10
        printf 'not ok %d test\n' {1..10})
    [ "$(grep -c '^ ✗ test$' <<<"$output")" = 8 ]
    shows " ✗ and 2 more"
}

@test "hint gives one more at each call, for each gap in its order" {
    run -0 course hint LESSON=1
    shows "Hint 1 of 3"
    run -0 course hint LESSON=1
    shows "Hint 2 of 3"
    [[ $output != *"Hint 1"* ]]
    run -0 course hint LESSON=1
    shows "Hint 3 of 3" "make solution LESSON=01"
    for gap in 1/client 2/server 3/server 4/client; do
        run -0 course hint LESSON=6
        shows "TODO(06-send-recv/${gap%/*}) in lessons/06-send-recv/${gap#*/}.c"
        sed -i "s,^ *// END(06-send-recv/${gap%/*}),;\n&," lessons/06-*/*.c
    done
    run -0 course hint LESSON=6
    shows "TODO(06-send-recv/1)" "make hint LESSON=06 GAP=2"
    run -0 course hint LESSON=6 GAP=2
    shows "TODO(06-send-recv/2) in lessons/06-send-recv/server.c"
    run -2 course hint LESSON=6 GAP=5
    shows "GAP=5 is no gap of 06-send-recv"
    run -2 course hint LESSON=7
    shows "no hints" "lessons/07-complete-pair/README.md"
}

@test "solution shows the difference, or that there is none" {
    run -0 course solution LESSON=3
    shows "+    if (listen(server_socket, 3) == -1) {"
    solve 03
    run -0 course solution LESSON=3
    [ "$output" = "lessons/03-listen/server.c is the solution, to the byte." ]
    rm -r solutions
    run -2 course solution LESSON=3
    shows "There are no solutions in this copy"
}

@test "reset brings the starter back, and keeps the learner's file" {
    cp lessons/02-bind/server.c starter
    run -0 course reset LESSON=2
    shows "is the starter already"
    for number in 1 2; do
        echo "// mine, $number" >>lessons/02-bind/server.c
        run -0 course reset LESSON=2
        shows "lessons/02-bind/server.c.$number"
        cmp starter lessons/02-bind/server.c
        grep -q "^// mine, $number" "lessons/02-bind/server.c.$number"
    done
    rm lessons/02-bind/server.c
    run -0 course reset LESSON=2
    cmp starter lessons/02-bind/server.c
}

@test "reset needs no solutions where there is git" {
    cp -R lessons starters
    git init -q . && git add lessons
    git -c user.name=x -c user.email=x commit -q -m starters
    solve 06
    rm -r solutions
    run -0 course reset LESSON=6
    rm lessons/06-send-recv/*.c.1
    diff -r starters lessons
    rm -rf .git
    GIT_CEILING_DIRECTORIES=$BATS_TEST_TMPDIR run -2 course reset LESSON=6
    shows "it is neither in solutions/ nor in git"
}

@test "on a full disk reset changes nothing" {
    solve 02
    full() (
        trap '' XFSZ  # no file may grow beyond 2 KiB
        ulimit -f 2
        course reset LESSON=2
    )
    run -2 full
    shows "the disk is full"
    cmp solutions/02-bind/server.c lessons/02-bind/server.c
    [ "$(find lessons/02-bind -name '*.c*')" = lessons/02-bind/server.c ]
    [ ! -e lessons/02-bind/.starter ]
}

@test "watch checks at each save, and Ctrl-C leaves nothing behind" {
    set -m  # a process group of its own, as a terminal makes
    within='' course watch LESSON=2 >log 2>&1 &
    set +m
    seen 1 "Ctrl-C ends it"
    seen 1 "✗ the gap is filled"
    cp solutions/02-bind/server.c new
    mv new lessons/02-bind/server.c
    seen 2 "Ctrl-C ends it"
    seen 1 "✓ 1 of 1 tests pass"
    kill -INT -- "-$!"
    wait "$!" || true
    run ! kill -0 -- "-$!"
}

@test "a wrong or missing LESSON is answered with the list" {
    for command in hint solution reset watch; do
        run -2 course "$command"
        shows "LESSON= is missing" "01-socket 02-bind 03-listen"
    done
    for lesson in 8 002 bind "0*"; do
        run -2 course check LESSON="$lesson"
        shows "LESSON=$lesson is not a lesson"
    done
}

@test "a missing file or tool is named, with the way to it" {
    rm lessons/02-bind/server.c
    for command in check hint solution; do
        run -2 course "$command" LESSON=2
        shows "server.c is missing. To restore it: make reset LESSON=02"
    done
    run -2 course check LESSON=1 CC=no-such-cc
    shows "no-such-cc is missing"
    mkdir bin
    for tool in sh make timeout dirname id sort; do
        ln -s "$(command -v "$tool")" bin/
    done
    PATH=$PWD/bin run -2 course check
    shows "Missing: bats python3. Install them"
    printf '#!/bin/sh\necho Bats 1.2.1\n' | tee bin/bats >bin/python3
    chmod +x bin/*
    PATH=$PWD/bin run -2 course check
    shows "bats 1.2.1 is too old: 1.8.2 or newer" "git clone"
}

@test "clean removes what was built, not what was done" {
    solve 01
    run -0 course check
    touch build/spy lessons/01-socket/server lessons/01-socket/server.c.1
    run -0 course clean
    [ ! -e build/spy ] && [ ! -e lessons/01-socket/server ]
    [ -e lessons/01-socket/server.c.1 ]
    run -0 course
    shows "[#------] 1 of 7"
}
