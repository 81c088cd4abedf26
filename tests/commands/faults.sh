#!/bin/sh
# make faults: the learner's lesson 07 under every fault (faults.py). Says which
# guard is missing, and where it is written of.
#
#   ONLY=server    the faults whose name has this in it: a side, a call, an error
. "${0%/*}/lib.sh"

case ${LESSON:-07} in 7 | 07 | 07-complete-pair) ;;
*) die "make faults is for the pair of lesson 07." ;;
esac
[ "$(uname)" = Linux ] || die "make faults needs Linux, for the spy."
install_missing python3
need "${CC:-cc}" "to compile your program"
need_files 07-complete-pair
exec "$python" tests/commands/faults.py --only "${ONLY:-}"
