# feature: readers and writers over StringIO
# request: {}
# expect: [[{"name": "ann", "n": "1"}, {"name": "b,c", "n": "2"}], "\"1\",\"a\"\"b\"\r\nx|y\n1|2\n", ["a", "b"], [["a", "b"]], ";"]

import csv
import io

class Pipes(csv.Dialect):
    delimiter = "|"
    quotechar = '"'
    lineterminator = "\n"
    quoting = csv.QUOTE_MINIMAL

def process_incoming(request):
    rows = list(csv.DictReader(io.StringIO('name,n\nann,1\n"b,c",2\n')))
    out = io.StringIO()
    w = csv.writer(out, quoting=csv.QUOTE_ALL)
    w.writerow([1, "a\"b"])
    d = csv.DictWriter(out, ["x", "y"], extrasaction="ignore", dialect=Pipes)
    d.writeheader()
    d.writerow({"x": 1, "y": 2, "z": 3})
    csv.register_dialect("mine", delimiter=";")
    return [rows, out.getvalue(), next(csv.reader(["a;b"], "mine")), list(csv.reader(["a\tb"], csv.excel_tab)), csv.Sniffer().sniff("a;b\nc;d\n").delimiter]
