# family: shadowing
# source: guards are names
# expect: rejected private-name
def process_incoming(request):
    (_getattr_, [*_write_]) = [1, [2]]
