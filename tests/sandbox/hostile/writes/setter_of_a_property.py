# family: writes
# source: found here: a method of the library that is written in Python writes to whatever self it is given
# expect: raised TypeError
import csv
import json
def process_incoming(request):
    csv.DictReader.fieldnames.fset(json.dumps, ["kept for the next call"])
    return csv.DictReader.fieldnames.fget(json.dumps)
