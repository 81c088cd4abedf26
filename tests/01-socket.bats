#!/usr/bin/env bats
# Lesson 01, socket(): the check of its programs (make check LESSON=1).
# The verdicts come from check/verdicts/; a test is found there by its name.

load check/lesson

@test "it compiles" {
    verdict
}

@test "socket() makes a TCP socket" {
    verdict
}

@test "a socket() that fails ends the program with its error" {
    verdict
}

@test "it waits for Enter, and Enter ends it" {
    verdict
}

@test "the output is the Python's, byte for byte" {
    verdict
}

@test "every socket is closed, and the program ends with status 0" {
    verdict
}
