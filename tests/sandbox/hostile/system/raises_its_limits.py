# family: system
# source: root raises limits
# expect: rejected import
import resource
def process_incoming(request):
    resource.setrlimit(resource.RLIMIT_AS, (-1, -1))
    return "escaped"
