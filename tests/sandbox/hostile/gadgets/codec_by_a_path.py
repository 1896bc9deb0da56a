# family: gadgets
# source: codec names become module names
# expect: raised LookupError | raised ValueError
def process_incoming(request):
    return str("x".encode("../../../../tmp/escaped"))
