#!/usr/bin/env bats
# The C pair of lesson 07 against messages of every kind, from a fixed seed; a
# short part of what full/holds.bats does (stress.py says what).

@test "40 messages are answered and printed as the guards promise" {
    cd "$BATS_TEST_DIRNAME/../.." || return
    [ -d solutions ] || skip "no solutions/ here"
    run timeout -k 1 120 python3 tests/course/stress.py --messages 20 --seed 1 \
        3>&- 4>&-
    echo "$output"
    [ "$status" = 0 ]
    [[ "$output" == "seed 1"*"40 messages"* ]]
}
