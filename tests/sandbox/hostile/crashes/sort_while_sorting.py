# family: crashes
# source: list.sort empties the list meanwhile
# expect: raised ValueError | completed 1
def process_incoming(request):
    x = [3, 2, 1]
    def key(value):
        x.append(value)
        return value
    x.sort(key=key)
    return 1
