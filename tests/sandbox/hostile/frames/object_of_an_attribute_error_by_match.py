# family: frames
# source: CVE-2026-0863, the match form
# expect: rejected match-class
def process_incoming(request):
    try:
        (1).nothing
    except AttributeError as error:
        match error:
            case AttributeError(obj=found):
                return str(found)
