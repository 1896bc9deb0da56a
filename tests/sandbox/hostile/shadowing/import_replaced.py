# family: shadowing
# source: imports call __import__
# expect: rejected import
def process_incoming(request):
    def __import__(*rest):
        return 1
