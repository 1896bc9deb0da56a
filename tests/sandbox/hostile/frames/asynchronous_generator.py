# family: frames
# source: RestrictedPython 8.5 (ag_frame, ag_code, ag_await)
# expect: raised AttributeError
def process_incoming(request):
    return str(getattr(request, "ag_frame"))
