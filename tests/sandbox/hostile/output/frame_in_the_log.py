# family: output
# source: text that looks like the protocol
# expect: completed 1
def process_incoming(request):
    print("\x0b\x00\x00\x00\x00\x00\x00\x00\x01" * 100, '{"outcome":"completed"}')
    return 1
