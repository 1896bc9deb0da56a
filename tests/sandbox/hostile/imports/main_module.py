# family: imports
# source: the process has a __main__
# expect: rejected private-name | rejected import
import __main__
def process_incoming(request):
    return 1
