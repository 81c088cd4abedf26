# What the commands share. A script reads it first: . "${0%/*}/lib.sh"
# It leaves the script in the top folder of the course, with LESSON as given.
# shellcheck shell=sh disable=SC2034  # python and the colours are for the scripts

set -eu
unset CDPATH
cd -- "${0%/*}/../.."
LESSON=${LESSON:-}

# The system's python3 where there is one: a version manager's is a slow script
# around the real one.
python=/usr/bin/python3
[ -x "$python" ] || python=python3

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
    wrong="LESSON=$LESSON is not a lesson"
    [ -n "$LESSON" ] || wrong="LESSON= is missing"
    die "$wrong. Take one of these, or its number:
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

# sums LESSON|*: the name of each and what stands for the very content of its C
# files, a line each.
sums() {
    # shellcheck disable=SC2086  # a pattern
    cksum lessons/$1/server.c lessons/$1/client.c 2>/dev/null | awk '
        { split($3, path, "/"); sum[path[2]] = sum[path[2]] $1 path[3] }
        END { for (name in sum) print name, sum[name] }'
}

checksum() {
    sums "$1" | sed 's/.* //'
}

# survey: leaves in $states the name of each lesson and what is known of it, a
# line each, without running anything. Lessons in $passed have passed just now:
# where nothing can be written, that is all there is.
passed=''
survey() {
    states=$(sums '*' | awk -v folders="$(echo lessons/[0-9][0-9]-*/)" \
        -v passed=" $passed " '
        { sum[$1] = $2 }
        END {
            all = split(folders, folder, " ")
            for (n = 1; n <= all; n++) {
                split(folder[n], path, "/")
                name = path[2]; file = "build/progress/" name; kept = ""
                if ((getline kept <file) <= 0) state = "not yet tried"
                else if (kept == "pass " sum[name]) state = "done"
                else if (kept == "fail " sum[name]) state = "not done"
                else state = "changed"
                print name, index(passed, " " name " ") ? "done" : state
            }
        }')
}

# keep FILE TEXT: writes build/FILE whole or not at all, and fails if it can't.
keep() {
    mkdir -p "build/${1%/*}" && say "$2" >"build/$1.new" &&
        mv -f "build/$1.new" "build/$1" && return
    rm -f "build/$1.new"
    return 1
} 2>/dev/null

# gaps LESSON: its gaps in order, one a line: name, "empty" or "filled", file.
gaps() {
    for file in $(program_files "$1"); do
        [ -r "lessons/$1/$file" ] || continue
        awk -v file="$file" '
            /^ *\/\/ END\(/ && gap {
                print gap, lines ? "filled" : "empty", file
                gap = ""
            }
            gap && NF { lines++ }
            /^ *\/\/ TODO\(/ {
                gap = $0; lines = 0
                sub(/^[^(]*\(/, "", gap); sub(/\).*/, "", gap)
            }' "lessons/$1/$file"
    done | sort
}

# The first empty gap of a lesson, as gaps prints it; nothing if there is none.
empty_gap() {
    gaps "$1" | sed -n '/ empty /{p;q;}'
}

# need_files LESSON: ends if its C files can't be read.
need_files() {
    for file in $(program_files "$1"); do
        file=lessons/$1/$file
        [ -f "$file" ] || die "$file is missing. To restore it:" \
            "make reset LESSON=${1%%-*}"
        [ -r "$file" ] || die "$file can't be read: see its permissions."
    done
}

# The bar, [####---] 4 of 7. Lesson 07 counts when all before it do.
progress() {
    count=0 all=0 bar=''
    survey
    while read -r name state; do
        all=$((all + 1))
        case $name/$state in
        07-*/done) [ $count -lt $((all - 1)) ] || count=$all ;;
        */done) count=$((count + 1)) ;;
        esac
    done <<END
$states
END
    while [ ${#bar} -lt $all ]; do
        if [ ${#bar} -lt $count ]; then bar="$bar#"; else bar=$bar-; fi
    done
    say "$bold""[$bar] $count of $all$off"
}

# What to do next, with its file; after progress.
next_step() {
    next=''
    while read -r name state; do
        [ "$state" = "done" ] || { next=$name; break; }
    done <<END
$states
END
    gap=$(empty_gap "$next") file=$(program_files "$next")
    case $next/$gap in
    /*) say "Next: break the pair, and write your own from an empty file:"
        say "lessons/07-complete-pair/README.md; make faults tries it" ;;
    07-*)
        say "Next: the complete pair. Run it (make run), read"
        say "lessons/$next/README.md, then: make check" ;;
    */)
        say "Next: lessons/$next/README.md, and your code in"
        say "lessons/$next/${file%% *}; then: make check" ;;
    *)
        say "Next: read lessons/$next/README.md,"
        say "fill TODO(${gap%% *}) in lessons/$next/${gap##* }, then: make check" ;;
    esac
}

# The package that has TOOL, for the package manager MANAGER.
package() {
    case $1:$2 in
    brew:bats) say bats-core ;;
    pacman:python3) say python ;;
    *) say "$2" ;;
    esac
}

# may_install: leaves in $may whether this user may install, in $as how.
may_install() {
    as='' may=yes
    if [ "$(id -u)" != 0 ]; then
        as='sudo '
        if ! command -v sudo >/dev/null; then
            may=no
        elif ! [ -t 0 ] && ! sudo -n true 2>/dev/null; then
            may=no  # it would ask for a password, and nobody is there
        fi
    fi
}

# install_missing TOOL...: installs those that are not there, saying how. Where
# it may not, it says the command and ends.
install_missing() {
    missing=''
    for tool in "$@"; do
        command -v "$tool" >/dev/null || missing="$missing $tool"
    done
    if [ -n "$missing" ]; then
        may_install
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

# Ends, with the way to a newer one, if bats is older than 1.8.2. One that was
# new enough is not asked again.
check_bats_version() {
    bats=$(command -v bats) known=''
    { read -r known <build/check/bats; } 2>/dev/null || :
    # shellcheck disable=SC3013  # POSIX has -nt since 2024, every sh long since
    if [ "$known" = "$bats" ] && [ build/check/bats -nt "$bats" ]; then
        return
    fi
    version=$(bats --version) version=${version##* }
    oldest=$(printf '1.8.2\n%s\n' "$version" | sort -t . -k 1,1n -k 2,2n -k 3,3n)
    case $oldest in 1.8.2*) keep check/bats "$bats" || :; return ;; esac
    may_install
    prefix=/usr/local
    [ "$may" = yes ] || as='' prefix=\$HOME/.local
    die "bats $version is too old: 1.8.2 or newer is needed. To install one:
git clone https://github.com/bats-core/bats-core \"\$HOME/bats-core\" &&
    $as\"\$HOME/bats-core/install.sh\" \"$prefix\" && PATH=\"$prefix/bin:\$PATH\""
}
