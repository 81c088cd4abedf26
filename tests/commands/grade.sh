#!/bin/sh
# make grade DIR=submissions: the checks of all lessons over a class. DIR holds a
# folder for each student: a whole copy of the course, or only its lessons/.
# Shows a table, and writes build/grade.csv.
#
#   CSV=marks.csv    where the CSV goes
#   LIMIT=30         the seconds that the check of one lesson may take
. "${0%/*}/lib.sh"

[ -n "${DIR:-}" ] || die "Where are the submissions? make grade DIR=submissions"
[ -d "$DIR" ] || die "DIR=$DIR is not a folder."
limit=${LIMIT:-30}
case $limit in
'' | 0* | *[!0-9]* | ?????*) die "LIMIT=$limit is not a number of seconds." ;;
esac
[ "$(uname)" = Linux ] || die "The checks need Linux."
cc=${CC:-cc}
need "${cc%% *}" "to compile the programs"
need python3 "for the checks"
exec "$python" -B tests/commands/grade.py "$DIR" "${CSV:-build/grade.csv}" "$limit"
