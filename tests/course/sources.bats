#!/usr/bin/env bats
# The sources keep what the course promises of them.
# shellcheck disable=SC2154  # common.bash sets full_warnings

bats_require_minimum_version 1.5.0

load common

setup_file() {
    cd "$BATS_TEST_DIRNAME/../.." || return
}

# emptied FILE: the file without the lines of its gaps.
emptied() {
    awk '
        /^ *\/\/ END\(/ { inside = 0 }
        !inside { print }
        /^ *\/\/ TODO\(/ { inside = 1 }' "$1"
}

# code FILE: the code alone, an instruction in each line as it is compared from
# lesson to lesson. Comments go (a lesson has its own), but for the >>> lines;
# includes lose what they are for; `int conn = -1;` before a gap and
# `conn = accept(` in it become the one line that they are later.
code() {
    sed -E '
        /^ *\/\/ >>> input/,/^    \}$/d
        s/^ +//
        /^\/\/ [^>]|^\/\/$|^$/d
        s/^(#include <[^>]*>).*/\1/
        /^int (server_socket|conn) = -1;$/d
        s/^int ((server_socket|conn) = )/\1/' "$1"
}

@test "a starter is its solution with the gap emptied, to the byte" {
    for file in lessons/0[1-6]-*/*.c; do
        edited "$file" || diff "$file" <(emptied "solutions/${file#*/}")
    done
    skip_edited
}

@test "each lesson but 07 has its gaps, numbered in the learner's order" {
    for lesson in 01-socket 02-bind 03-listen 04-accept 05-connect; do
        grep -Eho "(TODO|END)\([^)]*\)" lessons/$lesson/*.c |
            diff - <(printf '%s\n' "TODO($lesson)" "END($lesson)")
    done
    sed -n 's/.*TODO(06-send-recv\(.*\)).*/\1/p' lessons/06-*/client.c |
        diff - <(printf '/1\n/4\n')
    sed -n 's/.*TODO(06-send-recv\(.*\)).*/\1/p' lessons/06-*/server.c |
        diff - <(printf '/2\n/3\n')
    run ! grep -rE "(TODO|END)\(" lessons/07-*/*.c solutions/07-*/*.c
}

@test "the solution of lesson 07 is the lesson's pair" {
    for file in lessons/07-*/*.c; do
        edited "$file" || diff "$file" "solutions/${file#*/}"
    done
    skip_edited
}

@test "the C of a lesson holds the C of the lesson before" {
    server=''
    for next in solutions/0[1-6]-*/server.c; do
        [ -z "$server" ] ||
            run ! grep '^<' <(diff <(code "$server") <(code "$next"))
        server=$next
    done
    run ! grep '^<' <(diff <(code solutions/05-*/client.c) \
        <(code solutions/06-*/client.c))
}

@test "the server of lesson 05 is the one of 04, finished" {
    for folder in lessons solutions; do
        diff <(code solutions/04-accept/server.c) \
            <(code $folder/05-connect/server.c)
    done
}

@test "the Python of a lesson is the final Python with lines left out" {
    for file in lessons/0[1-6]-*/*.py; do
        final=lessons/07-complete-pair/${file##*/}
        run ! grep '^<' <(diff -b <(grep -v '# scaffold$' "$file" |
            sed 's/^ *//') <(sed 's/^ *//' "$final"))
    done
    for file in lessons/0[1-3]-*/Server.py; do
        [ "$(grep -c 'input("Press Enter to close the socket.")  # scaffold$' \
            "$file")" = 1 ]
    done
    diff lessons/06-send-recv lessons/07-complete-pair -x '*.c' -x '*.md' \
        -x '*.c.*' -x __pycache__ -x server -x client
}

@test "the >>> lines of the C are the Python beside it" {
    for file in lessons/*/*.c; do
        name=${file##*/} name=${name%.c}
        diff <(sed -n 's/^ *\/\/ >>> //p' "$file") \
            <(grep -v '^$' "${file%/*}/${name^}.py" | sed 's/^ *//')
    done
}

@test "each file compiles with the full warnings as errors" {
    programs
    "${CC:-cc}" -fsyntax-only "${full_warnings[@]}" "${programs[@]}"
    skip_edited
}

@test "no line is too long (C and lessons: 80 columns, scripts: 100), or ends in a blank" {
    local file files=()
    while IFS= read -r -d '' file; do
        [[ $file == lessons/*.c ]] && edited "$file" || files+=("$file")
    done < <(git ls-files -z '*.c' '*.py' '*.sh' '*.bats' '*.bash' .ci/run \
        ':!tests/fixtures')
    printf '%s\0' "${files[@]}" |
        python3 -c '
import sys
bad = 0
for path in filter(None, sys.stdin.read().split("\0")):
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file.read().split("\n"), 1):
            most = 80 if path.endswith(".c") or path[:8] == "lessons/" else 100
            if len(line) > most or "\t" in line or line != line.rstrip():
                print("%s:%d: %s" % (path, number, line))
                bad = 1
sys.exit(bad)'
    skip_edited
}

@test "no file has a path of somebody's machine" {
    run ! git grep -nE '/(root|home|Users|work)/'
}
