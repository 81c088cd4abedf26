// 06-send-recv/client.c: sends a greeting to the server and receives one back.
//
// New here: send(), recv(). The same program in Python is Client.py, beside
// this file; the other side of the conversation is server.c.
//
//     cc -o client client.c && ./client
//
// Start the server first, in another terminal.

// >>> import socket
#include <arpa/inet.h>   // htons, inet_pton
#include <netinet/in.h>  // struct sockaddr_in
#include <stdint.h>      // uint16_t
#include <stdio.h>       // fprintf, perror, printf
#include <stdlib.h>      // EXIT_FAILURE, EXIT_SUCCESS
#include <string.h>      // memset, strlen
#include <sys/socket.h>  // socket, connect, send, recv
#include <sys/types.h>   // ssize_t
#include <unistd.h>      // close

// >>> def client_program():
int main(void)
{
    // >>> host = '127.0.0.1'
    // >>> port = 8080
    // In C both go into one struct, which is built below, where connect()
    // needs it.

    // A client begins as a server does: with a socket.
    // >>> client_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    int client_socket = socket(AF_INET, SOCK_STREAM, 0);
    if (client_socket == -1) {
        perror("socket");
        return EXIT_FAILURE;
    }

    // The address is the server's: the same struct as in lesson 02, filled in
    // the same way. 127.0.0.1 is this machine, as seen from itself.
    //
    // The client's own address is left to the kernel: connect() gives the
    // socket a free port, an ephemeral one, so a client needs no bind().
    // connect() returns once the server's kernel has agreed. That needs a
    // listening socket on the other side, not yet its accept().
    // >>> client_socket.connect((host, port))
    const char *host = "127.0.0.1";
    const uint16_t port = 8080;
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

    // send() hands the bytes to the kernel, which delivers them in its own
    // time: a result that is not -1 does not mean that they have arrived. The
    // length is strlen(): 17 bytes, without the '\0', as Python sends them.
    // >>> message = "Hello from client"
    // >>> try:
    // >>> client_socket.send(message.encode())
    // TODO(06-send-recv/1): send "Hello from client", 17 bytes, to the server.
    const char *message = "Hello from client";
    if (send(client_socket, message, strlen(message), 0) == -1) {
        perror("send");
        return EXIT_FAILURE;
    }
    // END(06-send-recv/1)
    // >>> print("Hello message sent")
    printf("Hello message sent\n");

    // recv() waits until something has arrived, or the server has closed; its
    // result is the number of bytes, and 0 means that the server will send
    // nothing more. What arrives is no C string: the '\0' is put behind it
    // here, in the one byte of data that recv() may not fill.
    // >>> data = client_socket.recv(1024).decode()
    char data[1025] = "";
    // TODO(06-send-recv/4): receive up to 1024 bytes into data, as a string.
    ssize_t received = recv(client_socket, data, sizeof data - 1, 0);
    if (received == -1) {
        perror("recv");
        return EXIT_FAILURE;
    }
    data[received] = '\0';
    // END(06-send-recv/4)
    // >>> print("Received from server: " + data)
    printf("Received from server: %s\n", data);

    // After an error above, the process ends, and the kernel closes what it
    // left open. That is this program's finally.
    // >>> finally:
    // Closing tells the server that this side will send nothing more: once it
    // has received what was sent before, it finds the end of the stream.
    // >>> client_socket.close()
    close(client_socket);
    return EXIT_SUCCESS;
}

// C starts main() by itself; Python has to be told.
// >>> if __name__ == '__main__':
// >>> client_program()
