#!/bin/sh
# The calls of a lesson's Python and of its C, side by side.
. "${0%/*}/lib.sh"

find_lesson
need_files "$LESSON"
need python3 "to run the programs"
exec "$python" tests/commands/beside.py trace "$LESSON"
