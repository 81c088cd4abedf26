#!/bin/sh
# The calls of a lesson's Python and of its C, side by side.
. "${0%/*}/lib.sh"

find_lesson
need_files "$LESSON"
need python3 "to run the programs"
# The system's own where there is one: a version manager's is slow to start.
python=$(command -v /usr/bin/python3 || command -v python3)
exec "$python" tests/commands/beside.py trace "$LESSON"
