# shellcheck shell=bash
# shellcheck disable=SC2154  # bats sets status and stderr; take_ports the ports
# What the tests of make run share: a copy of the course whose path has a space.
# All ports are mapped, so that what else runs on this machine does not matter.

. "${BASH_SOURCE[0]%/*}/common.bash"

setup_file() {
    export course="$BATS_FILE_TMPDIR/a copy" TMPDIR="$BATS_FILE_TMPDIR/tmp"
    mkdir -p "$course" "$TMPDIR"
    cd "${BATS_TEST_DIRNAME%/full}/../.." || return
    cp -R Makefile lessons solutions tests "$course"
    cp solutions/07-complete-pair/*.c "$course/lessons/07-complete-pair/"
    unset LESSON SERVER CLIENT PORT FAULT LIMIT ONLY CFLAGS
    take_ports
}

setup() {
    cd "$course" || return
}

# No program and no temporary file is left, whatever the test did.
teardown() {
    [ -z "$(ls -A "$TMPDIR")" ]
    # shellcheck disable=SC2010  # what links point to, as ls shows it
    ! ls -l /proc/[0-9]*/exe 2>/dev/null | grep -F -- "-> $course/"
}

# make_run WORD...: make run with these words, on the test's port.
make_run() {
    run --separate-stderr make -s run PORT="$port" LIMIT=60 "$@" </dev/null
    printf '%s\n' "$output" "$stderr"
}

six="server | Server listening on port 8080
server | Connection from: ('127.0.0.1', N)
server | Received from client: Hello from client
server | Hello message sent
client | Hello message sent
client | Received from server: Hello from server"

# The lines, without the number of the client's port.
masked() {
    sed "s/', [0-9]*)$/', N)/"
}

# whole: the exchange was whole, and shown as it should be.
whole() {
    [ "$status" = 0 ]
    diff <(masked <<<"$output") <(echo "$six")
}
