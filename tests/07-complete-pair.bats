#!/usr/bin/env bats
# Lesson 07, the complete pair: the check of its programs (make check LESSON=7).
# The verdicts come from check/verdicts/; a test is found there by its name.

load check/lesson

@test "it compiles" {
    verdict
}

@test "client: socket() makes a TCP socket" {
    verdict
}

@test "client: a socket() that fails ends the program with its error" {
    verdict
}

@test "client: connect() goes to port 8080" {
    verdict
}

@test "client: connect() goes to 127.0.0.1" {
    verdict
}

@test "client: the client leaves its own port to the kernel" {
    verdict
}

@test "client: a connect() that is refused ends the program with its error" {
    verdict
}

@test "client: send() sends Hello from client, 17 bytes" {
    verdict
}

@test "server: socket() makes a TCP socket" {
    verdict
}

@test "server: a socket() that fails ends the program with its error" {
    verdict
}

@test "server: SO_REUSEADDR is set before bind()" {
    verdict
}

@test "server: a setsockopt() that fails ends the program with its error" {
    verdict
}

@test "server: bind() gives the socket the port 8080" {
    verdict
}

@test "server: bind() gives the socket the address 0.0.0.0" {
    verdict
}

@test "server: a bind() that fails ends the program with its error" {
    verdict
}

@test "server: listen() makes the socket listen, with a backlog of 3" {
    verdict
}

@test "server: it says that it listens after listen() has succeeded" {
    verdict
}

@test "server: a listen() that fails ends the program with its error" {
    verdict
}

@test "server: accept() takes the connection" {
    verdict
}

@test "server: the peer is printed as Python prints it" {
    verdict
}

@test "server: an accept() that fails ends the program with its error" {
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

@test "client: recv() takes up to 1024 bytes from the server" {
    verdict
}

@test "client: what was received is printed" {
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
