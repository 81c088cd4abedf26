// 05-connect/client.c: connects to the server, and closes the connection.
//
// New here: connect(). The same program in Python is Client.py, beside this
// file; the server is server.c.
//
//     cc -o client client.c && ./client
//
// Start the server first, in another terminal: success shows there.

// >>> import socket
#include <arpa/inet.h>   // htons, inet_pton
#include <netinet/in.h>  // struct sockaddr_in
#include <stdint.h>      // uint16_t
#include <stdio.h>       // fprintf, perror
#include <stdlib.h>      // EXIT_FAILURE, EXIT_SUCCESS
#include <string.h>      // memset
#include <sys/socket.h>  // socket, connect
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
    // TODO(05-connect): build the address 127.0.0.1:8080 and connect to it.
    // END(05-connect)

    // Closing tells the server that this side will send nothing more: once it
    // has received what was sent before, it finds the end of the stream.
    // >>> client_socket.close()
    close(client_socket);
    return EXIT_SUCCESS;
}

// C starts main() by itself; Python has to be told.
// >>> if __name__ == '__main__':
// >>> client_program()
