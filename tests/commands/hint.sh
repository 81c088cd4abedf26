#!/bin/sh
# make hint LESSON=: one more hint at each call, of the first gap that is empty;
# GAP=2 takes another one of lesson 06.
. "${0%/*}/lib.sh"

find_lesson
number=${LESSON%%-*}
hints=lessons/$LESSON/hints.md
need_files "$LESSON"
[ -f "$hints" ] || die "$LESSON has no gap, so no hints." \
    "What to do with it: lessons/$LESSON/README.md"

gap=$(empty_gap "$LESSON") other=''
if [ -n "${GAP:-}" ]; then
    gap=$(gaps "$LESSON" | grep "^$LESSON/$GAP ") ||
        die "GAP=$GAP is no gap of $LESSON: it has" \
            "$(gaps "$LESSON" | sed 's/ .*//' | tr '\n' ' ')"
elif [ -z "$gap" ]; then
    gap=$(gaps "$LESSON" | head -n 1)
    case $gap in */1\ *) other=yes ;; esac
fi
[ -n "$gap" ] || die "The line TODO($LESSON) is gone from your file." \
    "The starter again: make reset LESSON=$number"
file=lessons/$LESSON/${gap##* } gap=${gap%% *}

seen="hints/$(say "$gap" | tr / .)"
last=0
! [ -r "build/$seen" ] || read -r last <"build/$seen"
last=$((last + 1))
first=$last
[ $last -le 3 ] || first=1 last=3
if ! keep "$seen" "$last"; then
    say "What you have seen can't be kept (build/ can't be written): all hints." >&2
    first=1 last=3
fi

say "$bold""TODO($gap) in $file$off"
awk -v heading="## TODO($gap)" -v first="$first" -v last="$last" '
    /^#/ { here = ($0 == heading); number = 0; next }
    here && sub(/^[0-9]+\./, "  ") {
        if (++number >= first && number <= last) print "Hint " number " of 3:"
    }
    number >= first && number <= last && NF' "$hints"
[ -z "$other" ] ||
    say "All gaps are filled. Hints for another: make hint LESSON=$number GAP=2"
[ $last -lt 3 ] || say "The solution: make solution LESSON=$number"
