#!/bin/sh
# A run of a lesson's C, drawn to build/picture/LESSON.svg.
. "${0%/*}/lib.sh"

find_lesson
need_files "$LESSON"
need python3 "to run and draw the programs"
# The system's own where there is one: a version manager's is slow to start.
python=$(command -v /usr/bin/python3 || command -v python3)
exec "$python" tests/commands/beside.py picture "$LESSON"
