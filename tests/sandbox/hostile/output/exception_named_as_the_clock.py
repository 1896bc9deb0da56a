# family: output
# source: names are not identities
# expect: raised TimeLimit
def process_incoming(request):
    class TimeLimit(Exception):
        pass
    raise TimeLimit("x")
