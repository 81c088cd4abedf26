# shellcheck shell=bash
# What the checks of the lessons share. A check runs the lesson's programs once
# (judge.py) and then asks, test by test, for the verdict:
#
#     load check/lesson
#     @test "socket() makes a TCP socket" { verdict; }
#
# SUBJECT says what is judged: lessons (the default), solutions, python (the
# lessons' Python), or a folder with the programs in it.

# The Python that runs the judge: the system's where there is one, since the
# python3 of a version manager is a slow script around the real one.
find_python() {
    local candidate
    for candidate in /usr/bin/python3 python3; do
        if command -v "$candidate" >/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    echo "python3 is missing: the checks need it." >&2
    return 1
}

# The judge writes its records while bats runs the tests, and each test reads up
# to its own; so nobody waits for both. Descriptor 9 is where they are read.
setup_file() {
    local top lesson folder option='' python record line
    top=${BATS_TEST_FILENAME%/*/*}
    lesson=${BATS_TEST_FILENAME##*/} lesson=${lesson%.bats}
    case ${SUBJECT:-lessons} in
        lessons | solutions) folder=$top/${SUBJECT:-lessons}/$lesson ;;
        python)
            folder=$top/lessons/$lesson
            option=--python
            ;;
        *) folder=$SUBJECT ;;
    esac
    export BATS_NO_PARALLELIZE_WITHIN_FILE=true TROUBLE=$BATS_FILE_TMPDIR/trouble
    python=$(find_python) || return 1
    exec 9< <(trap '' INT # it ends when its reader does
        exec "$python" "$top/tests/check/judge.py" "$lesson" "$folder" \
        $option --records 3>&- 4>&- 2>"$TROUBLE")
    judge=$!
    if ! IFS= read -r -d '' record <&9; then
        cat "$TROUBLE"
        return 1
    fi
    while IFS= read -r line; do
        [ -z "$line" ] || echo "# $line" >&3
    done <<<"$record"
}

teardown_file() {
    exec 9<&-
    [ -z "${judge:-}" ] || wait "$judge" || true
}

# Passes or fails as the judge found, with its message.
verdict() {
    local record
    while IFS= read -r -d '' record <&9; do
        case $record in
            "ok $BATS_TEST_DESCRIPTION") return ;;
            "skip $BATS_TEST_DESCRIPTION") skip "not judged" ;;
            "not ok $BATS_TEST_DESCRIPTION"$'\n'*)
                echo "${record#*$'\n'}"
                return 1
                ;;
        esac
    done
    # The judge has ended before its time: the first test says why.
    [ -s "$TROUBLE" ] || skip "not judged"
    cat "$TROUBLE"
    : >"$TROUBLE"
    return 1
}
