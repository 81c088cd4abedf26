// 01-socket/server.c: asks the kernel for a TCP socket, and gives it back.
//
// New here: socket(), close(). The same program in Python is Server.py, beside
// this file; each of its lines stands here behind >>>, over the C for it.
//
//     cc -o server server.c && ./server
//
// While it waits for Enter, look at it from a second terminal:
//
//     ls -l /proc/$(pgrep -nx server)/fd

// >>> import socket
#include <stdio.h>       // fflush, getchar, perror, printf
#include <stdlib.h>      // EXIT_FAILURE, EXIT_SUCCESS
#include <sys/socket.h>  // socket, AF_INET, SOCK_STREAM
#include <unistd.h>      // close

// >>> def server_program():
int main(void)
{
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
    int server_socket = -1;
    // >>> server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    // TODO(01-socket): make the socket, and check that there is one.
    // END(01-socket)

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
