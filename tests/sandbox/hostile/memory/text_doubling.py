# family: memory
# source: sandbox-facts 5.1
# expect: out-of-memory
def process_incoming(request):
    text = "x"
    while True:
        text += text
