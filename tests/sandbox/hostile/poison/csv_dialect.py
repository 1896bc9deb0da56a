# family: poison
# source: the csv module keeps dialects
# expect: completed ["excel", "excel-tab", "unix"]
# calls: 2
import csv
def process_incoming(request):
    before = csv.list_dialects()
    csv.register_dialect("escaped", delimiter="|")
    return sorted(before)
