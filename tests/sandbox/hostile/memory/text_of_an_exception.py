# family: memory
# source: the report copies the message
# expect: raised ValueError
def process_incoming(request):
    raise ValueError("x" * 9000000)
