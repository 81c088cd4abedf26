# What several of the course's tests of itself need.
# shellcheck shell=bash

# Leaves two ports in $port and $spare that no other test of this machine uses.
# A process of its own holds them, until the bats that asked for them ends,
# however it ends.
take_ports() {
    local course=${BATS_TEST_DIRNAME%/full}/../..
    mkfifo "$BATS_FILE_TMPDIR/ports"
    exec 9> >(exec 3>&- 4>&- 9>&-; exec python3 -c '
import sys
sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
from programs import Ports
ports = Ports()
with open(sys.argv[2], "w") as answer:
    print(ports.port, ports.spare, file=answer)
sys.stdin.read()' "$course/tests/check" "$BATS_FILE_TMPDIR/ports")
    read -r port spare <"$BATS_FILE_TMPDIR/ports"
    export port spare
}

# gap_of FILE|-: the lines between TODO and END, with these two; a file that
# has none is all gap (lesson 07).
gap_of() {
    awk '
        { all = all $0 "\n" }
        /^ *\/\/ TODO\(/ { inside = some = 1 }
        inside { print }
        /^ *\/\/ END\(/ { inside = 0 }
        END { if (!some) printf "%s", all }' "$1"
}

# edited FILE: whether a learner is at work in it. Such a file is left out, by
# name, but not in CI.
edited=()
edited() {
    [ "${CI:-}" != true ] || return 1
    [ -v differs ] ||
        differs=$(git diff --name-only HEAD -- lessons 2>/dev/null) || :
    [[ $'\n'$differs$'\n' == *$'\n'$1$'\n'* ]] || return 1
    ! diff -q <(git show "HEAD:$1" | gap_of -) <(gap_of "$1") >/dev/null ||
        return 1
    edited+=("$1")
}

# The end of a test that has left out files.
skip_edited() {
    [ ${#edited[@]} = 0 ] || skip "edited in its gap: ${edited[*]}"
}

# shellcheck disable=SC2034  # for those who load this
full_warnings=(-std=c11 -Wall -Wextra -Wpedantic -Wshadow -Wconversion
    -Wsign-conversion -Wstrict-prototypes -Wmissing-prototypes -Wformat=2
    -Wcast-qual -Wcast-align -Wwrite-strings -Wundef -Wvla -Werror)

# programs: leaves in $programs the C files, without those that are edited.
programs() {
    local file
    programs=()
    for file in lessons/*/*.c solutions/*/*.c; do
        edited "$file" || programs+=("$file")
    done
}

# compile COMMAND...: compiles the programs with it; passes if it says nothing.
compile() {
    local file said=''
    programs
    for file in "${programs[@]}"; do
        said+=$("$@" -o "$BATS_TEST_TMPDIR/program" "$file" 2>&1) ||
            said+="$file does not compile"$'\n'
    done
    printf '%s' "$said"
    [ -z "$said" ]
}
