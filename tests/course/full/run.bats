#!/usr/bin/env bats
# More of make run than the quick tier has time for.
# shellcheck disable=SC2154  # bats sets stderr

bats_require_minimum_version 1.5.0

load ../run

@test "twenty times in a row, without a pause" {
    for _ in {1..20}; do
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

@test "a pair that hangs is ended, and who waits is said" {
    cp solutions/04-accept/server.c lessons/05-connect/client.c
    make_run LESSON=05 LIMIT=1
    [ "$status" != 0 ]
    [[ "$stderr" == *"The server was still waiting after 1 s"* ]]
}

@test "C that does not compile is named" {
    echo 'int main(void) { return' >lessons/06-send-recv/client.c
    make_run LESSON=06-send-recv
    [ "$status" != 0 ]
    [[ "$stderr" == *"lessons/06-send-recv/client.c does not compile."* ]]
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

@test "where build/ can't be written, it runs all the same" {
    rm -rf build
    touch build
    make_run
    rm build
    whole
}

@test "a call that fails: the side is named" {
    make_run FAULT="server:recv@1=ECONNRESET"
    [ "$status" != 0 ]
    [[ "$stderr" == *"server | recv: Connection reset by peer"* ]]
    [[ "$stderr" == *"The server ended with status 1."* ]]
}

@test "the pair of lesson 05 has less to say" {
    cp solutions/05-connect/client.c lessons/05-connect/
    make_run LESSON=5
    [ "$status" = 0 ]
    diff <(masked <<<"$output") <(head -n 2 <<<"$six")
}
