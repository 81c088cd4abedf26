#!/usr/bin/env bats
# make run, in a copy of the course whose path has a space. All ports are
# mapped, so that what else runs on this machine does not matter.
# shellcheck disable=SC2154  # bats sets stderr; common.bash port and spare

bats_require_minimum_version 1.5.0

load common

setup_file() {
    export course="$BATS_FILE_TMPDIR/a copy" TMPDIR="$BATS_FILE_TMPDIR/tmp"
    mkdir -p "$course" "$TMPDIR"
    cd "$BATS_TEST_DIRNAME/../.." || return
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

@test "the six lines, labelled, each side's in its order" {
    make_run
    whole
    [ "$stderr" = "Port 8080 is mapped to $port; the programs still say 8080." ]
}

@test "either side in Python" {
    make_run SERVER=python
    whole
    make_run CLIENT=python
    whole
}

@test "many times in a row, without a pause (twenty with FULL=1)" {
    times=4
    [ -z "${FULL:-}" ] || times=20
    for ((time = 0; time < times; time++)); do
        make_run
        whole
    done
}

@test "a compiler and make are enough" {
    mkdir -p "$BATS_TEST_TMPDIR/bin"
    for tool in python3 python ss netstat ps stdbuf timeout; do
        printf '#!/bin/sh\nexit 99\n' >"$BATS_TEST_TMPDIR/bin/$tool"
    done
    chmod +x "$BATS_TEST_TMPDIR/bin/"*
    PATH=$BATS_TEST_TMPDIR/bin:$PATH make_run
    whole
}

@test "a taken port is named, with who has it, and the way out" {
    python3 -c '
import signal, socket, sys
with socket.create_server(("127.0.0.1", int(sys.argv[1]))):
    print("ready", flush=True)
    signal.alarm(60)
    signal.pause()' "$spare" >"$BATS_TEST_TMPDIR/said" 3>&- 4>&- 9>&- &
    holder=$!
    until grep -q ready "$BATS_TEST_TMPDIR/said"; do
        kill -0 $holder
    done
    run --separate-stderr make -s run PORT="$spare"
    kill $holder
    [ "$status" != 0 ]
    [ -z "$output" ]
    echo "$stderr"
    [[ "$stderr" == *"Port $spare is taken by python"*" (pid $holder). "* ]]
    [[ "$stderr" == *"To use another one: make run PORT=9090"* ]]
}

@test "a call cut short or interrupted: the pair of lesson 07 holds" {
    make_run FAULT="server:send@1=5 client:recv@1=EINTR server:accept@1=EINTR"
    whole
}

@test "a call that fails: the side is named" {
    make_run FAULT="server:recv@1=ECONNRESET"
    [ "$status" != 0 ]
    [[ "$stderr" == *"server | recv: Connection reset by peer"* ]]
    [[ "$stderr" == *"The server ended with status 1."* ]]
}

@test "a pair that hangs is ended, and who waits is said" {
    cp solutions/04-accept/server.c lessons/05-connect/client.c
    make_run LESSON=05 LIMIT=1
    [ "$status" != 0 ]
    [[ "$stderr" == *"The server was still waiting after 1 s"* ]]
}

@test "a wrong text is named" {
    sed 's/Hello from server"/Hello from sever"/' \
        solutions/06-send-recv/server.c >lessons/06-send-recv/server.c
    cp solutions/06-send-recv/client.c lessons/06-send-recv/
    make_run LESSON=06
    [ "$status" != 0 ]
    [[ "$stderr" == *"The client should print Received from server: Hello"* ]]
}

@test "the pair of lesson 05 has less to say" {
    cp solutions/05-connect/client.c lessons/05-connect/
    make_run LESSON=5
    [ "$status" = 0 ]
    diff <(masked <<<"$output") <(head -n 2 <<<"$six")
}

@test "C that does not compile is named" {
    echo 'int main(void) { return' >lessons/06-send-recv/client.c
    make_run LESSON=06-send-recv
    [ "$status" != 0 ]
    [[ "$stderr" == *"lessons/06-send-recv/client.c does not compile."* ]]
}

@test "lessons 01 to 04: the server alone, answered by the learner" {
    for lesson in 01-socket 02-bind 03-listen; do
        cp solutions/$lesson/server.c lessons/$lesson/
        make_run LESSON=$lesson
        [ "$status" = 0 ]
        [[ "$output" == *"Press Enter to close the socket." ]]
        [[ "$stderr" == *"The server waits for Enter, on its input."* ]]
    done
    echo | make -s run LESSON=02 PORT="$port" SERVER=python
}

@test "ONLY: each program of a pair in a terminal of its own" {
    make -s run ONLY=server PORT="$port" >"$BATS_TEST_TMPDIR/said" 2>&1 \
        3>&- 4>&- 9>&- </dev/null &
    server=$!
    until grep -q "Server listening" "$BATS_TEST_TMPDIR/said"; do
        kill -0 $server
    done
    run make -s run ONLY=client PORT="$port" CLIENT=python
    wait $server
    [ "$status" = 0 ]
    [[ "$output" == *"Received from server: Hello from server" ]]
    grep "waits for a client, on port $port" "$BATS_TEST_TMPDIR/said"
    grep "Received from client: Hello from client" "$BATS_TEST_TMPDIR/said"
}

@test "interrupted, it leaves no process and no file" {
    for lesson in 04 05; do
        cp solutions/04-accept/server.c lessons/04-accept/
        cp solutions/04-accept/server.c lessons/05-connect/client.c
        python3 -c '
import os, signal, subprocess, sys
make = subprocess.Popen(sys.argv[2:], stdout=subprocess.DEVNULL,
                        stdin=subprocess.DEVNULL, start_new_session=True,
                        preexec_fn=lambda: signal.signal(
                            signal.SIGINT, signal.default_int_handler))
sys.path.insert(0, "tests/check")
from programs import listening
while not listening(int(sys.argv[1])):
    assert make.poll() is None
os.killpg(make.pid, signal.SIGINT)
sys.exit(make.wait() == 0)' "$port" make -s run LESSON=$lesson PORT="$port"
    done
}

@test "where build/ can't be written, it runs all the same" {
    rm -rf build
    touch build
    make_run
    rm build
    whole
}

@test "a wrong word is answered in a line" {
    for words in SERVER=ruby PORT=0 PORT=65536 PORT=http LIMIT=soon \
        FAULT=send@1=5 ONLY=both LESSON=8 "LESSON=2 ONLY=client"; do
        # shellcheck disable=SC2086  # words
        run --separate-stderr make -s run $words
        [ "$status" != 0 ]
        [ -z "$output" ]
        grep -v '^make' <<<"$stderr"
        [ "$(grep -vc '^make' <<<"$stderr")" -le 2 ]
    done
}
