# The learner's commands, typed in a clean copy of the course whose path has a
# space. What a lesson's check judges is not the matter here, but for the walk
# at the end: the other tests put a check of one grep in its place.

bats_require_minimum_version 1.5.0

setup() {
    unset LESSON BATSFLAGS SUBJECT FULL MAKEFLAGS MFLAGS MAKELEVEL
    copy="$BATS_TEST_TMPDIR/my course"
    mkdir "$copy"
    cd "$BATS_TEST_DIRNAME/../.."
    cp -R Makefile lessons solutions tests "$copy"
    cd "$copy"
    local file
    for file in lessons/*/*.c; do  # whoever runs this may have edited his
        sed '/\/\/ TODO(/,/\/\/ END(/{/\/\/ \(TODO\|END\)(/!d;}' \
            "solutions/${file#lessons/}" >"$file"
    done
    rm -f lessons/*/*.c.[0-9]*
}

# course TARGET [VAR=...]: make, as from a shell outside of bats.
course() (
    PATH=${PATH//"$BATS_LIBEXEC:"/}
    unset "${!BATS_@}"
    exec timeout 100 make "$@" 3>&- 4>&-
)

# A check that asks one thing of each file: that its gaps are not empty.
stand_in() {
    local lesson
    for lesson in lessons/*; do
        lesson=${lesson##*/}
        printf '@test "the gap is filled" {\n%s\n}\n' \
            "! grep -A1 -h 'TODO(' lessons/$lesson/*.c | grep 'END('" \
            >"tests/$lesson.bats"
    done
}

solve() {
    local lesson
    for lesson in "$@"; do
        cp solutions/"$lesson"-*/*.c lessons/"$lesson"-*/
    done
}

shows() {
    local text
    for text in "$@"; do
        [[ $output == *"$text"* ]] || {
            printf 'not shown: %s\nbut:\n%s\n' "$text" "$output"
            return 1
        }
    done
}

@test "make shows how far one is, what comes next, and every command" {
    run -0 course
    shows "[-------] 0 of 7" "01-socket         not yet tried" \
        "TODO(01-socket) in lessons/01-socket/server.c, then: make check"
    for target in $(sed -n 's/^\([a-z]*\):.*##.*/\1/p' Makefile); do
        [ "$target" = help ] || shows "make $target "
    done
    [ "$(awk 'length > 80' <<<"$output")" = "" ]
    [[ $output != *$'\033'* ]]
}

@test "a verdict holds for the content that it was given for" {
    stand_in
    solve 01
    run -0 course check
    run -0 course
    shows "[#------] 1 of 7" "01-socket         done"
    echo >>lessons/01-socket/server.c
    run -0 course
    shows "[-------] 0 of 7" "01-socket         changed"
}

@test "check stops at the first lesson not done, and after a success" {
    stand_in
    run -2 course check
    shows " ✗ the gap is filled" "0 of 1 tests pass." "make hint LESSON=01"
    solve 01 02
    run -0 course check
    shows $'01-socket\n ✓' $'02-bind\n ✓' "[##-----] 2 of 7" "TODO(03-listen)"
    [[ $output != *✗* ]]
    run -2 course check
    [[ $output != *01-socket* ]]
    shows $'03-listen\n ✗'
}

@test "check LESSON= checks one, and lesson 07 counts last" {
    stand_in
    run -0 course check LESSON=7
    shows "[-------] 0 of 7"
    run -0 course
    shows "07-complete-pair  passes; done when all before it are"
    run -2 course check LESSON=02-bind
    shows "02-bind" "1 of 1 tests pass." || shows "0 of 1 tests pass."
}

@test "BATSFLAGS choose what check writes, and nothing else is written there" {
    stand_in
    solve 01
    run -0 --separate-stderr course check BATSFLAGS=--tap
    [ "$output" = $'1..1\nok 1 the gap is filled' ]
    run -0 course check LESSON=2 BATSFLAGS="--filter none"
    run -0 course
    shows "02-bind           not yet tried"
}

@test "where nothing can be written, check and hint say so and go on" {
    stand_in
    solve 01 02
    echo "not a folder" >build
    run -0 course check
    shows "The result is not on record" "[##-----] 2 of 7" "TODO(03-listen)"
    run -0 course hint LESSON=3
    shows "Hint 1 of 3" "Hint 3 of 3"
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
        sed -i "s,// END(06-send-recv/${gap%/*}),;&," lessons/06-send-recv/*.c
        sed -i 's,;// END,;\n// END,' lessons/06-send-recv/*.c
    done
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
    run -2 env GIT_CEILING_DIRECTORIES="$BATS_TEST_TMPDIR" make reset LESSON=6
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
    [ -z "$(find lessons/02-bind -name '*starter*' -o -name '*.c.*')" ]
}

@test "watch checks at each save, and leaves nothing behind" {
    stand_in
    # In a group of its own, as on a terminal, for Ctrl-C to reach all of it.
    set -m
    course watch LESSON=2 >log 2>&1 &
    set +m
    seen() { timeout 20 sh -c 'until [ "$(grep -c "$1" log)" = "$2" ]; do
        sleep 0.1; done' sh "$@" || { cat log; return 1; }; }
    seen "Ctrl-C ends it" 1
    grep -q "✗ the gap is filled" log
    cp solutions/02-bind/server.c new
    mv new lessons/02-bind/server.c
    seen "Ctrl-C ends it" 2
    grep -q "✓ the gap is filled" log
    kill -INT -- "-$!"
    wait "$!" || [ $? = 130 ]
    run ! kill -0 -- "-$!"
}

@test "watch ends when the lesson's folder is gone" {
    stand_in
    solve 02
    course watch LESSON=2 >log 2>&1 &
    timeout 20 sh -c 'until grep -q "Ctrl-C ends it" log; do sleep 0.1; done'
    rm -r lessons/02-bind
    run -2 wait "$!"
    grep -q "lessons/02-bind is gone" log
}

@test "a wrong or missing LESSON is answered with the list" {
    for command in hint solution reset watch; do
        for lesson in "" 9 002 bind "0*"; do
            run -2 course "$command" LESSON="$lesson"
            shows "is not a lesson" "01-socket 02-bind 03-listen"
        done
    done
    run -2 course check LESSON=8
    shows "LESSON=8 is not a lesson"
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
    for tool in sh make timeout dirname id sed; do
        ln -s "$(command -v "$tool")" bin/
    done
    PATH=$PWD/bin run -2 course check LESSON=1
    shows "Missing: bats python3. Install them"
    printf '#!/bin/sh\necho Bats 1.2.1\n' >bin/bats
    cp bin/bats bin/python3
    chmod +x bin/*
    ln -s "$(command -v sort)" "$(command -v printf)" bin/
    PATH=$PWD/bin run -2 course check LESSON=1
    shows "bats 1.2.1 is too old: 1.8.2 or newer" "git clone"
}

@test "clean removes what was built, not what was done" {
    stand_in
    solve 01
    run -0 course check
    touch build/spy lessons/01-socket/server lessons/01-socket/server.c.1
    run -0 course clean
    [ ! -e build/spy ] && [ ! -e lessons/01-socket/server ]
    [ -e lessons/01-socket/server.c.1 ]
    run -0 course
    shows "[#------] 1 of 7"
}

@test "a walk from a clean copy to 7 of 7" {
    for lesson in 01 02 03 04 05 06; do
        run -2 course check
        shows "$lesson-" ✗ "make hint LESSON=$lesson"
        solve "$lesson"
        run -0 course check
        shows "[$(printf '%*s' "$((10#$lesson))" '' | tr ' ' '#')-"
        [[ $output != *✗* ]]
    done
    run -0 course check
    shows "[#######] 7 of 7"
    run -0 course
    shows "07-complete-pair  done" "make faults"
}
