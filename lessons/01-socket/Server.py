import socket

def server_program():
    server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    input("Press Enter to close the socket.")  # scaffold

if __name__ == '__main__':
    server_program()
