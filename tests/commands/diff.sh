#!/bin/sh
# The Python and the C of a lesson side by side, then their outputs.
. "${0%/*}/lib.sh"

find_lesson
need_files "$LESSON"
need python3 "to lay the programs side by side"
# The system's own where there is one: a version manager's is slow to start.
python=$(command -v /usr/bin/python3 || command -v python3)
exec "$python" tests/commands/beside.py diff "$LESSON"
