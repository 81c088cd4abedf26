#!/bin/sh
# make check: the lessons in order, up to the first that is not done; LESSON=
# checks one. BATSFLAGS= goes to bats (--tap shows every message): then our own
# lines go to stderr, so that what is read by a program is bats' own.
. "${0%/*}/lib.sh"

tell() {
    if [ -n "${BATSFLAGS:-}" ]; then "$@" >&2; else "$@"; fi
}

# The verdict of a run that left tests out says nothing about the lesson.
whole_run() {
    case " ${BATSFLAGS:-}" in
    *" -"[fchv]* | *" --filter"* | *" --count"* | *" --help"* | *" --version"*)
        return 1 ;;
    esac
}

# check_lesson NAME: runs its check, keeps and returns the verdict.
check_lesson() {
    need_files "$1"
    [ -f "tests/$1.bats" ] || die "tests/$1.bats is missing."
    tell say "$bold$1$off"
    sum=$(checksum "$1") verdict=fail
    # shellcheck disable=SC2086  # a list of options
    if FIRST=1 bats --formatter "$PWD/tests/check/format" ${BATSFLAGS:-} \
        "tests/$1.bats"; then
        verdict=pass
    fi
    if whole_run; then
        keep "progress/$1" "$verdict $sum" || unkept=yes
    fi
    [ $verdict = pass ] || return 1
    passed="$passed $1"
}

unkept=''
trap '[ -z "$unkept" ] ||
    say "The result is not on record: build/ can'"'"'t be written." >&2' EXIT

install_missing bats python3
need "${CC:-cc}" "to compile your program"

if [ -n "$LESSON" ]; then
    find_lesson
    names=$LESSON
else
    names=$(lessons)
fi
survey
for name in $names; do
    case $LESSON/$states in /*"$name done"*) continue ;; esac
    # After a success: not into the next lesson's error, but to its text.
    if [ -n "$passed" ] && { [ "${name%%-*}" = 07 ] ||
        [ -n "$(empty_gap "$name")" ]; }; then
        break
    fi
    if ! check_lesson "$name"; then
        case $name in
        07-*) tell say "The whole story: lessons/$name/README.md" ;;
        *) tell say "Not done yet. One hint at a time:" \
            "make hint LESSON=${name%%-*}" ;;
        esac
        exit 1
    fi
done
tell progress
tell next_step
