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

@test "the digest is silent about what a learner writes, and sees the rest" {
    cp -R README.md lessons solutions docs tests "$BATS_TEST_TMPDIR"
    cd "$BATS_TEST_TMPDIR"
    before=$(handout digest)
    echo "// mine" >>lessons/02-bind/server.c
    cp lessons/02-bind/server.c lessons/02-bind/server.c.kept
    [ "$(handout digest)" = "$before" ]
    echo "One word more." >>solutions/02-bind/README.md
    [ "$(handout digest)" != "$before" ]
}

@test "no answer stands on or before the student's leaf that asks" {
    handout leaks
}

@test "an answer that stands too early is found" {
    cp -R README.md lessons solutions docs tests "$BATS_TEST_TMPDIR"
    cd "$BATS_TEST_TMPDIR"
    sed -i.was 's/^## What is new$/&\n\nWrite server_address.sin_port = htons(port);/' \
        lessons/02-bind/README.md
    run handout leaks
    [ "$status" -eq 1 ]
    [[ $output == *"02-bind: stands too early:     server_address.sin_port"* ]]
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
