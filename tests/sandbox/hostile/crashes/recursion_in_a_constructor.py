# family: crashes
# source: object creation recurses in C
# expect: raised RecursionError
def process_incoming(request):
    class Odd:
        def __init__(self):
            Odd()
    return str(Odd())
