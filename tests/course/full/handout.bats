#!/usr/bin/env bats
# The handout, built: both editions, both papers, one sheet.

bats_require_minimum_version 1.5.0

setup_file() {
    cd "$BATS_TEST_DIRNAME/../../.." || return
    for tool in pandoc weasyprint pdfinfo pdffonts pdftotext; do
        command -v $tool >/dev/null || skip "$tool is missing"
    done
    cp -R README.md Makefile lessons solutions docs tests "$BATS_FILE_TMPDIR"
    cd "$BATS_FILE_TMPDIR" || return
    rm -f docs/handout/*.pdf
    make handout >first
    cp docs/handout/student.pdf first.pdf
}

setup() {
    cd "$BATS_FILE_TMPDIR" || return
}

pages() {
    pdfinfo "$1" | sed -n 's/^Pages: *//p'
}

# lengths PDF: how many pages each lesson takes, by its running head.
lengths() {
    for page in $(seq 3 "$(pages "$1")"); do
        pdftotext -f "$page" -l "$page" "$1" - | sed -n '/./{p;q;}'
    done | grep -E '^0[1-7] ' | grep -v 'whole code' | uniq -c
}

@test "each lesson takes two to four pages, in both editions" {
    for edition in student teacher; do
        lengths docs/handout/$edition.pdf >counted
        cat counted
        [ "$(wc -l <counted)" -eq 7 ]
        awk '$1 < 2 || $1 > 4 { bad = 1 } END { exit bad }' counted
    done
}

@test "two faces, all embedded" {
    for edition in student teacher; do
        pdffonts docs/handout/$edition.pdf | tail -n +3 >fonts
        cat fonts
        run ! grep -Ev 'Charis-?SIL|Inconsolata' fonts
        run ! grep -Ev ' yes yes (yes|no) +[0-9]' fonts
    done
}

@test "no page cuts its lines: nothing stands in the right margin" {
    for edition in student teacher; do
        pdftotext -bbox docs/handout/$edition.pdf words
        awk -F'"' '/<page/ { width = $2 }
            /<word/ && $6 > width - 44 { print; bad = 1 }
            END { exit bad }' words
    done
}

@test "the HTML is one file: it fetches nothing" {
    for edition in student teacher; do
        page=build/handout/$edition.html
        run ! grep -Eo '(src|href)="[^#d][^"]{0,60}|url\([^)]{0,40}|@import.*' "$page"
        grep -q '<nav>' "$page"
        grep -o 'href="#[^"]*' "$page" | cut -c 8- | while read -r name; do
            grep -q "id=\"$name\"" "$page"
        done
    done
}

@test "no answer stands too early on the printed pages" {
    python3 tests/commands/handout.py leaks docs/handout/student.pdf
}

@test "the same sources give the same bytes" {
    make handout
    cmp first.pdf docs/handout/student.pdf
}

@test "Letter goes into build/, a lesson's sheet too, and both fit" {
    make handout PAPER=letter
    pdfinfo build/handout/student-letter.pdf | grep '612 x 792'
    for edition in student teacher; do
        lengths build/handout/$edition-letter.pdf >counted
        cat counted
        awk '$1 > 4 { bad = 1 } END { exit bad }' counted
    done
    make handout LESSON=2
    [ -s build/handout/02-bind-student.pdf ]
    [ -s build/handout/02-bind-teacher.html ]
}

@test "a missing tool: the command that installs it, and exit 1" {
    mkdir -p tools
    for tool in sh make dirname cd id grep sed tr python3 fc-list; do
        path=$(command -v $tool) && [ -x "$path" ] && ln -sf "$path" tools/
    done
    PATH=$PWD/tools run make handout
    [ "$status" -ne 0 ]
    [[ $output == *"Missing for the handout: pandoc weasyprint. To install:"* ]]
    [[ $output == *"install -y pandoc weasyprint"* || $output == *brew* ]]
}

handout() {
    python3 tests/commands/handout.py "$@"
}

@test "the digest is silent about what a learner writes, and sees the rest" {
    cp -R README.md lessons solutions docs tests "$BATS_TEST_TMPDIR"
    cd "$BATS_TEST_TMPDIR"
    before=$(handout digest)
    echo "// mine" >>lessons/02-bind/server.c
    cp lessons/02-bind/server.c lessons/02-bind/server.c.kept
    [ "$(handout digest)" = "$before" ]
    echo "One word more." >>solutions/02-bind/README.md
    [ "$(handout digest)" != "$before" ]
}

@test "an answer that stands too early is found" {
    cp -R README.md lessons solutions docs tests "$BATS_TEST_TMPDIR"
    cd "$BATS_TEST_TMPDIR"
    sed -i.was 's/^## What is new$/&\n\nWrite server_address.sin_port = htons(port);/' \
        lessons/02-bind/README.md
    run handout leaks
    [ "$status" -eq 1 ]
    [[ $output == *"02-bind: stands too early:     server_address.sin_port"* ]]
}
