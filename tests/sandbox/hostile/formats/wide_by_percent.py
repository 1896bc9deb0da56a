# family: formats
# source: a width of gigabytes
# expect: raised ValueError
def process_incoming(request):
    return "%*d" % (10 ** 9, 1)
