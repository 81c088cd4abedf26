#!/bin/sh
# make run: one exchange between a server and a client; each side's lines,
# labelled, in its order. Exits 0 only if the exchange was whole: both exit 0
# and have printed what they should.
#
#   LESSON=05      that lesson's programs, as they are in lessons/: the pair
#                  from 05 on, and up to 04 the server, in this terminal
#   ONLY=server    one program of the pair, in this terminal (or ONLY=client)
#   SERVER=python  that side in Python (CLIENT=python too)
#   PORT=9090      the port to use for 8080; the spy maps it
#   LIMIT=10       the seconds after which a pair that hangs is ended
#   FAULT="server:send@1=5 client:recv@1=EINTR"
#                  the calls to cut short or to fail, by the spy
. "${0%/*}/lib.sh"

LESSON=${LESSON:-07}
find_lesson
port=${PORT:-8080} limit=${LIMIT:-10} only=${ONLY:-}
number() {
    case $1 in 0* | *[!0-9]* | ??????*) return 1 ;; esac
    [ "$1" -le 65535 ]
}
number "$port" || die "PORT=$port is no port: take one from 1024 to 65535."
number "$limit" || die "LIMIT=$limit is not a number of seconds."
case $LESSON:$only in
0[1-4]-*:client) die "Lesson $LESSON has no client." ;;
0[1-4]-*:) only=server ;;
*: | *:server | *:client) ;;
*) die "ONLY=$only is neither server nor client." ;;
esac
for word in ${FAULT:-}; do
    case $word in server:?*@?*=?* | client:?*@?*=?*) continue ;; esac
    die "FAULT=$word is not of the form server:send@1=5."
done

server='' client='' work=''
finish() {
    # shellcheck disable=SC2086  # one word, or none
    { kill -9 $server $client && wait; } 2>/dev/null || :
    [ -z "$work" ] || rm -rf "$work"
}
trap finish EXIT
work=$(mktemp -d) || die "There is no room for temporary files."

spy=''
if [ "$port" != 8080 ] || [ -n "${FAULT:-}" ]; then
    [ "$(uname)" = Linux ] || die "PORT and FAULT need Linux, for the spy."
    spy=$(sh tests/check/spy.sh) || exit 1
fi
[ "$port" = 8080 ] ||
    say "Port 8080 is mapped to $port; the programs still say 8080." >&2

# prepare SIDE: leaves in $program what to run, compiled if it is C: into
# build/, or into the temporary folder where build/ can't be written.
CC=${CC:-cc}
prepare() {
    case $1 in server) language=${SERVER:-c} ;; *) language=${CLIENT:-c} ;; esac
    folder=lessons/$LESSON
    case $1:$language in
    server:python) program=$folder/Server.py ;;
    client:python) program=$folder/Client.py ;;
    *:c) program=$folder/$1.c ;;
    *) die "SERVER and CLIENT are python or c, not $language." ;;
    esac
    [ -r "$program" ] || die "$program can't be read."
    [ "$language" = c ] || { need python3 "to run $program"; return 0; }
    need "${CC%% *}" "to compile $program"
    # shellcheck disable=SC2086  # both are words for the command line
    $CC -Wall -Wextra ${CFLAGS:-} -o "$work/$1" "$program" ||
        die "$program does not compile."
    program=$work/$1 folder=build/run/$LESSON
    if mkdir -p "$folder" && mv -f "$program" "$folder"; then
        program=$folder/$1
    fi 2>/dev/null
}

# launch SIDE PROGRAM: becomes that program. Its lines come as it prints them.
launch() {
    faults=''
    for word in ${FAULT:-}; do
        case $word in "$1:"*) faults="$faults ${word#*:}" ;; esac
    done
    shift
    case $1 in
    *.py) set -- "$(python3 -c 'import sys; print(sys.executable)')" -u "$1" ;;
    *)
        if [ -z "$spy" ] && stdbuf -oL true 2>/dev/null; then
            set -- stdbuf -oL "$@"
        fi ;;
    esac
    [ -z "$spy" ] || set -- env LD_PRELOAD="$spy" SPY_PORTS="8080=$port" \
        SPY_FAULTS="$faults" "$@"
    exec "$@"
}

# The inodes of the sockets that listen on the port (/proc/net/tcp: 0A).
listeners() {
    awk -v port=":$(printf %04X "$port")\$" \
        '$4 == "0A" && $2 ~ port { print $10 }' /proc/net/tcp* 2>/dev/null
}

# holder FILE...: of these descriptors (/proc/PID/fd/N), the process of the
# first that is such a socket.
holder() {
    # shellcheck disable=SC2012  # what links point to, as ls shows it
    ls -l "$@" 2>/dev/null | awk -v sockets="$(listeners | tr '\n' ' ')" '
        BEGIN { for (n = split(sockets, s); n; n--) want["socket:[" s[n] "]"] }
        $NF in want { split($(NF - 2), path, "/"); print path[3]; exit }'
}

# Says that the port is taken, by what if that can be seen, and the way out.
taken() {
    by=$(holder /proc/[0-9]*/fd/*)
    [ -z "$by" ] || by=" by $(cat "/proc/$by/comm") (pid $by)"
    way=9090
    [ "$port" != 9090 ] || way=9091
    case $LESSON in 07-*) ;; *) way="$way LESSON=${LESSON%%-*}" ;; esac
    say "Port $port is taken$by. To use another one:" \
        "make run PORT=$way${ONLY:+ ONLY=$ONLY}" >&2
}

# One program, in this terminal.
if [ -n "$only" ]; then
    prepare "$only"
    case $only:$LESSON in
    client:*) waits='' ;;
    server:0[1-3]-*) waits="Enter, on its input" ;;
    *) waits="a client, on port $port" ;;
    esac
    case $only:$LESSON in
    client:* | server:01-*) ;;
    *) [ -z "$(listeners)" ] || taken ;;
    esac
    [ -t 0 ] || [ -z "$waits" ] || say "The server waits for $waits." >&2
    case $program in "$work"/*) (launch "$only" "$program"); exit ;; esac
    rm -rf "$work"
    launch "$only" "$program"
fi

# runs PID: whether it has not ended (a child that has is a zombie).
runs() {
    if [ -r /proc/self/stat ]; then
        read -r stat <"/proc/$1/stat" || return 1
    else
        stat=$(ps -o stat= -p "$1") || return 1
    fi
    case ${stat##*) } in '' | Z*) return 1 ;; esac
} 2>/dev/null

listens() {
    if [ -r /proc/net/tcp ]; then
        [ -n "$(listeners)" ] && [ -n "$(holder "/proc/$server/fd/"*)" ]
    else
        netstat -an | grep -q "[.:]$port .*LISTEN"
    fi
}

# Waits a moment before the next look; fails when the time is up.
deadline=$(($(date +%s) + limit))
look_again() {
    sleep 0.02
    [ "$(date +%s)" -lt "$deadline" ]
}

# verdict SIDE PID LINES: shows what it printed, and says what is not well.
verdict() {
    fault='' status=0
    if runs "$2"; then
        fault="was still waiting after $limit s; it was ended"
        kill -9 "$2"
    fi
    wait "$2" 2>/dev/null || status=$?
    sed "s/^/$1 | /" "$work/$1.out"
    sed "s/^/$1 | /" "$work/$1.err" >&2
    sed "s/^\(Connection from: ('127.0.0.1', \)[1-9][0-9]*)\$/\1...)/" \
        "$work/$1.out" >"$work/seen"
    if [ -n "$fault" ]; then
        :
    elif [ "$status" -gt 128 ]; then
        fault="was ended by SIG$(kill -l "$status")"
    elif [ "$status" != 0 ]; then
        fault="ended with status $status"
    elif [ -z "$client" ]; then
        fault="ended before it listened on port 8080"
    elif [ "$3" != "$(cat "$work/seen")" ]; then
        missing=$(say "$3" | grep -vxFf "$work/seen" | head -n 1)
        fault="should print ${missing:-nothing but: $3}"
    fi
    [ -z "$fault" ] || problems="${problems}The $1 $fault.
"
}

prepare client
other=$program
prepare server
launch server "$program" >"$work/server.out" 2>"$work/server.err" &
server=$!
until listens || ! runs "$server"; do
    look_again || break
done
if listens; then
    launch client "$other" >"$work/client.out" 2>"$work/client.err" &
    client=$!
    while runs "$server" || runs "$client"; do
        look_again || break
    done
elif grep -q "Address already in use" "$work/server.err"; then
    taken
    exit 1
fi

says="Server listening on port 8080
Connection from: ('127.0.0.1', ...)"
hears=''
case $LESSON in
05-*) ;;
*)  says="$says
Received from client: Hello from client
Hello message sent"
    hears="Hello message sent
Received from server: Hello from server" ;;
esac
problems=''
verdict server "$server" "$says"
[ -z "$client" ] || verdict client "$client" "$hears"
[ -z "$problems" ] || die "${problems%?}"
