# family: crashes
# source: comparison recurses
# expect: raised RecursionError
def process_incoming(request):
    x, y = [], []
    x.append(y)
    y.append(x)
    other = [[]]
    other[0].append(other)
    return x == other
