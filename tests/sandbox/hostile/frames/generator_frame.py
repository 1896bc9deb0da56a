# family: frames
# source: CVE-2023-37271
# expect: rejected inspect-attribute
def process_incoming(request):
    frames = (x for x in [1])
    return str(frames.gi_frame.f_back.f_builtins)
