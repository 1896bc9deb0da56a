# family: tricks
# source: the optimiser computes
# expect: raised OverflowError
def process_incoming(request):
    return (2 ** 4000) ** 4000 ** 100 and 1
