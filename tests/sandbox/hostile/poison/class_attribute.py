# family: poison
# source: open-chat-studio: state between runs
# expect: completed 1
# calls: 2
class Kept:
    seen = 0
def process_incoming(request):
    Kept.seen += 1
    return Kept.seen
