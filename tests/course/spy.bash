# shellcheck shell=bash
# What the tests of the spy share: programs to run under it.

# `hold PROGRAM...` runs it with two ports to use, which nobody else can get:
# they are bound here, and bound sockets with SO_REUSEADDR share a port.
# `talk` holds a whole exchange with itself; `odd WHAT` does one odd thing.
setup_file() {
    SPY=$("${BATS_TEST_DIRNAME%/full}/../check/spy.sh")
    PYTHON=$(python3 -c 'import sys; print(sys.executable)')
    export SPY PYTHON
    cd "$BATS_FILE_TMPDIR" || return
    cat >all.h <<'C'
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>
static struct sockaddr_in at(const char *ip, int port)
{
    struct sockaddr_in a = { .sin_family = AF_INET };
    a.sin_addr.s_addr = inet_addr(ip);
    a.sin_port = htons(port);
    return a;
}
#define A(ip, port) (struct sockaddr *)&(struct sockaddr_in[]){ at(ip, port) }, 16
C
    cat >hold.c <<'C'
#include "all.h"
int main(int argc, char **argv)
{
    int port[2], on = 1;
    char ports[64];
    struct sockaddr_in a;
    socklen_t n = sizeof a;
    for (int i = 0; i < argc && i < 2; i++) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        bind(fd, A("127.0.0.1", 0));
        getsockname(fd, (struct sockaddr *)&a, &n);
        port[i] = ntohs(a.sin_port);
        fcntl(fd, F_DUPFD, 90);
        close(fd);
    }
    snprintf(ports, sizeof ports, "8080=%d *=%d", port[0], port[1]);
    setenv("SPY_PORTS", ports, 1);
    setenv("SPY_LOOPBACK", "1", 1);
    setenv("ASAN_OPTIONS", "verify_asan_link_order=0:detect_leaks=0:symbolize=0", 1);
    setenv("LD_PRELOAD", getenv("SPY"), 1);
    execvp(argv[1], argv + 1);
    return 127;
}
C
    cat >talk.c <<'C'
#include "all.h"
int main(int argc, char **argv)
{
    int on = 1, port;
    char data[100];
    struct sockaddr_in a;
    socklen_t n = sizeof a;
    int s = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    bind(s, A("0.0.0.0", 8080));
    listen(s, 3);
    printf("listening ");
    int c = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);
    bind(c, A("127.0.0.2", 0));
    connect(c, A("127.0.0.1", 8080));
    int conn = accept(s, (struct sockaddr *)&a, &n);
    port = ntohs(a.sin_port);
    getsockname(c, (struct sockaddr *)&a, &n);
    printf("%d %s\n", port == ntohs(a.sin_port), inet_ntoa(a.sin_addr));
    getsockname(s, (struct sockaddr *)&a, &n);
    printf("%s %d\n", inet_ntoa(a.sin_addr), ntohs(a.sin_port));
    getpeername(c, (struct sockaddr *)&a, &n);
    printf("%s %d\n", inet_ntoa(a.sin_addr), ntohs(a.sin_port));
    send(c, "h\"\\\t\303\244\377\n", 9, MSG_NOSIGNAL);
    recv(conn, data, sizeof data, MSG_PEEK);
    read(conn, data, 3);
    recv(conn, argc > 1 ? data + 98 : data, sizeof data, 0);
    struct iovec two[] = { { "", 0 }, { "on", 2 }, { "e\n", 2 } };
    writev(conn, two, 3);
    struct msghdr m = { .msg_iov = two, .msg_iovlen = 3 };
    sendmsg(conn, &m, 0);
    two[1].iov_base = data;
    two[2].iov_base = data + 2;
    recvmsg(c, &m, 0);
    readv(c, two, 3);
    shutdown(c, SHUT_WR);
    recvfrom(conn, data, 5, 0, NULL, NULL);
    close(dup(conn));
    close(conn);
    close(c);
    close(s);
    close(s);
    return 0;
}
C
    cat >odd.c <<'C'
#include "all.h"
static int s, c, conn = -1;
static void pair(void)
{
    int on = 1;
    s = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    bind(s, A("0.0.0.0", 8080));
    listen(s, 3);
    c = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(c, A("127.0.0.1", 8080)) == -1)
        perror("connect");
}
static void *prints(void *go)
{
    flockfile(stdout);
    write(((int *)go)[1], "", 1);
    pause();
    return NULL;
}
int main(int argc, char **argv)
{
    char data[8192], *what = argv[argc - 1];
    memset(data, 'x', sizeof data);
    if (strcmp(what, "null") == 0) {
        pair();
        conn = accept(s, NULL, NULL);
        printf("%d\n", conn);
    } else if (strcmp(what, "short") == 0) {
        socklen_t n = 6;
        pair();
        conn = accept(s, (struct sockaddr *)data, &n);
        printf("%d %d %c\n", conn, n, data[6]);
    } else if (strcmp(what, "bad") == 0) {
        socklen_t n = 16;
        pair();
        fcntl(s, F_SETFL, O_NONBLOCK);
        bind(s, (void *)0x12345000, 16);
        printf("%s\n", strerror(errno));
        connect(c, NULL, 16);
        accept(s, (void *)16, &n);
        accept(s, (void *)data, (void *)16);
        send(c, (void *)0x12345000, 17, 0);
        sendmsg(c, (void *)16, 0);
        setsockopt(s, SOL_SOCKET, SO_REUSEADDR, NULL, 4);
        bind(s, (void *)data, 1 << 30);
        struct sockaddr_in half = at("1.2.3.4", 5);
        bind(s, (struct sockaddr *)&half, 8);
    } else if (strcmp(what, "foreign") == 0) {
        s = socket(AF_INET, SOCK_STREAM, 0);
        c = socket(AF_INET6, SOCK_STREAM, 0);
        bind(s, A("10.0.0.1", 8080));
        bind(-1, A("10.0.0.1", 8080));
        connect(s, A("10.0.0.1", 8080));
        connect(s, A("0.0.0.0", 8080));
    } else if (strcmp(what, "other") == 0) {
        struct sockaddr_in a;
        socklen_t n = sizeof a;
        int on = 1;
        s = socket(AF_INET, SOCK_STREAM, 0);
        setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        bind(s, A("0.0.0.0", 36895));
        getsockname(s, (struct sockaddr *)&a, &n);
        printf("%d", ntohs(a.sin_port));
        syscall(SYS_getsockname, s, &a, &n);
        printf(" %s %d\n", inet_ntoa(a.sin_addr), ntohs(a.sin_port)
                        == atoi(strchr(getenv("SPY_PORTS"), '*') + 2));
        c = socket(AF_INET, SOCK_STREAM, 0);
        bind(c, A("127.0.0.1", 0));
        getsockname(c, (struct sockaddr *)&a, &n);
        printf("%d\n", ntohs(a.sin_port) >= 32768);
    } else if (strcmp(what, "errno") == 0) {
        errno = 77;
        pair();
        conn = accept(s, NULL, NULL);
        send(c, "x", 1, 0), recv(conn, data, 1, 0), close(conn);
        printf("%d", errno);
        close(conn);
        printf(" %s\n", strerror(errno));
    } else if (strcmp(what, "faults") == 0) {
        pair();
        for (int i = 0; i < 3 && conn == -1; i++)
            if ((conn = accept(s, NULL, NULL)) == -1)
                perror("accept");
        printf("%zd", send(c, "12345678", 8, 0));
        printf(" %zd", send(c, "12345678", 8, 0));
        struct iovec two[] = { { data, 1 }, { data + 1, 7 } };
        printf(" %zd\n", readv(conn, two, 2));
        recv(conn, data, 8, 0);
        close(c), close(c);
    } else if (strcmp(what, "interrupted") == 0) {
        struct pollfd p;
        int error = -1;
        socklen_t n = sizeof error;
        pair();
        p = (struct pollfd){ .fd = c, .events = POLLOUT };
        poll(&p, 1, -1);
        getsockopt(c, SOL_SOCKET, SO_ERROR, &error, &n);
        printf("%d %d\n", error, fcntl(c, F_GETFL) & O_NONBLOCK);
    } else if (strcmp(what, "pipe") == 0) {
        pair();
        send(c, "x", 1, MSG_NOSIGNAL);
        send(c, "x", 1, 0);
    } else if (strcmp(what, "print") == 0) {
        pthread_t t;
        int go[2];
        pipe(go);
        pthread_create(&t, NULL, prints, go);
        read(go[0], data, 1);
        socket(AF_INET, SOCK_STREAM, 0);
        _exit(0);
    } else if (strcmp(what, "children") == 0) {
        for (int i = 3; i < 1024; i++)
            if (fcntl(i, F_GETFD) != -1)
                close(i);
        s = socket(AF_INET, SOCK_STREAM, 0);
        if (fork() == 0)
            close(s), execlp("odd", "odd", "null2", NULL);
        wait(NULL);
        close(s);
    } else if (strcmp(what, "null2") == 0) {
        socket(AF_UNIX, SOCK_STREAM, 0);
    } else if (strcmp(what, "long") == 0) {
        pair();
        send(c, data, sizeof data, 0);
    }
    return 0;
}
C
    for program in hold talk odd; do
        cc -w -o "$program" "$program.c" -pthread
    done
    PATH=$PWD:$PATH SPY_LOG=$PWD/record SPY_NAME=server spied talk
}

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    PATH=$BATS_FILE_TMPDIR:$PATH
    export SPY_LOG=$BATS_TEST_TMPDIR/record
}

# Runs the program under the spy; `seen` is the record without pids and OUT.
spied() {
    status=0
    timeout -k 1 5 hold "$@" >out 2>err 3>&- 4>&- || status=$?
    [ -f record ] && sed -E 's/^(server )?[0-9]+ -?[0-9]+ //
        s/127\.0\.0\.([12]):[3-6][0-9]{4}/127.0.0.\1:PEER/' record >seen
}

# Fails with a difference unless FILE holds what stands on standard input.
same() {
    diff -u - "$1"
}

the_record_of_talk() {
    cat <<'E'
socket(AF_INET, SOCK_STREAM, 0) = 3
setsockopt(3, SOL_SOCKET, SO_REUSEADDR, 1) = 0
bind(3, 0.0.0.0:8080) = 0
listen(3, 3) = 0
socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_TCP) = 4
bind(4, 127.0.0.2:0) = 0
connect(4, 127.0.0.1:8080) ...
connect(4, 127.0.0.1:8080) = 0
accept(3) ...
accept(3) = 5 127.0.0.2:PEER
getsockname(4) = 0 127.0.0.2:PEER
getsockname(3) = 0 0.0.0.0:8080
getpeername(4) = 0 127.0.0.1:8080
send(4, 9, "h\"\\\tä\xff\n\x00", MSG_NOSIGNAL) ...
send(4, 9, "h\"\\\tä\xff\n\x00", MSG_NOSIGNAL) = 9
recv(5, 100, MSG_PEEK) ...
recv(5, 100, MSG_PEEK) = 9 "h\"\\\tä\xff\n\x00"
recv(5, 3) ...
recv(5, 3) = 3 "h\"\\"
recv(5, 100) ...
recv(5, 100) = 6 "\tä\xff\n\x00"
send(5, 4, "one\n") ...
send(5, 4, "one\n") = 4
send(5, 4, "one\n") ...
send(5, 4, "one\n") = 4
recv(4, 4) ...
recv(4, 4) = 4 "one\n"
recv(4, 4) ...
recv(4, 4) = 4 "one\n"
shutdown(4, SHUT_WR) = 0
recv(5, 5) ...
recv(5, 5) = 0 ""
dup(5) = 6
close(6) = 0
close(5) = 0
close(4) = 0
close(3) = 0
close(3) = -1 EBADF
E
}

# The build for the sanitizers, by the compiler $1, of talk.
sanitized() {
    command -v "$1" >/dev/null || skip "no $1"
    "$1" -w -fsanitize=address,undefined -o talk "$BATS_FILE_TMPDIR/talk.c" ||
        skip "$1 has no sanitizers"
    spied ./talk
    [ "$status" -eq 0 ] && [ ! -s err ]
    the_record_of_talk | same seen
    spied ./talk too-much
    [ "$status" -eq 1 ]
    grep 'stack-buffer-overflow' err
}
