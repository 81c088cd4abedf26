// 07-complete-pair/client.c: sends a greeting and receives one back, whatever
// the other side does.
//
// The client of lesson 06, made whole. main() makes the same calls in the same
// order. The functions before it do what Python's runtime did silently (try
// again after a signal) and what it never did: send the rest after a short
// send, receive until the server closes, and keep control characters from the
// terminal. The same program in Python is Client.py, beside this file; the
// server is server.c.
//
//     cc -o client client.c && ./client

// >>> import socket
#include <arpa/inet.h>   // htons, inet_pton
#include <errno.h>       // errno, EINTR
#include <netinet/in.h>  // struct sockaddr_in
#include <signal.h>      // signal, SIGPIPE, SIG_IGN
#include <stdint.h>      // uint16_t
#include <stdio.h>       // fprintf, perror, printf, putchar
#include <stdlib.h>      // EXIT_FAILURE, EXIT_SUCCESS
#include <string.h>      // memset, strlen
#include <sys/socket.h>  // socket, connect, send, recv
#include <sys/types.h>   // ssize_t
#include <unistd.h>      // close

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

// Receives until the other side closes or the room is used up, however the
// bytes are cut, and tries again if a signal interrupts the wait.
//
//   conn, data, size  a connected socket, and room for size bytes
//   returns           the number of bytes, or -1 with errno set (never EINTR)
static ssize_t receive_all(int conn, char *data, size_t size)
{
    size_t done = 0;
    while (done < size) {
        ssize_t received = recv(conn, data + done, size - done, 0);
        if (received == -1 && errno != EINTR) {
            return -1;
        }
        if (received == 0) {
            break;
        }
        if (received > 0) {
            done += (size_t)received;
        }
    }
    return (ssize_t)done;
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

// >>> def client_program():
int main(void)
{
    // A send() to a server that has gone may raise SIGPIPE, and SIGPIPE ends
    // the process without a word. Ignored, it leaves send() to fail with
    // EPIPE. Python ignores the signal from its start.
    signal(SIGPIPE, SIG_IGN);

    // >>> host = '127.0.0.1'
    // >>> port = 8080
    const char *host = "127.0.0.1";
    const uint16_t port = 8080;

    // >>> client_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    int client_socket = socket(AF_INET, SOCK_STREAM, 0);
    if (client_socket == -1) {
        perror("socket");
        return EXIT_FAILURE;
    }

    // >>> client_socket.connect((host, port))
    struct sockaddr_in server_address;
    memset(&server_address, 0, sizeof server_address);
    server_address.sin_family = AF_INET;
    server_address.sin_port = htons(port);
    if (inet_pton(AF_INET, host, &server_address.sin_addr) != 1) {
        fprintf(stderr, "inet_pton: not an IPv4 address: %s\n", host);
        return EXIT_FAILURE;
    }
    if (connect(client_socket, (const struct sockaddr *)&server_address,
                sizeof server_address) == -1) {
        perror("connect");
        return EXIT_FAILURE;
    }

    // What Python writes as try and finally is a status here: it stays a
    // failure unless the last step is reached, and whatever happens, the way
    // leads to the close() below.
    // >>> message = "Hello from client"
    // >>> try:
    const char *message = "Hello from client";
    int status = EXIT_FAILURE;

    // >>> client_socket.send(message.encode())
    if (send_all(client_socket, message, strlen(message)) == -1) {
        perror("send");
    } else {
        // >>> print("Hello message sent")
        printf("Hello message sent\n");

        // >>> data = client_socket.recv(1024).decode()
        char data[1024];
        ssize_t received = receive_all(client_socket, data, sizeof data);
        if (received == -1) {
            perror("recv");
        } else {
            // >>> print("Received from server: " + data)
            printf("Received from server: ");
            print_bytes(data, (size_t)received);
            printf("\n");
            status = EXIT_SUCCESS;
        }
    }

    // >>> finally:
    // >>> client_socket.close()
    close(client_socket);
    return status;
}

// C starts main() by itself; Python has to be told.
// >>> if __name__ == '__main__':
// >>> client_program()
