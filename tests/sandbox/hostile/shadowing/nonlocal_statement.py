# family: shadowing
# source: guards are names
# expect: rejected private-name
def process_incoming(request):
    def inner():
        nonlocal _write_
