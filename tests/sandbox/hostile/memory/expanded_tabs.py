# family: memory
# source: methods take widths
# expect: out-of-memory | raised OverflowError
def process_incoming(request):
    return len("\t".expandtabs(2000000000))
