# family: tricks
# source: open-chat-studio: a rule on the source is bypassed by an alias
# expect: rejected eval
def process_incoming(request):
    run = eval
    return run("1")
