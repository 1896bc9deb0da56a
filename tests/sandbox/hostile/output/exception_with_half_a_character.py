# family: output
# source: text that has no UTF-8 form
# expect: raised ValueError
def process_incoming(request):
    raise ValueError("\ud800")
