#!/bin/sh
# make reset LESSON=: the starter again. Your file stays beside it, as
# server.c.1, server.c.2, ...
. "${0%/*}/lib.sh"

find_lesson
new=lessons/$LESSON/.starter
trap 'rm -f "$new"' EXIT
for name in $(program_files "$LESSON"); do
    file=lessons/$LESSON/$name
    # The starter is the solution, or git's file, with its gaps emptied.
    whole=$(cat "solutions/$LESSON/$name" || git show "HEAD:./$file") 2>/dev/null ||
        die "No starter of $file: it is neither in solutions/ nor in git."
    say "$whole" | awk '/^ *\/\/ END\(/ { gap = 0 }
        !gap
        /^ *\/\/ TODO\(/ { gap = 1 }' 2>/dev/null >"$new" ||
        die "lessons/$LESSON can't be written, or the disk is full."
    if cmp -s "$new" "$file"; then
        say "$file is the starter already."
        continue
    fi
    if [ -e "$file" ]; then
        number=1
        while [ -e "$file.$number" ]; do number=$((number + 1)); done
        # A second name for the same file; a copy where there are no such.
        ln "$file" "$file.$number" 2>/dev/null || cp -p "$file" "$file.$number" ||
            { rm -f "$file.$number"; die "$file can't be kept; nothing is changed."; }
        say "Your file is kept: $file.$number"
    fi
    mv -f "$new" "$file"
    say "The starter again: $file"
done
