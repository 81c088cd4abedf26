#!/bin/sh
# make clean: removes what was built. What you have done stays on record.
. "${0%/*}/lib.sh"

for file in build/* lessons/*/server lessons/*/client; do
    case $file in
    build/progress | build/hints) ;;
    *) rm -rf "$file" || die "$file can't be removed." ;;
    esac
done
find lessons solutions tests -name __pycache__ -prune -exec rm -rf {} +
rmdir build 2>/dev/null || :
