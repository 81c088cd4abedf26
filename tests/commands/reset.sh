#!/bin/sh
# make reset LESSON=: the starter again. Your file stays beside it, as
# server.c.1, server.c.2, ...
. "${0%/*}/lib.sh"

# starter FILE: the solution, else git's file, with its gaps emptied.
starter() {
    if [ -r "solutions/$1" ]; then
        cat "solutions/$1"
    else
        git show "HEAD:./lessons/$1"
    fi >"$new.whole" 2>/dev/null &&
        awk '/^ *\/\/ END\(/ { gap = 0 } !gap; /^ *\/\/ TODO\(/ { gap = 1 }' \
            "$new.whole" >"$new"
}

find_lesson
for name in $(program_files "$LESSON"); do
    file=lessons/$LESSON/$name new=lessons/$LESSON/.$name.new
    trap 'rm -f "$new" "$new.whole"' EXIT
    (: >"$new") 2>/dev/null || die "lessons/$LESSON can't be written."
    starter "$LESSON/$name" || die "The starter of $file can't be made:" \
        "the disk is full, or it is neither in solutions/ nor in git."
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
