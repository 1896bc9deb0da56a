# family: formats
# source: CVE-2023-41039
# expect: raised AttributeError
def process_incoming(request):
    return list(map(str.format, ["{0.__class__}"], [1]))
