# family: attributes
# source: n8n folded concatenations (CVE-2026-0863 follow-up)
# expect: raised AttributeError
def process_incoming(request):
    name = "_" * 2 + "cla" + "ss" + "_" * 2
    return str(getattr((), name))
