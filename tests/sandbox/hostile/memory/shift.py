# family: memory
# source: an integer of gigabytes
# expect: raised OverflowError
def process_incoming(request):
    n = 10 ** 10
    return (1 << n) % 7
