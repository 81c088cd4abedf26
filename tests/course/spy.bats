#!/usr/bin/env bats
# The spy: what it writes, what it moves, what it makes fail.

bats_require_minimum_version 1.5.0

load spy

@test "every call is written with its arguments and its result" {
    the_record_of_talk | same "$BATS_FILE_TMPDIR/seen"
}

@test "the program sees the port and the address that it asked for" {
    printf '%s\n' 'listening 1 127.0.0.2' '0.0.0.0 8080' '127.0.0.1 8080' |
        same "$BATS_FILE_TMPDIR/out"
}

@test "a line says which process it is, and how much had been printed" {
    cd "$BATS_FILE_TMPDIR" || return
    grep -E '^server [0-9]+ 0 listen' record
    grep -E '^server [0-9]+ 10 accept\(3\) \.\.\.' record
    [ "$(cut -d' ' -f2 record | sort -u | wc -l)" -eq 1 ]
}

@test "gcc's sanitizers: the same record, and they still see an overrun" {
    sanitized gcc
}

@test "accept without room for the peer: the record has it, the program not" {
    spied odd null
    grep 'accept(3) = 5 127.0.0.1:PEER' seen
    rm record
    spied odd short
    grep -E 'accept\(3, [0-9]+ bytes\) = 5 127.0.0.1:PEER' seen
    echo '5 16 x' | same out
}

@test "what cannot be read is the kernel's EFAULT, not a crash" {
    spied odd bad
    [ "$status" -eq 0 ]
    echo 'Bad address' | same out
    sed '1,7d; / \.\.\.$/d' seen >returned
    same returned <<'E'
bind(3, 0x12345000) = -1 EFAULT
connect(4, NULL) = -1 EFAULT
accept(3) = -1 EFAULT
accept(3, 0 bytes) = -1 EAGAIN
send(4, 17, ""...) = -1 EFAULT
send(4, 0, "") = -1 EFAULT
setsockopt(3, SOL_SOCKET, SO_REUSEADDR, ?) = -1 EFAULT
bind(3, 30840, 1073741824 bytes) = -1 EINVAL
bind(3, 1.2.3.4:5, 8 bytes) = -1 EINVAL
E
}

@test "nothing leaves loopback" {
    spied odd foreign
    grep -v '\.\.\.$' seen | sed 1,2d >returned
    same returned <<'E'
bind(3, 10.0.0.1:8080) = -1 EADDRNOTAVAIL
bind(-1, 10.0.0.1:8080) = -1 EBADF
connect(3, 10.0.0.1:8080) = -1 ENETUNREACH
connect(3, 0.0.0.0:8080) = -1 ECONNREFUSED
E
}

@test "any address is on loopback, any other port is moved too, but for 0" {
    spied odd other
    grep -F 'bind(3, 0.0.0.0:36895) = 0' record
    printf '%s\n' '36895 127.0.0.1 1' 1 | same out
}

@test "errno is the failed call's, and nobody's after a success" {
    spied odd errno
    echo '77 Bad file descriptor' | same out
}

@test "a call fails, or falls short, when it is told to" {
    SPY_FAULTS='accept@1=EINTR accept@2=ENOBUFS send@2+=3 recv@1=5 close@*=EIO' \
        spied odd faults
    printf '%s\n' 'accept: Interrupted system call' \
        'accept: No buffer space available' | same err
    echo '8 3 1' | same out
    tail -n 3 seen >end
    same end <<'E'
recv(5, 8) = 8 "23456781"
close(4) = -1 EIO
close(4) = -1 EBADF
E
    for fault in 'sned@1=5' 'send@0=5' 'accept@1=5'; do
        SPY_FAULTS="send@1=5 $fault" spied odd null
        [ "$status" -eq 2 ]
        echo "spy: SPY_FAULTS: cannot read \"$fault\"" | same err
    done
}

@test "an interrupted connect goes on in the background" {
    SPY_FAULTS='connect@1=EINTR' spied odd interrupted
    echo 'connect: Interrupted system call' | same err
    echo '0 0' | same out
}

@test "EPIPE on demand brings SIGPIPE, but with MSG_NOSIGNAL" {
    SPY_FAULTS='send@*=EPIPE' spied odd pipe
    [ "$status" -eq 141 ]
    tail -n 2 seen >end
    same end <<'E'
send(4, 1, "x", MSG_NOSIGNAL) = -1 EPIPE
send(4, 1, "x") ...
E
}

@test "the spy waits for no thread that prints" {
    spied odd print
    [ "$status" -eq 0 ]
    grep 'socket(AF_INET, SOCK_STREAM, 0) = ' seen
}

@test "the record outlives a program that closes all it has, and follows exec" {
    spied odd children
    [ "$status" -eq 0 ]
    same seen <<'E'
close(90) = 0
close(91) = 0
socket(AF_INET, SOCK_STREAM, 0) = 3
close(3) = 0
socket(AF_UNIX, SOCK_STREAM, 0) = 3
close(3) = 0
E
}

@test "a long text is cut" {
    spied odd long
    grep -E '^send\(4, 8192, "x{4096}"\.\.\.\) = 8192$' seen
}

@test "Python is seen as C is" {
    cat >talk.py <<'P'
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("0.0.0.0", 8080))
s.listen(3)
c = socket.create_connection(("127.0.0.1", 8080))
conn, address = s.accept()
print(s.getsockname(), address == c.getsockname(), flush=True)
c.send("é\n".encode())
conn.recv(1024)
c.close()
P
    spied "$PYTHON" talk.py
    echo "('0.0.0.0', 8080) True" | same out
    grep -v -e '\.\.\.$' -e AF_UNIX seen | sed 3q
    grep -F 'accept4(3, SOCK_CLOEXEC) = 5 127.0.0.1:PEER' seen
    grep -F 'recv(5, 1024) = 3 "é\n"' seen
    grep -F 'close(4) = 0' seen
}

@test "the spy's path has no space or colon, wherever the course is" {
    mkdir -p 'a b:c/tests/check' c/tests/check tmp
    cp "$BATS_TEST_DIRNAME"/../check/spy.* 'a b:c/tests/check'
    cp "$BATS_TEST_DIRNAME"/../check/spy.* c/tests/check
    # shellcheck disable=SC2016  # the dollar is the script's
    printf '%s\n' '#!/bin/sh' 'echo built >"$5"' >fake-cc
    chmod +x fake-cc
    export TMPDIR=$PWD/tmp CC=$PWD/fake-cc
    [ "$(c/tests/check/spy.sh)" = "$PWD/c/build/check/spy.so" ]
    path=$('a b:c/tests/check/spy.sh')
    [[ $path == "$TMPDIR"/sockets-in-c-spy-* && -s $path ]]
    touch -d 2000-01-01 "$path"
    [ "$('a b:c/tests/check/spy.sh')" = "$path" ]
    [ "$path" -nt "$BATS_TEST_DIRNAME/../check/spy.c" ]
    chmod 755 "${path%/*}"
    run 'a b:c/tests/check/spy.sh'
    [ "$status" -eq 1 ]
    [[ $output == *'is not a private folder of this user' ]]
    rm -r c/build
    CC=none run c/tests/check/spy.sh
    [ "$status" -eq 1 ]
    [ "$output" = "spy.sh: no C compiler 'none': install gcc or clang, or set CC" ]
}
