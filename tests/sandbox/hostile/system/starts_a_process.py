# family: system
# source: the consequence every escape wants
# expect: rejected import
import subprocess
def process_incoming(request):
    subprocess.run(["/usr/bin/touch", request["directory"] + "/escaped"])
    return "ran"
