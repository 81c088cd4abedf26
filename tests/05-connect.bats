#!/usr/bin/env bats
# Lesson 05, connect(): the check of its programs (make check LESSON=5).
# The verdicts come from check/verdicts/; a test is found there by its name.

load check/lesson

@test "it compiles" {
    verdict
}

@test "socket() is as in lesson 01" {
    verdict
}

@test "connect() goes to port 8080" {
    verdict
}

@test "connect() goes to 127.0.0.1" {
    verdict
}

@test "the client leaves its own port to the kernel" {
    verdict
}

@test "a connect() that is refused ends the program with its error" {
    verdict
}

@test "the output is the Python's, byte for byte" {
    verdict
}

@test "every socket is closed, and the program ends with status 0" {
    verdict
}

@test "the server of lesson 04 takes the connection" {
    verdict
}
