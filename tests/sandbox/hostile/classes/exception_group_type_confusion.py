# family: classes
# source: CVE-2025-22153, the published exploit
# expect: rejected except-star,type | rejected except-star
def process_incoming(request):
    class Odd(ExceptionGroup):
        pass
    try:
        raise Odd("x", [ValueError()])
    except* ValueError as found:
        return str(found)
