# family: classes
# source: SystemExit ends the process
# expect: rejected base-exception
def process_incoming(request):
    raise SystemExit(0)
