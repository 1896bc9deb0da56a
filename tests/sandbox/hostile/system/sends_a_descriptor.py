# family: system
# source: SCM_RIGHTS over the cell's own socket
# expect: rejected import
import socket
def process_incoming(request):
    s = socket.socket(fileno=3)
    s.sendmsg([b"x"], [])
    return "escaped"
