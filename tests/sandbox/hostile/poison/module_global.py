# family: poison
# source: open-chat-studio: state between runs
# expect: completed 1
# calls: 2
kept = []
def process_incoming(request):
    kept.append(1)
    return len(kept)
