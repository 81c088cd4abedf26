#!/bin/sh
# The Python and the C of a lesson side by side, then their outputs.
. "${0%/*}/lib.sh"

find_lesson
need_files "$LESSON"
need python3 "to lay the programs side by side"
exec "$python" tests/commands/beside.py diff "$LESSON"
