# family: shadowing
# source: CVE-2026-55830, the published exploit
# expect: rejected private-name
def process_incoming(request):
    def read(value, _getattr_=lambda obj, name: obj, /):
        return value.format
    return read("{0.__class__}")
