# family: poison
# source: the csv module keeps dialects
# expect: completed [["a", "b"]]
# calls: 2
import csv, io
def process_incoming(request):
    before = list(csv.reader(io.StringIO("a,b")))
    csv.register_dialect("excel", delimiter="|")
    return before
