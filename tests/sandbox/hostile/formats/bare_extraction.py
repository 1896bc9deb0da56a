# family: formats
# source: CVE-2026-0863 follow-up: bare .format extraction
# expect: raised AttributeError
def process_incoming(request):
    render = "{0.__class__}".format
    return render(1)
