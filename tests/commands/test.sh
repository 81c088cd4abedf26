#!/bin/sh
# make test: the course tests itself. Runs tests/course/*.bats side by side,
# with FULL=1 tests/course/full/*.bats too; shows the tests that failed or were
# skipped, and last a line `N passed, N failed, N skipped`. With CI=true a
# skipped test, or none at all, is a failure too.
#
#   TESTS=run.bats   only the files of that name
#   LIMIT=1200       the seconds that one file may take
. "${0%/*}/lib.sh"

install_missing bats python3
limit=${LIMIT:-1200} lanes=''
work=$(mktemp -d) || die "There is no room for temporary files."
if [ -x /usr/bin/python3 ]; then    # rather than a version manager's: see lib.sh
    mkdir "$work/bin"
    ln -s /usr/bin/python3 "$work/bin/python3"
    PATH=$work/bin:$PATH
fi
# Whatever the tests started has COURSE_TEST in its environment, and its files
# in $work/tmp, so that nothing is left of them, however they end.
export COURSE_TEST="$work" TMPDIR="$work/tmp"
mkdir "$TMPDIR" "$work/full"
chmod 711 "$work" "$TMPDIR"     # make grade runs programs as other users
left() {
    grep -lszx "COURSE_TEST=$work" /proc/[0-9]*/environ | cut -d / -f 3
}
finish() {
    unset COURSE_TEST
    # shellcheck disable=SC2046,SC2086  # one word for each process
    {
        kill $lanes || :
        while [ -n "$(left)" ]; do
            kill -9 $(left) || :
        done
        wait
    } 2>/dev/null
    rm -rf "$work"
}
trap finish EXIT

# limited COMMAND...: ends it, with what it has started, when the time is up.
limited() {
    if command -v timeout >/dev/null; then
        exec timeout -k 5 "$limit" "$@"
    fi
    exec "$@"
}

# Reads what bats says of one file (TAP), writes what a person should see of
# it, and counts. A file that ended early, or said nothing, is a failed test.
# shellcheck disable=SC2016  # the dollars are awk's
summary='
    function show() {
        if (failed) printf "%s", text
        text = ""; failed = 0
    }
    /^1\.\.[0-9]+$/ { planned = substr($0, 4); next }
    /^ok / {
        show(); seen++
        if (!/ # skip/) { passed++; next }
        sub(/^ok [0-9]+ /, ""); sub(/ # skip ?/, ": "); skips++
        print "skipped: " file ": " $0; next
    }
    /^not ok / {
        show(); seen++; failures++; failed = 1
        sub(/^not ok [0-9]+ /, ""); text = "failed: " file ": " $0 "\n"; next
    }
    { text = text "    " $0 "\n" }
    END {
        if (!failures && status != 0 || seen != planned) {
            failed = 1; failures++
            text = text "failed: " file ": ended early, status " status "\n"
        }
        show()
        printf "%s: %d of %d passed\n", file, passed, seen
        print passed + 0, failures + 0, skips + 0 >counts
    }'

# lane FILE...: runs those of the files that no other lane has taken.
lane() {
    trap 'kill "$!" 2>/dev/null; wait; exit 143' TERM
    for file in "$@"; do
        name=${file#tests/course/} status=0
        mkdir "$work/$name" 2>/dev/null || continue
        limited bats --tap "$file" >"$work/$name/tap" 2>&1 </dev/null &
        wait "$!" || status=$?
        awk -v file="$name" -v status="$status" -v counts="$work/$name/counts" \
            "$summary" "$work/$name/tap" >"$work/$name/text"
        cat "$work/$name/text"
    done
}

set --
for file in tests/course/*.bats ${FULL:+tests/course/full/*.bats}; do
    case ${TESTS:-${file##*/}} in "${file##*/}") set -- "$@" "$file" ;; esac
done
[ $# != 0 ] || die "There are no tests of that name."
lane=0
while [ "$lane" -le "$(getconf _NPROCESSORS_ONLN)" ]; do    # one waits often
    lane "$@" &
    lanes="$lanes $!" lane=$((lane + 1))
done
# shellcheck disable=SC2086  # one word for each process
wait $lanes
lanes=''

cat "$work"/*.bats/counts "$work"/full/*.bats/counts 2>/dev/null |
    awk -v ci="${CI:-}" -v files=$# '
    { passed += $1; failed += $2; skipped += $3 }
    END {
        printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
        exit failed || NR != files || ci == "true" && (skipped || !passed)
    }'
