# family: system
# source: a channel between processes
# expect: rejected import
import socket
def process_incoming(request):
    socket.socketpair()
    return "escaped"
