# family: formats
# source: a width of gigabytes
# expect: raised ValueError
def process_incoming(request):
    return "{:>10000000000}".format(1)
