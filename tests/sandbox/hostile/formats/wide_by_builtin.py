# family: formats
# source: a width of gigabytes
# expect: raised ValueError
def process_incoming(request):
    return format(1, ">10000000000")
