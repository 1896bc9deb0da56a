# family: system
# source: sandbox-facts 6: Landlock does not cover UDP
# expect: rejected import
import socket
def process_incoming(request):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.sendto(b"escaped", ("127.0.0.1", request["udp"]))
    return "escaped"
