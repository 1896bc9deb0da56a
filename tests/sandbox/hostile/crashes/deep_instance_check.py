# family: crashes
# source: isinstance recurses through tuples
# expect: ended
def process_incoming(request):
    kinds = (int,)
    for i in range(200000):
        kinds = (kinds,)
    return isinstance("x", kinds)
