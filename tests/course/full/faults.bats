#!/usr/bin/env bats
# make faults. The fault table (docs/faults.md): holds.bats.
# shellcheck disable=SC2154  # bats sets stderr

bats_require_minimum_version 1.5.0

setup_file() {
    cd "$BATS_TEST_DIRNAME/../../.." || return
    unset LESSON ONLY
    export pair="$BATS_FILE_TMPDIR/a pair"
}

setup() {
    [ -d solutions ] || skip "no solutions/ here"
    rm -rf "$pair"
    cp -R solutions/07-complete-pair "$pair"
}

# without GUARD FILE...: takes a guard out.
without() {
    local guard=$1 edit
    shift
    case $guard in
    "Short sends") edit='/^static int send_all/,/^}/s/while (done/if (done/' ;;
    "Interrupted calls")
        edit='s/while (.*errno == EINTR)/while (0)/; s/ && errno != EINTR//' ;;
    "SIGPIPE") edit='/signal(SIGPIPE/d' ;;
    "Reading to the end")
        edit='/^static .* receive_all/,/^}/s/done += .*/& break;/' ;;
    "Bytes that drive a terminal") edit='s/if ((byte < 32.*/if (0) {/' ;;
    "Closing in every case")
        edit='s/^ *perror("\(send\|recv\)");/& return EXIT_FAILURE;/' ;;
    esac
    for file in "$@"; do
        cp "$pair/$file" "$BATS_TEST_TMPDIR/before"
        sed -i "$edit" "$pair/$file"
        ! cmp -s "$pair/$file" "$BATS_TEST_TMPDIR/before" || return 1
    done
}

faults() {
    run timeout -k 1 300 python3 tests/commands/faults.py "$@" 3>&- 4>&-
    echo "$output"
}

@test "the pair holds, and make faults says so" {
    faults "$pair" --every 20
    [ "$status" = 0 ]
    [[ "$output" == *"The pair holds under 1"[0-9]" faults."* ]]
}

@test "each guard that is missing is named, with a fault to try" {
    local guards=("Short sends" "Interrupted calls" "SIGPIPE"
        "Bytes that drive a terminal" "Closing in every case")
    for guard in "${guards[@]}"; do
        without "$guard" server.c client.c
    done
    without "Reading to the end" client.c
    faults "$pair" --only \
        "send (5|EPIPE|ECONNRESET|EINTR$)|ECONNRESET|accept EINTR|client recv 5|control"
    [ "$status" = 1 ]
    for guard in "${guards[@]}"; do
        [[ "$output" == *" ✗ server: $guard, "* ]]
        [[ "$output" == *" ✗ client: $guard, "* ]]
        [[ "$output" == *"See \"$guard\" in lessons/07-complete-pair/README.md"* ]]
    done
    [[ "$output" == *" ✗ client: Reading to the end, "* ]]
    [[ "$output" != *" ✗ server: Reading to the end, "* ]]
    [[ "$output" == *'Try: make run FAULT="server:send@1=5"'* ]]
}

@test "a pair that does not compile is named" {
    echo 'int main(void) { return' >"$pair/client.c"
    faults "$pair"
    [ "$status" = 1 ]
    [[ "$output" == "client.c does not compile."* ]]
}

@test "make faults is for lesson 07" {
    run --separate-stderr make -s faults LESSON=06
    [ "$status" != 0 ]
    [[ "$stderr" == "make faults is for the pair of lesson 07."* ]]
}
