# family: crashes
# source: sandbox-facts 5.2
# expect: ended
def process_incoming(request):
    x = []
    for i in range(200000):
        x = map(str, x)
    return list(x)
