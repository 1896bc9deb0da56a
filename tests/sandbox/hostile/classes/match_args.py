# family: classes
# source: __match_args__ names what a pattern reads
# expect: rejected private-name
def process_incoming(request):
    class Odd:
        __match_args__ = ("gi_frame",)
