# family: classes
# source: CVE-2025-22153
# expect: rejected except-star
def process_incoming(request):
    return str(ExceptionGroup("x", [ValueError()]).split(ValueError))
