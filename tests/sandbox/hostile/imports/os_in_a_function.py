# family: imports
# source: imports that are only reached at run time
# expect: raised ImportError
def process_incoming(request):
    if request:
        import os
    return os.listdir("/")
