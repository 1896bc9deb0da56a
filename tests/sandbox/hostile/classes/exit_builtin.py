# family: classes
# source: exit() ends the process
# expect: rejected exit
def process_incoming(request):
    exit(0)
