# family: imports
# source: open-chat-studio probes
# expect: rejected import
import socket
def process_incoming(request):
    return 1
