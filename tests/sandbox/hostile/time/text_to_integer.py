# family: time
# source: quadratic conversion
# expect: raised ValueError
def process_incoming(request):
    return int("9" * 900000)
