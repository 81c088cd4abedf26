#!/bin/sh
# A run of a lesson's C, drawn to build/picture/LESSON.svg.
. "${0%/*}/lib.sh"

find_lesson
need_files "$LESSON"
need python3 "to run and draw the programs"
exec "$python" tests/commands/beside.py picture "$LESSON"
