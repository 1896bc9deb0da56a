# family: shadowing
# source: CVE-2026-55830
# expect: rejected private-name
def process_incoming(request):
    return (lambda _getattr_, /: "x".format)(lambda obj, name: obj)
