# family: formats
# source: CVE-2023-41039, str.format called on the class
# expect: raised AttributeError
def process_incoming(request):
    return str.format("{0.__class__}", 1)
