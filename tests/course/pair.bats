#!/usr/bin/env bats
# The C pair and the Python pair are the same, to each other and to the kernel.

bats_require_minimum_version 1.5.0

# Runs the four mixes of the pairs of 06 (the solution) and 07 (the lesson's own,
# which has no gap) under the spy. Leaves for each
# side of each what it printed (06/c-python/server.out) and the calls that it
# made (.calls), in $BATS_FILE_TMPDIR.
setup_file() {
    cd "$BATS_TEST_DIRNAME/../.." || return
    python3 - "$BATS_FILE_TMPDIR" 3>&- 4>&- <<'END'
import os, sys
sys.dont_write_bytecode = True
sys.path.insert(0, 'tests/check')
from programs import LIMIT, Bench, python

for lesson in '06-send-recv', '07-complete-pair':
    with Bench() as bench:
        run = {'python': {}, 'c': {}}
        for side in 'server', 'client':
            run['python'][side] = [python(), os.path.abspath(
                'lessons/%s/%s.py' % (lesson, side.capitalize()))]
            source = 'solutions/%s/%s.c' if lesson < '07' else 'lessons/%s/%s.c'
            source %= lesson, side
            binary, said = bench.compile(source)
            assert not said, said
            run['c'][side] = [binary]
        for mix in 'c-c', 'c-python', 'python-c', 'python-python':
            folder = os.path.join(sys.argv[1], lesson[:2], mix)
            os.makedirs(folder)
            ports = bench.take_ports()
            languages = mix.split('-')
            server = bench.start(run[languages[0]]['server'], ports)
            server.until(lambda: server.done('listen'))
            client = bench.start(run[languages[1]]['client'], ports)
            for side, program in ('client', client), ('server', server):
                # Each may have to wait long for the other: a busy machine.
                program.until(lambda: program.status is not None, LIMIT)
                if program.status != 0:
                    sys.exit('lesson %s, the %s of %s: status %s, "%s"\n%s' % (
                        lesson, side, mix, program.status, program.stderr.strip(),
                        '\n'.join('%s: %s' % (name, call.text) for name, one in (
                            ('server', server), ('client', client))
                            for call in one.calls())))
                with open(os.path.join(folder, side + '.out'), 'wb') as file:
                    file.write(program.stdout)
                with open(os.path.join(folder, side + '.calls'), 'w') as file:
                    file.writelines(call.text + '\n'
                                    for call in program.calls())
END
}

setup() {
    cd "$BATS_FILE_TMPDIR" || return
}

# plain FILE: the calls or the lines, without the number of the client's port.
plain() {
    sed -E "s/(accept.* = 4 127\.0\.0\.1:|', )[0-9]+/\1N/" "$1"
}

# plain_python FILE: the same, without what Python adds to the calls. The last
# names of the socket that nobody closed are for a warning that is not shown.
plain_python() {
    plain "$1" | sed -E '
        /^get(sock|peer)name\(/d
        s/^accept4\(/accept(/
        s/(\||, )SOCK_CLOEXEC//'
}

server_lines="Server listening on port 8080
Connection from: ('127.0.0.1', N)
Received from client: Hello from client
Hello message sent"
client_lines="Hello message sent
Received from server: Hello from server"

@test "the four mixes print the same lines on each side" {
    for mix in */*; do
        diff <(plain "$mix/server.out") <(echo "$server_lines")
        diff <(plain "$mix/client.out") <(echo "$client_lines")
    done
}

@test "a program makes the same calls, whoever is on the other side" {
    for lesson in 06 07; do
        for one in c python; do
            diff <(plain $lesson/$one-c/server.calls) \
                <(plain $lesson/$one-python/server.calls)
            diff <(plain $lesson/c-$one/client.calls) \
                <(plain $lesson/python-$one/client.calls)
        done
    done
}

@test "lesson 06: the calls of C are those of Python" {
    for side in server client; do
        diff <(plain 06/c-c/$side.calls) \
            <(plain_python 06/python-python/$side.calls)
    done
}

@test "lesson 07: so they are, and the client reads to the end of the stream" {
    diff <(plain 07/c-c/server.calls) \
        <(plain_python 07/python-python/server.calls)
    diff <(plain 07/c-c/client.calls) \
        <(plain_python 07/python-python/client.calls |
            sed '/^recv/a recv(3, 1007) = 0 ""')
}

@test "Python adds close-on-exec, and asks for the name of what it accepted" {
    grep -Fx "socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, 0) = 3" \
        07/python-python/server.calls
    grep -A 1 "^accept4(3, SOCK_CLOEXEC) = 4 " 07/python-python/server.calls |
        grep -Fx "getsockname(4) = 0 127.0.0.1:8080"
    run ! grep -E "CLOEXEC|name\(" 07/c-c/server.calls 07/c-c/client.calls
}
