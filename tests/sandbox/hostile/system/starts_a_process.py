# family: system
# source: the consequence every escape wants
# expect: rejected import
import os
def process_incoming(request):
    os.posix_spawn("/usr/bin/touch", ["touch", request["directory"] + "/escaped"], {})
    return "ran"
