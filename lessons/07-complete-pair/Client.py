import socket

def client_program():
    host = '127.0.0.1'
    port = 8080
    client_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    client_socket.connect((host, port))
    message = "Hello from client"
    try:
        client_socket.send(message.encode())
        print("Hello message sent")
        data = client_socket.recv(1024).decode()
        print("Received from server: " + data)
    finally:
        client_socket.close()

if __name__ == '__main__':
    client_program()
