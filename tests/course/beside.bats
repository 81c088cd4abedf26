# diff, trace and picture: the Python and the C side by side.

setup_file() {
    # Not the slow shim of a version manager.
    PYTHON=$(command -v /usr/bin/python3 || command -v python3)
    export PYTHON
    export COURSE="$BATS_FILE_TMPDIR/a course"
    mkdir "$COURSE"
    cd "$BATS_TEST_DIRNAME/../.." || return
    [ -d solutions ] || skip "the lessons' programs here are those of solutions/"
    cp -R Makefile lessons solutions tests "$COURSE"
    [ ! -d build ] || cp -R build "$COURSE"     # which flags the compiler has
    cd "$COURSE" || return
    cp -R solutions/. lessons/      # whole programs, of which a test spoils one
    unset MAKEFLAGS LESSON
    export COLUMNS=80 TMPDIR="$BATS_FILE_TMPDIR/scratch"
    mkdir "$TMPDIR"
    make -s diff LESSON=02 >two 2>&1 3>&- 4>&-
    make -s trace LESSON=07 >seven 2>&1 3>&- 4>&-
}

setup() {
    cd "$COURSE" || return
    cp -R solutions/. lessons/
}

teardown() {
    # No command leaves a temporary file; the spy keeps itself, where the
    # course's path has a space.
    [ -z "$(find "$TMPDIR"/* -prune ! -name 'sockets-in-c-spy-*')" ]
}

@test "diff lays each line of Python beside the C that answers it" {
    COLUMNS=200 "$PYTHON" -c 'import sys; sys.path[:0] = ["tests/commands"]
from beside import sources
sources(*sys.argv[1:])' lessons/02-bind/Server.py lessons/02-bind/server.c >wide
    grep -qE '^ +server_socket.bind\(\(host, port\)\) +\| +const char \*host' wide
    grep -qE '^ +port = 8080 +\|$' wide
    grep -qE '^ +\| +close\(server_socket\);$' wide
    "$PYTHON" - wide lessons/02-bind/Server.py lessons/02-bind/server.c <<'PYTHON'
import sys
wide, python, c = [open(path).read().split('\n') for path in sys.argv[1:]]
sides = [[row.partition('|')[i].strip() for row in wide] for i in (0, 2)]
for source, side in ((python, iter(sides[0])), (c, iter(sides[1]))):
    for line in source:
        line = line.strip()
        if line.startswith('#include'):
            line = line.partition('//')[0].strip()
        if line and not line.startswith('//') and line not in side:
            sys.exit('not shown, or not in its place: ' + line)
PYTHON
}

@test "diff and trace fit into 80 columns, without a colour" {
    run awk 'length > 80 || /\033/' two seven
    [ "$status" -eq 0 ]
    [ -z "$output" ]
}

@test "diff shows the outputs, and says that they are the same" {
    grep -q '^Press Enter to close the socket\.  *| Press Enter' two
    grep -q '^The same\.$' two
}

@test "diff takes the learner's file: an empty gap, another output" {
    "$PYTHON" - solutions/06-send-recv/server.c >lessons/06-send-recv/server.c <<'PYTHON'
import re
import sys
print(re.sub(r'(TODO\(06-send-recv/2\)[^\n]*\n).*?( *// END)', r'\1\2',
             open(sys.argv[1]).read(), flags=re.S), end='')
PYTHON
    run make -s diff LESSON=6 3>&- 4>&-
    [ "$status" -eq 0 ]
    [[ $output == *'| '*'// TODO(06-send-recv/2)'* ]]
    [[ $output != *'// TODO(06-send-recv/3)'* ]]
    [[ $output == *'Line 3 differs:'*'C       Received from client: '* ]]
}

@test "trace marks what differs, and says why" {
    grep -qE '^server  accept4\(3, SOCK_CLOEXEC\) = 4 +1 accept\(3\) = 4' seven
    grep -qE '^1  Python marks each new descriptor close-on-exec' seven
    grep -qE '^server  getsockname\(4\) .* 2$' seven
    grep -qE '^client +4 recv\(3, 1007\) = 0 ""$' seven
    grep -qE '^4  The C receives until the server closes' seven
    grep -qE '^server  listen\(3, 3\) = 0 +\| listen\(3, 3\) = 0$' seven
}

@test "trace puts no effect before its cause, whichever program was faster" {
    cat >order.py <<'PYTHON'
import sys
sys.path[:0] = ['tests/commands']
from beside import happened, programs
server = ['listen(3, 3) = 0', 'accept(3) = 4 127.0.0.1:54321',
          'recv(4, 9) = 2 "hi"', 'send(4, 2, "yo") = 2', 'close(4) = 0']
client = ['socket(AF_INET, SOCK_STREAM, 0) = 3', 'connect(3, 127.0.0.1:8080) = 0',
          'send(3, 2, "hi") = 2', 'recv(3, 9) = 2 "yo"', 'recv(3, 7) = 0 ""']
calls = [[programs.Call('%s 1 0 %s' % (who, line)) for line in lines]
         for who, lines in (('server', server), ('client', client))]
seen = []
for record in (calls[0] + calls[1], calls[1] + calls[0]):
    steps, messages = happened(record)
    seen.append(([(side, str(call), part) for side, call, part in steps],
                 messages))
assert seen[0] == seen[1]
print(*[str(call)[:4] for _, call, part in steps if part != 'begin'])
print(*[label for _, _, label in messages], sep=', ')
assert all(cause < effect for cause, effect, _ in messages)
PYTHON
    run "$PYTHON" order.py
    [ "${lines[0]}" = "list sock conn acce send recv send recv clos recv" ]
    [ "${lines[1]}" = "connection, 2 bytes, 2 bytes, end of stream" ]
}

@test "picture draws the learner's own run" {
    run make -s picture LESSON=04 3>&- 4>&-
    [ "$output" = "build/picture/04-accept.svg  (a browser shows it)" ]
    grep -q '>connection<' build/picture/04-accept.svg
    grep -q '>= 4 127.0.0.1:[0-9]*<\|>=.4 127.0.0.1:[0-9]*<' \
        build/picture/04-accept.svg
}

@test "a lesson that is none, a file that is not there: one line, no run" {
    run make -s diff LESSON=9 3>&- 4>&-
    [ "$status" -ne 0 ]
    [[ $output == 'LESSON=9 is not a lesson'* ]]
    rm lessons/01-socket/server.c
    run make -s trace LESSON=1 3>&- 4>&-
    [ "$status" -ne 0 ]
    [[ $output == 'lessons/01-socket/server.c is missing'* ]]
}

@test "a program that does not compile: the compiler's words, and an error" {
    echo '}' >>lessons/01-socket/server.c
    for command in diff picture; do
        run make -s "$command" LESSON=1 3>&- 4>&-
        [ "$status" -ne 0 ]
        [[ $output == *'It does not compile:'*'server.c:'* ]]
    done
    [ ! -e build/picture/01-socket.svg ]
}

@test "trace shows where a program waits that does not end" {
    sed 's/send(client_socket,/send(-1,/
        /perror("send")/{n;d;}' solutions/06-send-recv/client.c \
        >lessons/06-send-recv/client.c
    run make -s trace LESSON=6 3>&- 4>&-
    echo "$output"
    [[ $output == *'recv(4, 1024) ...'* && $output == *'recv(3, 1024) ...'* ]]
    [[ $output == *'The C waits in this call, and it does not end.'* ]]
}
