# family: frames
# source: CVE-2024-47532, CVE-2026-0863
# expect: raised AttributeError
def process_incoming(request):
    try:
        (1).nothing
    except AttributeError as error:
        return str(error.obj)
