# family: output
# source: text that has no UTF-8 form
# expect: raised BadResult
def process_incoming(request):
    return ["\ud800"]
