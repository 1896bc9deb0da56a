# family: system
# source: sandbox-facts 6: Landlock covers it from version 6 on
# expect: rejected import
import socket
def process_incoming(request):
    s = socket.socket(socket.AF_UNIX)
    s.connect("\0" + request["abstract"])
    s.send(b"escaped")
    return "escaped"
