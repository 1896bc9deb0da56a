# family: output
# source: sandbox-facts 6.2: subclasses run on the host's side
# expect: raised BadResult
def process_incoming(request):
    class Text(str):
        def encode(self, *rest):
            return b"escaped"
    return Text("x")
