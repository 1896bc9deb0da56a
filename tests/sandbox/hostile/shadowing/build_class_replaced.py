# family: shadowing
# source: class statements call __build_class__
# expect: rejected private-name
def process_incoming(request):
    def __build_class__(*rest):
        return 1
