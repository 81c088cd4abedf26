#!/bin/sh
# make watch LESSON=: checks again at each save, until Ctrl-C.
. "${0%/*}/lib.sh"

find_lesson
export LESSON
trap 'say; exit 0' INT

# Returns at a change, or after a moment: who calls it looks for himself.
wait_a_moment() {
    if command -v inotifywait >/dev/null; then
        inotifywait -qq -t 2 -e close_write,moved_to "lessons/$LESSON" && return
        [ $? != 1 ] || sleep 1  # 1: it can't watch
    elif command -v entr >/dev/null && command -v timeout >/dev/null; then
        for file in "lessons/$LESSON"/*.c; do say "$file"; done |
            timeout 2 entr -npz true >/dev/null 2>&1 || [ $? = 124 ] || sleep 1
    else
        sleep 1
    fi
}

checked=''
while [ -d "lessons/$LESSON" ]; do
    now=$(checksum "$LESSON")
    if [ "$now" = "$checked" ]; then
        wait_a_moment
        continue
    fi
    [ ! -t 1 ] || printf '\033[H\033[2J'
    sh tests/commands/check.sh || :
    say "Watching lessons/$LESSON. Ctrl-C ends it."
    checked=$now
done
die "lessons/$LESSON is gone: nothing to watch."
