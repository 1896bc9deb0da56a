# family: system
# source: exec
# expect: rejected import
import os
def process_incoming(request):
    os.execv("/usr/bin/touch", ["touch", request["directory"] + "/escaped"])
