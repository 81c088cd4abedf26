#!/bin/sh
# Builds the spy where it is missing or older than its source, and prints its
# path for LD_PRELOAD: build/check/spy.so, or a private temporary folder where
# the course is read-only or its path has a space or colon (LD_PRELOAD is split
# at both).
set -eu

fail() {
    printf 'spy.sh: %s\n' "$1" >&2
    exit 1
}

# Makes the folder, mode 700, or takes the one that is there if nobody else can
# have put it, or can put anything in it.
private_folder() {
    mkdir -m 700 "$1" 2>/dev/null || true
    [ -n "$(find "$1" -prune -type d -user "$(id -u)" -perm 700 2>/dev/null)" ] ||
        fail "$1 is not a private folder of this user"
}

here=$(CDPATH='' cd -- "${0%/*}" && pwd)
source=$here/spy.c
folder=${here%/tests/check}/build/check
case $folder in
*[[:space:]:]*) folder= ;;
*)  [ -d "$folder" ] || mkdir -p "$folder" 2>/dev/null || :
    [ -w "$folder" ] || folder= ;;
esac
if [ -z "$folder" ]; then
    temporary=${TMPDIR:-/tmp}
    case $temporary in *[[:space:]:]* | [!/]*) temporary=/tmp ;; esac
    sum=$(printf '%s' "$source" | cksum)
    folder=$temporary/sockets-in-c-spy-$(id -u)-${sum%% *}
    private_folder "$folder"
fi

spy=$folder/spy.so
# shellcheck disable=SC3013  # POSIX has -nt since 2024, every sh long since
if [ ! -e "$spy" ] || [ "$source" -nt "$spy" ]; then
    CC=${CC:-cc}
    command -v "${CC%% *}" >/dev/null ||
        fail "no C compiler '${CC%% *}': install gcc or clang, or set CC"
    trap 'rm -f "$spy.$$"' EXIT
    # shellcheck disable=SC2086 # CC may hold options
    $CC -O1 -fPIC -shared -o "$spy.$$" "$source" -ldl ||
        fail "$CC could not build $source"
    mv -f "$spy.$$" "$spy"
fi
printf '%s\n' "$spy"
