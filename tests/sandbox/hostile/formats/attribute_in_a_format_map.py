# family: formats
# source: CVE-2023-41039
# expect: raised AttributeError
def process_incoming(request):
    return "{x.__class__}".format_map({"x": 1})
