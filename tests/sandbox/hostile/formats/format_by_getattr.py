# family: formats
# source: CVE-2023-41039
# expect: raised AttributeError
def process_incoming(request):
    return getattr("{0.__class__}", "for" + "mat")(1)
