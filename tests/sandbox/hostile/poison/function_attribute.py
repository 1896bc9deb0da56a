# family: poison
# source: open-chat-studio: state between runs
# expect: completed 1
# calls: 2
def process_incoming(request):
    process_incoming.seen = getattr(process_incoming, "seen", 0) + 1
    return process_incoming.seen
