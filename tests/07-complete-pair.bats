#!/usr/bin/env bats
# Lesson 07, the complete pair: the check of its programs (make check LESSON=7).
# The verdicts come from check/verdicts/; a test is found there by its name.

load check/lesson

@test "it compiles" {
    verdict
}

@test "server: it does what lesson 06 asks" {
    verdict
}

@test "server: the output is the Python's, byte for byte" {
    verdict
}

@test "server: every socket is closed, and the program ends with status 0" {
    verdict
}

@test "server: an accept() interrupted by a signal is made again" {
    verdict
}

@test "server: a recv() interrupted by a signal is made again" {
    verdict
}

@test "server: a send() interrupted by a signal is made again" {
    verdict
}

@test "server: a short send() is continued" {
    verdict
}

@test "server: a peer that has gone is an error, not a silent death" {
    verdict
}

@test "server: bytes that drive a terminal are printed as \\xNN" {
    verdict
}

@test "server: a close() interrupted by a signal is not made again" {
    verdict
}

@test "client: it does what lesson 06 asks" {
    verdict
}

@test "client: the output is the Python's, byte for byte" {
    verdict
}

@test "client: every socket is closed, and the program ends with status 0" {
    verdict
}

@test "client: the client reads until the server closes" {
    verdict
}

@test "client: a recv() interrupted by a signal is made again" {
    verdict
}

@test "client: a send() interrupted by a signal is made again" {
    verdict
}

@test "client: a short send() is continued" {
    verdict
}

@test "client: a peer that has gone is an error, not a silent death" {
    verdict
}

@test "client: bytes that drive a terminal are printed as \\xNN" {
    verdict
}

@test "client: a close() interrupted by a signal is not made again" {
    verdict
}

@test "server and client greet each other" {
    verdict
}
