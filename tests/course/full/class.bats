#!/usr/bin/env bats
# make grade on a class of thirty: eighteen with one of the wrong programs of
# tests/fixtures/, and twelve that do harm or have something missing.

bats_require_minimum_version 1.5.0

setup() {
    unset DIR CSV LIMIT
    cd "$BATS_TEST_DIRNAME/../../.." || return
    [ -d solutions ] || skip "no solutions/ here"
    [ "$(uname)" = Linux ] || skip "the checks need Linux"
}

@test "a class of thirty gets the right table" {
    python3 -B - make "$BATS_TEST_TMPDIR/class" <<<"$CLASS"
    export TMPDIR=$BATS_TEST_TMPDIR/tmp    # other tests grade at the same time
    mkdir "$TMPDIR"
    SECONDS=0
    run env -u MAKEFLAGS -u MAKELEVEL timeout 600 make -s grade \
        "DIR=$BATS_TEST_TMPDIR/class" "CSV=$BATS_TEST_TMPDIR/csv" 3>&- 4>&-
    echo "# $SECONDS s" >&3
    [[ $output != *"no other user id, no namespaces"* ]] ||
        skip "neither another user id nor namespaces are to be had"
    echo "$output"
    [ "$status" -eq 0 ]
    python3 -B - compare "$BATS_TEST_TMPDIR/csv" <<<"$CLASS"
    run -1 grep "^$TMPDIR/" <(readlink /proc/[0-9]*/exe)
    [ -z "$(ls -A "$TMPDIR")" ]
}

CLASS='
import csv, os, shutil, sys
sys.path[:0] = ["tests/course", "tests/check"]
import fixtures, verdicts

WRONG = {"01-socket": ["datagram", "never-closed"],
         "02-bind": ["port-bytes-swapped", "no-bind", "option-missing", "only-this-machine"],
         "03-listen": ["backlog-other", "printed-before", "not-checked"],
         "04-accept": ["peer-port-swapped", "listening-not-closed", "accept-retried"],
         "05-connect": ["family-not-set", "client-binds", "not-checked"],
         "06-send-recv": ["client-sends-nul", "terminator-past-the-end",
                          "server-waits-for-the-end"]}
BAD = {"hangs": "for (;;) sleep(1);", "spins": "for (;;) ;", "forks": "for (;;) fork();",
       "floods": "for (;;) puts(\"flood\");", "kills": "kill(-1, SIGKILL);",
       "stays": "if (fork() == 0) { setsid(); signal(SIGHUP, SIG_IGN); for (;;) pause(); }",
       "fills the disk": "static char part[1 << 19], name[9]; for (int i = 0; ; i++) {"
       " snprintf(name, 9, \"%d\", i); int file = open(name, O_CREAT | O_WRONLY, 0600);"
       " write(file, part, sizeof part); close(file); }",
       "=no(C)": "return nothing;", "no file": "", "linked": "", "unreadable": "", "empty": ""}
HEAD = "".join("#include <%s.h>\n" % name for name in ("fcntl", "signal", "stdio", "unistd"))


def make(top):
    for lesson in WRONG:
        for name in WRONG[lesson]:
            folder = os.path.join(top, lesson + " " + name)
            # Some have handed in the whole course, some only lessons/.
            home = folder + "/lessons" if len(name) % 2 else folder
            shutil.copytree("solutions", home)
            fixtures.Wrong("tests/fixtures/%s/wrong/%s.txt" % (lesson, name)).write(
                lesson, home + "/" + lesson)
    for name in BAD:
        file = "%s/%s/02-bind/server.c" % (top, name)
        if name == "empty":
            os.mkdir(top + "/empty")
            continue
        shutil.copytree("solutions", top + "/" + name)
        if BAD[name]:
            with open(file, "w") as source:
                source.write("%sint main(void) { %s }\n" % (HEAD, BAD[name]))
        elif name == "unreadable":
            os.chmod(file, 0)
        else:
            os.remove(file)
            if name == "linked":
                os.symlink("/etc/passwd", file)


def expected(student, lesson):
    """What the table should hold: whether all pass, and what fails first."""
    if student.startswith(lesson):
        return False, fixtures.Wrong("tests/fixtures/%s/wrong/%s.txt" % tuple(
            student.split(" "))).test
    if student == "empty" or lesson == "02-bind" and student in BAD and (
            student != "unreadable" or os.getuid()):
        return False, None
    return True, ""


def compare(path):
    rows, wrong = 0, 0
    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            rows += 1
            student, lesson = row["student"].lstrip("\x27"), row["lesson"]
            good, test = expected(student, lesson)
            if good != (row["passed"] == row["of"]) or int(row["of"]) != len(
                    verdicts.tests(int(lesson[:2]))) or test not in (
                    None, row["first failing test"]):
                wrong += 1
                print(row)
    sys.exit("%d rows, %d wrong" % (rows, wrong) if wrong or rows != 210 else 0)


{"make": make, "compare": compare}[sys.argv[1]](sys.argv[2])
'
