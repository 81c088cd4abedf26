#!/usr/bin/env bats
# The spy with another compiler, and with another libc.

bats_require_minimum_version 1.5.0

load ../spy

@test "clang's sanitizers: the same record, and they still see an overrun" {
    sanitized clang
}

@test "musl: the same record" {
    command -v musl-gcc >/dev/null || skip 'no musl-gcc'
    musl-gcc -w -o talk "$BATS_FILE_TMPDIR/talk.c"
    musl-gcc -fPIC -shared -o spy.so "$BATS_TEST_DIRNAME/../../check/spy.c"
    SPY=$PWD/spy.so spied ./talk
    the_record_of_talk | same seen
}
