#!/usr/bin/env bats
# Lesson 02, bind(): the check of its programs (make check LESSON=2).
# The verdicts come from check/verdicts/; a test is found there by its name.

load check/lesson

@test "it compiles" {
    verdict
}

@test "socket() is as in lesson 01" {
    verdict
}

@test "SO_REUSEADDR is set before bind()" {
    verdict
}

@test "a setsockopt() that fails ends the program with its error" {
    verdict
}

@test "bind() gives the socket the port 8080" {
    verdict
}

@test "bind() gives the socket the address 0.0.0.0" {
    verdict
}

@test "a bind() that fails ends the program with its error" {
    verdict
}

@test "the socket does not listen yet" {
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
