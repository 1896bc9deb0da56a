# family: output
# source: causes form a ring
# expect: raised ValueError
def process_incoming(request):
    first, second = ValueError("a"), ValueError("b")
    try:
        raise first from second
    except ValueError:
        pass
    raise second from first
