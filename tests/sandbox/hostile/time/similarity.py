# family: time
# source: difflib is cubic
# expect: timed-out
import difflib
def process_incoming(request):
    return difflib.SequenceMatcher(None, "ab" * 20000, "ba" * 20000, autojunk=False).ratio()
