import socket

def server_program():
    host = '0.0.0.0'  # all interfaces
    port = 8080
    server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    server_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server_socket.bind((host, port))
    server_socket.listen(3)
    print("Server listening on port", port)
    conn, address = server_socket.accept()
    print("Connection from:", address)
    conn.close()

if __name__ == '__main__':
    server_program()
