# family: shadowing
# source: classes take their module from __name__
# expect: rejected private-name
def process_incoming(request):
    global __name__
    __name__ = "os"
