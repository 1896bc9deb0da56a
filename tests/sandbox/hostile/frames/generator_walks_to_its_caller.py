# family: frames
# source: CVE-2023-37271, the published exploit
# expect: rejected inspect-attribute
def process_incoming(request):
    frames = []
    def walk():
        yield frames[0].gi_frame.f_back.f_back.f_globals
    frames.append(walk())
    return str(list(frames[0]))
