# family: time
# source: sandbox-facts 5.1
# expect: timed-out
def process_incoming(request):
    def other(value=[x for x in iter(int, 1)]):
        return value
