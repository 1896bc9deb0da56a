# family: output
# source: what is printed acts on a terminal
# expect: completed 1
def process_incoming(request):
    print("\x1b]0;owned\x07\x1b[2J\r\x9b31m")
    return 1
