# family: formats
# source: a width of gigabytes
# expect: rejected width
def process_incoming(request):
    return f"{1:>10000000000}"
