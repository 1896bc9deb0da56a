# family: imports
# source: n8n CVE-2025-68668
# expect: rejected import
import os
def process_incoming(request):
    return os.popen("id").read()
