#!/usr/bin/env bats
# Lesson 03, listen(): the check of its programs (make check LESSON=3).
# The verdicts come from check/verdicts/; a test is found there by its name.

load check/lesson

@test "it compiles" {
    verdict
}

@test "socket() and bind() are as in lesson 02" {
    verdict
}

@test "listen() makes the socket listen, with a backlog of 3" {
    verdict
}

@test "a client can connect to port 8080" {
    verdict
}

@test "it says that it listens after listen() has succeeded" {
    verdict
}

@test "a listen() that fails ends the program with its error" {
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
