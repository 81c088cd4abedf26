#!/usr/bin/env bats
# The course with other compilers, under the tools that find mistakes, and with
# the newest bats.
# shellcheck disable=SC2154  # common.bash sets full_warnings

bats_require_minimum_version 1.5.0

load ../common

setup_file() {
    cd "$BATS_TEST_DIRNAME/../../.." || return
    # The names that bats's process has from the learner's commands.
    unset LESSON SERVER CLIENT PORT FAULT LIMIT ONLY CFLAGS CC TESTS
}

# tool NAME: skips the test where the tool is missing (never in CI).
tool() {
    command -v "$1" >/dev/null || [ "${CI:-}" = true ] || skip "no $1"
}

# compile_all CC: the programs and the spy, at -O0 and at -O2. The spy puts what
# is const into struct msghdr, where nothing is, and where each libc has its own
# types for sizes.
compile_all() {
    tool "$1"
    for level in -O0 -O2; do
        compile "$1" $level "${full_warnings[@]}"
        "$1" $level "${full_warnings[@]}" -Wno-cast-qual -Wno-conversion \
            -Wno-sign-conversion -fPIC -shared \
            -o "$BATS_TEST_TMPDIR/spy.so" tests/check/spy.c
    done
    skip_edited
}

@test "cc compiles each file without a flag, and has nothing to say" {
    compile cc
    skip_edited
}

@test "a starter runs, and ends when there is nothing more to read" {
    starters=()
    for file in lessons/0[1-6]-*/*.c; do
        edited "$file" || starters+=("$file")
    done
    python3 - "${starters[@]}" 3>&- 4>&- <<'END'
import socket, sys
sys.dont_write_bytecode = True
sys.path.insert(0, 'tests/check')
from programs import Bench

with Bench(sanitize=False) as bench:
    for source in sys.argv[1:]:
        binary, said = bench.compile(source)
        assert not said, said
        ports = bench.take_ports()
        program = bench.start([binary], ports)
        program.type(b'', close=True)
        if source.endswith(('05-connect/server.c', '06-send-recv/server.c')):
            assert program.until(lambda: program.begun('accept')), source
            socket.create_connection(('127.0.0.1', ports.port)).close()
        assert program.ended() and program.status >= 0, source
END
    skip_edited
}

@test "gcc has nothing to say, with the full warnings" {
    compile_all gcc
}

@test "clang has nothing to say" {
    compile_all clang
}

@test "musl has nothing to say" {
    compile_all musl-gcc
}

@test "the right programs among the fixtures compile with gcc and with clang" {
    tool clang
    git ls-files 'tests/fixtures/*.c' >"$BATS_TEST_TMPDIR/files"
    while read -r file; do
        for cc in gcc clang; do
            $cc -o "$BATS_TEST_TMPDIR/program" "$file"
        done
    done <"$BATS_TEST_TMPDIR/files"
}

@test "cppcheck finds nothing" {
    tool cppcheck
    cppcheck --quiet --std=c11 --error-exitcode=1 \
        --enable=warning,style,performance,portability lessons solutions
    cppcheck --quiet --std=c11 --error-exitcode=1 \
        --enable=warning,performance,portability tests/check
}

@test "clang-tidy finds nothing" {
    tool clang-tidy
    checks="-*,clang-analyzer-*,bugprone-*,performance-*"
    # One wants memset_s, which no libc here has.
    checks+=',-clang-analyzer-security.insecureAPI.DeprecatedOrUnsafe*'
    clang-tidy --quiet --warnings-as-errors='*' --checks="$checks" \
        lessons/*/*.c solutions/*/*.c -- -std=c11 2>/dev/null
    # The spy has libc's parameters and names. The analyzer doubts that getenv()
    # says the same twice, and that what is copied was ever written.
    checks+=,-bugprone-reserved-identifier,-bugprone-macro-parentheses
    checks+=,-bugprone-easily-swappable-parameters
    checks+=,-clang-analyzer-core.NullDereference
    checks+=,-clang-analyzer-core.uninitialized.Assign
    clang-tidy --quiet --warnings-as-errors='*' --checks="$checks" \
        tests/check/spy.c -- -std=c11 2>/dev/null
}

@test "shellcheck finds nothing" {
    tool shellcheck
    # A test of bats is a subshell; its $status is its own: no SC2030, SC2031.
    git ls-files -z '*.sh' '*.bash' '*.bats' .ci/run tests/check/format |
        xargs -0 -n 1 shellcheck -x -P SCRIPTDIR -e SC2030,SC2031
}

@test "pyflakes finds nothing" {
    tool pyflakes3
    # Lesson 01 makes a socket, and nothing more.
    run ! grep -v "^lessons/01-socket/.*'server_socket' is assigned to but" \
        <(git ls-files -z '*.py' | xargs -0 pyflakes3 2>&1)
}

@test "the solutions close what they open, and free what they take: valgrind" {
    tool valgrind
    python3 - "$BATS_TEST_TMPDIR/log" 3>&- 4>&- <<'END'
import glob, os, re, socket, sys
sys.dont_write_bytecode = True
sys.path.insert(0, 'tests/check')
from programs import Bench

with Bench(sanitize=False) as bench:
    for source in sorted(glob.glob('solutions/*/*.c')):
        binary, said = bench.compile(source)
        ports, log = bench.take_ports(), sys.argv[1]
        listener = socket.socket()
        if source.endswith('client.c'):
            listener.bind(('127.0.0.1', ports.port))
            listener.listen(1)
        program = bench.start(['valgrind', '--track-fds=yes',
                               '--leak-check=full', '--log-file=' + log,
                               binary], ports)
        program.type(b'\n')
        if source.endswith('client.c'):
            peer = listener.accept()[0]
        elif re.search('/0[4-7]', source):
            assert program.until(lambda: program.done('listen')), source
            peer = socket.create_connection(('127.0.0.1', ports.port))
        else:
            peer = listener
        if re.search('/0[67]', source):
            peer.sendall(b'Hello')
            assert peer.recv(100).startswith(b'Hello from '), source
        if source.endswith('client.c'):
            peer.close()
        assert program.ended() and program.status == 0, source
        peer.close()
        listener.close()
        with open(log) as file:
            report = file.read()
        left = [line for line in re.findall('Open .*', report)
                if not line.endswith(('/record', log))]
        if left or 'no leaks are possible' not in report:
            sys.exit('%s: %s\n%s' % (source, left, report))
END
}

@test "the newest bats runs the lessons' tests" {
    tool npm
    npm install --silent --no-audit --no-fund --prefix build/bats bats@latest \
        >&2 || [ "${CI:-}" = true ] || skip "npm can't fetch bats"
    bats=build/bats/node_modules/bats/bin/bats
    "$bats" --version
    for file in tests/02-bind.bats tests/07-complete-pair.bats; do
        env -u BATS_RUN_TMPDIR SUBJECT=solutions "$bats" --tap "$file" |
            tee "$BATS_TEST_TMPDIR/tap"
        [ "$(grep -c '^ok' "$BATS_TEST_TMPDIR/tap")" -gt 3 ]
        run ! grep -E '^not ok|# skip' "$BATS_TEST_TMPDIR/tap"
    done
}
