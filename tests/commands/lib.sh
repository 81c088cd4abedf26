# What the commands share. A script reads it first: . "${0%/*}/lib.sh"
# It leaves the script in the top folder of the course, with LESSON as given.
# shellcheck shell=sh disable=SC2034  # the colours are for the scripts

set -eu
unset CDPATH
cd -- "$(dirname -- "$0")/../.."
LESSON=${LESSON:-}

# dash runs no EXIT trap when a signal ends it; so a signal is an exit.
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

bold='' green='' red='' yellow='' off=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ]; then
    esc=$(printf '\033')
    bold="${esc}[1m" green="${esc}[32m" red="${esc}[31m"
    yellow="${esc}[33m" off="${esc}[0m"
fi

say() {
    printf '%s\n' "$*"
}

die() {
    printf '%s\n' "$*" >&2
    exit 1
}

# need TOOL WHAT-FOR
need() {
    command -v "$1" >/dev/null || die "$1 is missing: it is needed $2."
}

# The names of the lessons, in order, one a line.
lessons() {
    for folder in lessons/[0-9][0-9]-*/; do
        folder=${folder%/}
        say "${folder##*/}"
    done
}

# Makes of LESSON (2, 02 or 02-bind) the name of the lesson, or ends.
find_lesson() {
    for name in $(lessons); do
        number=${name%%-*}
        case $LESSON in
        "$name" | "$number" | "${number#0}")
            LESSON=$name
            return ;;
        esac
    done
    [ -n "$LESSON" ] || LESSON="(none)"
    die "LESSON=$LESSON is not a lesson. Take one of these, or its number:
$(lessons | tr '\n' ' ' | sed 's/ $//')"
}

# program_files LESSON: its C files, in the order of the learner's work.
program_files() {
    case $1 in
    05-* | 06-*) say client.c server.c ;;
    07-*) say server.c client.c ;;
    *) say server.c ;;
    esac
}

# checksum LESSON: of the very content of its C files.
checksum() {
    for file in $(program_files "$1"); do
        cat "lessons/$1/$file" 2>/dev/null || say "no $file"
    done | cksum
}

# state LESSON: what is known of it, without running anything.
state() {
    if ! read -r verdict sum <"build/progress/$1"; then
        say "not yet tried"
    elif [ "$sum" != "$(checksum "$1")" ]; then
        say "changed"
    elif [ "$verdict" = pass ]; then
        say "done"
    else
        say "not done"
    fi 2>/dev/null
}

# keep FILE TEXT: writes build/FILE whole or not at all, and fails if it can't.
keep() {
    mkdir -p "build/${1%/*}" && say "$2" >"build/$1.new" &&
        mv -f "build/$1.new" "build/$1" && return
    rm -f "build/$1.new"
    return 1
} 2>/dev/null

# gaps FILE: its gaps in order, one a line: the name, then "empty" or "filled".
gaps() {
    awk '
        /^ *\/\/ END\(/ && gap { print gap, lines ? "filled" : "empty"; gap = "" }
        gap && NF { lines++ }
        /^ *\/\/ TODO\(/ {
            gap = $0; sub(/^[^(]*\(/, "", gap); sub(/\).*/, "", gap); lines = 0
        }' "$1"
}

# The package that has TOOL, for the package manager MANAGER.
package() {
    case $1:$2 in
    brew:bats) say bats-core ;;
    pacman:python3) say python ;;
    *) say "$2" ;;
    esac
}

# install_missing TOOL...: installs those that are not there, saying how. Where
# it may not, it says the command and ends.
install_missing() {
    missing=''
    for tool in "$@"; do
        command -v "$tool" >/dev/null || missing="$missing $tool"
    done
    as='' may=yes
    if [ "$(id -u)" != 0 ]; then
        as='sudo '
        if ! command -v sudo >/dev/null; then
            may=no
        elif ! [ -t 0 ] && ! sudo -n true 2>/dev/null; then
            may=no  # it would ask for a password, and nobody is there
        fi
    fi
    if [ -n "$missing" ]; then
        for manager in apt-get dnf pacman apk zypper brew none; do
            ! command -v "$manager" >/dev/null || break
        done
        packages=''
        for tool in $missing; do
            packages="$packages $(package "$manager" "$tool")"
        done
        case $manager in
        apt-get) command="${as}apt-get update && ${as}apt-get install -y" ;;
        dnf) command="${as}dnf install -y" ;;
        pacman) command="${as}pacman -Sy --noconfirm" ;;
        apk) command="${as}apk add" ;;
        zypper) command="${as}zypper --non-interactive install" ;;
        brew) command="brew install" may=yes ;;
        none) die "Missing:$missing. Install them, then try again." ;;
        esac
        command=$command$packages
        [ "$may" = yes ] || die "Missing:$missing. To install:
$command"
        say "Missing:$missing. Installing:" "$command" >&2
        sh -c "$command" </dev/null >&2 || die "This failed: $command"
    fi
    case " $* " in *" bats "*) check_bats_version ;; esac
}

# Ends, with the way to a newer one, if bats is older than 1.8.2.
check_bats_version() {
    version=$(bats --version) version=${version##* }
    oldest=$(printf '1.8.2\n%s\n' "$version" | sort -t . -k 1,1n -k 2,2n -k 3,3n)
    case $oldest in 1.8.2*) return ;; esac
    prefix=/usr/local
    [ "$may" = yes ] || as='' prefix=\$HOME/.local
    die "bats $version is too old: 1.8.2 or newer is needed. To install one:
git clone https://github.com/bats-core/bats-core \"\$HOME/bats-core\" &&
    $as\"\$HOME/bats-core/install.sh\" \"$prefix\" && PATH=\"$prefix/bin:\$PATH\""
}
