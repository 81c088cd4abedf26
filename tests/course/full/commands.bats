# More of the learner's commands than the quick tier has time for.

bats_require_minimum_version 1.5.0

load ../commands

setup() {
    without_checks
}

@test "BATSFLAGS choose what check writes, and nothing else is written there" {
    solve 01
    run -0 --separate-stderr course check LESSON=1 BATSFLAGS=--tap
    [ "$output" = $'1..1\nok 1 the gap is filled' ]
    run -2 course check LESSON=3 BATSFLAGS="--filter nothing"
    run -0 course
    shows "01-socket         done" "03-listen         not yet tried"
}

@test "where nothing can be written, check and hint say so and go on" {
    solve 01 02
    echo "not a folder" >build
    run -0 course check
    shows "The result is not on record" "[##-----] 2 of 7" "TODO(03-listen)"
    run -0 course hint LESSON=3
    shows "can't be kept" "Hint 1 of 3" "Hint 3 of 3"
}

@test "watch ends when the lesson's folder is gone" {
    course watch LESSON=2 >log 2>&1 &
    seen 1 "Ctrl-C ends it"
    rm -r lessons/02-bind
    status=0
    wait "$!" || status=$?
    [ "$status" = 2 ]
    grep "lessons/02-bind is gone" log
}
