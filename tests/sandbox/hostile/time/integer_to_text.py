# family: time
# source: quadratic conversion
# expect: raised ValueError
def process_incoming(request):
    return str(1 << 900000)
