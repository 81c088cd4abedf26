#!/usr/bin/env bats
# Each page's console blocks, typed as a reader would (blocks.py says how).

setup() {
    [ -d "$BATS_TEST_DIRNAME/../../solutions" ] || skip "no solutions/ here"
}

blocks() {
    run timeout -k 1 120 python3 "$BATS_TEST_DIRNAME/blocks.py" "$1" 3>&- 4>&-
    echo "$output"
    [ "$status" -ne 77 ] || skip "$(echo "$output" | grep skipped)"
    [ "$status" -eq 0 ]
}

@test "README.md shows what happens" { blocks README.md; }
@test "lesson 01 shows what happens" { blocks lessons/01-socket/README.md; }
@test "lesson 02 shows what happens" { blocks lessons/02-bind/README.md; }
@test "lesson 03 shows what happens" { blocks lessons/03-listen/README.md; }
@test "lesson 04 shows what happens" { blocks lessons/04-accept/README.md; }
@test "lesson 05 shows what happens" { blocks lessons/05-connect/README.md; }
@test "lesson 06 shows what happens" { blocks lessons/06-send-recv/README.md; }
@test "lesson 07 shows what happens" { blocks lessons/07-complete-pair/README.md; }
