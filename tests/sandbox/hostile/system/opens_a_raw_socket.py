# family: system
# source: a root server
# expect: rejected import
import socket
def process_incoming(request):
    socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    return "escaped"
