# family: shadowing
# source: CVE-2026-55830
# expect: rejected private-name
def process_incoming(request):
    def read(_getattr_):
        return request.real
