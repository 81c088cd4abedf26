# shellcheck shell=bash
# shellcheck disable=SC2154  # bats sets output
# What the tests of the learner's commands share.

# fresh_copy: into "my course", from which the commands are typed.
fresh_copy() {
    unset LESSON BATSFLAGS SUBJECT FULL MAKEFLAGS MFLAGS MAKELEVEL
    copy="$BATS_TEST_TMPDIR/my course"
    mkdir "$copy"
    cd "${BATS_TEST_DIRNAME%/full}/../.." || return
    cp -R Makefile lessons solutions tests "$copy"
    cd "$copy" || return
    local file
    for file in lessons/*/*.c; do  # the learner may have edited his
        sed '/\/\/ TODO(/,/\/\/ END(/{/\/\/ \(TODO\|END\)(/!d;}' \
            "solutions/${file#lessons/}" >"$file"
    done
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
