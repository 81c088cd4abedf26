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

setup_file() {
    local top lesson folder option='' python status=0 line
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
    export VERDICTS=$BATS_FILE_TMPDIR
    python=$(find_python) || return 1
    "$python" "$top/tests/check/judge.py" "$lesson" "$folder" $option \
        --out "$VERDICTS" >/dev/null 3>&- 4>&- || status=$?
    if [ "$status" -gt 1 ]; then
        return 1
    fi
    while IFS= read -r line; do
        echo "# $line" >&3
    done < <(grep -h warning: "$VERDICTS/warnings" | head -n 4
        cat "$VERDICTS/weaker")
}

# Passes or fails as the judge found, with its message.
verdict() {
    local file=$VERDICTS/$BATS_TEST_DESCRIPTION
    if [ ! -e "$file" ] && [ -e "$VERDICTS/unjudged" ]; then
        skip "not judged: see the first test"
    fi
    if [ -s "$file" ] || [ ! -e "$file" ]; then
        cat "$file"
        return 1
    fi
}
