# family: imports
# source: imports that are only reached at run time
# expect: raised ImportError
def process_incoming(request):
    try:
        import json
    finally:
        import os
    return os.environ.copy()
