# shellcheck shell=bash
# shellcheck disable=SC2154  # bats sets output
# What the tests of the learner's commands share.

# A fresh copy of the course, from which each test makes its own.
setup_file() {
    mkdir "$BATS_FILE_TMPDIR/fresh"
    cd "${BATS_TEST_DIRNAME%/full}/../.." || return
    tar -c --exclude tests/fixtures --exclude tests/course \
        Makefile lessons solutions tests | tar -x -C "$BATS_FILE_TMPDIR/fresh"
    cd "$BATS_FILE_TMPDIR/fresh" || return
    local file
    for file in lessons/*/*.c; do  # the learner may have edited his
        sed '/\/\/ TODO(/,/\/\/ END(/{/\/\/ \(TODO\|END\)(/!d;}' \
            "solutions/${file#lessons/}" >"$file"
    done
}

# fresh_copy: into "my course", from which the commands are typed.
fresh_copy() {
    unset LESSON BATSFLAGS SUBJECT FULL MAKEFLAGS MFLAGS MAKELEVEL
    copy="$BATS_TEST_TMPDIR/my course"
    cp -R "$BATS_FILE_TMPDIR/fresh" "$copy"
    cd "$copy" || return
}

# course TARGET [VAR=...]: make, as from a shell outside of bats.
course() (
    PATH=${PATH//"$BATS_LIBEXEC:"/}
    unset "${!BATS_@}"
    exec ${within-timeout 100} make "$@" 3>&- 4>&-
)

# solve NUMBER...: copies the solutions of these lessons.
solve() {
    local number
    for number in "$@"; do
        cp solutions/"$number"-*/*.c lessons/"$number"-*/
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

# without_checks: in a fresh copy, a check that looks for empty gaps stands in the
# place of each lesson's.
without_checks() {
    fresh_copy
    local lesson
    for lesson in lessons/*; do
        lesson=${lesson##*/}
        printf '@test "the gap is filled" {\n! %s | grep "END("\n}\n' \
            "grep -h -A1 'TODO(' lessons/$lesson/*.c" >"tests/$lesson.bats"
    done
}

# seen COUNT TEXT: waits until a line with it was logged so often.
seen() {
    local _
    for _ in {1..200}; do
        [ "$(grep -c "$2" log)" != "$1" ] || return 0
        sleep 0.1
    done
    cat log
    return 1
}
