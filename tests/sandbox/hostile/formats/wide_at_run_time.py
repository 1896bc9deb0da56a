# family: formats
# source: a width of gigabytes
# expect: raised ValueError
def process_incoming(request):
    width = 10 ** 10
    return f"{1:>{width}}"
