// 02-bind/server.c: gives the socket an address of this machine.
//
// New here: bind(), with struct sockaddr_in and network byte order. The option
// SO_REUSEADDR is given; lesson 04 shows what it is for. The same program in
// Python is Server.py, beside this file.
//
//     cc -o server server.c && ./server

// >>> import socket
#include <arpa/inet.h>   // htons, inet_pton
#include <netinet/in.h>  // struct sockaddr_in
#include <stdint.h>      // uint16_t
#include <stdio.h>       // fflush, fprintf, getchar, perror, printf
#include <stdlib.h>      // EXIT_FAILURE, EXIT_SUCCESS
#include <string.h>      // memset
#include <sys/socket.h>  // socket, setsockopt, bind
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
    // TODO(02-bind): build the address 0.0.0.0:8080 and bind the socket to it.
    // END(02-bind)

    // The port is taken now: a bind() to it without SO_REUSEADDR fails with
    // EADDRINUSE. But nobody can connect, since the socket does not listen.

    // A scaffold, here until lesson 04: it holds the program, so that there is
    // time to look at the socket. The prompt has no newline, so it is flushed.
    // >>> input("Press Enter to close the socket.")  # scaffold
    printf("Press Enter to close the socket.");
    fflush(stdout);
    int key = getchar();
    while (key != '\n' && key != EOF) {
        key = getchar();
    }

    // Python closes server_socket when nothing refers to it any more. In C
    // whoever opened a descriptor closes it. The result is not looked at:
    // nothing can be done about a failure of close().
    close(server_socket);
    return EXIT_SUCCESS;
}

// C starts main() by itself; Python has to be told.
// >>> if __name__ == '__main__':
// >>> server_program()
