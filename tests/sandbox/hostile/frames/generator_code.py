# family: frames
# source: CVE-2023-37271
# expect: rejected inspect-attribute
def process_incoming(request):
    return str((x for x in []).gi_code.co_consts)
