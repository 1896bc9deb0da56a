# family: crashes
# source: deallocation recurses
# expect: ended
def process_incoming(request):
    x = []
    for i in range(1000000):
        x = [x]
    return str(x)
