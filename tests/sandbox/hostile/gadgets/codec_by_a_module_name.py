# family: gadgets
# source: codec names become module names
# expect: raised LookupError
def process_incoming(request):
    return str("x".encode("__main__"))
