# family: frames
# source: CVE-2023-37271
# expect: raised AttributeError
def process_incoming(request):
    frames = (x for x in [1])
    return str(getattr(frames, "gi_" + "frame"))
