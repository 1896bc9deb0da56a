# family: output
# source: StopIteration ends loops elsewhere
# expect: raised StopIteration
def process_incoming(request):
    raise StopIteration(1)
