# family: imports
# source: open-chat-studio probes
# expect: rejected import
import subprocess
def process_incoming(request):
    return subprocess.check_output(["id"]).decode()
