# family: formats
# source: CVE-2023-41039
# expect: raised AttributeError
def process_incoming(request):
    return "{0.__class__.__base__}".format(request)
