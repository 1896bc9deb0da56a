# family: imports
# source: CVE-2026-49444
# expect: rejected import
import importlib
def process_incoming(request):
    return str(importlib.import_module("os"))
