#!/bin/sh
# make bench: C beside Python (bench.py): the time of an exchange, memory and
# calls, and each lesson's check beside the least that it could take.
#
#   ROUNDS=20   exchanges in each language
#   CHECKS=3    runs of each check; 0 leaves them out
#   TABLE=yes   docs/bench.md, on standard output
. "${0%/*}/lib.sh"

[ "$(uname)" = Linux ] || die "make bench needs Linux, for /proc and the spy."
[ -d solutions ] || die "make bench measures solutions/, which is not here."
install_missing bats python3
need "${CC:-cc}" "to compile the programs"
set -- "$python" tests/commands/bench.py --rounds "${ROUNDS:-20}" \
    --checks "${CHECKS:-3}" ${TABLE:+--table}
# In a network of its own, where there may be one, port 8080 is free.
for own in -n -rn; do
    if unshare $own ip link set lo up 2>/dev/null; then
        exec unshare $own sh -c 'ip link set lo up && exec "$@"' sh "$@"
    fi
done
exec "$@"
