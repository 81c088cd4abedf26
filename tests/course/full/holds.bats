#!/usr/bin/env bats
# The C pair of lesson 07 holds: under every fault, against 10,000 messages on
# each side, and under load. `make bench` repeats itself.

setup() {
    cd "$BATS_TEST_DIRNAME/../../.." || return
    course=$PWD
    [ -d solutions ] || skip "no solutions/ here"
    unset LESSON ONLY
}

run_python() {
    run timeout -k 1 1100 python3 "$@" 3>&- 4>&-
    echo "$output"
}

@test "the fault table is as a run of C and Python has it, whole" {
    run_python tests/commands/faults.py --table
    [ "$status" = 0 ]
    diff docs/faults.md <(echo "$output")
}

@test "10,000 messages to each side, one in four under the sanitizers" {
    run_python tests/course/stress.py --messages 10000
    [ "$status" = 0 ]
    [[ "$output" == *"20000 messages"* ]]
}

@test "1,000 exchanges back to back on one port: none fails, nothing is left" {
    run_python tests/course/stress.py --exchanges 1000
    [ "$status" = 0 ]
}

@test "100 exchanges in the four mixes of C and Python" {
    run_python tests/course/stress.py --exchanges 100 --mixed
    [ "$status" = 0 ]
}

# bench: the ratios of wall and CPU time: median, lowest, highest.
bench() {
    CHECKS=0 ROUNDS=12 timeout -k 1 500 make -s -C "$course" bench 3>&- 4>&- |
        tee -a said |
        sed -nE 's/^(wall|CPU) .* ms +([0-9.]+) \(([0-9.]+) to ([0-9.]+)\)$/\2 \3 \4/p'
}

@test "make bench repeats within its own spread" {
    cd "$BATS_TEST_TMPDIR" || return
    bench >first
    bench >second
    paste -d ' ' first second | tee ratios
    cat said
    awk '{ good += $4 >= $2 && $4 <= $3 || $1 >= $5 && $1 <= $6 }
        END { exit good != 2 }' ratios
}
