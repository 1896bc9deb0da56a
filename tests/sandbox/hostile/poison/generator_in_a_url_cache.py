# family: poison
# source: found here: an argument of urlsplit that is looked at for its truth only is a key of its cache
# expect: completed "clean"
# calls: 2
from urllib.parse import urlsplit
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
        urlsplit("http://a/", "", left)
        return 0
    for number in range(400):
        urlsplit("http://b/%d" % number)
    return "clean"
