# family: memory
# source: sandbox-facts 5.1
# expect: raised OverflowError
def process_incoming(request):
    n = 10 ** 10
    return "x" * n
