#!/usr/bin/env bats
# The prose: what can be held without running it (text.py says how).

setup() {
    [ -d "$BATS_TEST_DIRNAME/../../solutions" ] || skip "no solutions/ here"
}

text() {
    run python3 "$BATS_TEST_DIRNAME/text.py" "$@"
    echo "$output"
    [ "$status" -eq 0 ]
}

@test "each lesson has the length of a lesson" { text words; }
@test "each lesson has the headings of a lesson, in their order" { text order; }
@test "each link leads somewhere" { text links; }
@test "each excerpt is lines of a source of the course" { text excerpts; }
@test "each prototype is the system headers'" { text prototypes; }
@test "each question has its answer" { text questions; }
@test "each lesson has its figure, and each image its words" { text figures; }
@test "each gap has three hints" { text hints; }
@test "the headings that the checks' messages name exist" { text messages; }
@test "the prose has no filler and no exclamation marks" { text style; }
