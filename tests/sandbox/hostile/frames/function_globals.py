# family: frames
# source: functions know the module they are from
# expect: rejected dunder
def process_incoming(request):
    return str(process_incoming.__globals__)
