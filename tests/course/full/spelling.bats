#!/usr/bin/env bats
# Spelling: codespell over all that is text, aspell over the prose (British or
# American). words.txt has the words of this trade that aspell does not know.

setup() {
    cd "$BATS_TEST_DIRNAME/../../.." || return
    words=tests/course/full/words.txt
}

# need_aspell: skips where it, or its English, is missing.
need_aspell() {
    aspell dicts 2>/dev/null | grep -qx en_GB || skip "no aspell-en"
    export LC_ALL=C.UTF-8
}

# strange: the words of the prose that neither English dictionary has; names
# of constants (EBADF, SIGPIPE) aside.
strange() {
    python3 tests/course/text.py --prose |
        aspell list -l en_GB | aspell list -l en_US | sed "s/'s\$//" |
        grep -v '^[A-Z][A-Z]*$' | LC_ALL=C sort -u
}

@test "codespell finds nothing" {
    command -v codespell >/dev/null || skip "no codespell"
    run codespell --skip=./build,./.git,*.pdf -L clos,nd,upto .   # names in scripts, a text
    echo "$output"
    [ "$status" -eq 0 ]
}

@test "every word of the prose is English, or a word of the trade" {
    need_aspell
    unknown=$(strange | LC_ALL=C comm -23 - "$words")
    echo "Misspelt, or to be put into $words:" "${unknown//$'\n'/ }"
    [ -z "$unknown" ]
}

@test "words.txt has no word that the prose does without" {
    need_aspell
    unused=$(strange | LC_ALL=C comm -13 - "$words")
    echo "To be taken out of $words:" "${unused//$'\n'/ }"
    [ -z "$unused" ]
}
