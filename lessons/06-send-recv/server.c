// 06-send-recv/server.c: receives a greeting from a client and sends one back.
//
// New here: recv(), send(). The same program in Python is Server.py, beside
// this file; the other side of the conversation is client.c.
//
//     cc -o server server.c && ./server
//
// Then run the client in a second terminal.

// >>> import socket
#include <arpa/inet.h>   // htons, inet_pton, inet_ntop, ntohs
#include <netinet/in.h>  // struct sockaddr_in, INET_ADDRSTRLEN
#include <stdint.h>      // uint16_t
#include <stdio.h>       // fprintf, perror, printf
#include <stdlib.h>      // EXIT_FAILURE, EXIT_SUCCESS
#include <string.h>      // memset, strlen
#include <sys/socket.h>  // socket ... accept, recv, send; socklen_t
#include <sys/types.h>   // ssize_t
#include <unistd.h>      // close

// >>> def server_program():
int main(void)
{
    // >>> host = '0.0.0.0'  # all interfaces
    // >>> port = 8080
    // In C both go into one struct, which is built below, where bind() needs
    // it.

    // A socket is one end of a conversation. The kernel keeps it; the program
    // holds a small number that stands for it, the descriptor, as for an open
    // file. 0, 1 and 2 are taken (stdin, stdout, stderr), so it is usually 3.
    //
    //   AF_INET      the family of addresses: IPv4
    //   SOCK_STREAM  the type: a reliable stream of bytes
    //   0            the protocol: the usual one for that pair, here TCP
    //
    // In this and every other call on a socket, -1 means failure, and errno
    // holds the reason. perror() prints the name it is given and that reason
    // on standard error; the return after it ends the program, and the kernel
    // closes what is still open. Python raises OSError instead, so that no
    // failure goes unseen; in C a failure is seen only if the program looks.
    // >>> server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    int server_socket = socket(AF_INET, SOCK_STREAM, 0);
    if (server_socket == -1) {
        perror("socket");
        return EXIT_FAILURE;
    }

    // An option of the socket: let it take a port on which connections of an
    // earlier run are still winding down (lesson 04 shows them). The value is
    // an int; the kernel is told where it lies and how long it is. Python makes
    // the int, its address and its size out of the 1.
    // >>> server_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    int on = 1;
    if (setsockopt(server_socket, SOL_SOCKET, SO_REUSEADDR,
                   &on, sizeof on) == -1) {
        perror("setsockopt");
        return EXIT_FAILURE;
    }

    // Until now the socket has no address: nobody could name it. An IPv4
    // address with a port is a struct sockaddr_in:
    //
    //   sin_family  AF_INET once more: it tells the kernel how to read the rest
    //   sin_port    the port, in network byte order: the high byte first.
    //               htons() ("host to network short") puts it in that order
    //   sin_addr    the IPv4 address; inet_pton() makes it from the text, and
    //               gives 1 if the text is an address (else no errno is set).
    //               0.0.0.0 is every IPv4 address of this machine
    //
    // All else in it should be 0 (some systems have more fields), hence
    // memset(). bind() serves every family of addresses, so it takes a pointer
    // to the general struct sockaddr (hence the cast) and the length of what
    // is really there. Python makes all this out of the pair (host, port).
    // >>> server_socket.bind((host, port))
    const char *host = "0.0.0.0";
    const uint16_t port = 8080;
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

    // From now on the kernel completes connections by itself and queues them,
    // whether or not the program is ready for them. 3 is the backlog: how many
    // may wait in that queue (on Linux one more). It is no limit to how many
    // clients are served.
    // The socket has become a listening socket: it carries no data, ever.
    // >>> server_socket.listen(3)
    if (listen(server_socket, 3) == -1) {
        perror("listen");
        return EXIT_FAILURE;
    }
    // >>> print("Server listening on port", port)
    printf("Server listening on port %d\n", port);

    // accept() waits until the queue holds a connection and takes the oldest
    // one. Its result is a second socket, the connected socket: this one talks
    // to that client, while server_socket goes on listening. Both are on port
    // 8080; connections are told apart by the other end's address and port.
    //
    // accept() also writes that other end's address into the struct it is
    // given. address_length is read and written: before the call it says how
    // much room there is, after it how long the address is.
    struct sockaddr_in address;
    memset(&address, 0, sizeof address);
    // >>> conn, address = server_socket.accept()
    socklen_t address_length = sizeof address;
    int conn = accept(server_socket, (struct sockaddr *)&address,
                      &address_length);
    if (conn == -1) {
        perror("accept");
        return EXIT_FAILURE;
    }

    // The way back from the struct to text and number: inet_ntop() writes the
    // address as text, ntohs() ("network to host short") undoes htons().
    // Python returns the pair ready made.
    // >>> print("Connection from:", address)
    char peer[INET_ADDRSTRLEN];
    if (inet_ntop(AF_INET, &address.sin_addr, peer, sizeof peer) == NULL) {
        perror("inet_ntop");
        return EXIT_FAILURE;
    }
    printf("Connection from: ('%s', %d)\n", peer, ntohs(address.sin_port));

    // recv() waits until something has arrived, or the client has closed. It
    // copies what is there into data, at most as many bytes as it is allowed,
    // and its result is their number; 0 means that the client will send
    // nothing more. What arrives are bytes, not a C string: nobody sends the
    // '\0' that ends one. So data has one byte more than recv() may fill, and
    // the '\0' is put there.
    //
    // One recv() need not be the whole message: TCP keeps no messages, only
    // the order of the bytes. The original takes what the first call brings;
    // lesson 07 says what that costs.
    // >>> try:
    // >>> data = conn.recv(1024).decode()
    char data[1025] = "";
    // TODO(06-send-recv/2): receive up to 1024 bytes into data, as a string.
    // END(06-send-recv/2)
    // >>> print("Received from client:", data)
    printf("Received from client: %s\n", data);

    // send() hands the bytes to the kernel, which delivers them in its own
    // time: a result that is not -1 does not mean that they have arrived. The
    // length is strlen(): 17 bytes, without the '\0', as Python sends them.
    // The result is the number of bytes taken, and may be less than asked for;
    // the original does not look at it, and lesson 07 does. If the client has
    // gone, a signal, SIGPIPE, may end the program here: see lesson 07 too.
    // >>> message = "Hello from server"
    // >>> conn.send(message.encode())
    // TODO(06-send-recv/3): send "Hello from server", 17 bytes, to the client.
    // END(06-send-recv/3)
    // >>> print("Hello message sent")
    printf("Hello message sent\n");

    // After an error above, the process ends, and the kernel closes what it
    // left open. That is this program's finally.
    // >>> finally:
    // Closing the connected socket ends the conversation: once the client has
    // received what was sent before, it finds the end of the stream.
    // >>> conn.close()
    close(conn);

    // Python closes server_socket when nothing refers to it any more. In C
    // whoever opened a descriptor closes it. The result is not looked at:
    // nothing can be done about a failure of close().
    close(server_socket);
    return EXIT_SUCCESS;
}

// C starts main() by itself; Python has to be told.
// >>> if __name__ == '__main__':
// >>> server_program()
