import socket

def client_program():
    host = '127.0.0.1'
    port = 8080
    client_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    client_socket.connect((host, port))
    client_socket.close()

if __name__ == '__main__':
    client_program()
