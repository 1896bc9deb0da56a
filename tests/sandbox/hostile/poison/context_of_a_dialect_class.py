# family: poison
# source: csv.Dialect classes are shared
# expect: completed ","
# calls: 2
import csv
def process_incoming(request):
    class Odd(csv.excel):
        delimiter = "|"
    return csv.excel.delimiter
