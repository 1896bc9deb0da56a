# family: shadowing
# source: guards are names
# expect: rejected private-name
def process_incoming(request):
    try:
        1 / 0
    except ZeroDivisionError as _getattr_:
        pass
