/*
 * spy.c - what a program says to the kernel about its sockets
 *
 * A library for LD_PRELOAD, built by spy.sh. It stands between a program (C or
 * Python) and libc, writes down each Berkeley primitive with its arguments and
 * result, moves ports and addresses to where a test wants them, and makes a
 * named call fail or fall short on demand. The environment tells it what to do:
 *
 *   SPY_LOG=FILE         the record. A line when a call returns, and one when
 *                        a call that may wait begins: [NAME ]PID OUT CALL. OUT
 *                        is how many bytes had gone to stdout by then (-1
 *                        where stdout is no regular file).
 *   SPY_NAME=server      NAME
 *   SPY_BUFFER=1         stdout keeps the buffer that it has in a pipe
 *   SPY_PORTS="8080=20001 *=20002"      the port asked for = the port used
 *   SPY_LOOPBACK=1       nothing is bound or connected outside loopback
 *   SPY_FAULTS="send@1=5 recv@2+=ECONNRESET accept@*=EINTR"
 *                        the first send moves 5 bytes at most, recv fails from
 *                        the second on, accept always; poll and alarm, which
 *                        are recorded only if they limit the time, have it
 *                        over at once, whatever the error
 *
 * Every helper leaves errno alone, but for those that say that they set it.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

/*
 * SPY(int, listen, int fd, int backlog) { ... } defines what the program finds
 * under the name `listen`; REAL(listen) is the next one of that name (libc's,
 * or a sanitizer's). In here it is called spy_listen: libc's headers may
 * declare the name with other types.
 */
#define FIND(type, name, ...)                                   \
    type spy_##name(__VA_ARGS__) __asm__(#name);                \
    static type (*real_##name)(__VA_ARGS__);                    \
    __attribute__((constructor)) static void find_##name(void)  \
    {                                                           \
        *(void **)&real_##name = dlsym(RTLD_NEXT, #name);       \
    }
#define SPY(type, name, ...) \
    FIND(type, name, __VA_ARGS__) type spy_##name(__VA_ARGS__)
#define REAL(name) (real_##name ? (void)0 : find_##name(), real_##name)

/* Names ------------------------------------------------------------------ */

struct word { int value; const char *name; };
#define W(name) { name, #name }
#define WORDS(table, ...) \
    static const struct word table[] = { __VA_ARGS__, { 0, NULL } }

WORDS(errors, W(EPERM), W(ENOENT), W(EINTR), W(EIO), W(ENXIO), W(EBADF),
      W(EAGAIN), W(ENOMEM), W(EACCES), W(EFAULT), W(EBUSY), W(EEXIST),
      W(ENODEV), W(ENOTDIR), W(EISDIR), W(EINVAL), W(ENFILE), W(EMFILE),
      W(ENOSPC), W(ESPIPE), W(EROFS), W(EPIPE), W(EDOM), W(ENAMETOOLONG),
      W(ENOSYS), W(ELOOP), W(ENOSR), W(ENONET), W(EPROTO), W(EOVERFLOW),
      W(ENOTSOCK), W(EDESTADDRREQ), W(EMSGSIZE), W(EPROTOTYPE),
      W(ENOPROTOOPT), W(EPROTONOSUPPORT), W(ESOCKTNOSUPPORT), W(EOPNOTSUPP),
      W(EPFNOSUPPORT), W(EAFNOSUPPORT), W(EADDRINUSE), W(EADDRNOTAVAIL),
      W(ENETDOWN), W(ENETUNREACH), W(ENETRESET), W(ECONNABORTED),
      W(ECONNRESET), W(ENOBUFS), W(EISCONN), W(ENOTCONN), W(ESHUTDOWN),
      W(ETIMEDOUT), W(ECONNREFUSED), W(EHOSTDOWN), W(EHOSTUNREACH),
      W(EALREADY), W(EINPROGRESS), W(EDQUOT), W(EWOULDBLOCK), W(ENOTSUP));
WORDS(families, W(AF_UNSPEC), W(AF_UNIX), W(AF_INET), W(AF_INET6),
      W(AF_NETLINK), W(AF_PACKET));
WORDS(types, W(SOCK_STREAM), W(SOCK_DGRAM), W(SOCK_RAW), W(SOCK_SEQPACKET));
WORDS(type_flags, W(SOCK_CLOEXEC), W(SOCK_NONBLOCK));
WORDS(protocols, W(IPPROTO_TCP), W(IPPROTO_UDP));
WORDS(levels, W(SOL_SOCKET), W(IPPROTO_IP), W(IPPROTO_TCP), W(IPPROTO_IPV6));
WORDS(tcp_options, W(TCP_NODELAY));
WORDS(no_words, { 0, NULL });
WORDS(socket_options, W(SO_REUSEADDR), W(SO_REUSEPORT), W(SO_KEEPALIVE),
      W(SO_BROADCAST), W(SO_LINGER), W(SO_RCVBUF), W(SO_SNDBUF),
      W(SO_RCVTIMEO), W(SO_SNDTIMEO), W(SO_RCVLOWAT));
WORDS(flag_words, W(MSG_PEEK), W(MSG_WAITALL), W(MSG_DONTWAIT),
      W(MSG_NOSIGNAL), W(MSG_OOB), W(MSG_MORE), W(MSG_TRUNC), W(MSG_EOR));
WORDS(ways, W(SHUT_RD), W(SHUT_WR), W(SHUT_RDWR));
WORDS(copies, W(F_DUPFD), W(F_DUPFD_CLOEXEC));

/* These write to a text that lives as long as the block that asks for it. */
#define NAME(value, words) name(value, words, (char[16]){ 0 })
#define FLAGS(before, value, words) \
    flags(before, value, words, (char[128]){ 0 })

static const char *name(int value, const struct word *words, char *number)
{
    for (; words->name; words++)
        if (words->value == value)
            return words->name;
    sprintf(number, "%d", value);
    return number;
}

/* `before`, then A|B|0x40; nothing where no flag is set. */
static const char *flags(const char *before, int value,
                         const struct word *words, char *text)
{
    char *at = text;

    for (; words->name && value; words++)
        if (value & words->value) {
            at += sprintf(at, "%s%s", at == text ? before : "|", words->name);
            value &= ~words->value;
        }
    if (value)
        sprintf(at, "%s0x%x", at == text ? before : "|", (unsigned)value);
    return text;
}

/* What the environment asks for ------------------------------------------ */

/* The calls that can be made to fail. */
enum kind { SOCKET, SETSOCKOPT, BIND, LISTEN, ACCEPT, CONNECT, SEND, RECV,
            CLOSE, SHUTDOWN, POLL, ALARM, KINDS };
static const char *const kinds[KINDS] = {
    "socket", "setsockopt", "bind", "listen", "accept", "connect", "send",
    "recv", "close", "shutdown", "poll", "alarm"
};

enum { MANY = 64 };
static struct { int asked, used; } ports[MANY];       /* asked -1: any other */
static struct { enum kind kind; unsigned from, to; int error; size_t most; }
    faults[MANY];
static unsigned ports_n, faults_n, calls[KINDS];
static int other_port, loopback, buffered, any_fd = -1; /* bound to 0.0.0.0 */
static const char *log_path, *log_name;

static int read_port(const char *item)
{
    int asked = -1, used = -1, end = 0;

    if (sscanf(item, "*=%5d%n", &used, &end) != 1
        && (sscanf(item, "%5d=%5d%n", &asked, &used, &end) != 2 || asked < 1))
        return 0;
    ports[ports_n].asked = asked;
    ports[ports_n++].used = used;
    return item[end] == '\0' && used > 0 && used < 65536 && asked < 65536;
}

static int read_fault(const char *item)
{
    char call[16], what[32];
    unsigned kind = 0, from = 1, to = UINT32_MAX, most = 0;
    const struct word *error = errors;
    int end = 0;

    if (sscanf(item, "%15[a-z]@%u=%31s", call, &from, what) == 3)
        to = from;
    else if (sscanf(item, "%15[a-z]@%u+=%31s", call, &from, what) != 3
             && sscanf(item, "%15[a-z]@*=%31s", call, what) != 2)
        return 0;
    while (kind < KINDS && strcmp(kinds[kind], call) != 0)
        kind++;
    while (error->name && strcmp(error->name, what) != 0)
        error++;
    if (!error->name && ((kind != SEND && kind != RECV)
                         || sscanf(what, "%9u%n", &most, &end) != 1
                         || what[end] != '\0'))
        return 0;
    faults[faults_n].kind = kind;
    faults[faults_n].from = from;
    faults[faults_n].to = to;
    faults[faults_n].error = error->value;
    faults[faults_n++].most = most;
    return kind < KINDS && from > 0;
}

static void read_items(const char *variable, int (*read_item)(const char *))
{
    const char *at = getenv(variable);
    char item[64];

    for (int i = 0, n; at && sscanf(at, " %63s%n", item, &n) == 1; i++, at += n)
        if (i == MANY || !read_item(item)) {
            dprintf(2, "spy: %s: cannot read \"%s\"\n", variable, item);
            _exit(2);
        }
}

/* Runs before main, or at the first call where a library is even earlier. */
__attribute__((constructor)) static void set_up(void)
{
    static int done;
    int kept = errno;

    if (done++)
        return;
    log_path = getenv("SPY_LOG");
    log_name = getenv("SPY_NAME");
    loopback = getenv("SPY_LOOPBACK") && *getenv("SPY_LOOPBACK") == '1';
    read_items("SPY_PORTS", read_port);
    read_items("SPY_FAULTS", read_fault);
    buffered = getenv("SPY_BUFFER") && *getenv("SPY_BUFFER") == '1';
    if (!buffered) {
        setvbuf(stdout, NULL, _IOLBF, 0);
        setvbuf(stdin, NULL, _IOLBF, 0);    /* to wait flushes stdout */
    }
    errno = kept;
}

/* The program's memory and descriptors ----------------------------------- */

/*
 * How many of the `size` bytes at `p` can be read? sigprocmask reads eight
 * bytes before it sees that -1 is no way to change a mask: where they cannot
 * be read, the kernel says EFAULT and nothing crashes.
 */
static size_t readable(const void *p, size_t size)
{
    uintptr_t start = (uintptr_t)p, at = start, end = start + size;
    int kept = errno;

    for (; at >= 4096 && at < end; at = (at | 4095) + 1)
        if (syscall(SYS_rt_sigprocmask, -1, at & ~(uintptr_t)7, NULL, 8) == -1
            && errno == EFAULT)
            break;
    errno = kept;
    return at < end ? at - start : end < start ? 0 : size;
}

/* Not memcpy: a sanitizer would check it, and blame the spy. */
static void copy(void *to, const void *from, size_t size)
{
    volatile unsigned char *a = to;
    const volatile unsigned char *b = from;

    while (size-- > 0)
        *a++ = *b++;
}

static int is_socket(int fd)
{
    struct stat st;
    int kept = errno, is = fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode);

    errno = kept;
    return is;
}

/* Lines ------------------------------------------------------------------ */

enum { TEXT = 4096 };                    /* bytes of data that a line shows */
struct line { size_t n; char s[4 * TEXT + 512]; };
#define LINE(l, ...) struct line l; l.n = 0; put(&l, __VA_ARGS__)

__attribute__((format(printf, 2, 3)))
static void put(struct line *l, const char *format, ...)
{
    int kept = errno;
    va_list arguments;

    va_start(arguments, format);
    l->n += (size_t)vsnprintf(l->s + l->n, sizeof l->s - l->n, format,
                              arguments);
    va_end(arguments);
    errno = kept;
}

/* The size of the printable UTF-8 letter beyond ASCII at `s`, or 0. */
static size_t letter(const unsigned char *s, size_t n)
{
    size_t size = *s < 0xC2 ? 0 : *s < 0xE0 ? 2 : *s < 0xF0 ? 3 : 4;

    if (size > n || *s > 0xF4)
        return 0;
    for (size_t i = 1; i < size; i++)
        if ((s[i] & 0xC0) != 0x80)
            return 0;
    /* C1 controls, forms longer than needed, surrogates, beyond Unicode */
    return (*s == 0xC2 && s[1] < 0xA0) || (*s == 0xE0 && s[1] < 0xA0)
           || (*s == 0xED && s[1] > 0x9F) || (*s == 0xF0 && s[1] < 0x90)
           || (*s == 0xF4 && s[1] > 0x8F) ? 0 : size;
}

/* The first `size` bytes of the parts, quoted, as far as they can be read. */
static void put_text(struct line *l, const struct iovec *part, size_t parts,
                     size_t size)
{
    size_t left = size < TEXT ? size : TEXT, shown = 0, n, whole = 0;

    put(l, "\"");
    for (; parts > 0; parts--, part++, left -= n, shown += n) {
        const unsigned char *s = part->iov_base;

        n = readable(s, part->iov_len < left ? part->iov_len : left);
        for (size_t i = 0; i < n; i++) {
            whole = whole ? whole : letter(s + i, n - i);
            if (whole) {
                l->s[l->n++] = (char)s[i];
                whole--;
            } else if (s[i] == '\n' || s[i] == '\t') {
                put(l, s[i] == '\n' ? "\\n" : "\\t");
            } else if (s[i] < ' ' || s[i] > '~') {
                put(l, "\\x%02x", s[i]);
            } else {
                put(l, s[i] == '"' || s[i] == '\\' ? "\\%c" : "%c", s[i]);
            }
        }
    }
    put(l, shown < size ? "\"..." : "\"");
}

#define ADDRESS(a, size) address_text(a, size, (char[96]){ 0 })

static const char *address_text(const void *address, socklen_t size, char *text)
{
    union { struct sockaddr a; struct sockaddr_in in; struct sockaddr_in6 in6;
            struct sockaddr_storage all; } u;
    char ip[INET6_ADDRSTRLEN];
    size_t n = size < sizeof u ? size : sizeof u;
    char *at = text;
    int inet;

    if (!address || readable(address, n) < n) {
        sprintf(text, address ? "%p" : "NULL", address);
        return text;
    }
    memset(&u, 0, sizeof u);
    copy(&u, address, n);
    inet = u.a.sa_family == AF_INET || u.a.sa_family == AF_UNSPEC;
    if (inet && n >= 8)
        at += sprintf(at, "%s%s:%d",
                      u.a.sa_family == AF_INET ? "" : "AF_UNSPEC ",
                      inet_ntop(AF_INET, &u.in.sin_addr, ip, sizeof ip),
                      ntohs(u.in.sin_port));
    else if (u.a.sa_family == AF_INET6 && n >= 24)
        at += sprintf(at, "[%s]:%d",
                      inet_ntop(AF_INET6, &u.in6.sin6_addr, ip, sizeof ip),
                      ntohs(u.in6.sin6_port));
    else
        at += sprintf(at, "%s", NAME(u.a.sa_family, families));
    if ((inet && size < sizeof u.in) || size > sizeof u)
        sprintf(at, ", %u bytes", size);        /* the kernel takes no such */
    return text;
}

/* The record ------------------------------------------------------------- */

/*
 * The descriptor of the record. It stands high, so that the program's first
 * socket is 3, and is opened again if the program has closed or replaced it.
 */
static int log_fd(void)
{
    static int fd = -1;
    static struct stat ours;
    struct stat now;
    int low;

    if (fd != -1 && fstat(fd, &now) == 0 && now.st_ino == ours.st_ino
        && now.st_dev == ours.st_dev)
        return fd;
    fd = -1;
    low = open(log_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    for (int at = 200; low != -1 && fd == -1 && at > low; at /= 2)
        fd = (int)syscall(SYS_fcntl, low, F_DUPFD_CLOEXEC, at);
    if (fd == -1)
        fd = low;
    else
        syscall(SYS_close, low);
    fstat(fd, &ours);
    return fd;
}

static void flush(void)
{
    /* another thread may be printing */
    if (!buffered && ftrylockfile(stdout) == 0) {
        fflush(stdout);
        funlockfile(stdout);
    }
}

/* How many bytes have gone to stdout; those that stdio still holds go first. */
static long long bytes_out(void)
{
    struct stat st;

    flush();
    return fstat(1, &st) == 0 && S_ISREG(st.st_mode) ? lseek(1, 0, SEEK_CUR)
                                                     : -1;
}

static void record(const struct line *l, const char *ending)
{
    static __thread int busy __attribute__((tls_model("initial-exec")));
    char start[128];
    int kept = errno;

    set_up();
    if (log_path && busy++ == 0) {
        int n = snprintf(start, sizeof start, "%.64s%s%ld %lld ",
                         log_name ? log_name : "", log_name ? " " : "",
                         (long)getpid(), bytes_out());
        struct iovec parts[] = { { start, (size_t)n }, { (char *)l->s, l->n },
                                 { (char *)ending, strlen(ending) } };

        if (syscall(SYS_writev, log_fd(), parts, 3) == -1 && errno != EFBIG) {
            /* What happens unseen would be judged wrongly. */
            dprintf(2, "spy: the record: %s\n", strerror(errno));
            _exit(125);
        }
        busy--;
    }
    errno = kept;
}

static void put_result(struct line *l, long result)
{
    put(l, result == -1 ? " = %ld %s" : " = %ld", result, NAME(errno, errors));
}

/* Writes that the call has returned: its result, and what `more` adds. */
static void end(struct line *l, long result, const char *more)
{
    put_result(l, result);
    put(l, "%s%s\n", *more ? " " : "", more);
    record(l, "");
}

/* The rest of a function whose line has nothing but a call and a result. */
#define DONE(result, ...)  \
    LINE(l, __VA_ARGS__);  \
    end(&l, result, "");   \
    return result

/* Faults ----------------------------------------------------------------- */

/*
 * Counts the call. Is it to be made? If not, sets errno. `most` is lowered to
 * the bytes that it may move. What is no socket gets the kernel's own answer.
 */
static int allowed(enum kind kind, int fd, size_t *most)
{
    unsigned call;

    set_up();
    if (kind != SOCKET && kind < POLL && !is_socket(fd))
        return 1;
    call = __atomic_add_fetch(&calls[kind], 1, __ATOMIC_RELAXED);
    for (unsigned i = 0; i < faults_n; i++) {
        if (faults[i].kind != kind || call < faults[i].from
            || call > faults[i].to)
            continue;
        if (faults[i].error) {
            errno = faults[i].error;
            return 0;
        }
        if (faults[i].most < *most)
            *most = faults[i].most;
    }
    return 1;
}

/* Ports and addresses ---------------------------------------------------- */

static in_port_t used_port(in_port_t network)
{
    int port = ntohs(network), other = 0;

    for (unsigned i = 0; i < ports_n && port; i++) {
        if (ports[i].asked == port)
            return htons((in_port_t)ports[i].used);
        if (ports[i].asked == -1)
            other = ports[i].used;
    }
    if (!other)
        return network;
    other_port = port;
    return htons((in_port_t)other);
}

static in_port_t asked_port(in_port_t network)
{
    for (unsigned i = 0; i < ports_n; i++)
        if (ports[i].used == ntohs(network)) {
            int asked = ports[i].asked == -1 ? other_port : ports[i].asked;

            return asked ? htons((in_port_t)asked) : network;
        }
    return network;
}

/* An IPv4 address, kept on loopback: 0, or the errno of a foreign one. */
static int confine(unsigned char *ip, int binding)
{
    if (!loopback || ip[0] == 127)
        return 0;
    if (memcmp(ip, "\0\0\0", 4) != 0)
        return binding ? EADDRNOTAVAIL : ENETUNREACH;
    memcpy(ip, "\177\0\0\1", 4);
    return 0;
}

static int confine6(struct in6_addr *ip, int binding)
{
    if (IN6_IS_ADDR_V4MAPPED(ip))
        return confine(ip->s6_addr + 12, binding);
    if (loopback && IN6_IS_ADDR_UNSPECIFIED(ip))
        ip->s6_addr[15] = 1;
    if (!loopback || IN6_IS_ADDR_LOOPBACK(ip))
        return 0;
    return binding ? EADDRNOTAVAIL : ENETUNREACH;
}

struct place { struct sockaddr_storage moved; const struct sockaddr *address; };

/*
 * Finds the place where the test has what the program asks for: a moved copy
 * of the address, or the address itself where that is the kernel's business.
 * May the program go there? If not, sets errno.
 */
static int route(struct place *p, int fd, const struct sockaddr *address,
                 socklen_t size, int binding)
{
    struct sockaddr_in *in = (struct sockaddr_in *)&p->moved;
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&p->moved;
    int error = 0;

    set_up();
    p->address = address;
    if (!address || size < sizeof *in || size > sizeof p->moved
        || readable(address, size) < size)
        return 1;
    copy(&p->moved, address, size);
    p->address = (struct sockaddr *)&p->moved;
    /* Linux takes AF_UNSPEC for AF_INET in bind. */
    if (in->sin_family == AF_INET || (binding && in->sin_family == AF_UNSPEC)) {
        in->sin_port = used_port(in->sin_port);
        if (loopback && in->sin_addr.s_addr == htonl(INADDR_ANY))
            any_fd = binding ? fd : any_fd;
        else if (fd == any_fd)
            any_fd = -1;
        error = confine((unsigned char *)&in->sin_addr, binding);
        in->sin_family = AF_INET;       /* moved, 0.0.0.0 would be refused */
    } else if (in->sin_family == AF_INET6 && size >= 24) {
        in6->sin6_port = used_port(in6->sin6_port);
        error = confine6(&in6->sin6_addr, binding);
    }
    if (error == 0 || !is_socket(fd))
        return 1;
    errno = error;
    return 0;
}

/* An address that the kernel gave, `room` bytes of it, as the program asked. */
static void ask_back(void *address, socklen_t room)
{
    struct sockaddr_in in;

    if (!address || room < 4)
        return;
    copy(&in, address, 4);
    if (in.sin_family == AF_INET || in.sin_family == AF_INET6) {
        in.sin_port = asked_port(in.sin_port);   /* where sin6_port is too */
        copy(address, &in, 4);
    }
}

/* What the program's length says that there is room for. */
static socklen_t room_in(const void *address, const socklen_t *size)
{
    socklen_t room = 0;

    if (address && readable(size, sizeof room) == sizeof room)
        copy(&room, size, sizeof room);
    return room;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* The calls -------------------------------------------------------------- */

SPY(int, socket, int family, int type, int protocol)
{
    int modes = type & (SOCK_CLOEXEC | SOCK_NONBLOCK);
    int fd = !allowed(SOCKET, -1, NULL) ? -1
             : REAL(socket)(family, type, protocol);

    DONE(fd, "socket(%s, %s%s, %s)", NAME(family, families),
         NAME(type & ~modes, types), FLAGS("|", modes, type_flags),
         NAME(protocol, protocols));
}

SPY(int, setsockopt, int fd, int level, int option, const void *value,
    socklen_t size)
{
    int number, known = size >= sizeof number && readable(value, size) == size;
    int result = !allowed(SETSOCKOPT, fd, NULL) ? -1
                 : REAL(setsockopt)(fd, level, option, value, size);

    if (known)
        copy(&number, value, sizeof number);
    DONE(result, "setsockopt(%d, %s, %s, %s)", fd, NAME(level, levels),
         NAME(option, level == SOL_SOCKET ? socket_options
                      : level == IPPROTO_TCP ? tcp_options : no_words),
         known ? NAME(number, no_words) : "?");
}

SPY(int, bind, int fd, const struct sockaddr *address, socklen_t size)
{
    struct place p;
    int may = allowed(BIND, fd, NULL) && route(&p, fd, address, size, 1);
    int result = may ? REAL(bind)(fd, p.address, size) : -1;

    DONE(result, "bind(%d, %s)", fd, ADDRESS(address, size));
}

SPY(int, listen, int fd, int backlog)
{
    int result = allowed(LISTEN, fd, NULL) ? REAL(listen)(fd, backlog) : -1;

    DONE(result, "listen(%d, %d)", fd, backlog);
}

SPY(int, shutdown, int fd, int way)
{
    int result = allowed(SHUTDOWN, fd, NULL) ? REAL(shutdown)(fd, way) : -1;

    DONE(result, "shutdown(%d, %s)", fd, NAME(way, ways));
}

SPY(int, close, int fd)
{
    int socket = is_socket(fd), may = allowed(CLOSE, fd, NULL), why = errno;
    int result = may || why != EBADF ? REAL(close)(fd) : -1;

    if (!may) {                /* Linux closes, whatever else close reports */
        result = -1;
        errno = why;
    }
    if (!socket && result == 0 && fd > 2)
        return 0;              /* of files only 0, 1 and 2 are worth a line */
    DONE(result, "close(%d)", fd);
}

SPY(int, dup, int fd)
{
    int copied = REAL(dup)(fd);

    if (!is_socket(fd))
        return copied;
    DONE(copied, "dup(%d)", fd);
}

SPY(int, dup2, int fd, int to)
{
    int socket = is_socket(fd) || is_socket(to), copied = REAL(dup2)(fd, to);

    if (!socket)
        return copied;
    DONE(copied, "dup2(%d, %d)", fd, to);
}

SPY(int, dup3, int fd, int to, int modes)
{
    int socket = is_socket(fd) || is_socket(to);
    int copied = REAL(dup3)(fd, to, modes);

    if (!socket)
        return copied;
    DONE(copied, "dup3(%d, %d, %s)", fd, to, modes ? "O_CLOEXEC" : "0");
}

#define SPY_FCNTL(name)                                                      \
    SPY(int, name, int fd, int command, ...)                                 \
    {                                                                        \
        va_list rest;                                                        \
        va_start(rest, command);                                             \
        void *argument = va_arg(rest, void *);                               \
        va_end(rest);                                                        \
        int result = REAL(name)(fd, command, argument);                      \
        if ((command != F_DUPFD && command != F_DUPFD_CLOEXEC)               \
            || !is_socket(fd))                                               \
            return result;                                                   \
        DONE(result, "fcntl(%d, %s, %d)", fd, NAME(command, copies),         \
             (int)(intptr_t)argument);                                       \
    }
SPY_FCNTL(fcntl)
SPY_FCNTL(fcntl64)

/* Two questions of one form. `known` is the answer as the program knows it. */
#define SPY_NAME(name)                                                       \
    SPY(int, name, int fd, struct sockaddr *address, socklen_t *size)        \
    {                                                                        \
        struct sockaddr_storage known;                                       \
        socklen_t n = sizeof known, room = room_in(address, size);           \
        int result = REAL(name)(fd, address, size), kept = errno;            \
        LINE(l, #name "(%d)", fd);                                           \
        if (result == 0 && real_##name(fd, (void *)&known, &n) == 0) {       \
            ask_back(&known, n);                                             \
            if (fd == any_fd)                                                \
                memset((char *)&known + 4, 0, 4);        /* sin_addr */      \
            copy(address, &known, least(room, *size));                       \
        }                                                                    \
        errno = kept;                                                        \
        end(&l, result, result == 0 ? ADDRESS(&known, n) : "");              \
        return result;                                                       \
    }
SPY_NAME(getpeername)
SPY_NAME(getsockname)

SPY(int, connect, int fd, const struct sockaddr *address, socklen_t size)
{
    struct place p;
    int result = -1, may;
    LINE(l, "connect(%d, %s)", fd, ADDRESS(address, size));

    record(&l, " ...\n");
    may = allowed(CONNECT, fd, NULL);
    if (may && route(&p, fd, address, size, 0)) {
        result = REAL(connect)(fd, p.address, size);
    } else if (!may && errno == EINTR && route(&p, fd, address, size, 0)) {
        /* An interrupted connect goes on in the background. */
        long modes = syscall(SYS_fcntl, fd, F_GETFL);

        syscall(SYS_fcntl, fd, F_SETFL, modes | O_NONBLOCK);
        if (REAL(connect)(fd, p.address, size) == 0 || errno == EINPROGRESS)
            errno = EINTR;
        syscall(SYS_fcntl, fd, F_SETFL, modes);
    }
    end(&l, result, "");
    return result;
}

FIND(int, accept4, int fd, struct sockaddr *peer, socklen_t *size, int modes)

/*
 * accept is accept4 without flags. The line tells the peer in any case, and
 * the room for its address where that is too little.
 */
static int take(struct line *l, int fd, struct sockaddr *peer, socklen_t *size,
                int modes)
{
    struct sockaddr_storage a;
    socklen_t n = sizeof a, room = room_in(peer, size);
    int conn = -1, kept;

    if (peer && room < sizeof(struct sockaddr_in))
        put(l, ", %u bytes", room);
    put(l, ")");
    record(l, " ...\n");
    if (allowed(ACCEPT, fd, NULL))
        conn = REAL(accept4)(fd, peer ? peer : (void *)&a, peer ? size : &n,
                             modes);
    kept = errno;
    if (conn != -1) {
        if (peer && *size <= room)
            copy(&a, peer, n = least(*size, sizeof a));
        else if (peer && REAL(getpeername)(conn, (void *)&a, &n) == -1)
            n = 0;
        ask_back(&a, n);
        if (peer)
            copy(peer, &a, least(n, least(room, *size)));
    }
    errno = kept;
    end(l, conn, conn == -1 ? "" : n == 0 ? "?" : ADDRESS(&a, n));
    return conn;
}

int spy_accept4(int fd, struct sockaddr *peer, socklen_t *size, int modes)
{
    LINE(l, "accept4(%d, %s", fd, modes ? FLAGS("", modes, type_flags) : "0");
    return take(&l, fd, peer, size, modes);
}

SPY(int, accept, int fd, struct sockaddr *peer, socklen_t *size)
{
    LINE(l, "accept(%d", fd);
    return take(&l, fd, peer, size, 0);
}

FIND(ssize_t, sendmsg, int fd, const struct msghdr *message, int modes)
FIND(ssize_t, recvmsg, int fd, struct msghdr *message, int modes)

/* All calls that move bytes are sendmsg or recvmsg with less to say. */
static ssize_t move(enum kind kind, int fd, struct msghdr *message, int modes)
{
    struct msghdr own = { 0 };
    struct iovec *part, cut;
    struct place p;
    size_t parts, asked = 0, most;
    ssize_t n = -1;
    LINE(l, "%s(%d, ", kinds[kind], fd);

    if (readable(message, sizeof own) == sizeof own)
        copy(&own, message, sizeof own);
    part = own.msg_iov;
    parts = own.msg_iovlen;
    if (parts > 1024 || readable(part, parts * sizeof cut) < parts * sizeof cut)
        parts = 0;
    for (size_t i = 0; i < parts; i++)
        asked += part[i].iov_len;
    most = asked;
    put(&l, "%zu", asked);
    if (kind == SEND) {
        put(&l, ", ");
        put_text(&l, part, parts, asked);
    }
    put(&l, "%s)", FLAGS(", ", modes, flag_words));
    record(&l, " ...\n");

    if (!allowed(kind, fd, &most)) {
        if (kind == SEND && errno == EPIPE && !(modes & MSG_NOSIGNAL))
            raise(SIGPIPE);
    } else {
        if (most < asked) {                  /* of the first part with bytes */
            while (own.msg_iov->iov_len == 0)
                own.msg_iov++;
            cut = *own.msg_iov;
            cut.iov_len = least(cut.iov_len, most);
            own.msg_iov = &cut;
            own.msg_iovlen = 1;
        }
        if (kind == RECV) {
            socklen_t room = own.msg_namelen;

            n = REAL(recvmsg)(fd, parts ? &own : message, modes);
            if (n >= 0 && parts) {
                ask_back(own.msg_name, least(room, own.msg_namelen));
                message->msg_namelen = own.msg_namelen;
                message->msg_controllen = own.msg_controllen;
                message->msg_flags = own.msg_flags;
            }
        } else if (route(&p, fd, own.msg_name, own.msg_namelen, 0)) {
            own.msg_name = (void *)p.address;
            n = REAL(sendmsg)(fd, parts ? &own : message, modes);
        }
    }
    put_result(&l, n);
    if (kind == RECV && n >= 0 && !(modes & MSG_TRUNC)) {
        put(&l, " ");
        put_text(&l, part, parts, (size_t)n);
    }
    record(&l, "\n");
    return n;
}

ssize_t spy_sendmsg(int fd, const struct msghdr *message, int modes)
{
    return move(SEND, fd, (struct msghdr *)message, modes);
}

ssize_t spy_recvmsg(int fd, struct msghdr *message, int modes)
{
    return move(RECV, fd, message, modes);
}

#define PARTS(part, parts) \
    (&(struct msghdr){ .msg_iov = (void *)part, .msg_iovlen = (size_t)parts })
#define ONE(data, size) PARTS((&(struct iovec){ (void *)data, size }), 1)

SPY(ssize_t, send, int fd, const void *data, size_t size, int modes)
{
    return move(SEND, fd, ONE(data, size), modes);
}

SPY(ssize_t, recv, int fd, void *data, size_t size, int modes)
{
    return move(RECV, fd, ONE(data, size), modes);
}

SPY(ssize_t, sendto, int fd, const void *data, size_t size, int modes,
    const struct sockaddr *to, socklen_t to_size)
{
    struct msghdr *message = ONE(data, size);

    message->msg_name = (void *)to;
    message->msg_namelen = to ? to_size : 0;
    return move(SEND, fd, message, modes);
}

SPY(ssize_t, recvfrom, int fd, void *data, size_t size, int modes,
    struct sockaddr *from, socklen_t *from_size)
{
    struct msghdr *message = ONE(data, size);
    ssize_t n;

    if (from && readable(from_size, sizeof *from_size) < sizeof *from_size)
        return REAL(recvfrom)(fd, data, size, modes, from, from_size);
    message->msg_name = from;
    message->msg_namelen = from ? *from_size : 0;
    n = move(RECV, fd, message, modes);
    if (n >= 0 && from)
        *from_size = message->msg_namelen;
    return n;
}

#define ON_SOCKET(kind, message, otherwise) \
    return is_socket(fd) ? move(kind, fd, message, 0) : otherwise

SPY(ssize_t, write, int fd, const void *data, size_t size)
{
    ON_SOCKET(SEND, ONE(data, size), REAL(write)(fd, data, size));
}

SPY(ssize_t, writev, int fd, const struct iovec *part, int parts)
{
    ON_SOCKET(SEND, PARTS(part, parts), REAL(writev)(fd, part, parts));
}

SPY(ssize_t, read, int fd, void *data, size_t size)
{
    if (fd == 0)
        flush();        /* a prompt shows, as from stdio on a terminal */
    ON_SOCKET(RECV, ONE(data, size), REAL(read)(fd, data, size));
}

SPY(ssize_t, readv, int fd, const struct iovec *part, int parts)
{
    ON_SOCKET(RECV, PARTS(part, parts), REAL(readv)(fd, part, parts));
}

/* Limits on waiting ------------------------------------------------------ */

/* A wait of at most `ms` for the socket fd: is its time over at once? */
static int over(int fd, long ms)
{
    return fd != -1 && ms > 0 && !allowed(POLL, fd, NULL);
}

static int waited(const char *how, int fd, long ms, int result)
{
    if (fd == -1 || ms <= 0)
        return result;
    DONE(result, "%s(%d, %ld)", how, fd, ms);
}

/* The first descriptor of a wait that is standard input or a socket, or -1. */
static int polled(const struct pollfd *set, nfds_t n)
{
    for (nfds_t i = 0; i < n; i++)
        if (set[i].fd == 0 || (set[i].fd > 0 && is_socket(set[i].fd)))
            return set[i].fd;
    return -1;
}

static int selected(int n, const fd_set *a, const fd_set *b)
{
    for (int fd = 0; fd < n && fd < FD_SETSIZE; fd++)
        if (((a && FD_ISSET(fd, a)) || (b && FD_ISSET(fd, b)))
            && (fd == 0 || is_socket(fd)))
            return fd;
    return -1;
}

static int none_polled(struct pollfd *set, nfds_t n)
{
    for (nfds_t i = 0; i < n; i++)
        set[i].revents = 0;
    return 0;
}

static int none_selected(fd_set *a, fd_set *b, fd_set *c)
{
    fd_set *sets[] = { a, b, c };

    for (int i = 0; i < 3; i++)
        if (sets[i])
            FD_ZERO(sets[i]);
    return 0;
}

SPY(int, poll, struct pollfd *set, nfds_t n, int ms)
{
    int fd = polled(set, n);

    return waited("poll", fd, ms, over(fd, ms) ? none_polled(set, n)
                                               : REAL(poll)(set, n, ms));
}

SPY(int, ppoll, struct pollfd *set, nfds_t n, const struct timespec *time,
    const sigset_t *mask)
{
    long ms = time ? time->tv_sec * 1000 + time->tv_nsec / 1000000 : 0;
    int fd = polled(set, n);

    return waited("poll", fd, ms, over(fd, ms)
                                  ? none_polled(set, n)
                                  : REAL(ppoll)(set, n, time, mask));
}

SPY(int, select, int n, fd_set *in, fd_set *out, fd_set *odd,
    struct timeval *time)
{
    long ms = time ? time->tv_sec * 1000 + time->tv_usec / 1000 : 0;
    int fd = selected(n, in, out);

    return waited("select", fd, ms, over(fd, ms)
                                    ? none_selected(in, out, odd)
                                    : REAL(select)(n, in, out, odd, time));
}

SPY(int, pselect, int n, fd_set *in, fd_set *out, fd_set *odd,
    const struct timespec *time, const sigset_t *mask)
{
    long ms = time ? time->tv_sec * 1000 + time->tv_nsec / 1000000 : 0;
    int fd = selected(n, in, out);

    return waited("select", fd, ms,
                  over(fd, ms) ? none_selected(in, out, odd)
                               : REAL(pselect)(n, in, out, odd, time, mask));
}

SPY(unsigned, alarm, unsigned seconds)
{
    unsigned left;

    if (seconds == 0)
        return REAL(alarm)(0);
    if (allowed(ALARM, -1, NULL)) {
        left = REAL(alarm)(seconds);
    } else {
        struct itimerval soon = { .it_value.tv_usec = 20000 }, before;

        setitimer(ITIMER_REAL, &soon, &before);
        left = (unsigned)before.it_value.tv_sec;
    }
    DONE(left, "alarm(%u)", seconds);
}

/*
 * glibc's names for read, recv and recvfrom under _FORTIFY_SOURCE. `room` is
 * the buffer's size; glibc ends a program that asks for more.
 */
SPY(ssize_t, __read_chk, int fd, void *data, size_t size, size_t room)
{
    return size <= room ? spy_read(fd, data, size)
                        : REAL(__read_chk)(fd, data, size, room);
}

SPY(ssize_t, __recv_chk, int fd, void *data, size_t size, size_t room,
    int modes)
{
    return size <= room ? spy_recv(fd, data, size, modes)
                        : REAL(__recv_chk)(fd, data, size, room, modes);
}

SPY(ssize_t, __recvfrom_chk, int fd, void *data, size_t size, size_t room,
    int modes, struct sockaddr *from, socklen_t *from_size)
{
    return size <= room
           ? spy_recvfrom(fd, data, size, modes, from, from_size)
           : REAL(__recvfrom_chk)(fd, data, size, room, modes, from, from_size);
}
