#!/bin/sh
# make solution LESSON=: what differs between your file and the solution.
. "${0%/*}/lib.sh"

find_lesson
need diff "to compare the two"
need_files "$LESSON"
[ -d "solutions/$LESSON" ] || die "There are no solutions in this copy of the" \
    "course. A hint: make hint LESSON=${LESSON%%-*}"
for file in $(program_files "$LESSON"); do
    yours=lessons/$LESSON/$file solution=solutions/$LESSON/$file
    [ -r "$solution" ] || die "$solution can't be read."
    if diff -u "$yours" "$solution"; then
        say "$yours is the solution, to the byte."
    elif [ $? != 1 ]; then
        die "diff could not compare $yours and $solution."
    fi
done
