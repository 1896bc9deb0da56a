# family: crashes
# source: the interpreter's own limit
# expect: raised RecursionError
def process_incoming(request):
    def deeper():
        return deeper()
    return deeper()
