#!/usr/bin/env bats
# Lesson 06, send() and recv(): the check of its programs (make check LESSON=6).
# The verdicts come from check/verdicts/; a test is found there by its name.

load check/lesson

@test "it compiles" {
    verdict
}

@test "client: socket() and connect() are as in lesson 05" {
    verdict
}

@test "client: send() sends Hello from client, 17 bytes" {
    verdict
}

@test "server: socket() to accept() are as in lesson 04" {
    verdict
}

@test "server: recv() takes up to 1024 bytes from the client" {
    verdict
}

@test "server: what was received is printed" {
    verdict
}

@test "server: send() sends Hello from server, 17 bytes" {
    verdict
}

@test "server: the output is the Python's, byte for byte" {
    verdict
}

@test "server: every socket is closed, and the program ends with status 0" {
    verdict
}

@test "server: a buffer that is filled to its end does no harm" {
    verdict
}

@test "server: a peer that says nothing is no error" {
    verdict
}

@test "server: a recv() that fails ends the program with its error" {
    verdict
}

@test "server: a send() that fails ends the program with its error" {
    verdict
}

@test "client: recv() takes up to 1024 bytes from the server" {
    verdict
}

@test "client: what was received is printed" {
    verdict
}

@test "client: the output is the Python's, byte for byte" {
    verdict
}

@test "client: every socket is closed, and the program ends with status 0" {
    verdict
}

@test "client: a buffer that is filled to its end does no harm" {
    verdict
}

@test "client: a peer that says nothing is no error" {
    verdict
}

@test "client: a recv() that fails ends the program with its error" {
    verdict
}

@test "client: a send() that fails ends the program with its error" {
    verdict
}

@test "server and client greet each other" {
    verdict
}
