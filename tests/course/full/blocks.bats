#!/usr/bin/env bats
# Each page's console blocks, typed as a reader would (blocks.py says how).

setup() {
    [ -d "$BATS_TEST_DIRNAME/../../../solutions" ] || skip "no solutions/ here"
}

blocks() {
    run timeout -k 1 120 python3 "$BATS_TEST_DIRNAME/../blocks.py" \
        "$BATS_TEST_DIRNAME/../../../$1/README.md" 3>&- 4>&-
    echo "$output"
    [ "$status" -ne 77 ] || skip "$(echo "$output" | grep skipped)"
    [ "$status" -eq 0 ]
}

@test "README.md shows what happens" { blocks .; }
@test "lesson 01 shows what happens" { blocks lessons/01-socket; }
@test "lesson 02 shows what happens" { blocks lessons/02-bind; }
@test "lesson 03 shows what happens" { blocks lessons/03-listen; }
@test "lesson 04 shows what happens" { blocks lessons/04-accept; }
@test "lesson 05 shows what happens" { blocks lessons/05-connect; }
@test "lesson 06 shows what happens" { blocks lessons/06-send-recv; }
@test "lesson 07 shows what happens" { blocks lessons/07-complete-pair; }

@test "a block that shows something else is found, with its line" {
    printf '%s\n' '```console' '$ echo 54321 8080' '12345 8080' \
        '$ echo yes' 'no' '```' >"$BATS_TEST_TMPDIR/README.md"
    run python3 "$BATS_TEST_DIRNAME/../blocks.py" "$BATS_TEST_TMPDIR/README.md"
    [ "$status" -ne 77 ] || skip "$output"
    [ "$status" -eq 1 ]
    [[ ${lines[0]} == *'README.md:4: $ echo yes' ]]
    [[ $output == *-no*+yes ]]
    [ "${#lines[@]}" -eq 6 ]
}
