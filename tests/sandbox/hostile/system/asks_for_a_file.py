# family: system
# source: sandbox-facts 6: Landlock does not cover stat
# expect: rejected import
import os
def process_incoming(request):
    return os.stat(request["file"]).st_size
