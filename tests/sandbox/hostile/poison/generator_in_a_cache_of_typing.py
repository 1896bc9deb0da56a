# family: poison
# source: found here: typing keeps what stands between its brackets, class or not
# expect: completed "clean"
# calls: 2
import typing
def process_incoming(request):
    if request["n"] == 0:
        def leftover():
            try:
                yield 1
            finally:
                while True:
                    pass
        left = leftover()
        next(left)
        typing.Literal[left]
        return 0
    for number in range(400):
        typing.Literal[number]
    return "clean"
