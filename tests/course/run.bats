#!/usr/bin/env bats
# make run, in a copy of the course (run.bash). More of it is in full/run.bats.
# shellcheck disable=SC2154  # bats sets stderr; run.bash port and spare

bats_require_minimum_version 1.5.0

load run

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

@test "a wrong text is named" {
    sed 's/Hello from server"/Hello from sever"/' \
        solutions/06-send-recv/server.c >lessons/06-send-recv/server.c
    cp solutions/06-send-recv/client.c lessons/06-send-recv/
    make_run LESSON=06
    [ "$status" != 0 ]
    [[ "$stderr" == *"The client should print Received from server: Hello"* ]]
}

@test "lessons 01 to 04: the server alone, answered by the learner" {
    cp solutions/03-listen/server.c lessons/03-listen/
    make_run LESSON=3
    [ "$status" = 0 ]
    [[ "$output" == *"Press Enter to close the socket." ]]
    [[ "$stderr" == *"The server waits for Enter, on its input."* ]]
    echo | make -s run LESSON=02 PORT="$port" SERVER=python
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
