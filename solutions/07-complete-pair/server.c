// 07-complete-pair/server.c: receives a greeting and sends one back, whatever
// the other side does.
//
// The server of lesson 06, made whole. main() makes the same calls in the same
// order. The functions before it do what Python's runtime did silently (try
// again after a signal) and what it never did: send the rest after a short
// send, and keep control characters from the terminal. The same program in
// Python is Server.py, beside this file; the client is client.c.
//
//     cc -o server server.c && ./server

// >>> import socket
#include <arpa/inet.h>   // htons, inet_pton, inet_ntop, ntohs
#include <errno.h>       // errno, EINTR
#include <netinet/in.h>  // struct sockaddr_in, INET_ADDRSTRLEN
#include <signal.h>      // signal, SIGPIPE, SIG_IGN
#include <stdint.h>      // uint16_t
#include <stdio.h>       // fprintf, perror, printf, putchar
#include <stdlib.h>      // EXIT_FAILURE, EXIT_SUCCESS
#include <string.h>      // memset, strlen
#include <sys/socket.h>  // socket ... accept, recv, send; socklen_t
#include <sys/types.h>   // ssize_t
#include <unistd.h>      // close

// Accepts one connection, and tries again if a signal interrupts the wait.
//
//   listener  a listening socket
//   address   gets the client's address
//   returns   the connected socket, or -1 with errno set (never EINTR)
static int accept_one(int listener, struct sockaddr_in *address)
{
    int conn;
    do {
        socklen_t address_length = sizeof *address;
        conn = accept(listener, (struct sockaddr *)address, &address_length);
    } while (conn == -1 && errno == EINTR);
    return conn;
}

// Receives what is there, once, and tries again if a signal interrupts the
// wait.
//
//   conn, data, size  a connected socket, and room for size bytes
//   returns           the number of bytes, 0 at the end of the stream, or -1
//                     with errno set (never EINTR)
static ssize_t receive_some(int conn, char *data, size_t size)
{
    ssize_t received;
    do {
        received = recv(conn, data, size, 0);
    } while (received == -1 && errno == EINTR);
    return received;
}

// Sends all of the bytes, in as many calls as it takes.
//
//   conn, data, size  a connected socket, and the size bytes to send
//   returns           0, or -1 with errno set (never EINTR)
static int send_all(int conn, const char *data, size_t size)
{
    size_t done = 0;
    while (done < size) {
        ssize_t sent = send(conn, data + done, size - done, 0);
        if (sent == -1 && errno != EINTR) {
            return -1;
        }
        if (sent > 0) {
            done += (size_t)sent;
        }
    }
    return 0;
}

// Prints received bytes as they are, but for the control characters that could
// drive the terminal: those below 32, except newline and tab, and DEL. They
// are printed as \xNN. Bytes from 128 on pass, since UTF-8 needs them.
static void print_bytes(const char *data, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        unsigned char byte = (unsigned char)data[i];
        if ((byte < 32 && byte != '\n' && byte != '\t') || byte == 127) {
            printf("\\x%02x", byte);
        } else {
            putchar(byte);
        }
    }
}

// >>> def server_program():
int main(void)
{
    // A send() to a client that has gone may raise SIGPIPE, and SIGPIPE ends
    // the process without a word. Ignored, it leaves send() to fail with
    // EPIPE. Python ignores the signal from its start.
    signal(SIGPIPE, SIG_IGN);

    // >>> host = '0.0.0.0'  # all interfaces
    // >>> port = 8080
    const char *host = "0.0.0.0";
    const uint16_t port = 8080;

    // >>> server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    int server_socket = socket(AF_INET, SOCK_STREAM, 0);
    if (server_socket == -1) {
        perror("socket");
        return EXIT_FAILURE;
    }

    // >>> server_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    int on = 1;
    if (setsockopt(server_socket, SOL_SOCKET, SO_REUSEADDR,
                   &on, sizeof on) == -1) {
        perror("setsockopt");
        return EXIT_FAILURE;
    }

    // >>> server_socket.bind((host, port))
    struct sockaddr_in server_address;
    memset(&server_address, 0, sizeof server_address);
    server_address.sin_family = AF_INET;
    server_address.sin_port = htons(port);
    if (inet_pton(AF_INET, host, &server_address.sin_addr) != 1) {
        fprintf(stderr, "inet_pton: not an IPv4 address: %s\n", host);
        return EXIT_FAILURE;
    }
    if (bind(server_socket, (const struct sockaddr *)&server_address,
             sizeof server_address) == -1) {
        perror("bind");
        return EXIT_FAILURE;
    }

    // >>> server_socket.listen(3)
    if (listen(server_socket, 3) == -1) {
        perror("listen");
        return EXIT_FAILURE;
    }
    // >>> print("Server listening on port", port)
    printf("Server listening on port %d\n", port);

    // >>> conn, address = server_socket.accept()
    struct sockaddr_in address;
    memset(&address, 0, sizeof address);
    int conn = accept_one(server_socket, &address);
    if (conn == -1) {
        perror("accept");
        return EXIT_FAILURE;
    }

    // >>> print("Connection from:", address)
    char peer[INET_ADDRSTRLEN];
    if (inet_ntop(AF_INET, &address.sin_addr, peer, sizeof peer) == NULL) {
        perror("inet_ntop");
        return EXIT_FAILURE;
    }
    printf("Connection from: ('%s', %d)\n", peer, ntohs(address.sin_port));

    // What Python writes as try and finally is a status here: it stays a
    // failure unless the last step is reached, and whatever happens, the way
    // leads to the close() below.
    // >>> try:
    int status = EXIT_FAILURE;

    // >>> data = conn.recv(1024).decode()
    char data[1024];
    ssize_t received = receive_some(conn, data, sizeof data);
    if (received == -1) {
        perror("recv");
    } else {
        // >>> print("Received from client:", data)
        printf("Received from client: ");
        print_bytes(data, (size_t)received);
        printf("\n");

        // >>> message = "Hello from server"
        // >>> conn.send(message.encode())
        const char *message = "Hello from server";
        if (send_all(conn, message, strlen(message)) == -1) {
            perror("send");
        } else {
            // >>> print("Hello message sent")
            printf("Hello message sent\n");
            status = EXIT_SUCCESS;
        }
    }

    // >>> finally:
    // >>> conn.close()
    close(conn);

    // Python closes server_socket when nothing refers to it any more.
    close(server_socket);
    return status;
}

// C starts main() by itself; Python has to be told.
// >>> if __name__ == '__main__':
// >>> server_program()
