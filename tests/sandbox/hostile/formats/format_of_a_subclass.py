# family: formats
# source: Zope CVE-2023-41050
# expect: raised AttributeError
def process_incoming(request):
    class Text(str):
        pass
    return Text("{0.__class__}").format(1)
