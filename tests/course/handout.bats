#!/usr/bin/env bats
# The handout, without pandoc: is what is kept up to date, and does the
# student's edition keep its answers back?

setup() {
    cd "$BATS_TEST_DIRNAME/../.." || return
    [ -d solutions ] || skip "solutions/ is not here"
}

handout() {
    python3 tests/commands/handout.py "$@"
}

@test "the kept PDFs are made from the sources as they are" {
    made=$(handout digest)
    for edition in student teacher; do
        pdf=docs/handout/$edition.pdf
        [ -f "$pdf" ] || { echo "$pdf is missing: make handout"; return 1; }
        grep -aq "made-from-$made" "$pdf" || {
            echo "$pdf is stale: make handout"
            return 1
        }
    done
}

@test "no answer stands on or before the student's leaf that asks" {
    handout leaks
}

@test "each wrong answer that the teacher's edition quotes has its message" {
    sed -n '/^## Wrong answers/,/^## Stale/s/^| \(0[1-7]\) | \(.*\) |$/\1 \2/p' \
        docs/handout/README.md | tr -d '`,' >"$BATS_TEST_TMPDIR/quoted"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/quoted")" -eq 7 ]
    while read -r lesson names; do
        for name in $names; do
            grep -q '^=== ' tests/fixtures/"$lesson"-*/wrong/"$name.txt" || {
                echo "lesson $lesson: no message for $name"
                return 1
            }
        done
    done <"$BATS_TEST_TMPDIR/quoted"
}
