# family: system
# source: the consequence every escape wants
# expect: rejected import
import socket
def process_incoming(request):
    s = socket.create_connection(("127.0.0.1", request["port"]), 1)
    s.send(b"escaped")
    return "escaped"
