#!/usr/bin/env bats
# Lesson 04, accept(): the check of its programs (make check LESSON=4).
# The verdicts come from check/verdicts/; a test is found there by its name.

load check/lesson

@test "it compiles" {
    verdict
}

@test "socket(), bind() and listen() are as in lesson 03" {
    verdict
}

@test "accept() takes the connection" {
    verdict
}

@test "the peer is printed as Python prints it" {
    verdict
}

@test "an accept() that fails ends the program with its error" {
    verdict
}

@test "the output is the Python's, byte for byte" {
    verdict
}

@test "every socket is closed, and the program ends with status 0" {
    verdict
}
