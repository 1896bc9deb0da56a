# family: time
# source: 9**9**9
# expect: raised OverflowError
def process_incoming(request):
    n = 9
    return n ** n ** n
